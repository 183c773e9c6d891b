"""How a meeting repeats: the part of RFC 5545's RRULE that people use and every calendar program understands.

One occurrence falls on one civil date in the zone of the series, so a date is enough to name it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile

from icalendar import vRecur

from exchange.feeds.moments import AllDay, When

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""RFC 5545's names of the days, Monday first as in ``date.weekday()``."""

_WEEK = timedelta(days=7)
_DECEMBER = 12
_MOST_OCCURRENCES = 1000


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule of repetition; the first occurrence is the event's own day.

    ``weekdays`` are for weekly rules (empty: the weekday of the first occurrence). A monthly rule repeats the day of
    the month, or with ``nth`` (1 to 4, -1 for the last) the first occurrence's weekday of that week. ``last_day`` is a
    civil date in the zone of the series and included.

    Raises:
        ValueError: a combination that has no meaning.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[str, ...] = ()
    nth: int | None = None
    count: int | None = None
    last_day: date | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.interval <= 99:
            raise ValueError(f"A repetition every {self.interval} makes no sense; give a number from 1 to 99.")
        if self.weekdays and self.frequency is not Frequency.WEEKLY:
            raise ValueError("Only a weekly repetition names weekdays; leave them out or repeat weekly.")
        if unknown := set(self.weekdays) - set(WEEKDAYS):
            raise ValueError(f"Unknown weekday {min(unknown)!r}; use {', '.join(WEEKDAYS)}.")
        if self.nth is not None and (self.frequency is not Frequency.MONTHLY or self.nth not in {1, 2, 3, 4, -1}):
            raise ValueError("A week of the month is 1, 2, 3, 4 or -1 (the last), for a monthly repetition only.")
        if self.count is not None and self.last_day is not None:
            raise ValueError("A repetition ends after a number of times or on a day, not both; give one of them.")
        if self.count is not None and not 1 <= self.count <= _MOST_OCCURRENCES:
            raise ValueError(f"{self.count} occurrences are not possible; give a number from 1 to {_MOST_OCCURRENCES}.")

    @property
    def ends(self) -> bool:
        return self.count is not None or self.last_day is not None

    def begins_on(self, day: date) -> bool:
        """Whether this day follows the rule, so that it may be the first occurrence."""
        if self.weekdays:
            return WEEKDAYS[day.weekday()] in self.weekdays
        return self.nth is None or _nth_weekday(day.year, day.month, day.weekday(), self.nth) == day

    def days(self, first: date) -> Iterator[date]:
        """The dates of the series in order, from ``first`` on; without end where the rule has none."""
        every = self._days(first)
        if self.last_day is not None:
            last_day = self.last_day
            every = takewhile(lambda day: day <= last_day, every)
        return islice(every, self.count)

    def _days(self, first: date) -> Iterator[date]:
        match self.frequency:
            case Frequency.DAILY:
                return (first + timedelta(days=self.interval * step) for step in count())
            case Frequency.WEEKLY:
                return self._weekly(first)
            case Frequency.MONTHLY:
                return self._monthly(first)

    def _weekly(self, first: date) -> Iterator[date]:
        chosen = sorted(WEEKDAYS.index(name) for name in set(self.weekdays)) or [first.weekday()]
        monday = first - timedelta(days=first.weekday())
        for step in count():
            for weekday in chosen:
                day = monday + step * self.interval * _WEEK + timedelta(days=weekday)
                if day >= first:
                    yield day

    def _monthly(self, first: date) -> Iterator[date]:
        for step in count():
            months = first.month - 1 + step * self.interval
            year, month = first.year + months // 12, months % 12 + 1
            if self.nth is not None:
                yield _nth_weekday(year, month, first.weekday(), self.nth)
            elif first.day <= _length(year, month):
                yield first.replace(year=year, month=month)  # a month without that day is passed over, as RFC 5545 says

    def value(self, when: When) -> vRecur:
        """The RRULE of a series whose first occurrence is ``when``. UNTIL is in UTC, or a date for whole days."""
        parts: dict[str, object] = {"FREQ": self.frequency.value}
        if self.interval > 1:
            parts["INTERVAL"] = self.interval
        if self.weekdays:
            parts["BYDAY"] = [name for name in WEEKDAYS if name in self.weekdays]
        if self.nth is not None:
            parts["BYDAY"] = f"{self.nth}{WEEKDAYS[when.day.weekday()]}"
        if self.count is not None:
            parts["COUNT"] = self.count
        if self.last_day is not None:
            parts["UNTIL"] = _until(when, self.last_day)
        return vRecur(parts)


def _until(when: When, last_day: date) -> date | datetime:
    return last_day if isinstance(when, AllDay) else when.on(last_day).start.astimezone(UTC)


def _length(year: int, month: int) -> int:
    following = date(year + month // _DECEMBER, month % _DECEMBER + 1, 1)
    return (following - timedelta(days=1)).day


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    if nth < 0:
        last = date(year, month, _length(year, month))
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
