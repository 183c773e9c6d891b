"""Finding people and their pages: who sees what, and that nothing hidden shows through."""

from collections.abc import Callable

import pytest

from exchange.domain.people import OpenTo, Visibility
from exchange.store import search_index
from exchange.store.people import Person, PersonOpenTo
from exchange.store.publications import Publication
from exchange.store.skills import SkillClaim
from tests.cast import NOW, PERSON, TODAY
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
ADA, TOMAS = PERSON["ada"], PERSON["tomas"]
CANARY = "Quokka"


@pytest.fixture(autouse=True)
def known(database: Database) -> None:
    with database.session() as session:
        ada = session.get_one(Person, ADA)
        ada.about = "Builds sandboxes for agents. Likes <b>tags</b>."
        session.add(PersonOpenTo(person_id=ADA, kind=OpenTo.HALF_YEAR))
        for code in ("red-teaming", "uplift-studies"):
            session.add(SkillClaim(person_id=ADA, skill=code, level=3, confirmed_on=TODAY))
        for number in range(12):
            session.add(
                Publication(
                    person_id=ADA,
                    title=f"Elicitation of agents {number}",
                    abstract="On agents.",
                    year=2020,
                    digest=str(number),
                    added_at=NOW,
                )
            )
        search_index.refresh_all(session, day=TODAY)
        session.commit()


def change(database: Database, ident: int, **fields: object) -> None:
    with database.session() as session:
        person = session.get_one(Person, ident)
        for name, value in fields.items():
            setattr(person, name, value)
        search_index.refresh(session, [ident], day=TODAY)
        session.commit()


def test_words_are_marked_and_the_place_is_said(as_: As) -> None:
    text = as_("tomas").get("/people?q=red+teaming").text
    assert "1 person for “red teaming”" in text
    assert '<li class="chip hit">Red teaming</li>' in text
    text = as_("us_lead").get("/people?q=sandbox+elicitation").text
    assert "about “Builds <mark>sandboxes</mark> for agents”" in text
    assert "publications such as “<mark>Elicitation</mark> of agents 0”" in text


def test_filters_stand_in_the_address_with_their_counts(as_: As) -> None:
    text = as_("uk_hr").get("/people?home=UK-AISI&open=half_year&skill=red-teaming").text
    assert "1 person" in text
    for box in ("home-UK-AISI", "open-half_year", "skill-red-teaming"):
        assert f'id="{box}"' in text
        assert "checked" in text.split(f'id="{box}"')[1].split(">")[0]


def test_every_filter_that_is_set_can_be_taken_off_by_itself(as_: As) -> None:
    text = as_("uk_hr").get("/people?q=sandbox&home=UK-AISI&skill=red-teaming&free=2027-03").text
    shown = text.split('aria-label="Filters that are set"')[1].split("</ul>")[0]
    assert 'href="/people?q=sandbox&amp;skill=red-teaming&amp;free=2027-03"' in shown
    assert 'href="/people?q=sandbox&amp;home=UK-AISI&amp;free=2027-03"' in shown
    assert "Free from Mar 2027" in shown


def test_a_kept_search_shows_whoever_is_new_and_only_to_its_owner(as_: As) -> None:
    ada, tomas = as_("ada"), as_("tomas")
    ada.send("/people/searches", {"q": "researcher"})
    shown = ada.get(f"/people/searches/1?new={TOMAS},x,99999999999", follow_redirects=True).text
    assert "1 person for “researcher”" in shown
    assert "Only whoever is new for your saved search." in shown
    assert 'href="/people?q=researcher"' in shown
    assert "Only whoever" not in ada.get("/people/searches/1", follow_redirects=True).text
    assert tomas.get("/people/searches/1").status_code == 404


def test_what_a_person_typed_is_text(as_: As) -> None:
    assert "&lt;script&gt;" in as_("tomas").get("/people?q=%3Cscript%3E").text
    assert "Likes &lt;b&gt;tags" in as_("tomas").get(f"/people/{ADA}").text


@pytest.mark.parametrize("page", ["0", "-1", "99999999999", "x", "²"])
def test_any_page_number_is_answered(as_: As, page: str) -> None:
    assert as_("tomas").get("/people", query_string={"page": page}).status_code == 200


def test_nobody_found_offers_the_near_name_and_a_way_back(as_: As) -> None:
    text = as_("tomas").get("/people?q=Lindquist").text
    assert "Nobody matches" in text
    assert f'href="/people/{ADA}"' in text


@pytest.mark.parametrize("key", ["auditor", "admin"])
def test_who_has_no_business_with_people_is_refused(as_: As, key: str) -> None:
    client = as_(key)
    assert client.get("/people").status_code == 403
    assert client.get(f"/people/{ADA}").status_code == 403


def test_a_hidden_profile_is_nobodys_but_its_keepers(as_: As, database: Database) -> None:
    change(database, ADA, visibility=Visibility.HIDDEN, full_name=f"{CANARY} Lindqvist", about=CANARY)
    for key in ("tomas", "us_hr", "us_security", "uk_lead", "director"):
        client = as_(key)
        for address in ("/people", "/people?q=quokka", "/people?skill=red-teaming", "/people?q=Quoka"):
            text = client.get(address).text
            assert CANARY not in text.replace("“Quokka”", "")
            assert 'id="open-half_year"' not in text
        assert client.get(f"/people/{ADA}").status_code == client.get("/people/9999").status_code == 404
    assert as_("ada").get(f"/people/{ADA}").status_code == 200
    assert "Nobody finds this profile" in as_("uk_hr").get(f"/people/{ADA}").text


def test_a_profile_for_the_own_institute_is_found_inside_only(as_: As, database: Database) -> None:
    change(database, ADA, visibility=Visibility.INSTITUTE)
    assert "1 person" in as_("uk_lead").get("/people?q=lindqvist").text
    assert "0 people" in as_("us_lead").get("/people?q=lindqvist").text
    assert as_("us_lead").get(f"/people/{ADA}").status_code == 404


def test_a_sensitive_skill_stays_in_the_institute(as_: As) -> None:
    assert "Uplift studies" in as_("uk_lead").get(f"/people/{ADA}").text
    for address in (f"/people/{ADA}", "/people", "/people?q=uplift", "/people?skill=uplift-studies"):
        assert "Uplift studies" not in as_("us_lead").get(address).text.replace("Uplift studies</span>", "")


def test_the_page_says_how_strong_the_profile_is_and_what_time_it_is_there(as_: As) -> None:
    text = as_("tomas").get(f"/people/{ADA}").text
    assert "12 publications with an abstract: enough" in text
    assert "9:30\u00a0AM in London (4:30\u00a0AM in Washington DC)" in text
    assert "0 of 12 publications" in as_("ada").get(f"/people/{TOMAS}").text


def test_offers_depend_on_the_role(as_: As) -> None:
    assert "Edit details" in as_("uk_hr").get(f"/people/{ADA}").text
    assert "Edit details" not in as_("us_hr").get(f"/people/{ADA}").text
    assert "Propose a secondment" in as_("us_hr").get(f"/people/{ADA}").text
    assert "Propose a secondment" not in as_("tomas").get(f"/people/{ADA}").text
    assert "Edit my profile" in as_("ada").get(f"/people/{ADA}").text


@pytest.mark.parametrize(
    "address", ["/people", "/people?q=agents", "/people?q=sandbox+rivera", "/people?q=xyzzyq", f"/people/{ADA}"]
)
def test_a_page_asks_the_database_at_most_eight_things(as_: As, address: str) -> None:
    client = as_("uk_lead")
    client.get(address)  # the first visit may build what later ones find in memory
    sent = statements(client.application, lambda: client.get(address))
    assert 0 < len(sent) <= MOST, "\n".join(sent)


def test_whoever_mistypes_is_offered_the_words_and_whoever_types_none_is_told(as_: As) -> None:
    client = as_("uk_lead")
    mistyped = client.get("/people?q=biosecurty+elictation&home=UK-AISI").text
    assert '<a href="/people?q=biosecurity+elicitation&amp;home=UK-AISI">biosecurity elicitation</a>' in mistyped
    common = client.get("/people?q=of+the").text
    assert "“of the” stands in nearly every text" in common
    assert "Did you mean" not in common
