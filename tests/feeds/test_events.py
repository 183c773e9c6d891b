from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from exchange.feeds.events import EventClass, EventKind, EventStatus, FeedEvent, Override
from exchange.feeds.expansion import expand
from exchange.feeds.moments import AllDay, Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.views import without_cancelled
from tests.feeds.samples import CANCELLED, MEETING, NEW_YORK_SERIES, SECONDMENT

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_the_allow_list_is_exactly_this() -> None:
    assert {field.name for field in fields(FeedEvent)} == {
        *("uid", "kind", "when", "summary", "description", "location", "url", "conference", "categories"),
        *("created_at", "updated_at", "sequence", "transparent", "tentative", "cancelled_on", "classification"),
        *("related_to", "rrule", "exdates", "overrides", "alarms"),
    }


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"uid": ""}, "needs a UID"),
        ({"uid": "a@b\r\nX:1"}, "is no UID"),
        ({"uid": "no-host"}, "is no UID"),
        ({"related_to": "a b@c"}, "is no UID"),
        ({"summary": "  "}, "needs a title"),
        ({"summary": "\x07\ufeff"}, "needs a title"),
        ({"url": "javascript:alert(1)"}, "begins with https://"),
        ({"url": "https://x.example/\r\nX:1"}, "begins with https://"),
        ({"conference": "https://x.example/a b"}, "begins with https://"),
        ({"created_at": datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "need a zone"),
        ({"updated_at": datetime(2025, 1, 1, tzinfo=UTC)}, "before the creation"),
        ({"sequence": -1}, "out of range"),
        ({"alarms": (timedelta(days=29),)}, "up to 28 days"),
        ({"kind": EventKind.SECONDMENT}, "lasts whole days"),
        ({"exdates": (DAY,)}, "give a rule of repetition"),
    ],
)
def test_what_a_calendar_cannot_carry_is_refused_in_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(MEETING, **change)


def test_an_admin_deadline_is_never_public() -> None:
    with pytest.raises(ValueError, match="never public"):
        replace(SECONDMENT, kind=EventKind.ADMIN_DEADLINE)
    private = replace(SECONDMENT, kind=EventKind.ADMIN_DEADLINE, classification=EventClass.PRIVATE)
    assert private.classification is EventClass.PRIVATE


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rrule": Recurrence(Frequency.WEEKLY, weekdays=("MO",))}, "does not follow its own rule"),
        ({"rrule": Recurrence(Frequency.MONTHLY, nth=1)}, "does not follow its own rule"),
        ({"exdates": (date(2026, 3, 5),)}, "no occurrence on 2026-03-05"),
        ({"exdates": (date(2026, 4, 22),)}, "no occurrence on 2026-04-22"),
        ({"exdates": (date(2026, 3, 11),)}, "left out or changed twice"),
        ({"overrides": (Override(slot=date(2026, 3, 4)),)}, "left out or changed twice"),
        ({"overrides": (Override(slot=date(2026, 3, 11), when=AllDay(DAY, DAY)),)}, "all day or timed"),
        ({"rrule": Recurrence(Frequency.WEEKLY, count=1), "exdates": (date(2026, 2, 25),), "overrides": ()}, "is left"),
        ({"rrule": Recurrence(Frequency.WEEKLY, last_day=DAY), "exdates": (), "overrides": ()}, None),
        ({"rrule": Recurrence(Frequency.DAILY, last_day=date(2026, 1, 1)), "exdates": (), "overrides": ()}, "is left"),
    ],
)
def test_a_series_is_checked_against_its_rule(change: dict[str, Any], sentence: str | None) -> None:
    if sentence is None:
        assert replace(NEW_YORK_SERIES, **change).slots == (date(2026, 2, 25),)
    else:
        with pytest.raises(ValueError, match=sentence):
            replace(NEW_YORK_SERIES, **change)


def test_a_series_in_a_zone_that_cannot_be_described_needs_an_end() -> None:
    when = Timed.by_the_clock(date(2026, 3, 17), time(10), time(11), "Asia/Jerusalem")
    with pytest.raises(ValueError, match="A series in Asia/Jerusalem needs an end"):
        replace(MEETING, when=when, rrule=Recurrence(Frequency.WEEKLY))
    assert replace(MEETING, when=when, rrule=Recurrence(Frequency.WEEKLY, count=2)).repeats_by_rule is False


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"interval": 0}, "from 1 to 99"),
        ({"weekdays": ("XX",)}, "Unknown weekday 'XX'"),
        ({"frequency": Frequency.DAILY, "weekdays": ("MO",)}, "Only a weekly repetition"),
        ({"nth": 2}, "for a monthly repetition only"),
        ({"frequency": Frequency.MONTHLY, "nth": 5}, "1, 2, 3, 4 or -1"),
        ({"count": 3, "last_day": DAY}, "not both"),
        ({"count": 0}, "from 1 to 1000"),
    ],
)
def test_a_rule_without_meaning_is_refused(arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Recurrence(**{"frequency": Frequency.WEEKLY, **arguments})


def test_whole_days_are_in_order_and_without_times() -> None:
    with pytest.raises(ValueError, match="before the first day"):
        AllDay(DAY, date(2026, 3, 1))
    with pytest.raises(ValueError, match="give the dates alone"):
        AllDay(NOON, NOON)


@pytest.mark.parametrize(
    ("start", "end", "zone", "sentence"),
    [
        (NOON, NOON, "UTC", "not after the start"),
        (NOON, NOON.replace(tzinfo=None), "UTC", "has no zone"),
        (NOON, NOON.replace(hour=13, microsecond=5), "UTC", "whole seconds"),
        (NOON, NOON.replace(hour=13), "Nowhere", "no time zone called 'Nowhere'"),
    ],
)
def test_times_that_cannot_be_written_are_refused(start: datetime, end: datetime, zone: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Timed(start, end, zone)


@pytest.mark.parametrize("year", [1969, 2200, 9999])
def test_years_that_mean_never_are_refused(year: int) -> None:
    with pytest.raises(ValueError, match=f"The year {year} is out of range; give one from 1970 to 2199"):
        AllDay(min(DAY, date(year, 1, 1)), max(DAY, date(year, 1, 1)))
    with pytest.raises(ValueError, match=f"The year {year} is out of range"):
        Timed(min(NOON, NOON.replace(year=year)), max(NOON, NOON.replace(year=year)), "Europe/London")


def test_a_clock_time_that_never_comes_is_refused() -> None:
    with pytest.raises(ValueError, match="On 08 March 2026 the clocks in America/New_York leave out 02:30"):
        Timed.by_the_clock(date(2026, 3, 8), time(2, 30), time(4), "America/New_York")


def test_a_session_past_midnight_ends_on_the_next_day() -> None:
    late = Timed.by_the_clock(DAY, time(22), time(1), "Europe/London")
    assert late.length == timedelta(hours=3)
    assert late.local_end.date() == date(2026, 3, 3)


def test_length_counts_elapsed_time_over_a_clock_change() -> None:
    night = Timed.by_the_clock(date(2026, 3, 28), time(23), time(3), "Europe/London")
    assert night.length == timedelta(hours=3)


def test_the_state_of_an_event_follows_from_what_is_known_of_it() -> None:
    assert MEETING.status is EventStatus.CONFIRMED
    assert replace(MEETING, tentative=True).status is EventStatus.TENTATIVE
    assert replace(CANCELLED, tentative=True).status is EventStatus.CANCELLED


def test_a_series_without_an_end_has_no_list_of_occurrences() -> None:
    endless = replace(MEETING, rrule=Recurrence(Frequency.DAILY))
    with pytest.raises(ValueError, match="one without an end"):
        _ = endless.slots


def test_a_series_is_expanded_within_the_days_asked_for() -> None:
    shown = expand(NEW_YORK_SERIES, date(2026, 3, 1), date(2026, 3, 20))
    assert [event.uid.split("@")[0] for event in shown] == ["testing-session-3-20260311", "testing-session-3-20260318"]
    assert [event.status for event in shown] == [EventStatus.CONFIRMED, EventStatus.CANCELLED]
    assert shown[0].summary == "Weekly joint run (moved)"
    assert all(event.rrule is None for event in shown)


@pytest.mark.parametrize(
    ("first", "last", "slots"),
    [
        (date(2026, 3, 25), date(2026, 4, 1), ["20260325", "20260401"]),
        (date(2026, 3, 26), date(2026, 3, 31), []),
        (date(2026, 4, 15), date(2030, 1, 1), ["20260415"]),
    ],
)
def test_both_ends_of_the_window_belong_to_it(first: date, last: date, slots: list[str]) -> None:
    shown = expand(NEW_YORK_SERIES, first, last)
    assert [event.uid.split("@")[0].rsplit("-", 1)[1] for event in shown] == slots


def test_an_event_on_the_last_day_of_the_window_is_in_it() -> None:
    assert expand(MEETING, date(2026, 3, 1), date(2026, 3, 3)) == (MEETING,)
    assert expand(MEETING, date(2026, 3, 4), date(2026, 3, 9)) == ()


def test_an_occurrence_that_is_moved_into_the_window_is_found_there() -> None:
    far = Timed.by_the_clock(date(2027, 1, 20), time(9), time(10), "America/New_York")
    moved = replace(NEW_YORK_SERIES, exdates=(), overrides=(Override(slot=date(2026, 3, 4), when=far),))
    assert [event.when for event in expand(moved, date(2027, 1, 1), date(2027, 1, 31))] == [far]


def test_expansion_touches_both_ends_of_the_window_and_not_the_day_after_midnight() -> None:
    span = replace(SECONDMENT, when=AllDay(DAY, date(2026, 3, 5)))
    assert expand(span, date(2026, 3, 5), date(2026, 3, 9)) == (span,)
    assert expand(span, date(2026, 3, 6), date(2026, 3, 9)) == ()
    late = replace(MEETING, when=Timed.by_the_clock(DAY, time(22), time(0), "Europe/London"))
    assert expand(late, date(2026, 3, 3), date(2026, 3, 4)) == ()


def test_cancelled_occurrences_can_be_left_out_instead_of_marked() -> None:
    assert without_cancelled(CANCELLED) is None
    assert without_cancelled(MEETING) is MEETING
    hidden = without_cancelled(NEW_YORK_SERIES)
    assert hidden is not None
    assert hidden.exdates == (date(2026, 3, 4), date(2026, 3, 18))
    assert [override.slot for override in hidden.overrides] == [date(2026, 3, 11)]
