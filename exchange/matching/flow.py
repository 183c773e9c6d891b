"""The plain capacity model: every team its number of people, nobody in more teams than they can take, best total.

It is a transport problem, so the linear programme has a whole optimum. Few of its columns matter: prices of people are
guessed by a subgradient method, the pairs near the guessed optimum are solved by the simplex method of HiGHS, and pairs
that its duals show to be missing are added until there are none (column generation, Dantzig & Wolfe 1960).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

from exchange.matching.highs import INFINITY, Effort, Programme, solve_relaxed, solve_whole
from exchange.matching.neighbourhoods import solve_part

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

GUESSES = 15  # steps of the subgradient method
FIRST_STEP = 0.05
NEAR = 0.02  # pairs this far below the guessed optimum are in from the start
UNFILLED = 10.0  # the price of a seat that stays empty, above any chain of changes worth making
FLOOR_SHARE = 0.995
FLOOR_PRICE = 1000.0
FAIR_NEAR = 0.05  # how far below the best total a pair may be and still serve fairness
ONE_SEARCH = 20_000  # pairs; above, only what the relaxation leaves open is searched


@dataclass(frozen=True)
class FlowAnswer:
    """``person`` and ``team`` int64 [chosen] are places in the scores.

    ``means`` [teams] are sums of scores by demand, and the largest score (at least 1) for a team that asks for nobody.
    ``total`` is the sum of scores, ``bound`` what it can be at most, ``empty`` the number of seats nobody takes,
    ``fair_bound`` what the mean of the worst-off team can be at most (None for the plain total).
    """

    person: Ints
    team: Ints
    means: Floats
    total: float
    bound: float
    empty: int
    fair_bound: float | None = None

    @property
    def worst(self) -> float:
        return float(self.means.min()) if len(self.means) else 0.0


@dataclass(frozen=True)
class _Pairs:
    """The pairs that may be chosen, by team: ``person``, ``team``, ``score`` [pairs]; ``start`` [teams + 1].

    Scores are divided by ``unit``, so that none is above 1.
    """

    person: Ints
    team: Ints
    score: Floats
    start: Ints
    capacity: Floats
    demand: Floats
    unit: float


def assign_flow(scores: Floats, capacity: Ints, demand: Ints) -> FlowAnswer:
    """The best total. ``scores`` [people, teams], negative for a pair that may not be chosen.

    ``capacity`` [people] and ``demand`` [teams] are numbers of seats. Seats are filled before scores count. Raises
    ``ValueError`` for arrays that do not fit together.
    """
    pairs = _listed(scores, capacity, demand)
    values, _, bound = _best_total(pairs)
    return _answer(pairs, values > 0.5, bound)


def assign_fairly(scores: Floats, capacity: Ints, demand: Ints, effort: Effort | None = None) -> FlowAnswer:
    """As ``assign_flow``, but the worst-off team comes first: each mean is held to .995 of what the worst can have."""
    effort = effort or Effort()
    pairs = _listed(scores, capacity, demand)
    values, worth, bound = _best_total(pairs)
    usual = _means(pairs, values > 0.5)
    contested = usual <= np.sort(usual)[min(9, len(usual) - 1)] if len(usual) else np.zeros(0, np.bool_)
    contested |= usual < _alone(pairs).min(initial=1.0)
    contested &= pairs.demand > 0
    fair_bound = _max_min(pairs, contested, effort)
    kept = (worth > -FAIR_NEAR) | contested[pairs.team] | (values > 0.5)
    chosen = _held_to(pairs, kept, values > 0.5, FLOOR_SHARE * fair_bound, effort)
    answer = _answer(pairs, chosen, bound)
    return replace(answer, fair_bound=fair_bound * pairs.unit)


def _listed(scores: Floats, capacity: Ints, demand: Ints) -> _Pairs:
    if scores.ndim != 2 or scores.shape != (len(capacity), len(demand)):
        raise ValueError(
            f"The scores are {scores.shape}; with these capacities and demands they must be [people, teams]."
        )
    team, person = np.nonzero(scores.T >= 0)
    start = np.searchsorted(team, np.arange(len(demand) + 1))
    score = scores[person, team].astype(np.float64)
    unit = max(1.0, float(score.max(initial=0.0)))
    return _Pairs(person, team, score / unit, start, capacity.astype(np.float64), demand.astype(np.float64), unit)


def _best_total(pairs: _Pairs) -> tuple[Floats, Floats, float]:
    """Values and reduced worth of all pairs at the optimum, and the sum of scores that a proof shows to be the most."""
    inside = _near_guess(pairs)
    order = np.flatnonzero(inside)
    solver = _first_programme(pairs, order)
    price = 1.0
    while True:
        solver.run()
        found = solver.getSolution()
        duals = np.array(found.row_dual)
        people = len(pairs.capacity)
        worth = pairs.score - duals[pairs.person] - duals[people + pairs.team]
        missing = np.flatnonzero((worth > 1e-7) & ~inside)
        if len(missing):
            inside[missing] = True
            order = np.concatenate([order, missing])
            _add(solver, pairs, missing)
        elif price < UNFILLED and np.any(np.array(found.col_value)[: len(pairs.demand)] > 1e-6):
            price = UNFILLED
            teams = len(pairs.demand)
            solver.changeColsCost(teams, np.arange(teams, dtype=np.int32), np.full(teams, -price))
        else:
            break
    values = np.zeros(len(pairs.score))
    values[order] = np.array(found.col_value)[len(pairs.demand) :]
    return values, worth, float(pairs.score @ values)


def _near_guess(pairs: _Pairs) -> Bools:
    """The pairs that look good once the guessed prices of people are taken off, at least as many as there are seats."""
    teams, width = len(pairs.demand), int(np.diff(pairs.start).max(initial=0))
    if not width:
        return np.zeros(0, np.bool_)
    place = np.arange(len(pairs.score)) - pairs.start[pairs.team]
    nobody = len(pairs.capacity)
    score = np.full((teams, width), -np.inf)
    score[pairs.team, place] = pairs.score
    person = np.full((teams, width), nobody)
    person[pairs.team, place] = pairs.person
    last = np.clip(width - pairs.demand.astype(np.int64), 0, width - 1)
    capacity = np.append(pairs.capacity, np.inf)
    price = np.zeros(nobody + 1)
    for step in range(GUESSES + 1):
        net = score - price[person]
        least = np.sort(net, axis=1)[np.arange(teams), last]
        if step == GUESSES:
            break
        taken = np.bincount(person[net >= least[:, None]], minlength=nobody + 1)
        excess = np.where(np.isfinite(capacity), taken - capacity, 0.0)
        price = np.maximum(0.0, price + FIRST_STEP / (1 + 0.3 * step) * excess)
    near: Bools = (net >= least[:, None] - NEAR)[pairs.team, place]
    return near


def _first_programme(pairs: _Pairs, columns: Ints) -> Any:  # noqa: ANN401 - highspy ships no types
    """HiGHS with a row for each person and team, a column for each team's empty seats, then the given pairs."""
    people, teams = len(pairs.capacity), len(pairs.demand)
    solver = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("presolve", "off")):
        solver.setOptionValue(name, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = teams, people + teams
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_, model.col_lower_, model.col_upper_ = np.full(teams, -1.0), np.zeros(teams), pairs.demand
    model.row_lower_ = np.concatenate([np.full(people, -INFINITY), pairs.demand])
    model.row_upper_ = np.concatenate([pairs.capacity, pairs.demand])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.arange(teams + 1, dtype=np.int32)
    model.a_matrix_.index_ = (people + np.arange(teams)).astype(np.int32)
    model.a_matrix_.value_ = np.ones(teams)
    solver.passModel(model)
    _add(solver, pairs, columns)
    return solver


def _add(solver: Any, pairs: _Pairs, columns: Ints) -> None:  # noqa: ANN401 - highspy ships no types
    number = len(columns)
    rows = np.stack([pairs.person[columns], len(pairs.capacity) + pairs.team[columns]], axis=1)
    solver.addCols(
        number,
        pairs.score[columns],
        np.zeros(number),
        np.ones(number),
        2 * number,
        (2 * np.arange(number)).astype(np.int32),
        rows.ravel().astype(np.int32),
        np.ones(2 * number),
    )


def _alone(pairs: _Pairs) -> Floats:
    """The mean of each team if it had the best people to itself."""
    order = np.lexsort((-pairs.score, pairs.team))
    best = order[np.arange(len(order)) - pairs.start[pairs.team] < pairs.demand[pairs.team]]
    chosen = np.zeros(len(order), np.bool_)
    chosen[best] = True
    return _means(pairs, chosen)


def _means(pairs: _Pairs, chosen: Bools) -> Floats:
    sums = np.bincount(pairs.team[chosen], pairs.score[chosen], len(pairs.demand))
    means: Floats = np.where(pairs.demand > 0, sums / np.maximum(pairs.demand, 1), 1.0)
    return means


def _rows(pairs: _Pairs, kept: Ints) -> sp.csr_matrix:
    """[people + teams + teams, pairs]: seats taken by person, seats filled by team, and the mean of each team."""
    people, teams, number = len(pairs.capacity), len(pairs.demand), np.arange(len(kept))
    person, team, score = pairs.person[kept], pairs.team[kept], pairs.score[kept]
    rows = np.concatenate([person, people + team, people + teams + team])
    weights = np.concatenate([np.ones(2 * len(kept)), score / np.maximum(pairs.demand[team], 1)])
    return sp.csr_matrix((weights, (rows, np.tile(number, 3))), shape=(people + 2 * teams, len(kept)))


def _max_min(pairs: _Pairs, contested: Bools, effort: Effort) -> float:
    """A bound on the mean of the worst-off team: what the contested could have if the others asked for nobody."""
    kept = np.flatnonzero(contested[pairs.team])
    people, teams = len(pairs.capacity), len(pairs.demand)
    level = np.concatenate([np.zeros(people + teams), -contested.astype(np.float64)])
    programme = Programme(
        sp.hstack([_rows(pairs, kept), sp.csr_matrix(level.reshape(-1, 1))]).tocsc(),
        np.append(np.zeros(len(kept)), 1.0),
        np.zeros(len(kept) + 1),
        np.ones(len(kept) + 1),
        np.concatenate([np.full(people + teams, -INFINITY), np.zeros(teams)]),
        np.concatenate([pairs.capacity, pairs.demand, np.full(teams, INFINITY)]),
        0,
    )
    found = solve_relaxed(programme, effort)
    return max(0.0, float(found.values[-1])) if found.values is not None else 0.0


def _held_to(pairs: _Pairs, near: Bools, usual: Bools, floor: float, effort: Effort) -> Bools:
    """The best total over the near pairs with every mean at the floor, or as close as can be; else the usual choice."""
    kept = np.flatnonzero(near)
    people, teams = len(pairs.capacity), len(pairs.demand)
    slack = sp.vstack([sp.csr_matrix((people, 2 * teams)), sp.identity(2 * teams)])
    programme = Programme(
        sp.hstack([_rows(pairs, kept), slack]).tocsc(),
        np.concatenate([pairs.score[kept], np.full(teams, -UNFILLED), np.full(teams, -FLOOR_PRICE)]),
        np.zeros(len(kept) + 2 * teams),
        np.concatenate([np.ones(len(kept)), pairs.demand, np.ones(teams)]),
        np.concatenate([np.full(people, -INFINITY), pairs.demand, np.where(pairs.demand > 0, floor, 0.0)]),
        np.concatenate([pairs.capacity, pairs.demand, np.full(teams, INFINITY)]),
        len(kept),
    )
    values = _whole(programme, effort)
    if values is None:
        return usual
    chosen = np.zeros(len(pairs.score), np.bool_)
    chosen[kept] = values[: len(kept)] > 0.5
    return chosen


def _whole(programme: Programme, effort: Effort) -> Floats | None:
    """Whole values; a large programme keeps the pairs that its relaxation takes whole."""
    if programme.integers <= ONE_SEARCH:
        return solve_whole(programme, effort).values
    relaxed = solve_relaxed(programme, effort).values
    if relaxed is None:
        return None
    sure = (relaxed > 1 - 1e-6) & (np.arange(len(relaxed)) < programme.integers)
    return solve_part(programme, np.where(sure, 1.0, programme.lower), programme.upper, effort)


def _answer(pairs: _Pairs, chosen: Bools, bound: float) -> FlowAnswer:
    return FlowAnswer(
        person=pairs.person[chosen],
        team=pairs.team[chosen],
        means=np.where(pairs.demand > 0, _means(pairs, chosen) * pairs.unit, pairs.unit),
        total=float(pairs.score[chosen].sum()) * pairs.unit,
        bound=bound * pairs.unit,
        empty=int(pairs.demand.sum() - chosen.sum()),
    )
