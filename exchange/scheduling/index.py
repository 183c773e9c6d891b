"""The round as arrays: every person, opening, institute and team gets a number, in the order of the ids.

Sorting by id makes the engine blind to the order in which a round was written down, so equal rounds give equal plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exchange.scheduling.problem import Candidate, Institute, Opening, Problem, Team

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Purses:
    """Budgets as rows: ``institute`` may spend ``amount`` on the weeks ``[first, after)``; one covers all weeks."""

    institute: Ints
    first: Ints
    after: Ints
    amount: Ints


@dataclass(frozen=True, slots=True)
class Index:
    """Numbers for names. ``span`` is the number of weeks any seat, desk, person or rest can be touched in.

    ``several`` marks who may be placed more than once. ``pair_row[i, j]`` is the balance row between institutes i and j
    (-1: none) and ``pair_sign`` its direction.
    """

    problem: Problem
    candidates: tuple[Candidate, ...]
    openings: tuple[Opening, ...]
    institutes: tuple[Institute, ...]
    teams: tuple[Team, ...]
    candidate_number: dict[str, int]
    opening_number: dict[str, int]
    institute_number: dict[str, int]
    home: Ints
    team: Ints
    host: Ints
    turnover: Ints
    rest: Ints
    several: Bools
    preferred: Ints
    earliest: Ints
    travel: Ints
    home_cost: Ints
    host_cost: Ints
    purses: Purses
    pair_row: Ints
    pair_sign: Ints
    span: int


def _purses(institutes: tuple[Institute, ...], span: int) -> Purses:
    rows = [(k, 0, span, institute.budget) for k, institute in enumerate(institutes)]
    rows += [
        (k, year.from_week, year.to_week, year.amount)
        for k, institute in enumerate(institutes)
        for year in institute.budget_years
    ]
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Purses(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _span(problem: Problem) -> int:
    ends = [problem.weeks, *(opening.window[1] for opening in problem.openings)]
    ends += [placement.end for placement in problem.confirmed]
    tail = max([o.turnover_weeks for o in problem.openings] + [c.weeks_home_between for c in problem.candidates] + [0])
    return max(ends) + tail + 2


def build_index(problem: Problem) -> Index:
    """Number everything; the problem must be valid (``validity.py``)."""
    candidates = tuple(sorted(problem.candidates, key=lambda row: row.id))
    openings = tuple(sorted(problem.openings, key=lambda row: row.id))
    institutes = tuple(sorted(problem.institutes, key=lambda row: row.id))
    teams = tuple(sorted(problem.teams, key=lambda row: row.id))
    institute_number = {row.id: k for k, row in enumerate(institutes)}
    team_number = {row.id: k for k, row in enumerate(teams)}
    span = _span(problem)
    pair_row = np.full((len(institutes), len(institutes)), -1, dtype=np.int64)
    pair_sign = np.zeros_like(pair_row)
    for k, row in enumerate(problem.balance):
        a, b = institute_number[row.from_institute], institute_number[row.to_institute]
        pair_row[a, b] = pair_row[b, a] = k
        pair_sign[a, b], pair_sign[b, a] = 1, -1

    def ints(values: list[int]) -> Ints:
        return np.array(values, dtype=np.int64)

    return Index(
        problem=problem,
        candidates=candidates,
        openings=openings,
        institutes=institutes,
        teams=teams,
        candidate_number={row.id: k for k, row in enumerate(candidates)},
        opening_number={row.id: k for k, row in enumerate(openings)},
        institute_number=institute_number,
        home=ints([institute_number[row.institute] for row in candidates]),
        team=ints([team_number[row.team] for row in candidates]),
        host=ints([institute_number[row.institute] for row in openings]),
        turnover=ints([row.turnover_weeks for row in openings]),
        rest=ints([row.weeks_home_between for row in candidates]),
        several=np.array([row.max_placements > 1 for row in candidates], dtype=bool),
        preferred=ints([row.preferred_weeks for row in candidates]),
        earliest=ints([row.earliest_start for row in candidates]),
        travel=ints([row.travel_cost for row in institutes]),
        home_cost=ints([row.home_week_cost for row in institutes]),
        host_cost=ints([row.host_week_cost for row in institutes]),
        purses=_purses(institutes, span),
        pair_row=pair_row,
        pair_sign=pair_sign,
        span=span,
    )
