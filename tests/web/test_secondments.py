"""The pages of secondments: who sees them, the way from draft to approved agreement, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange.actions import secondments
from exchange.actions.drafts import Proposal
from exchange.domain.secondment_facts import Verb
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements
from tests.stays import with_papers

As = Callable[[str], PageClient]
TERMS = {
    "starts_on": "1 Feb 2027",
    "ends_on": "30 Jul 2027",
    "mode": "in_person",
    "host_share": "1",
    "legal_basis": "j1_research_scholar",
    "purpose": "Evaluate agents",
}


@pytest.fixture
def ident(database: Database) -> int:
    with database.session() as session:
        stay = Proposal(
            PERSON["ada"],
            US,
            date(2027, 2, 1),
            date(2027, 7, 30),
            legal_basis="j1_research_scholar",
            purpose="Evaluate agents",
        )
        return with_papers(session, secondments.propose(session, ACTOR["uk_hr"], stay, now=NOW))


def accepted(database: Database, ident: int) -> None:
    steps = (("ada", Verb.CONSENT), ("uk_hr", Verb.RELEASE), ("uk_hr", Verb.NOMINATE), ("us_hr", Verb.ACCEPT))
    with database.session() as session:
        for key, verb in steps:
            secondments.move(session, ACTOR[key], ident, verb, now=NOW)


def test_a_coordinator_proposes_from_the_form(as_: As) -> None:
    client = as_("uk_hr")
    answer = client.send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(US), **TERMS})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Ada Lindqvist to US CAISI" in page
    assert "Ada Lindqvist" in client.get("/secondments").text


def test_the_list_is_found_by_words_of_the_name_the_number_or_the_work(as_: As, ident: int) -> None:
    client = as_("uk_hr")
    for words in ("ada", "LINDQVIST ada", f"ex-{ident:04d}"):
        assert "Ada Lindqvist" in client.get("/secondments", query_string={"name": words}).text, words
    page = client.get("/secondments", query_string={"name": "ada nobody", "page": "9"}).text
    assert "Ada Lindqvist" not in page
    assert "No secondment you may see mentions all of these words." in page
    assert "Ada Lindqvist" not in as_("jp_hr").get("/secondments", query_string={"name": "ada"}).text


def test_a_lead_sees_what_they_have_proposed(as_: As) -> None:
    client = as_("us_lead")
    answer = client.send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(US), **TERMS})
    assert client.get(answer.location).status_code == 200
    assert as_("uk_lead").get(answer.location).status_code == 404


def test_the_form_answers_before_anything_is_saved(as_: As, app: Flask, database: Database, ident: int) -> None:
    """By its button, which keeps what was typed, and by the fragment; each role reads what it may of the answer."""
    typed = {
        "person": str(PERSON["ada"]),
        "host": str(US),
        **TERMS,
        "starts_on": "1 Sep 2027",
        "ends_on": "30 Jun 2034",
    }
    home, host = as_("uk_hr"), as_("us_hr")
    page = home.send("/secondments/new", {**typed, "step": "check", "purpose": "keep me"})
    assert page.status_code == 200
    for part in ("keep me", "30 Jun 2034", "Possible until", "No declaration of interests", "From: Employment record"):
        assert part in page.text, part
    fragment = home.send("/secondments/check", typed).text
    assert "Possible until" in fragment
    assert 'id="eligibility"' in fragment
    theirs = host.send("/secondments/check", typed).text
    assert "Not available for this role." in theirs
    assert not [word for word in ("Possible until", "Employment and", "declaration", "Permission") if word in theirs]
    assert "to your own institute" in as_("jp_hr").send("/secondments/check", typed).text
    for wrong, sentence in (
        ({"person": ""}, "Choose the person"),
        ({"ends_on": "1 Jan 2027"}, "before the first day"),
        ({"host_share": "NaN"}, "between 0.05 and 1"),
        ({"person": "99999999999999999999"}, "Choose the person"),
        ({"ends_on": "31 Feb"}, "Choose the person"),
    ):
        assert sentence in home.send("/secondments/check", typed | wrong).text
    odd = {"workstream": "99999999999999999999", "legal_basis": "<b>", "mode": "flying", "opening": "-1"}
    assert "not known yet" in home.send("/secondments/check", typed | odd).text
    draft = home.send(f"/secondments/{ident}/check", {**TERMS, "ends_on": "30 Jun 2034"}).text
    assert "Possible until" in draft
    assert "The declaration is recent enough" in draft
    assert as_("jp_hr").send(f"/secondments/{ident}/check", TERMS).status_code == 404
    filled = "&".join(f"{key}={value}" for key, value in (("person", PERSON["ada"]), ("host", US)))
    path = f"/secondments/new?{filled}&starts_on=2027-09-01&ends_on=2034-06-30&legal_basis=j1_research_scholar"
    assert "Possible until" in home.get(path).text
    for address in (path, f"/secondments/{ident}/edit"):
        assert len(statements(app, lambda address=address: home.get(address))) <= MOST  # type: ignore[misc]
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 1


def test_what_was_typed_stays_when_it_is_refused(as_: As) -> None:
    typed = {"person": str(PERSON["ada"]), "host": str(UK), **TERMS, "starts_on": "31 Feb 2027", "purpose": "keep me"}
    answer = as_("uk_hr").send("/secondments/new", typed)
    assert answer.status_code == 422
    assert "31 Feb 2027" in answer.text
    assert "keep me" in answer.text
    assert "Error:" in answer.text


def test_home_equal_to_host_gets_a_sentence(as_: As) -> None:
    answer = as_("uk_hr").send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(UK), **TERMS})
    assert answer.status_code == 422
    assert "same institute" in answer.text


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("uk_hr", 200),
        ("us_hr", 200),
        ("ada", 200),
        ("uk_security", 200),
        ("us_security", 200),
        ("director", 200),
        ("auditor", 200),
        ("tomas", 404),
        ("uk_lead", 404),
        ("jp_hr", 404),
        ("admin", 403),
        ("", 303),
    ],
)
def test_who_may_see_it(as_: As, ident: int, key: str, status: int) -> None:
    client = as_(key)
    assert client.get(f"/secondments/{ident}").status_code == status
    if status in {200, 404}:
        assert ("Ada Lindqvist" in client.get("/secondments").text) == (status == 200)
        assert client.get("/secondments/999999").status_code == 404


def test_both_institutes_and_the_person_approve_the_same_version(as_: As, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("uk_hr")
    assert client.send(f"/secondments/{ident}/move/prepare").status_code == 303
    version = {
        "post": "Evaluator",
        "site": "Washington DC",
        "mode": "in_person",
        "start": "2027-02-01",
        "end": "2027-07-30",
        "host_fte": "1",
        "home_fte": "0",
        "legal_basis": "j1_research_scholar",
        "cost_model": "home_pays",
        "home_share": "100",
    }
    assert client.send(f"/secondments/{ident}/agreement/new", version).status_code == 303
    seen = ""
    for key, side in (("uk_hr_2", "home"), ("us_hr", "host"), ("ada", "person")):
        other = as_(key)
        page = other.get(f"/secondments/{ident}").text
        assert f'name="side" value="{side}"' in page
        seen = re.findall(r'name="hash" value="([0-9a-f]{64})"', page)[0]
        answer = other.send(f"/secondments/{ident}/agreement/approve", {"side": side, "hash": seen})
        assert answer.status_code == 303
    again = as_("us_hr").send(f"/secondments/{ident}/agreement/approve", {"side": "host", "hash": seen})
    assert again.status_code == 409
    assert client.send(f"/secondments/{ident}/move/conclude").status_code == 303
    assert "in force" in client.get(f"/secondments/{ident}").text


def test_sending_back_needs_a_reason(as_: As, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("us_hr")
    assert client.get(f"/secondments/{ident}/move/send_back").status_code == 200
    assert client.send(f"/secondments/{ident}/move/send_back").status_code == 422
    assert client.send(f"/secondments/{ident}/move/send_back", {"reason": "Wrong opening"}).status_code == 303
    assert "Wrong opening" in client.get(f"/secondments/{ident}").text


def test_a_move_that_waits_names_what_opens_it(as_: As, ident: int) -> None:
    page = as_("uk_hr").get(f"/secondments/{ident}").text
    waits = page[page.index("waits for") :].partition("</ul>")[0]
    assert waits.count("has not consented yet") == 1
    assert "Consent and data-sharing" not in waits
    assert "Release by the line manager" not in waits
    answer = as_("uk_hr").send(f"/secondments/{ident}/move/nominate")
    assert answer.status_code == 409
    assert "has not consented yet" in answer.text


def test_an_edit_clash_shows_both(as_: As, ident: int) -> None:
    first = {**TERMS, "version": "1", "ends_on": "27 Aug 2027"}
    assert as_("us_hr").send(f"/secondments/{ident}/edit", first).status_code == 303
    answer = as_("uk_hr").send(f"/secondments/{ident}/edit", {**TERMS, "version": "1", "ends_on": "3 Sep 2027"})
    assert answer.status_code == 409
    assert "3 Sep 2027" in answer.text
    assert "27 Aug 2027" in answer.text


def test_the_page_costs_few_statements(as_: As, app: Flask, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("uk_hr")
    assert len(statements(app, lambda: client.get(f"/secondments/{ident}"))) <= 8
    assert len(statements(app, lambda: client.get("/secondments"))) <= 8
