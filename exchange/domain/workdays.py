"""Working days: Monday to Friday without the holidays of a site. The holidays are given, never looked up here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.domain.periods import DAY, Period

SATURDAY = 5
NO_HOLIDAYS: frozenset[date] = frozenset()
LONGEST_BREAK = 366  # days without a working day, after which the calendar given cannot be meant


class Anchor(StrEnum):
    """What a due date counts from."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Due:
    """So many days before (negative) or after an anchor: working days of the owner's calendar, or calendar days."""

    anchor: Anchor
    offset: int
    working: bool = True


def is_working_day(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def working_days(period: Period, holidays: Collection[date] = NO_HOLIDAYS) -> int:
    """How many working days the period has."""
    weeks, rest = divmod(period.days, 7)
    tail = sum(1 for offset in range(rest) if (period.start.weekday() + offset) % 7 < SATURDAY)
    off = sum(1 for day in set(holidays) if day in period and day.weekday() < SATURDAY)
    return weeks * 5 + tail - off


def on_or_before(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The day itself when it is a working day, else the last one before it."""
    return _nearest(day, -1, holidays)


def on_or_after(day: date, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The day itself when it is a working day, else the first one after it."""
    return _nearest(day, 1, holidays)


def add_working_days(day: date, count: int, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The working day ``count`` working days after the day (before, when negative); 0 is the day or the next one."""
    step = 1 if count >= 0 else -1
    current = _nearest(day, step, holidays) if count == 0 else day
    for _ in range(abs(count)):
        current = _nearest(current + step * DAY, step, holidays)
    return current


def due_day(due: Due, stay: Period, holidays: Collection[date] = NO_HOLIDAYS) -> date:
    """The working day by which something is due; a calendar count ending on a day off is due the working day before."""
    anchor = stay.start if due.anchor is Anchor.START else stay.end
    if due.working and due.offset != 0:
        return add_working_days(anchor, due.offset, holidays)
    return on_or_before(anchor + due.offset * DAY, holidays)


def _nearest(day: date, step: int, holidays: Collection[date]) -> date:
    for _ in range(LONGEST_BREAK):
        if is_working_day(day, holidays):
            return day
        day += step * DAY
    raise ValueError(f"There is no working day within a year of {day}: check the holidays given.")
