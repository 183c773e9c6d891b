"""What is mailed of a meeting: series in zones that no VTIMEZONE can describe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
import recurring_ical_events
from icalendar import Calendar

from exchange.feeds.events import EventKind, FeedEvent, Override
from exchange.feeds.invitation import Attendee, has_rule, invitation, withdrawal
from exchange.feeds.lint import lint
from exchange.feeds.moments import Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from tests.feeds.samples import MAILBOX

CAIRO = "Africa/Cairo"  # its clocks go on on the last Friday of April, and back on the last Thursday of October
MADE = datetime(2026, 11, 1, tzinfo=UTC)
NAOMI = Attendee("Naomi", "naomi@caisi.example", answers_by_mail=True)


def series(first: date, last: date, begins: time, ends: time) -> FeedEvent:
    return FeedEvent(
        uid="meeting-1@exchange.example",
        kind=EventKind.MEETING,
        when=Timed.by_the_clock(first, begins, ends, CAIRO),
        summary="Review",
        created_at=MADE,
        updated_at=MADE,
        transparent=False,
        rrule=Recurrence(Frequency.WEEKLY, last_day=last),
    )


def starts(data: bytes) -> set[datetime]:
    found = recurring_ical_events.of(Calendar.from_ical(data)).between(date(2026, 1, 1), date(2029, 1, 1))
    return {event["DTSTART"].dt.astimezone(UTC) for event in found}


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends", "by_rule"),
    [
        (date(2027, 1, 4), date(2027, 2, 22), time(10), time(11), True),  # no change meanwhile
        (date(2027, 4, 5), date(2027, 5, 24), time(10), time(11), False),
        (date(2027, 1, 4), date(2027, 2, 22), time(0, 30), time(1), False),  # the day before in UTC
    ],
)
def test_a_series_in_a_zone_without_rules_is_mailed_in_utc(
    first: date, last: date, begins: time, ends: time, *, by_rule: bool
) -> None:
    whole = series(first, last, begins, ends)
    gone, moved = whole.slots[1], whole.slots[2]
    later = Timed.by_the_clock(moved, time(15), time(16), CAIRO)
    event = replace(whole, overrides=(Override(slot=gone, cancelled_on=MADE.date()), Override(slot=moved, when=later)))
    expected = {whole.when.on(slot).local_start.astimezone(UTC) for slot in whole.slots if slot not in {gone, moved}}  # type: ignore[union-attr]  # Timed
    mailed = invitation(event, MAILBOX, NAOMI, MADE.date())
    assert lint(mailed) == ()
    assert starts(mailed) == expected | {later.start.astimezone(UTC)}
    assert (has_rule(event), b"RRULE" in mailed, b"RDATE" in mailed) == (by_rule, by_rule, not by_rule)
    parts = Calendar.from_ical(mailed).walk("VEVENT")
    assert {str(part["UID"]) for part in parts} == {event.uid}
    assert "RECURRENCE-ID" not in parts[0]
    taken_back = withdrawal(event, MAILBOX, NAOMI, MADE.date())
    assert lint(taken_back) == ()
    assert {str(part["STATUS"]) for part in Calendar.from_ical(taken_back).walk("VEVENT")} == {"CANCELLED"}
