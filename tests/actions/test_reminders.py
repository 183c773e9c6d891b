"""Reminders: who gets them, when, once each, and what they do not say."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import reminders
from exchange.domain.actors import Role
from exchange.domain.secondment_facts import State
from exchange.store.audit import AuditEvent
from exchange.store.checklists import ChecklistItem, of_secondment
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US


def add_clearance(session: Session, days: int, **columns: object) -> Clearance:
    fields: dict[str, object] = {
        "person_id": PERSON["ada"],
        "scheme": "UKSV",
        "level": "SC",
        "granted_on": date(2020, 1, 1),
        "review_due_on": TODAY + timedelta(days=days),
        "confirmed_at": NOW,
    }
    row = Clearance(**{**fields, **columns})
    session.add(row)
    session.commit()
    return row


def add_stay(session: Session, state: State, first: int, last: int) -> Secondment:
    """A secondment of Tomas to the UK; days are counted from today."""
    row = Secondment(
        public_id=uuid4(),
        person_id=PERSON["tomas"],
        home_institute_id=US,
        host_institute_id=UK,
        starts_on=TODAY + timedelta(days=first),
        ends_on=TODAY + timedelta(days=last),
        host_share=Decimal(1),
        state=state,
        state_since=TODAY,
        created_at=NOW,
    )
    session.add(row)
    session.flush()
    for task in of_secondment(session, row.id):  # of tasks other tests speak
        session.add(ChecklistItem(secondment_id=row.id, key=task.key, done_on=TODAY, done_by_id=PERSON["us_hr"]))
    session.commit()
    return row


def told(session: Session) -> dict[str, str]:
    """The newest notice of each of the cast, by key."""
    names = {ident: key for key, ident in PERSON.items()}
    rows = session.execute(select(Notice.person_id, Notice.text).order_by(Notice.id))
    return {names[person]: text for person, text in rows}


def test_the_security_officers_of_the_institute_and_the_person_are_told(session: Session) -> None:
    add_clearance(session, 30)
    assert reminders.send(session, now=NOW) == 2
    assert told(session) == {
        "uk_security": "A deadline of Ada Lindqvist falls in 30 days, on 21 December 2026.",
        "ada": "An admin deadline of yours falls in 30 days, on 21 December 2026.",
    }


def test_nothing_that_leaves_the_house_says_what_the_deadline_is(session: Session) -> None:
    add_clearance(session, 7, caveats=["CANARY"])
    reminders.send(session, now=NOW)
    texts = [*session.scalars(select(Notice.text)), *session.scalars(select(OutgoingMail.subject))]
    texts += session.scalars(select(OutgoingMail.body))
    texts += session.scalars(select(AuditEvent.summary))
    assert not [text for text in texts for word in ("clearance of", "SC", "UKSV", "CANARY", "vetting") if word in text]


def test_each_distance_is_spoken_of_once_however_often_one_looks(session: Session) -> None:
    add_clearance(session, 95)
    sent: dict[int, list[int]] = {}
    for passed in (0, 4, 5, 6, 64, 65, 66, 87, 88, 89, 95, 96):
        for hours in (-9, 3):
            now = NOW + timedelta(days=passed, hours=hours)
            sent.setdefault(passed, []).append(reminders.send(session, now=now))
    assert {passed: counts for passed, counts in sent.items() if any(counts)} == {5: [2, 0], 65: [2, 0], 88: [2, 0]}


def test_days_missed_are_made_up_for_once(session: Session) -> None:
    add_clearance(session, 20)
    assert reminders.send(session, now=NOW) == 2
    assert reminders.send(session, now=NOW + timedelta(days=1)) == 0


def test_a_new_date_is_spoken_of_anew(session: Session) -> None:
    first = add_clearance(session, 30)
    reminders.send(session, now=NOW)
    add_clearance(session, 25, supersedes_id=first.id)
    assert reminders.send(session, now=NOW) == 2


@pytest.mark.parametrize("status", [ClearanceStatus.SUSPENDED, ClearanceStatus.LAPSED, ClearanceStatus.WITHDRAWN])
def test_only_active_clearances_are_spoken_of(session: Session, status: ClearanceStatus) -> None:
    add_clearance(session, 30, status=status)
    assert reminders.send(session, now=NOW) == 0


def test_the_earlier_of_expiry_and_review_counts(session: Session) -> None:
    add_clearance(session, 200, expires_on=TODAY + timedelta(days=6))
    reminders.send(session, now=NOW)
    assert "in 6 days" in told(session)["ada"]


def test_nothing_to_say_leaves_no_record(session: Session) -> None:
    add_clearance(session, 91)
    assert reminders.send(session, now=NOW) == 0
    assert session.scalar(select(AuditEvent.seq)) is None


@pytest.mark.parametrize(
    ("state", "first", "last", "words"),
    [
        (State.READY, 30, 200, "starts in 30 days, on 21 December 2026"),
        (State.AGREEMENT, 1, 200, "starts tomorrow, on 22 November 2026"),
        (State.ACTIVE, -100, 7, "ends in 7 days, on 28 November 2026"),
        (State.CLOSING, -100, 0, "ends today, on 21 November 2026"),
    ],
)
def test_both_sides_and_the_person_hear_of_a_stay(
    session: Session, state: State, first: int, last: int, words: str
) -> None:
    stay = add_stay(session, state, first, last)
    both = [key for key, actor in ACTOR.items() if actor.institutes(Role.HR_COORDINATOR) & {UK, US}]
    assert reminders.send(session, now=NOW) == 1 + len(both)
    assert told(session) == {
        "tomas": f"Your secondment to UK AISI {words}.",
        **dict.fromkeys(both, f"The secondment of Tomas Rivera to UK AISI {words}."),
    }
    assert set(session.scalars(select(Notice.path))) == {f"/secondments/{stay.id}"}


@pytest.mark.parametrize("state", [State.DRAFT, State.NOMINATED, State.WITHDRAWN, State.CLOSED, State.CANCELLED])
def test_what_is_not_agreed_or_is_over_is_not_spoken_of(session: Session, state: State) -> None:
    add_stay(session, state, 7, 30)
    assert reminders.send(session, now=NOW) == 0
