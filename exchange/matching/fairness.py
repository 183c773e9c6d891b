"""Fairness between teams, measured by the mean affinity of a team: its sum over the heads it asks for.

The floor: what is missing may cost no more than in the answer of the best total, so that nobody's seat stays empty for
another team's fit. Within that a first search tells the mean t* that the worst-off team can have at most; every team
is then held to .992 · t*, and the total is maximised. Teams that could not reach t* even if they alone were served are
held to what they can have, so that one hopeless team does not lower the floor of the others.

t* is that of whole people where a search for it can end in time. The linear relaxation, which divides people, promises
more than any answer keeps: 8 % more in a round of 200 people, 14 % in one of 1,000. A floor that nobody can reach would
cost total for nothing. In larger rounds the relaxation must do, and the answer says so.

The lift: the mean counts fourfold up to the first decile of the means of the best total, twofold up to the third, and
once above (a concave utility).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from exchange.matching.highs import INFINITY, Effort, Programme, solve_relaxed, solve_whole

if TYPE_CHECKING:
    import numpy.typing as npt

    from exchange.matching.problem import Problem
    from exchange.matching.rows import Model

    Floats = npt.NDArray[np.float64]

FLOOR_SHARE = 0.992
FLOOR_PRICE = 1000.0  # for a unit of mean affinity below the floor, so that whole people can always be found
ROUNDS = 3  # of setting hopeless teams aside
WHOLE_UP_TO = 20_000  # pairs whose max-min is searched in whole people
WHOLE_SHARE = 0.15  # of the time, for each such search
LIFT = ((0.1, 4.0), (0.3, 2.0), (1.0, 1.0))  # quantile of the means, and how much a unit up to there counts


def team_means(problem: Problem, model: Model) -> sp.csr_matrix:
    """[teams, columns]: what each pair adds to the mean of its team; teams in the order of their first opening."""
    teams = {team: place for place, team in enumerate(dict.fromkeys(one.team_id for one in problem.openings))}
    of_opening = np.array([teams[one.team_id] for one in problem.openings], np.int64)
    heads = np.bincount(of_opening, [one.heads for one in problem.openings], len(teams))
    of_pair = of_opening[model.opening]
    shape = (len(teams), model.programme.matrix.shape[1])
    return sp.csr_matrix((model.affinity / heads[of_pair], (of_pair, np.arange(model.pairs))), shape=shape)


@dataclass(frozen=True, slots=True)
class FairBound:
    """The mean that the worst-off team can have at most. ``whole``: some choice of whole people reaches it."""

    mean: float
    whole: bool


def floors(programme: Programme, means: sp.csr_matrix, alone: Floats, effort: Effort) -> tuple[Floats, FairBound]:
    """The mean that each team is due, [teams], and t*: what the worst-off team can have at most.

    ``alone`` [teams] bounds what each team could have if it alone were served.
    """
    due = np.zeros(means.shape[0])
    waiting = np.ones(means.shape[0], np.bool_)
    bound: FairBound | None = None
    for _ in range(ROUNDS):
        reached, found = _max_min(programme, means, due, waiting, effort)
        bound = bound or found
        due[waiting] = np.maximum(due[waiting], reached)
        waiting &= alone > reached + 1e-6
        if waiting.all() or not waiting.any():
            break
    return FLOOR_SHARE * np.minimum(due, alone), bound or FairBound(0.0, whole=False)


def with_dearest(programme: Programme, pairs: int, most: float) -> Programme:
    """The programme with a row: all that is missing, at its prices, costs at most ``most``."""
    prices = np.concatenate([np.zeros(pairs), -programme.cost[pairs:]])
    return replace(
        programme,
        matrix=sp.vstack([programme.matrix, sp.csr_matrix(prices)]).tocsc(),
        row_lower=np.append(programme.row_lower, -INFINITY),
        row_upper=np.append(programme.row_upper, most),
    )


def means_alone(problem: Problem, model: Model) -> Floats:
    """The mean of each team, [teams], if each of its openings had the best people for it to itself."""
    heads = np.array([one.heads for one in problem.openings], np.int64)
    order = np.lexsort((-model.affinity, model.opening))
    opening = model.opening[order]
    first = np.searchsorted(opening, np.arange(len(heads)))
    best = order[np.arange(len(order)) - first[opening] < heads[opening]]
    chosen = np.zeros(model.programme.matrix.shape[1])
    chosen[best] = 1
    alone: Floats = team_means(problem, model) @ chosen
    return alone


def with_floors(programme: Programme, means: sp.csr_matrix, due: Floats) -> Programme:
    """The programme with a row that holds each team to its floor, and a column for what is missing at a price."""
    teams = means.shape[0]
    return extended(
        programme,
        cost=np.full(teams, -FLOOR_PRICE),
        upper=np.full(teams, INFINITY),
        rows=sp.hstack([means, sp.identity(teams)]).tocsr(),
        lower=due,
    )


def with_lift(programme: Programme, means: sp.csr_matrix, usual: Floats, heads: Floats) -> Programme:
    """The programme with the mean of each team in three parts that count less and less.

    ``usual`` [teams] are the means of the best total, ``heads`` [teams] the people each team asks for. The affinity
    of a pair no longer counts by itself, only through the parts.
    """
    teams, columns = means.shape
    ends = [float(np.quantile(usual, quantile)) for quantile, _ in LIFT[:-1]]
    lengths = np.diff([0.0, *ends, INFINITY])
    worth = np.concatenate([weight * heads for _, weight in LIFT])
    plain = np.asarray(means.T @ heads).ravel()
    lifted = extended(
        programme,
        cost=worth,
        upper=np.repeat(lengths, teams),
        rows=sp.hstack([means, *[-sp.identity(teams)] * len(LIFT)]).tocsr(),
        lower=np.zeros(teams),
    )
    cost = lifted.cost.copy()
    cost[:columns] -= plain
    return replace(lifted, cost=cost)


def extended(programme: Programme, *, cost: Floats, upper: Floats, rows: sp.csr_matrix, lower: Floats) -> Programme:
    """The programme with more columns (0 ≤ x ≤ upper) and more rows (lower ≤ rows · x) over old and new columns."""
    added = len(cost)
    old = sp.hstack([programme.matrix, sp.csc_matrix((programme.matrix.shape[0], added))])
    return Programme(
        sp.vstack([old, rows]).tocsc(),
        np.concatenate([programme.cost, cost]),
        np.concatenate([programme.lower, np.zeros(added)]),
        np.concatenate([programme.upper, upper]),
        np.concatenate([programme.row_lower, lower]),
        np.concatenate([programme.row_upper, np.full(len(lower), INFINITY)]),
        programme.integers,
    )


def _max_min(
    programme: Programme, means: sp.csr_matrix, due: Floats, waiting: npt.NDArray[np.bool_], effort: Effort
) -> tuple[float, FairBound]:
    """The largest t such that every waiting team has a mean of t, and the others what they are due; and its bound."""
    teams = means.shape[0]
    level = sp.csc_matrix(-waiting.astype(np.float64).reshape(teams, 1))
    goal = replace(programme, cost=np.zeros(len(programme.cost)))
    lower = np.where(waiting, 0.0, FLOOR_SHARE * due)
    raised = extended(goal, cost=np.ones(1), upper=np.ones(1), rows=sp.hstack([means, level]).tocsr(), lower=lower)
    if programme.integers <= WHOLE_UP_TO:
        found = solve_whole(raised, replace(effort, seconds=WHOLE_SHARE * effort.seconds))
        if found.values is not None and found.optimal:
            return found.objective, FairBound(found.bound, whole=True)
    relaxed = solve_relaxed(raised, effort)
    reached = float(relaxed.values[-1]) if relaxed.values is not None else 0.0
    return reached, FairBound(reached, whole=False)
