"""Shares of people's time: summed per day, over-bookings as runs of days, and shares as people type them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from exchange.domain.allocations import Commitment, Overbooking, load, overbookings, parse_share, peak, two_cities
from exchange.domain.periods import Period

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
HALF = Decimal("0.5")


def test_two_halves_are_full_time_and_a_tenth_more_is_too_much() -> None:
    halves = [Commitment("a", MARCH, HALF), Commitment("b", MARCH, HALF)]
    assert overbookings(halves) == ()
    more = [*halves, Commitment("c", Period(date(2026, 3, 31), date(2026, 4, 2)), Decimal("0.1"))]
    last = Period(date(2026, 3, 31), date(2026, 3, 31))
    assert overbookings(more) == (Overbooking(last, Decimal("1.1"), Decimal("0.1")),)


def test_the_sum_is_per_day_and_not_per_record() -> None:
    one_after_the_other = [
        Commitment("a", Period(date(2026, 3, 1), date(2026, 3, 15)), Decimal(1)),
        Commitment("b", Period(date(2026, 3, 16), date(2026, 3, 31)), Decimal(1)),
    ]
    assert overbookings(one_after_the_other) == ()
    assert load(one_after_the_other)[0].period == MARCH
    assert peak(one_after_the_other, MARCH) == 1
    assert peak(one_after_the_other, Period(date(2026, 5, 1))) == 0


def test_over_the_new_year() -> None:
    winter = Period(date(2026, 12, 1), date(2027, 1, 31))
    found = overbookings([Commitment("a", winter, Decimal(1)), Commitment("b", Period(date(2027, 1, 1)), HALF)])
    assert [one.period for one in found] == [Period(date(2027, 1, 1), date(2027, 1, 31))]


def test_two_cities_at_once() -> None:
    paris = Commitment("Paris", MARCH, HALF, "Paris")
    boundary = Commitment("Nairobi", Period(date(2026, 3, 31), date(2026, 5, 1)), HALF, "Nairobi")
    assert two_cities(paris, [boundary]) == (boundary,)
    assert two_cities(paris, [Commitment("Paris again", MARCH, HALF, "Paris")]) == ()
    assert two_cities(paris, [Commitment("remote", MARCH, HALF)]) == ()


@pytest.mark.parametrize(
    ("text", "share"),
    [("0.5", "0.5"), ("0,5", "0.5"), ("50%", "0.5"), ("50 %", "0.5"), ("100", "1"), ("1", "1"),
     ("80", "0.8"), ("5%", "0.05")],
)  # fmt: skip
def test_shares_as_people_type_them(text: str, share: str) -> None:
    assert parse_share(text) == Decimal(share)


@pytest.mark.parametrize("text", ["", "NaN", "-0.5", "0", "1.1", "2", "101", "150%", "half", "Infinity", "0.5.5"])
def test_what_is_no_share_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="no share of working time"):
        parse_share(text)
