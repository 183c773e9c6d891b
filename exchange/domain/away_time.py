"""How long somebody has been away from home: stays that follow each other closely count as one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from exchange.domain.periods import Period, add_months, shared


def continuous(period: Period, others: Iterable[Period], gap_days: int) -> Period:
    """The unbroken time away that ``period`` belongs to: a gap of fewer than ``gap_days`` calendar days is none.

    Source for the 60 days of the Intergovernmental Personnel Act: 5 CFR 334.
    """
    first, last = period.start, period.end
    rest = sorted(others)
    grown = True
    while grown:
        grown = False
        for other in rest:
            near = timedelta(days=gap_days)
            touches = other.start - last <= near and first - other.end <= near
            if touches and (other.start < first or other.end > last):
                first, last, grown = min(first, other.start), max(last, other.end), True
    return Period(first, last)


def days_within(periods: Iterable[Period], window: Period) -> int:
    """How many days of the window the periods cover, overlapping days once."""
    return sum(period.days for period in shared(periods, [window]))


def most_in_any_window(periods: Iterable[Period], months: int) -> int:
    """The most days present in any run of ``months`` months (rule 21: 183 days in any twelve).

    The densest window ends on some period's last day, so only those are tried.
    """
    all_periods = tuple(periods)
    windows = [Period(_after_months(one.end, -months), one.end) for one in all_periods]
    return max((days_within(all_periods, window) for window in windows), default=0)


def _after_months(day: date, months: int) -> date:
    return add_months(day, months) + timedelta(days=1)
