"""Working days over a given set of holidays, and due days counted from the ends of a stay."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.periods import Period
from exchange.domain.workdays import (
    Anchor,
    Due,
    add_working_days,
    due_day,
    is_working_day,
    on_or_after,
    on_or_before,
    working_days,
)

CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)})  # England and Wales, 2026
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
HOLIDAYS = st.frozensets(DAYS, max_size=12)


@given(DAYS, st.integers(0, 200), HOLIDAYS)
def test_working_days_are_counted_as_by_hand(start: date, length: int, holidays: frozenset[date]) -> None:
    period = Period(start, start + timedelta(days=length))
    assert working_days(period, holidays) == sum(1 for day in period if is_working_day(day, holidays))


@given(DAYS, st.integers(-60, 60).filter(bool), HOLIDAYS)
def test_adding_lands_on_a_working_day_that_many_later(day: date, count: int, holidays: frozenset[date]) -> None:
    landed = add_working_days(day, count, holidays)
    assert is_working_day(landed, holidays)
    one = timedelta(days=1)
    between = Period(day + one, landed) if count > 0 else Period(landed, day - one)
    assert working_days(between, holidays) == abs(count)


def test_over_christmas() -> None:
    assert add_working_days(date(2026, 12, 24), 1, CHRISTMAS) == date(2026, 12, 29)
    assert add_working_days(date(2026, 12, 29), -1, CHRISTMAS) == date(2026, 12, 24)
    assert add_working_days(date(2026, 12, 26), 0, CHRISTMAS) == date(2026, 12, 29)
    assert on_or_before(date(2026, 12, 28), CHRISTMAS) == date(2026, 12, 24)
    assert on_or_after(date(2026, 12, 25), CHRISTMAS) == date(2026, 12, 29)


def test_the_same_due_differs_between_two_owners_calendars() -> None:
    stay = Period(date(2027, 1, 4), date(2027, 6, 25))
    due = Due(Anchor.START, -5)
    assert due_day(due, stay, CHRISTMAS) == date(2026, 12, 23)
    assert due_day(due, stay) == date(2026, 12, 28)


def test_due_days_from_the_end_and_in_calendar_days() -> None:
    stay = Period(date(2026, 9, 1), date(2026, 12, 23))
    assert due_day(Due(Anchor.END, 0), stay) == date(2026, 12, 23)
    assert due_day(Due(Anchor.END, 5, working=False), stay, CHRISTMAS) == date(2026, 12, 24)
    assert due_day(Due(Anchor.END, 2), stay, CHRISTMAS) == date(2026, 12, 29)


def test_a_calendar_without_working_days_is_refused() -> None:
    never = frozenset(Period(date(2026, 1, 1), date(2028, 1, 1)))
    with pytest.raises(ValueError, match="check the holidays"):
        on_or_after(date(2026, 1, 1), never)
