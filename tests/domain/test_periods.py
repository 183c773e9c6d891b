"""Periods of civil dates: months of unequal length, boundary days, unions, gaps and sweeps."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.periods import (
    OPEN_END,
    Load,
    Period,
    add_months,
    gaps,
    last_day_of,
    respoken,
    shared,
    spoken,
    sweep,
    union,
    whole_months,
)

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    return Period(*sorted((draw(DAYS), draw(DAYS))))


def days_of(some: tuple[Period, ...] | list[Period]) -> set[date]:
    return {day for period in some for day in period}


def test_a_period_includes_both_ends() -> None:
    period = Period(date(2026, 3, 2), date(2026, 3, 2))
    assert period.days == 1
    assert date(2026, 3, 2) in period
    assert date(2026, 3, 3) not in period


def test_an_end_before_the_start_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="last day, 1 March 2026, is before the first day, 2 March 2026"):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_an_open_end_overlaps_everything_later() -> None:
    employment = Period(date(2020, 1, 1))
    assert employment.open_ended
    assert employment.covers(Period(date(2090, 1, 1), date(2090, 2, 1)))
    assert str(employment) == "1 January 2020 to no end"


def test_a_shared_boundary_day_is_an_overlap() -> None:
    assert Period(date(2026, 1, 1), date(2026, 1, 31)).overlaps(Period(date(2026, 1, 31), date(2026, 2, 10)))
    assert not Period(date(2026, 1, 1), date(2026, 1, 30)).overlaps(Period(date(2026, 1, 31), date(2026, 2, 10)))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
    ],
)
def test_months_are_added_to_the_calendar(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("start", "months", "last"),
    [
        (date(2026, 3, 15), 24, date(2028, 3, 14)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 1), 1, date(2026, 3, 31)),
    ],
)
def test_the_last_day_of_a_stay_of_months(start: date, months: int, last: date) -> None:
    assert last_day_of(start, months) == last
    assert whole_months(Period(start, last)) == months
    assert whole_months(Period(start, last - timedelta(days=1))) == months - 1


def test_a_stay_of_no_months_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        last_day_of(date(2026, 1, 1), 0)


def test_weeks_are_exact() -> None:
    assert Period(date(2026, 1, 5), date(2026, 1, 18)).weeks == 2


def test_days_are_spoken_without_a_leading_nought() -> None:
    assert spoken(date(2028, 3, 4)) == "4 March 2028"


@given(st.lists(periods(), max_size=6))
def test_a_union_holds_the_same_days_and_never_touches(some: list[Period]) -> None:
    merged = union(some)
    assert days_of(merged) == days_of(some)
    assert all(a.end + timedelta(days=1) < b.start for a, b in pairwise(merged))


@given(periods(), st.lists(periods(), max_size=6))
def test_gaps_are_what_no_period_covers(within: Period, some: list[Period]) -> None:
    assert days_of(gaps(within, some)) == days_of([within]) - days_of(some)


@given(st.lists(periods(), max_size=4), st.lists(periods(), max_size=4))
def test_shared_days_lie_in_both(one: list[Period], other: list[Period]) -> None:
    assert days_of(shared(one, other)) == days_of(one) & days_of(other)


def test_gaps_of_an_open_end_stop_at_it() -> None:
    assert gaps(Period(date(2026, 1, 1)), [Period(date(2026, 2, 1))]) == (Period(date(2026, 1, 1), date(2026, 1, 31)),)


@given(st.lists(st.tuples(periods(), st.sampled_from([Decimal("0.1"), Decimal("0.5"), Decimal("0.25")])), max_size=5))
def test_a_sweep_sums_each_day_exactly(amounts: list[tuple[Period, Decimal]]) -> None:
    levels = sweep(amounts)
    for level in levels:
        for day in (level.period.start, level.period.end):
            assert level.amount == sum((share for period, share in amounts if day in period), Decimal(0))
    assert days_of([level.period for level in levels]) == days_of([period for period, _ in amounts])


def test_a_sweep_with_an_open_end() -> None:
    assert sweep([(Period(date(2026, 1, 1)), Decimal(1))]) == (Load(Period(date(2026, 1, 1), OPEN_END), Decimal(1)),)


@given(DAYS, DAYS)
def test_a_sentence_is_written_again_with_its_days_and_nothing_else(one: date, other: date) -> None:
    sentence = f"The stay from {spoken(one)} to {spoken(other)} is no 31 February 2028, nor 7 Marchers 2028."
    assert respoken(sentence, spoken) == sentence
    assert respoken(sentence, date.isoformat) == (
        f"The stay from {one.isoformat()} to {other.isoformat()} is no 31 February 2028, nor 7 Marchers 2028."
    )
