"""One's own profile: claims, publications, visibility; and that search follows at once."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import profiles
from exchange.actions.profiles import Claim, Profile, Written
from exchange.actions.writing import Refused
from exchange.domain.people import OpenTo, Visibility
from exchange.domain.skills import Level
from exchange.domain.verdict import Refusal
from exchange.store.audit import AuditEvent
from exchange.store.people import Person
from exchange.store.profiles import ProfilePage, profile
from exchange.store.search import Asked, find
from tests.cast import ACTOR, NOW, PERSON, TODAY

ME = ACTOR["ada"]
ADA = PERSON["ada"]


def page(session: Session) -> ProfilePage:
    found = profile(session, ADA, today=TODAY)
    assert found is not None
    return found


def people_for(session: Session, words: str) -> int:
    return find(session, Asked(text=words), own=set()).total


def mine(session: Session, **changes: object) -> Profile:
    values: dict[str, object] = {
        "version": session.get_one(Person, ADA).version,
        "about": "Studies kayaks.",
        "open_to": frozenset({OpenTo.YEAR}),
        "open_to_words": "Tokyo",
        "visibility": Visibility.NETWORK,
    }
    return Profile(**{**values, **changes})  # type: ignore[arg-type]


def test_what_one_says_is_found_at_once(session: Session) -> None:
    profiles.edit(session, ME, mine(session), now=NOW)
    assert page(session).open_to == (OpenTo.YEAR,)
    assert people_for(session, "kayak") == 1
    profiles.edit(session, ME, mine(session, visibility=Visibility.HIDDEN, open_to=frozenset()), now=NOW)
    assert (page(session).open_to, people_for(session, "kayak")) == ((), 0)
    newest = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert newest is not None
    assert newest.detail == {"visibility": ["network", "hidden"]}


def test_an_old_version_or_too_long_a_text_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="changed elsewhere") as refusal:
        profiles.edit(session, ME, mine(session, version=99), now=NOW)
    assert refusal.value.verdict.refusal is Refusal.CONFLICT
    with pytest.raises(Refused, match="5,001 characters"):
        profiles.edit(session, ME, mine(session, about="x" * 5001), now=NOW)


def test_a_claim_is_made_changed_confirmed_and_taken_back(session: Session) -> None:
    code = profiles.claim_skill(session, ME, Claim("Red teaming", Level.WORKING), now=NOW, today=date(2026, 1, 1))
    profiles.claim_skill(session, ME, Claim(code, Level.EXPERT, TODAY), now=NOW, today=TODAY)
    (claim,) = page(session).claims
    assert (claim.skill, claim.level, claim.confirmed_on) == ("red-teaming", 4, TODAY)
    assert profiles.confirm_skills(session, ME, now=NOW, today=date(2026, 12, 1)) == 1
    assert page(session).claims[0].confirmed_on == date(2026, 12, 1)
    assert people_for(session, "red teaming") == 1
    profiles.remove_skill(session, ME, code, now=NOW)
    assert (page(session).claims, people_for(session, "red teaming")) == ((), 0)


def test_a_claim_that_cannot_be_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="not in the skills vocabulary"):
        profiles.claim_skill(session, ME, Claim("basket weaving", Level.EXPERT), now=NOW, today=TODAY)
    with pytest.raises(Refused, match="still to come"):
        profiles.claim_skill(session, ME, Claim("red-teaming", Level.EXPERT, date(2027, 1, 1)), now=NOW, today=TODAY)
    with pytest.raises(Refused, match="no such skill"):
        profiles.remove_skill(session, ME, "red-teaming", now=NOW)


def test_a_publication_with_the_same_title_is_corrected(session: Session) -> None:
    first = profiles.add_publication(session, ME, Written("On  Zebras", year=2024), now=NOW)
    again = profiles.add_publication(session, ME, Written("On zebras.", "Stripes.", 2025, "Nature"), now=NOW)
    assert first == again
    assert [(one.abstract, one.year) for one in page(session).publications] == [("Stripes.", 2025)]
    assert people_for(session, "stripe") == 1
    profiles.remove_publication(session, ME, first, now=NOW)
    assert people_for(session, "stripe") == 0


def test_another_persons_publication_cannot_be_removed(session: Session) -> None:
    ident = profiles.add_publication(session, ME, Written("Mine"), now=NOW)
    with pytest.raises(Refused, match="no such publication"):
        profiles.remove_publication(session, ACTOR["tomas"], ident, now=NOW)


@pytest.mark.parametrize("written", [Written(" "), Written("x" * 1001), Written("A", year=1066)])
def test_a_publication_that_cannot_be_is_refused(session: Session, written: Written) -> None:
    with pytest.raises(Refused):
        profiles.add_publication(session, ME, written, now=NOW)


@pytest.mark.parametrize("key", ["admin", "auditor"])
def test_who_has_no_profile_edits_none(session: Session, key: str) -> None:
    with pytest.raises(Refused, match="no profile"):
        profiles.confirm_skills(session, ACTOR[key], now=NOW, today=TODAY)
