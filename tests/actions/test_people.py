"""People, employment and absences: who may keep them, what is refused, and what is recorded."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import people
from exchange.actions.people import Details, Post
from exchange.actions.writing import Refused
from exchange.domain.actors import SYSTEM
from exchange.domain.verdict import Refusal
from exchange.store.audit import AuditEvent
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant, jobs_of
from exchange.store.search import Asked, find
from tests.cast import ACTOR, NOW, PERSON, UK, US

DETAILS = Details("Zoë Ångström", "Zoe@Example.org", code="Z1", languages=("en", "sv"))
POST = Post(UK, "Analyst", date(2026, 1, 5), fte=Decimal("0.8"))
ADA = PERSON["ada"]


def newest(session: Session) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()


@contextmanager
def refused(kind: Refusal, words: str) -> Iterator[None]:
    with pytest.raises(Refused, match=words) as refusal:
        yield
    assert refusal.value.verdict.refusal is kind


def test_a_coordinator_adds_a_person_of_the_own_institute(session: Session) -> None:
    ident = people.add(session, ACTOR["uk_hr"], DETAILS, POST, now=NOW)
    person = session.get_one(Person, ident)
    assert (person.email, person.zone, person.code) == ("zoe@example.org", "Europe/London", "Z1")
    assert session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == ident)).all() == ["researcher"]
    assert find(session, Asked(text="angstrom"), own={US}).total == 1
    assert (newest(session).verb, newest(session).institutes) == ("person:create", [UK])


@pytest.mark.parametrize(
    ("key", "post", "kind"),
    [("us_hr", POST, Refusal.NOT_FOUND), ("uk_lead", POST, Refusal.FORBIDDEN), ("admin", POST, Refusal.FORBIDDEN)],
)
def test_nobody_else_does(session: Session, key: str, post: Post, kind: Refusal) -> None:
    with refused(kind, "."):
        people.add(session, ACTOR[key], DETAILS, post, now=NOW)
    assert (newest(session).outcome, session.scalar(select(Person).where(Person.code == "Z1"))) == ("refused", None)


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (Details(" ", "x@example.org"), "needs a name"),
        (Details("X", "x@@example.org"), "not an e-mail address"),
        (Details("X", "x@example.org", zone="Mars/Olympus"), "no time zone"),
        (Details("X", "ADA@example.org"), "another person's already"),
    ],
)
def test_what_is_wrong_is_said(session: Session, details: Details, words: str) -> None:
    with pytest.raises(Refused, match=words):
        people.add(session, ACTOR["uk_hr"], details, POST, now=NOW)


def test_an_edit_on_an_old_version_is_refused(session: Session) -> None:
    version = session.get_one(Person, ADA).version
    details = Details("Ada L.", "ada@example.org", zone="Europe/Paris")
    people.edit(session, ACTOR["uk_hr"], ADA, details, version=version, has_left=False, now=NOW)
    changed = newest(session).detail["changed"]
    assert changed == {"name": ["Ada Lindqvist", "Ada L."], "zone": ["Europe/London", "Europe/Paris"]}
    with refused(Refusal.CONFLICT, "somebody else"):
        people.edit(session, ACTOR["uk_hr"], ADA, DETAILS, version=version, has_left=False, now=NOW)


def test_who_has_left_is_in_no_search(session: Session) -> None:
    version = session.get_one(Person, ADA).version
    details = Details("Ada Lindqvist", "ada@example.org")
    people.edit(session, ACTOR["uk_hr"], ADA, details, version=version, has_left=True, now=NOW)
    assert session.get_one(Person, ADA).status is PersonStatus.LEFT
    assert find(session, Asked(text="lindqvist"), own={UK}).total == 0


def test_another_institutes_person_is_not_there_to_edit(session: Session) -> None:
    with refused(Refusal.NOT_FOUND, "."):
        people.edit(session, ACTOR["us_hr"], ADA, DETAILS, version=1, has_left=True, now=NOW)


def test_a_new_employment_ends_the_open_one(session: Session) -> None:
    people.record_employment(session, ACTOR["uk_hr"], ADA, Post(UK, "Lead", date(2026, 12, 1)), now=NOW)
    assert [(job.title, job.ends_on) for job in jobs_of(session, ADA)] == [
        ("Lead", None),
        ("Researcher", date(2026, 11, 30)),
    ]


def test_two_institutes_share_at_most_a_whole_person(session: Session) -> None:
    with refused(Refusal.CONFLICT, "come to 1.5 of full time"):
        people.record_employment(
            session, ACTOR["us_hr"], ADA, Post(US, "Visitor", date(2026, 12, 1), fte=Decimal("0.5")), now=NOW
        )
    session.execute(select(Employment).where(Employment.person_id == ADA)).scalar_one().fte = Decimal("0.5")
    session.commit()
    people.record_employment(
        session, ACTOR["us_hr"], ADA, Post(US, "Visitor", date(2026, 12, 1), fte=Decimal("0.5")), now=NOW
    )
    assert len(jobs_of(session, ADA)) == 2


def test_an_employment_that_overlaps_at_the_institute_is_refused(session: Session) -> None:
    with refused(Refusal.CONFLICT, "End that one"):
        people.record_employment(session, ACTOR["uk_hr"], ADA, Post(UK, "Earlier", date(2023, 12, 1)), now=NOW)


def test_an_employment_ends_on_a_day(session: Session) -> None:
    (job,) = jobs_of(session, ADA)
    with pytest.raises(Refused, match="before the first"):
        people.end_employment(session, ACTOR["uk_hr"], job.id, date(2020, 1, 1), now=NOW)
    people.end_employment(session, ACTOR["uk_hr"], job.id, date(2027, 1, 31), now=NOW)
    assert jobs_of(session, ADA)[0].ends_on == date(2027, 1, 31)
    with refused(Refusal.NOT_FOUND, "."):
        people.end_employment(session, ACTOR["us_hr"], job.id, date(2027, 1, 31), now=NOW)


@pytest.mark.parametrize("key", ["ada", "uk_hr"])
def test_days_away_are_the_persons_or_their_coordinators_to_record(session: Session, key: str) -> None:
    first, last = date(2026, 12, 20), date(2027, 1, 3)
    ident = people.add_absence(session, ACTOR[key], ADA, first, last, now=NOW)
    with refused(Refusal.CONFLICT, "stands already"):
        people.add_absence(session, ACTOR[key], ADA, last, last, now=NOW)
    assert people.remove_absence(session, ACTOR[key], ident, now=NOW) == ADA


@pytest.mark.parametrize("key", ["tomas", "uk_lead", "us_hr", "uk_security"])
def test_and_nobody_elses(session: Session, key: str) -> None:
    with pytest.raises(Refused):
        people.add_absence(session, ACTOR[key], ADA, date(2027, 1, 1), date(2027, 1, 2), now=NOW)


def test_days_out_of_order_or_too_many_are_refused(session: Session) -> None:
    with pytest.raises(Refused, match="before the first"):
        people.add_absence(session, ACTOR["ada"], ADA, date(2027, 1, 2), date(2027, 1, 1), now=NOW)
    with pytest.raises(Refused, match="more than two years"):
        people.add_absence(session, ACTOR["ada"], ADA, date(2027, 1, 2), date(2030, 1, 1), now=NOW)


def test_the_system_may_keep_everybody(session: Session) -> None:
    assert people.add(session, SYSTEM, DETAILS, POST, now=NOW) > 0
