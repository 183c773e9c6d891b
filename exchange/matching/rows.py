"""From a round of team assignment to a programme: one column a pair, and rows for every rule.

A requirement row has a column of its own for what is missing, at a price, so that there is always a best answer and
every shortfall has a name. Rules about people (capacity, time, lending, one role a team) are not for sale.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from exchange.matching.highs import INFINITY, Programme

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from exchange.matching.problem import Person, Problem, Requirement

    Floats = npt.NDArray[np.float64]


class Rule(StrEnum):
    """The family of a row."""

    HEADS = "heads"
    REQUIREMENT = "requirement"
    CAPACITY = "capacity"
    TIME = "time"
    ONE_ROLE = "one role in a team"
    FROM_ONE_INSTITUTE = "from one institute"
    LENDING = "lending budget"


@dataclass(frozen=True, slots=True)
class RowName:
    """Which rule a row states, and for whom; ``requirement`` is the place among the opening's requirements."""

    rule: Rule
    opening_id: int | None = None
    requirement: int | None = None
    person_id: int | None = None
    institute_id: int | None = None
    period: int | None = None


@dataclass(frozen=True)
class Model:
    """A programme and what its parts mean. Columns: the pairs in their order, then one for each elastic row.

    ``person`` and ``opening`` int64 [pairs] are places in the problem; ``elastic`` is the row of each later column and
    ``elastic_opening`` the place of its opening.
    """

    programme: Programme
    rows: tuple[RowName, ...]
    elastic: tuple[int, ...]
    person: npt.NDArray[np.int64]
    opening: npt.NDArray[np.int64]
    affinity: Floats
    elastic_opening: npt.NDArray[np.int64]

    @property
    def pairs(self) -> int:
        return len(self.affinity)

    def completed(self, chosen: npt.NDArray[np.bool_]) -> Floats:
        """All columns for a choice of pairs: what is missing takes its least value."""
        values = np.concatenate([chosen.astype(np.float64), np.zeros(len(self.elastic))])
        if self.elastic:
            reached = self.programme.matrix @ values
            rows = list(self.elastic)
            values[self.pairs :] = np.maximum(0.0, self.programme.row_lower[rows] - reached[rows])
        return values

    def value(self, chosen: npt.NDArray[np.bool_]) -> float:
        """The objective of a choice: affinities and bonuses less the price of what is missing."""
        return float(self.programme.cost @ self.completed(chosen))


@dataclass
class _Rows:
    """Rows as they are collected: entries, bounds, names, and the price of each elastic one."""

    names: list[RowName] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    entries: list[tuple[Sequence[int], Sequence[float]]] = field(default_factory=list)
    prices: dict[int, tuple[float, float]] = field(default_factory=dict)

    def add(self, name: RowName, columns: Sequence[int], weights: Sequence[float], lower: float, upper: float) -> int:
        self.names.append(name)
        self.entries.append((columns, weights))
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.names) - 1

    def add_limit(self, name: RowName, columns: Sequence[int], weights: Sequence[float], limit: float) -> None:
        """A row Σ weight · x ≤ limit, left out where nothing could exceed it."""
        if sum(weights) > limit + 1e-9:
            self.add(name, columns, weights, -INFINITY, limit)


def build_model(problem: Problem) -> Model:
    """Write the rows of a problem. Its size is that of the pairs, not of people times openings."""
    person_place = {person.id: place for place, person in enumerate(problem.people)}
    opening_place = {opening.id: place for place, opening in enumerate(problem.openings)}
    person = np.array([person_place[pair.person_id] for pair in problem.pairs], np.int64)
    opening = np.array([opening_place[pair.opening_id] for pair in problem.pairs], np.int64)
    confirmed = np.array([pair.confirmed for pair in problem.pairs], np.bool_)
    affinity = np.array([pair.affinity for pair in problem.pairs], np.float64)
    bonus = problem.incumbent_bonus * np.array([pair.incumbent for pair in problem.pairs], np.float64)
    rows = _Rows()
    _opening_rows(problem, _grouped(opening), person, rows)
    _person_rows(problem, _grouped(person), opening, rows)
    _lending_rows(problem, person, opening, rows)
    programme = _programme(rows, affinity + bonus, confirmed)
    elastic_opening = [opening_place[rows.names[row].opening_id or 0] for row in rows.prices]
    return Model(
        programme,
        tuple(rows.names),
        tuple(rows.prices),
        person,
        opening,
        affinity,
        np.array(elastic_opening, np.int64),
    )


def _opening_rows(
    problem: Problem, columns_of: dict[int, list[int]], person: npt.NDArray[np.int64], rows: _Rows
) -> None:
    for place, opening in enumerate(problem.openings):
        columns = columns_of.get(place, [])
        heads = rows.add(RowName(Rule.HEADS, opening.id), columns, [1.0] * len(columns), opening.heads, opening.heads)
        rows.prices[heads] = (opening.head_penalty, opening.heads)
        people = [problem.people[person[column]] for column in columns]
        for number, requirement in enumerate(opening.requirements):
            able = _able(columns, people, requirement)
            name = RowName(Rule.REQUIREMENT, opening.id, number)
            row = rows.add(name, able, [1.0] * len(able), requirement.heads, INFINITY)
            rows.prices[row] = (requirement.penalty, requirement.heads)
        if opening.from_one_institute is not None:
            for institute, same in _by_institute(columns, people).items():
                name = RowName(Rule.FROM_ONE_INSTITUTE, opening.id, institute_id=institute)
                rows.add_limit(name, same, [1.0] * len(same), opening.from_one_institute)


def _able(columns: Iterable[int], people: Iterable[Person], requirement: Requirement) -> list[int]:
    return [column for column, person in zip(columns, people, strict=True) if requirement.met_by(person)]


def _by_institute(columns: Iterable[int], people: Iterable[Person]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for column, person in zip(columns, people, strict=True):
        found[person.institute_id].append(column)
    return found


def _person_rows(
    problem: Problem, columns_of: dict[int, list[int]], opening: npt.NDArray[np.int64], rows: _Rows
) -> None:
    for place, columns in columns_of.items():
        person = problem.people[place]
        rows.add_limit(RowName(Rule.CAPACITY, person_id=person.id), columns, [1.0] * len(columns), person.capacity)
        in_period: dict[int, list[int]] = defaultdict(list)
        in_team: dict[int, list[int]] = defaultdict(list)
        for column in columns:
            taken = problem.openings[opening[column]]
            in_team[taken.team_id].append(column)
            for period in taken.periods:
                in_period[period].append(column)
        for period, busy in in_period.items():
            shares = [problem.openings[opening[column]].share for column in busy]
            name = RowName(Rule.TIME, person_id=person.id, period=period)
            rows.add_limit(name, busy, shares, person.availability[period])
        for same in in_team.values():
            rows.add_limit(RowName(Rule.ONE_ROLE, person_id=person.id), same, [1.0] * len(same), 1)


def _lending_rows(problem: Problem, person: npt.NDArray[np.int64], opening: npt.NDArray[np.int64], rows: _Rows) -> None:
    institute = np.array([one.institute_id for one in problem.people], np.int64)[person]
    load = np.array([one.share * len(one.periods) for one in problem.openings], np.float64)[opening]
    for budget in problem.budgets:
        columns = np.flatnonzero(institute == budget.institute_id)
        name = RowName(Rule.LENDING, institute_id=budget.institute_id)
        rows.add_limit(name, columns.tolist(), load[columns].tolist(), budget.amount)


def _programme(rows: _Rows, worth: Floats, confirmed: npt.NDArray[np.bool_]) -> Programme:
    pairs, elastic = len(worth), len(rows.prices)
    lengths = [len(columns) for columns, _ in rows.entries]
    row = np.concatenate([np.repeat(np.arange(len(lengths)), lengths), np.fromiter(rows.prices, np.int64)])
    listed = [np.array(columns, np.int64) for columns, _ in rows.entries]
    column = np.concatenate([*listed, pairs + np.arange(elastic)])
    weight = np.concatenate([*(np.array(weights, np.float64) for _, weights in rows.entries), np.ones(elastic)])
    matrix = sp.csc_matrix((weight, (row, column)), shape=(len(lengths), pairs + elastic))
    lower = np.concatenate([confirmed.astype(np.float64), np.zeros(elastic)])
    # What is confirmed stands, even where a rule has become tighter since.
    upper = np.maximum(np.array(rows.upper, np.float64), matrix @ lower)
    prices = np.array(list(rows.prices.values()), np.float64).reshape(elastic, 2)
    return Programme(
        matrix,
        np.concatenate([worth, -prices[:, 0]]),
        lower,
        np.concatenate([np.ones(pairs), prices[:, 1]]),
        np.array(rows.lower, np.float64),
        upper,
        pairs,
    )


def _grouped(places: npt.NDArray[np.int64]) -> dict[int, list[int]]:
    """Place to the columns there, in rising order of both."""
    found: dict[int, list[int]] = defaultdict(list)
    for column, place in enumerate(places.tolist()):
        found[place].append(column)
    return dict(sorted(found.items()))
