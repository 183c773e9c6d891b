"""What a coordinator decides before a round is planned, and the calendar of its weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from exchange.domain.periods import Period

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """``institutes`` take part with their people and openings. Lengths in weeks, ``team_share`` of all staff.

    ``tolerance_weeks`` bounds the balance of each pair in person-weeks; ``desks`` are visitor desks per institute.
    ``budgets`` are (institute, money per fiscal year); an institute without one is not bound by money. The three costs
    are the same for everybody. ``placement_points``, ``off_length_points`` and ``late_points`` weigh one more
    placement, a week away from the preferred length, and a week of waiting. ``without_openings`` and
    ``without_people`` are left out by their ids.
    """

    institutes: tuple[int, ...]
    tolerance_weeks: int = 52
    team_share: float = 0.25
    desks: int = 20
    min_weeks: int = 4
    preferred_weeks: int = 26
    max_weeks: int = 52
    seconds: int = 10
    budgets: tuple[tuple[int, int], ...] = ()
    home_week_cost: int = 0
    host_week_cost: int = 0
    travel_cost: int = 0
    placement_points: int = 100
    off_length_points: int = 4
    late_points: int = 1
    without_openings: tuple[int, ...] = ()
    without_people: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, data: dict[str, Any]) -> RoundSettings:
        """The settings as they were kept; what older ones do not have is as if it had not been decided."""
        lists = {name: tuple(data.get(name, ())) for name in ("institutes", "without_openings", "without_people")}
        budgets = tuple((int(ident), int(money)) for ident, money in data.get("budgets", ()))
        return cls(**{**data, **lists, "budgets": budgets})

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
        if min(self.placement_points, self.off_length_points, self.late_points) < 0:
            found.append("The weights are zero or more.")
        return (*found, *self._money_faults())

    def _money_faults(self) -> Iterator[str]:
        costs = (self.home_week_cost, self.host_week_cost, self.travel_cost)
        if min(costs) < 0 or any(money < 0 for _, money in self.budgets):
            yield "Budgets and costs are zero or more."
        broke = {ident for ident, money in self.budgets if money == 0}
        if broke >= set(self.institutes) and self.travel_cost + self.home_week_cost > 0:
            yield "Every institute has a budget of zero, so nobody can travel: give at least one institute a budget."


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
