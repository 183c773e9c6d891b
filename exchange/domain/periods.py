"""Periods of civil dates, both ends included, and the sums that secondments need of them.

A secondment's first and last day are dates on a wall calendar at the host's site, not instants: no time zone ever
moves them. An open end (an employment without limit, a clearance under continuous vetting) is ``date.max``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

OPEN_END = date.max
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``start`` to ``end``, both included."""

    start: date
    end: date = OPEN_END

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(
                f"The last day, {spoken(self.end)}, is before the first day, {spoken(self.start)}: correct one of them."
            )

    @property
    def open_ended(self) -> bool:
        return self.end == OPEN_END

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def weeks(self) -> Decimal:
        """Calendar weeks, as a decimal: ten days are 1.428… weeks."""
        return Decimal(self.days) / 7

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __iter__(self) -> Iterator[date]:
        for offset in range(self.days):
            yield self.start + timedelta(days=offset)

    def __str__(self) -> str:
        return f"{spoken(self.start)} to {'no end' if self.open_ended else spoken(self.end)}"

    def covers(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        """Whether at least one day is shared; a shared boundary day counts."""
        return self.start <= other.end and other.start <= self.end

    def clip(self, within: Period) -> Period | None:
        """The days shared with ``within``, or None."""
        if not self.overlaps(within):
            return None
        return Period(max(self.start, within.start), min(self.end, within.end))


@dataclass(frozen=True, slots=True)
class Load:
    """A run of days over which the summed amount stays the same."""

    period: Period
    amount: Decimal


_MONTHS = tuple(f"{date(2000, month, 1):%B}" for month in range(1, 13))
_SPOKEN = re.compile(rf"\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b")


def spoken(day: date) -> str:
    """A day as a sentence names it: 14 March 2028."""
    return f"{day.day} {day:%B} {day.year}"


def respoken(sentence: str, write: Callable[[date], str]) -> str:
    """The sentence with each day that ``spoken`` wrote in it written in another way.

    Rules speak to everybody in one way, which is how the audit trail keeps it; pages write days as their reader does.
    """

    def again(found: re.Match[str]) -> str:
        try:
            return write(date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1])))
        except ValueError:  # no such day: somebody typed it
            return found[0]

    return _SPOKEN.sub(again, sentence)


def add_months(day: date, months: int) -> date:
    """The same day of a later (or earlier) month, or that month's last day where it has no such day.

    31 January and one month is 28 (or 29) February; 29 February and twelve months is 28 February. No day lies beyond
    the calendar's last one, which stands for no end at all.
    """
    index = day.year * 12 + (day.month - 1) + months
    year, month = divmod(index, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_day_of(start: date, months: int) -> date:
    """The last day, included, of a stay of ``months`` months that begins on ``start``.

    It is the day before the corresponding date. Where the month has no corresponding date, its last day is the end:
    one month from 31 January ends on 28 February, twelve months from 29 February 2028 on 28 February 2029.
    """
    if months < 1:
        raise ValueError(f"A stay of {months} months has no last day; give at least one month.")
    corresponding = add_months(start, months)
    return corresponding if corresponding.day < start.day else corresponding - DAY


def whole_months(period: Period) -> int:
    """How many whole months fit into the period (0 for less than one)."""
    months = (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1
    while months > 0 and last_day_of(period.start, months) > period.end:
        months -= 1
    return months


def union(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same days as few periods, in order; periods that touch or overlap become one."""
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and (merged[-1].open_ended or period.start <= merged[-1].end + DAY):
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return tuple(merged)


def shared(one: Iterable[Period], other: Iterable[Period]) -> tuple[Period, ...]:
    """The days that lie in both sets of periods."""
    others = tuple(other)
    clipped = (a.clip(b) for a in one for b in others)
    return union(period for period in clipped if period is not None)


def gaps(within: Period, periods: Iterable[Period]) -> tuple[Period, ...]:
    """The days of ``within`` that no period covers, in order."""
    found: list[Period] = []
    day = within.start
    for period in union(clipped for p in periods if (clipped := p.clip(within)) is not None):
        if day < period.start:
            found.append(Period(day, period.start - DAY))
        if period.end == within.end:
            return tuple(found)
        day = period.end + DAY
    found.append(Period(day, within.end))
    return tuple(found)


def sweep(amounts: Iterable[tuple[Period, Decimal]]) -> tuple[Load, ...]:
    """The summed amount over every run of days between change points, leaving out runs of zero.

    Work and result grow with the number of periods, never with the number of days.
    """
    changes: dict[date, Decimal] = {}
    for period, amount in amounts:
        changes[period.start] = changes.get(period.start, Decimal(0)) + amount
        if not period.open_ended:
            after = period.end + DAY
            changes[after] = changes.get(after, Decimal(0)) - amount
    days = sorted(changes)
    levels: list[Load] = []
    total = Decimal(0)
    for position, day in enumerate(days):
        total += changes[day]
        end = days[position + 1] - DAY if position + 1 < len(days) else OPEN_END
        if total == 0:
            continue
        if levels and levels[-1].amount == total and levels[-1].period.end + DAY == day:
            levels[-1] = Load(Period(levels[-1].period.start, end), total)
        else:
            levels.append(Load(Period(day, end), total))
    return tuple(levels)
