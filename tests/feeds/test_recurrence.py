from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import islice

import icalendar
import pytest
import recurring_ical_events
from hypothesis import given

from exchange.feeds.assemble import Head, assemble
from exchange.feeds.events import FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.lint import lint
from exchange.feeds.moments import AllDay
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.render import render
from tests.feeds.clock_changes import CASES, EXPECTED, FEED, YEAR, YEAR_EXPECTED, Case, Occurrences, renamed
from tests.feeds.samples import MAILBOX, events

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def read_by_recurring_ical_events(feed: bytes, first: date = FIRST, last: date = date(2028, 1, 1)) -> Occurrences:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(feed)).between(first, last)
    return {(str(event["UID"]), moment(event["DTSTART"].dt), str(event["STATUS"])) for event in found}


def moment(start: date | datetime) -> datetime:
    """A start as an instant; a day by its midnight in UTC."""
    return (
        start.astimezone(UTC)
        if isinstance(start, datetime)
        else datetime(start.year, start.month, start.day, tzinfo=UTC)
    )


def start_of(event: FeedEvent) -> date | datetime:
    return event.when.first if isinstance(event.when, AllDay) else event.when.start


def test_the_feed_of_the_clock_changes_has_no_fault() -> None:
    assert lint(FEED) == ()


def test_recurring_ical_events_finds_what_zoneinfo_expects() -> None:
    assert read_by_recurring_ical_events(FEED) == EXPECTED


def test_it_finds_the_same_when_it_has_to_read_the_zones_from_the_feed() -> None:
    assert read_by_recurring_ical_events(renamed(FEED)) == EXPECTED
    assert read_by_recurring_ical_events(renamed(YEAR)) == YEAR_EXPECTED


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.event.uid.split("@")[0])
def test_expansion_finds_what_zoneinfo_expects(case: Case) -> None:
    found = {
        (case.event.uid, moment(start_of(single)), single.status.value) for single in expand(case.event, FIRST, LAST)
    }
    assert found == case.expected


@given(event=events())
def test_expansion_agrees_with_recurring_ical_events_on_any_series(event: FeedEvent) -> None:
    first, last = date(2010, 1, 1), date(2040, 12, 31)
    # Under their own names the zones would be looked up on this machine, whose rules may be older than the feed's.
    feed = renamed(assemble(Head(name="Any"), [render(event, MAILBOX)]))
    read = {(start, status) for _, start, status in read_by_recurring_ical_events(feed, first, last)}
    assert {(moment(start_of(single)), single.status.value) for single in expand(event, first, last)} == read


@pytest.mark.parametrize(
    ("rule", "first", "expected"),
    [
        (Recurrence(Frequency.DAILY, 10), "2026-02-20", ["2026-02-20", "2026-03-02", "2026-03-12"]),
        (Recurrence(Frequency.WEEKLY, 2, ("TU", "TH")), "2026-03-05", ["2026-03-05", "2026-03-17", "2026-03-19"]),
        (Recurrence(Frequency.WEEKLY, weekdays=("SU", "MO")), "2026-03-01", ["2026-03-01", "2026-03-02", "2026-03-08"]),
        (Recurrence(Frequency.MONTHLY), "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        (Recurrence(Frequency.MONTHLY, 6), "2027-08-29", ["2027-08-29", "2028-02-29", "2028-08-29"]),
        (Recurrence(Frequency.MONTHLY, nth=2), "2026-11-10", ["2026-11-10", "2026-12-08", "2027-01-12"]),
        (Recurrence(Frequency.MONTHLY, nth=-1), "2026-01-30", ["2026-01-30", "2026-02-27", "2026-03-27"]),
    ],
)
def test_rules_fall_on_the_days_people_expect(rule: Recurrence, first: str, expected: list[str]) -> None:
    assert [str(day) for day in islice(rule.days(date.fromisoformat(first)), 3)] == expected
