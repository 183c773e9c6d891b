"""Typed dates: one table for both orders, the sentences for what is no date, and what holds for every day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.dates import MONTHS, DateOrder, is_ambiguous, likely_order, parse_date

DAY, MONTH = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
FIFTH_OF_JANUARY = date(2027, 1, 5)

SAME_IN_BOTH_ORDERS = [
    "2027-01-05",
    "2027-1-5",
    "2027/01/05",
    "2027.01.05",
    " 2027-01-05 ",
    "2027-01-05T00:00:00",
    "2027-01-05 00:00",
    "5 Jan 2027",
    "05 jan 2027",
    "5 JANUARY 2027",
    "5-Jan-2027",
    "5Jan2027",
    "5th January 2027",
    "5th of January, 2027",
    "5\u00a0Jan\u00a02027",
    "Jan 5, 2027",
    "Jan. 5, 2027",
    "January 5 2027",
    "January 5th, 2027",
    "Tue 5 Jan 2027",
    "Tuesday, January 5, 2027",
    "Tuesday the 5th of January 2027",
]


@pytest.mark.parametrize("order", DateOrder)
@pytest.mark.parametrize("text", SAME_IN_BOTH_ORDERS)
def test_a_date_with_one_meaning_needs_no_order(text: str, order: DateOrder) -> None:
    assert parse_date(text, order) == FIFTH_OF_JANUARY
    assert not is_ambiguous(text)


@pytest.mark.parametrize("text", ["03/04/2027", "3/4/2027", "03.04.2027", "3-4-2027", "03 04 2027", "3 / 4 / 2027"])
def test_digits_alone_follow_the_order_told(text: str) -> None:
    assert parse_date(text, DAY) == date(2027, 4, 3)
    assert parse_date(text, MONTH) == date(2027, 3, 4)
    assert is_ambiguous(text)


def test_the_same_number_twice_is_no_ambiguity() -> None:
    assert not is_ambiguous("04/04/2027")


def test_a_date_that_fits_the_other_order_only_is_refused_with_that_order_named() -> None:
    with pytest.raises(ValueError, match=r"no month 25 when it is read month first.*read this file day first"):
        parse_date("25/12/2026", MONTH)
    with pytest.raises(ValueError, match=r"no month 25 when it is read day first.*read this file month first"):
        parse_date("12/25/2026", DAY)
    assert not is_ambiguous("25/12/2026")


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_long_and_short(month: int) -> None:
    name = MONTHS[month - 1]
    assert parse_date(f"2 {name} 2028", DAY) == date(2028, month, 2)
    assert parse_date(f"{name[:3]} 2, 2028", DAY) == date(2028, month, 2)
    assert parse_date("2 Sept 2028", DAY) == date(2028, 9, 2)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Give a date"),
        ("  \t ", "Give a date"),
        ("soon", "is not a date"),
        ("5 Jan", "is not a date"),
        ("20270105", "is not a date"),
        ("46027", "is not a date"),
        ("5 Jan 2027 09:00", "is not a date"),
        ("\u0665 Jan \u0662\u0660\u0662\u0667", "is not a date"),
        ("5/1/27", "year in two digits"),
        ("5 Jan 27", "year in two digits"),
        ("5 Janvier 2027", "names no month"),
        ("30 Feb 2027", "February 2027 has 28 days"),
        ("29 Feb 2027", "February 2027 has 28 days"),
        ("29 Feb 2100", "February 2100 has 28 days"),
        ("0 Jan 2027", "January 2027 has 31 days"),
        ("31/06/2027", "June 2027 has 30 days"),
        ("2027-13-01", "no month 13"),
        ("2027-00-01", "no month 0"),
        ("30/30/2027", "no month 30"),
        ("5 Jan 0202", "in the year 202"),
        ("Monday 5 Jan 2027", "5 January 2027 is a Tuesday"),
        ("5 Jan 2027" * 1000, "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as refused:
        parse_date(text, DAY)
    assert str(refused.value).endswith(".")
    assert len(str(refused.value)) < 200


def test_leap_day_and_the_last_year_are_dates() -> None:
    assert parse_date("29 Feb 2028", DAY) == date(2028, 2, 29)
    assert parse_date("31 Dec 9999", DAY) == date(9999, 12, 31)


def test_the_likely_order_is_the_one_that_reads_everything() -> None:
    assert likely_order(["03/04/2027", "25/12/2026", "not a date"]) is DAY
    assert likely_order(["03/04/2027", "12/25/2026"]) is MONTH
    assert likely_order(["03/04/2027", "2026-12-25"]) is None
    assert likely_order(["25/12/2026", "12/25/2026"]) is None
    assert likely_order([]) is None


@settings(deadline=None)
@given(st.dates(min_value=date(1900, 1, 1)), st.sampled_from(DateOrder))
def test_every_day_is_read_back_from_every_way_of_writing_it(day: date, order: DateOrder) -> None:
    name = MONTHS[day.month - 1]
    digits = (day.day, day.month) if order is DAY else (day.month, day.day)
    for text in (
        day.isoformat(),
        f"{day.day} {name[:3]} {day.year}",
        f"{name} {day.day}, {day.year}",
        f"{digits[0]:02}/{digits[1]:02}/{day.year}",
    ):
        assert parse_date(text, order) == day


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="0123456789/-. ,JanFebthof", max_size=30), st.sampled_from(DateOrder))
def test_any_text_is_a_date_or_a_sentence(text: str, order: DateOrder) -> None:
    try:
        found = parse_date(text, order)
    except ValueError as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - both outcomes are right; the sentence is what is tested
    else:
        assert found.year >= 1900
