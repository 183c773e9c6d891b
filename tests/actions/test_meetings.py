"""Entering, moving and cancelling meetings, and what calendars learn of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import meetings, workstreams
from exchange.actions.writing import Refused
from exchange.domain.meetings import Change, Repeats
from exchange.domain.verdict import Refusal
from exchange.feeds.assemble import Head, assemble
from exchange.feeds.fragment import Fragment
from exchange.feeds.lint import lint
from exchange.store.calendars import CalendarItem, origin
from exchange.store.meetings import Meeting, MeetingChange
from exchange.store.workstreams import Workstream
from tests.cast import ACTOR, NOW
from tests.meetings import SESSION, WEEKLY, entered, workstream

LATER = NOW + timedelta(minutes=5)


def item(session: Session) -> CalendarItem:
    return session.scalars(select(CalendarItem), execution_options={"populate_existing": True}).one()


def test_a_meeting_is_published_when_it_is_entered(session: Session) -> None:
    entered(session, workstream(session))
    published = item(session)
    assert (published.kind, published.sequence, published.ends_on) == ("testing_session", 0, date(2027, 4, 13))
    assert b"RRULE:FREQ=WEEKLY;UNTIL=20270413T140000Z" in published.fragment
    assert b"DTSTART;TZID=America/New_York:20270302T100000" in published.fragment


def test_saving_without_a_change_moves_nothing_and_an_edit_moves_everything_once(session: Session) -> None:
    work = workstream(session)
    ident = entered(session, work)
    before, version = item(session), origin(session).version
    kept = (before.fragment, before.sequence, before.updated_at)
    meetings.put(session, ACTOR["uk_lead"], work, ident, SESSION, version=1, now=LATER)
    same = item(session)
    assert (same.fragment, same.sequence, same.updated_at, origin(session).version) == (*kept, version)
    number = session.get_one(Meeting, ident, populate_existing=True).version
    moved = replace(SESSION, occasion=replace(WEEKLY, begins=time(11), ends=time(12)))
    meetings.put(session, ACTOR["uk_lead"], work, ident, moved, version=number, now=LATER)
    after = item(session)
    assert (after.sequence, after.updated_at, after.created_at) == (1, LATER, before.created_at)
    assert after.uid == before.uid


def test_one_occurrence_is_moved_cancelled_and_put_back(session: Session) -> None:
    ident = entered(session, workstream(session))
    slot = date(2027, 3, 16)
    meetings.change_one(session, ACTOR["us_lead"], ident, Change(slot, day=slot + timedelta(days=1)), now=LATER)
    assert b"RECURRENCE-ID;TZID=America/New_York:20270316T100000" in item(session).fragment
    meetings.change_one(session, ACTOR["uk_lead"], ident, Change(slot, cancelled_on=NOW.date()), now=LATER)
    assert b"STATUS:CANCELLED" in item(session).fragment
    meetings.change_one(session, ACTOR["uk_lead"], ident, Change(slot), now=LATER)
    assert b"RECURRENCE-ID" not in item(session).fragment
    assert session.scalars(select(MeetingChange)).all() == []
    assert item(session).sequence == 3


def test_a_new_rule_forgets_what_was_different_about_days_it_no_longer_has(session: Session) -> None:
    work = workstream(session)
    ident = entered(session, work)
    meetings.change_one(session, ACTOR["uk_lead"], ident, Change(date(2027, 3, 16), begins=time(9)), now=LATER)
    version = session.get_one(Meeting, ident).version
    other = replace(SESSION, occasion=replace(WEEKLY, day=date(2027, 3, 3)))
    meetings.put(session, ACTOR["uk_lead"], work, ident, other, version=version, now=LATER)
    assert session.scalars(select(MeetingChange)).all() == []


def test_a_cancelled_meeting_stays_marked_and_cannot_be_changed(session: Session) -> None:
    work = workstream(session)
    ident = entered(session, work)
    meetings.cancel(session, ACTOR["uk_lead"], ident, now=LATER)
    assert b"SUMMARY:Cancelled: Joint testing: Cyber range session" in item(session).fragment
    with pytest.raises(Refused, match="cancelled already"):
        meetings.cancel(session, ACTOR["uk_lead"], ident, now=LATER)


@pytest.mark.parametrize(
    ("occasion", "words"),
    [
        (replace(WEEKLY, last_day=None), "needs a last day"),
        (replace(WEEKLY, last_day=date(2027, 3, 1)), "before its first"),
        (replace(WEEKLY, last_day=date(2030, 3, 1)), "within two years"),
        (replace(WEEKLY, every=13), "every 1 to 12"),
        (replace(WEEKLY, day=date(2027, 3, 14), begins=time(2, 30)), "clocks in America/New_York leave out 02:30"),
        (replace(WEEKLY, weekdays=("MO",)), "does not follow its own rule"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(session: Session, occasion: object, words: str) -> None:
    work = workstream(session)
    with pytest.raises(Refused, match=words) as raised:
        entered(session, work, replace(SESSION, occasion=occasion))  # type: ignore[arg-type]  # parametrized
    assert raised.value.verdict.refusal is Refusal.INVALID
    assert session.scalars(select(Meeting)).all() == []


def test_only_leads_of_those_who_take_part_enter_meetings(session: Session) -> None:
    work = workstream(session, partners=frozenset())
    for key in ("us_lead", "uk_hr", "ada", "director"):
        with pytest.raises(Refused) as raised:
            meetings.put(session, ACTOR[key], work, None, SESSION, now=NOW)
        assert raised.value.verdict.refusal is Refusal.FORBIDDEN


def test_a_stale_edit_is_refused(session: Session) -> None:
    work = workstream(session)
    ident = entered(session, work)
    with pytest.raises(Refused, match="Somebody else"):
        meetings.put(session, ACTOR["uk_lead"], work, ident, SESSION, version=7, now=LATER)


@pytest.mark.parametrize("rule", list(Repeats))
def test_every_kind_of_series_is_sound(session: Session, rule: Repeats) -> None:
    entered(session, workstream(session), replace(SESSION, occasion=replace(WEEKLY, repeats=rule)))
    one = item(session)
    assert not lint(assemble(Head(name="Exchange"), [Fragment(one.uid, one.fragment)]))


def test_a_new_title_of_the_workstream_reaches_its_meetings(session: Session) -> None:
    work = workstream(session)
    entered(session, work)
    row = session.get_one(Workstream, work)
    terms = workstreams.WorkstreamTerms(
        row.code,
        "Ranges and more",
        row.kind,
        "",
        "",
        row.lead_institute_id,
        row.lead_person_id,
        frozenset(),
        None,
        None,
        None,
    )
    workstreams.edit(session, ACTOR["uk_lead"], work, terms, version=row.version, now=LATER)
    assert b"CATEGORIES:Ranges and more" in item(session).fragment
