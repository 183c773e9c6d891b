"""Dates as people type them, read into civil dates.

A year-first date (2027-01-05) and a date with the month in words (5 Jan 2027; Jan 5, 2027) have one meaning anywhere.
A date of digits alone (05/01/2027) has two, and is read in the order that the reader is told, never guessed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from exchange.domain.periods import spoken

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A year before this one is a slip of the keyboard (0202 for 2020), not a date in anybody's employment.
EARLIEST_YEAR = 1900
LONGEST_TEXT = 40  # "Wednesday, the 30th of September 2026" has 37 characters

_SEPARATOR = r"\s*[-/.\s]\s*"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}})")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}}){_SEPARATOR}([0-9]{{1,2}}){_SEPARATOR}([0-9]{{4}})")
_SHORT_YEAR = re.compile(rf"[0-9]{{1,2}}{_SEPARATOR}(?:[0-9]{{1,2}}|[a-z]+\.?){_SEPARATOR}[0-9]{{2}}")
_DAY_MONTH = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?(?: of)?[-\s]*([a-z]+)\.?[-,\s]*([0-9]{4})")
_MONTH_DAY = re.compile(r"([a-z]+)\.?[-\s]*([0-9]{1,2})(?:st|nd|rd|th)?(?:[-\s]+|\s*,\s*)([0-9]{4})")
_WEEKDAY = re.compile(
    rf"({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in WEEKDAYS)})\b[.,\s]*(?:the )?",
    re.IGNORECASE,
)
_MIDNIGHT = re.compile(r"[T\s]00:00(?::00(?:\.0+)?)?Z?$", re.IGNORECASE)  # as spreadsheets write a date without a time


class DateOrder(StrEnum):
    """How a date of digits alone is read."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"

    @property
    def other(self) -> DateOrder:
        return DateOrder.MONTH_FIRST if self is DateOrder.DAY_FIRST else DateOrder.DAY_FIRST

    @property
    def words(self) -> str:
        return "day first" if self is DateOrder.DAY_FIRST else "month first"


def parse_date(text: str, order: DateOrder) -> date:
    """The date that ``text`` names, its digits read in ``order`` where the month is not in words.

    Raises:
        ValueError: with a sentence for the person who typed it.
    """
    typed = " ".join(text.split())
    if not typed:
        raise ValueError("Give a date, such as 5 Jan 2027.")
    if len(typed) > LONGEST_TEXT:
        raise ValueError(f"“{typed[:LONGEST_TEXT]}…” is not a date. Write it like 5 Jan 2027.")
    plain = _MIDNIGHT.sub("", typed)
    weekday = _WEEKDAY.match(plain)
    if weekday is not None:
        plain = plain[weekday.end() :]
    year, month, day = _parts(typed, plain.lower(), order)
    found = _checked(typed, year, month, day)
    if weekday is not None and not WEEKDAYS[found.weekday()].lower().startswith(weekday[1].lower()):
        raise ValueError(f"{spoken(found)} is a {WEEKDAYS[found.weekday()]}; “{typed}” names another weekday.")
    return found


def is_ambiguous(text: str) -> bool:
    """Whether ``text`` is a date of digits alone that names two different days in the two orders."""
    readings = set()
    for order in DateOrder:
        try:
            readings.add(parse_date(text, order))
        except ValueError:
            return False
    return len(readings) > 1


def likely_order(texts: Iterable[str]) -> DateOrder | None:
    """The only order in which all ``texts`` that are dates can be read; None where both or neither can."""
    possible = set(DateOrder)
    for text in texts:
        works = {order for order in DateOrder if _is_date(text, order)}
        if works:
            possible &= works
    return possible.pop() if len(possible) == 1 else None


def _is_date(text: str, order: DateOrder) -> bool:
    try:
        parse_date(text, order)
    except ValueError:
        return False
    return True


def _parts(typed: str, plain: str, order: DateOrder) -> tuple[int, int, int]:
    """Year, month and day, not yet checked against the calendar."""
    if match := _YEAR_FIRST.fullmatch(plain):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _YEAR_LAST.fullmatch(plain):
        day, month = (match[1], match[2]) if order is DateOrder.DAY_FIRST else (match[2], match[1])
        if int(month) > 12 and 1 <= int(day) <= 12:
            raise ValueError(
                f"“{typed}” has no month {month} when it is read {order.words}. "
                f"Write the month in words, or read this file {order.other.words}."
            )
        return int(match[3]), int(month), int(day)
    if match := _DAY_MONTH.fullmatch(plain):
        return int(match[3]), _month(typed, match[2]), int(match[1])
    if match := _MONTH_DAY.fullmatch(plain):
        return int(match[3]), _month(typed, match[1]), int(match[2])
    if _SHORT_YEAR.fullmatch(plain):
        raise ValueError(f"“{typed}” gives the year in two digits. Write all four, like 5 Jan 2027.")
    raise ValueError(f"“{typed}” is not a date. Write it like 5 Jan 2027 or 2027-01-05.")


def _month(typed: str, word: str) -> int:
    short = "sep" if word == "sept" else word
    for number, name in enumerate(MONTHS, start=1):
        if short in (name.lower(), name[:3].lower()):
            return number
    raise ValueError(f"“{typed}” names no month. Write it like 5 Jan 2027.")


def _checked(typed: str, year: int, month: int, day: int) -> date:
    if year < EARLIEST_YEAR:
        raise ValueError(f"“{typed}” is in the year {year}. Check the year.")
    if not 1 <= month <= 12:
        raise ValueError(f"“{typed}” has no month {month}: a year has 12 months.")
    longest = monthrange(year, month)[1]
    if not 1 <= day <= longest:
        raise ValueError(f"“{typed}” does not exist: {MONTHS[month - 1]} {year} has {longest} days.")
    return date(year, month, day)
