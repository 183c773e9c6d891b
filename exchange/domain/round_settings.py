"""What a coordinator decides before a round is planned, and the calendar of its weeks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from exchange.domain.periods import Period

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """``institutes`` take part with their people and openings. Lengths in weeks, ``team_share`` of all staff.

    ``tolerance_weeks`` bounds the balance of each pair in person-weeks; ``desks`` are visitor desks per institute.
    """

    institutes: tuple[int, ...]
    tolerance_weeks: int = 52
    team_share: float = 0.25
    desks: int = 20
    min_weeks: int = 4
    preferred_weeks: int = 26
    max_weeks: int = 52
    seconds: int = 10

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, data: dict[str, Any]) -> RoundSettings:
        return cls(**{**data, "institutes": tuple(data["institutes"])})

    def faults(self) -> tuple[str, ...]:
        """What makes no sense, as sentences."""
        found = []
        if len(set(self.institutes)) < 2:
            found.append("An exchange needs at least two institutes: choose another one to take part.")
        if self.tolerance_weeks < 0:
            found.append("The tolerance of the balance is zero weeks or more.")
        if not 0 < self.team_share <= 1:
            found.append("The share of staff that may be away is above 0 and at most 1.")
        if not 1 <= self.min_weeks <= self.preferred_weeks <= self.max_weeks:
            found.append("The shortest, the preferred and the longest stay come in this order and begin at 1 week.")
        if self.desks < 0:
            found.append("The number of visitor desks is zero or more.")
        if not 1 <= self.seconds <= 600:
            found.append("A run takes between 1 and 600 seconds.")
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Weeks:
    """The weeks of a round, counted from its first Monday."""

    first: date
    count: int

    @property
    def window(self) -> Period:
        return Period(self.first, self.first + self.count * WEEK - timedelta(days=1))

    def monday(self, week: int) -> date:
        return self.first + week * WEEK

    def stay(self, start: int, weeks: int) -> Period:
        """The civil dates of a placement: Monday of its first week to Friday of its last."""
        return Period(self.monday(start), self.monday(start + weeks) - timedelta(days=3))

    def whole_weeks(self, days: Period) -> tuple[int, int]:
        """The weeks that lie wholly within these days (Monday to Friday), half-open and clipped to the round."""
        start = max(0, -((self.first - days.start).days // 7))
        end = min(self.count, ((days.end - self.first).days + 3) // 7)
        return start, max(start, end)

    def touched_weeks(self, days: Period) -> tuple[int, int]:
        """The weeks of which these days touch at least one, half-open and clipped to the round."""
        start = max(0, (days.start - self.first).days // 7)
        end = min(self.count, (days.end - self.first).days // 7 + 1)
        return start, max(start, end)


def first_monday(day: date) -> date:
    """The Monday on or after a day."""
    return day + timedelta(days=-day.weekday() % 7)
