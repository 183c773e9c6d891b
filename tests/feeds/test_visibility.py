from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.feeds.events import Override
from exchange.feeds.moments import Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.visibility import CancelledEvents, Item, fit, is_shown, last_day, retire_cancelled
from tests.feeds.samples import CANCELLED, MEETING, NEW_YORK_SERIES, SECONDMENT

MARK, HIDE = CancelledEvents.MARK, CancelledEvents.HIDE
TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("today", "shown"),
    [
        (date(2026, 2, 1), True),  # the day of the cancellation
        (date(2026, 2, 15), True),  # 14 days later
        (date(2026, 2, 16), False),
        (date(2026, 3, 2), False),
    ],
)
def test_a_cancelled_event_is_marked_for_fourteen_days(today: date, *, shown: bool) -> None:
    assert is_shown(CANCELLED, today, MARK, past_days=90) is shown
    assert is_shown(CANCELLED, today, HIDE, past_days=90) is False


def test_a_cancelled_event_goes_on_the_second_day_after_its_end() -> None:
    late = replace(CANCELLED, cancelled_on=date(2026, 3, 2))  # it would have been on 3 March
    assert is_shown(late, date(2026, 3, 4), MARK, past_days=90)
    assert not is_shown(late, date(2026, 3, 5), MARK, past_days=90)


def test_past_events_leave_with_the_window_and_future_ones_never() -> None:
    assert is_shown(MEETING, date(2026, 3, 13), MARK, past_days=10)
    assert not is_shown(MEETING, date(2026, 3, 14), MARK, past_days=10)
    assert is_shown(MEETING, date(2020, 1, 1), MARK, past_days=0)
    assert is_shown(SECONDMENT, date(2026, 8, 31), MARK, past_days=0)


def test_the_last_day_of_a_series_is_that_of_its_latest_occurrence() -> None:
    assert last_day(NEW_YORK_SERIES) == date(2026, 4, 15)
    later = Timed.by_the_clock(date(2026, 5, 30), time(9), time(10), "America/New_York")
    moved = replace(NEW_YORK_SERIES, overrides=(Override(slot=date(2026, 3, 11), when=later),))
    assert last_day(moved) == date(2026, 5, 30)
    assert last_day(replace(MEETING, rrule=Recurrence(Frequency.WEEKLY))) is None


def test_a_series_without_an_end_stays() -> None:
    endless = replace(MEETING, rrule=Recurrence(Frequency.WEEKLY))
    assert is_shown(endless, date(2100, 1, 1), MARK, past_days=0)
    assert not is_shown(replace(endless, cancelled_on=TODAY), date(2026, 3, 17), MARK, past_days=0)


def test_a_cancelled_occurrence_is_left_out_after_fourteen_days() -> None:
    assert retire_cancelled(NEW_YORK_SERIES, date(2026, 3, 24)) == NEW_YORK_SERIES
    retired = retire_cancelled(NEW_YORK_SERIES, date(2026, 3, 25))
    assert retired.exdates == (date(2026, 3, 4), date(2026, 3, 18))
    assert [override.slot for override in retired.overrides] == [date(2026, 3, 11)]
    assert (retired.updated_at, retired.sequence) == (datetime(2026, 3, 25, tzinfo=UTC), NEW_YORK_SERIES.sequence)
    assert retire_cancelled(NEW_YORK_SERIES, date(2026, 4, 1)) == retired  # once, not day by day
    later = replace(NEW_YORK_SERIES, updated_at=datetime(2026, 3, 30, 8, tzinfo=UTC))
    assert retire_cancelled(later, date(2026, 4, 1)).updated_at == later.updated_at


def test_a_series_of_cancelled_occurrences_keeps_them_marked() -> None:
    cancelled = tuple(Override(slot=slot, cancelled_on=TODAY) for slot in NEW_YORK_SERIES.slots)
    series = replace(NEW_YORK_SERIES, overrides=cancelled)
    assert retire_cancelled(series, date(2027, 1, 1)) == series


def items(past: int, future: int, size: int = 100) -> list[Item]:
    return [
        *(Item(f"past-{number}", TODAY - timedelta(days=number + 1), size) for number in range(past)),
        *(Item(f"future-{number}", TODAY + timedelta(days=number), size) for number in range(future)),
        Item("endless", None, size),
    ]


def test_what_fits_is_kept_whole() -> None:
    choice = fit(items(5, 5), TODAY)
    assert (len(choice.uids), choice.dropped, choice.too_large) == (11, 0, False)


def test_the_oldest_past_events_are_dropped_first() -> None:
    choice = fit(items(5, 5), TODAY, most_items=9)
    assert choice.dropped == 2
    assert {"past-3", "past-4"}.isdisjoint(choice.uids)
    assert "past-2" in choice.uids


def test_bytes_count_as_well_as_events() -> None:
    assert fit(items(5, 5), TODAY, most_bytes=1000).dropped == 1


@given(past=st.integers(0, 30), future=st.integers(0, 30), most=st.integers(1, 40), size=st.integers(1, 50))
def test_the_future_is_never_dropped(past: int, future: int, most: int, size: int) -> None:
    choice = fit(items(past, future, size), TODAY, most_items=most, most_bytes=most * 20)
    assert {f"future-{number}" for number in range(future)} | {"endless"} <= choice.uids
    assert len(choice.uids) + choice.dropped == past + future + 1
    if choice.too_large:
        assert not any(uid.startswith("past") for uid in choice.uids)
