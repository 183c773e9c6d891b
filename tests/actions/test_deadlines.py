"""Reminders of what ends or is due in a secondment: to whom, when, once each, and what a mail does not say."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import agreements, checklists, reminders
from exchange.domain.agreements import Decision
from exchange.domain.papers import PaperKind
from exchange.domain.recognitions import VisitKind
from exchange.domain.secondment_facts import Side, State
from exchange.store.checklists import BEGUN, ChecklistItem, of_secondment
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.papers import StayPaper
from exchange.store.permissions import StayPermission
from exchange.store.recognitions import VisitRequest
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, PERSON, TODAY, US
from tests.lives import add_agreed, add_stay, content

DAY = timedelta(days=1)
NAMES = {ident: key for key, ident in PERSON.items()}
UK_HR, US_HR = {"uk_hr", "uk_hr_2"}, {"us_hr", "us_hr_2"}


def with_tasks_done(session: Session, ident: int) -> int:
    """Nothing of the checklist is left to speak of."""
    for task in of_secondment(session, ident):
        session.add(ChecklistItem(secondment_id=ident, key=task.key, done_on=TODAY, done_by_id=PERSON["uk_hr"]))
    session.commit()
    return ident


def active(session: Session, last: int = 200) -> int:
    return with_tasks_done(session, add_stay(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + last * DAY))


def told(session: Session, days: int = 0) -> dict[str, set[str]]:
    """What was said so many days from now, and to whom."""
    before = set(session.scalars(select(Notice.id)))
    reminders.send(session, now=NOW + days * DAY)
    found: dict[str, set[str]] = {}
    for ident, person, text in session.execute(select(Notice.id, Notice.person_id, Notice.text)):
        if ident not in before:
            found.setdefault(text, set()).add(NAMES[person])
    return found


def test_the_end_of_a_visit_is_for_the_security_officers_of_both_sides(session: Session) -> None:
    ident = active(session)
    for last, granted in ((20, True), (29, True), (5, None)):
        session.add(
            VisitRequest(
                secondment_id=ident,
                kind=VisitKind.RECURRING,
                country="US",
                programme="CANARY",
                starts_on=TODAY - 30 * DAY,
                ends_on=TODAY + last * DAY,
                submitted_on=TODAY - 60 * DAY,
                granted=granted,
                recorded_by_id=PERSON["us_security"],
                recorded_at=NOW,
            )
        )
    session.commit()
    assert told(session) == {
        "A deadline of Ada Lindqvist falls in 29 days, on 20 December 2026.": {"uk_security", "us_security"},
        "An admin deadline of yours falls in 29 days, on 20 December 2026.": {"ada"},
    }
    assert told(session, 1) == {}
    assert set(told(session, 22)) == {
        "A deadline of Ada Lindqvist falls in 7 days, on 20 December 2026.",
        "An admin deadline of yours falls in 7 days, on 20 December 2026.",
    }
    mails = [*session.scalars(select(OutgoingMail.body)), *session.scalars(select(OutgoingMail.subject))]
    assert not [mail for mail in mails if "visit" in mail.lower() or "CANARY" in mail]


def test_the_end_of_a_permission_is_for_the_coordinators_until_a_newer_one_takes_its_place(session: Session) -> None:
    active(session)
    first = session.scalars(select(StayPermission)).one()
    assert told(session) == {}
    shorter = StayPermission(
        person_id=PERSON["ada"],
        country="US",
        route="j1_research_scholar",
        starts_on=first.starts_on,
        ends_on=TODAY + 25 * DAY,
        recorded_by_id=PERSON["us_hr"],
        recorded_at=NOW,
        supersedes_id=first.id,
    )
    session.add(shorter)
    session.commit()
    said = told(session)
    assert said["A deadline of Ada Lindqvist falls in 25 days, on 16 December 2026."] == UK_HR | US_HR
    assert said["An admin deadline of yours falls in 25 days, on 16 December 2026."] == {"ada"}


def test_the_last_day_to_ask_for_an_extension(session: Session) -> None:
    active(session, 60)
    said = told(session)
    assert said == {
        "Longer than agreed? The last day to ask for an extension of Ada Lindqvist at US CAISI is in 30 days, "
        "on 21 December 2026.": UK_HR | US_HR,
        "Longer than agreed? The last day to ask for an extension at US CAISI is in 30 days, on 21 December 2026.": {
            "ada"
        },
    }


def test_a_declaration_that_runs_out_before_the_first_day(session: Session) -> None:
    ident = with_tasks_done(session, add_stay(session, State.READY, TODAY + 60 * DAY, TODAY + 200 * DAY))
    signed = date(2025, 12, 15)
    session.add(
        StayPaper(
            secondment_id=ident,
            kind=PaperKind.DECLARATION,
            day=signed,
            recorded_by_id=PERSON["ada"],
            recorded_at=NOW,
        )
    )
    session.commit()
    assert told(session) == {
        "The declaration of interests of Ada Lindqvist counts until in 24 days, on 15 December 2026.": UK_HR,
        "Your declaration of interests counts until in 24 days, on 15 December 2026: sign it anew.": {"ada"},
    }


def test_the_passport_is_the_persons_alone(session: Session) -> None:
    ident = active(session)
    session.add(
        StayPaper(
            secondment_id=ident,
            kind=PaperKind.PASSPORT,
            day=TODAY + 170 * DAY,
            recorded_by_id=PERSON["ada"],
            recorded_at=NOW,
        )
    )
    session.commit()
    assert told(session) == {"An admin deadline of yours falls in 170 days, on 10 May 2027.": {"ada"}}


def test_an_agreement_that_waits_is_spoken_of_to_those_it_waits_for(session: Session) -> None:
    ident = add_stay(session, State.AGREEMENT, TODAY + 400 * DAY, TODAY + 600 * DAY)
    put = content(session.get_one(Secondment, ident))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    assert told(session, 2) == {}
    agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    assert {frozenset(who) for who in told(session, 3).values()} == {frozenset(UK_HR), frozenset({"ada"})}
    assert told(session, 4) == {}
    assert len(told(session, 7)) == 2
    agreements.decide(
        session, ACTOR["ada"], ident, Side.PERSON, Decision.SEND_BACK, seen_hash=put.hash, reason="No.", now=NOW
    )
    assert told(session, 14) == {}


def test_tasks_are_spoken_of_a_week_ahead_on_their_day_and_a_week_late(session: Session) -> None:
    ident = add_stay(session, State.READY, TODAY + 16 * DAY, TODAY + 200 * DAY)
    due = {task.key: task.due_on for task in of_secondment(session, ident)}
    ahead = (due["badge"] - TODAY).days - 7
    for key in due.keys() - {"badge", "desk", "calendar"}:
        session.add(ChecklistItem(secondment_id=ident, key=key, done_on=TODAY, done_by_id=PERSON["uk_hr"]))
    session.commit()
    while_waiting = {day: told(session, day) for day in range(ahead + 16)}
    tasks = {
        day: {text: who for text, who in said.items() if text.startswith("For the secondment")}
        for day, said in while_waiting.items()
    }
    spoken = {day: said for day, said in tasks.items() if said}
    assert [day - ahead for day in spoken if any(who == US_HR for who in spoken[day].values())] == [0, 7, 14]
    first = next(text for text, who in spoken[ahead].items() if who == US_HR)
    assert "Prepare desk and equipment" in first
    assert "Prepare the badge" in first
    assert "calendar" not in "".join(text for said in spoken.values() for text, who in said.items() if who == {"ada"})


def test_a_task_that_is_done_is_not_spoken_of(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY + 10 * DAY, TODAY + 200 * DAY)
    before = told(session)
    assert any("Prepare the badge" in text for text in before)
    checklists.tick(session, ACTOR["us_hr"], ident, "badge", now=NOW)
    later = told(session, 8)
    assert not any("Prepare the badge" in text for text in later)


@pytest.mark.parametrize("state", sorted(set(State) - BEGUN))
def test_what_is_not_accepted_or_is_over_has_no_deadlines(session: Session, state: State) -> None:
    add_stay(session, state, TODAY + 10 * DAY, TODAY + 40 * DAY, host_institute_id=US)
    assert told(session) == {}
