"""Rounds too large for one exact search: round the relaxation, solve what is left, then improve part by part.

The dive fixes what the linear relaxation is sure of and solves the rest in whole numbers. The improvement is a large
neighbourhood search (Shaw 1998): a few openings that compete for the same people are decided anew, all others stay.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.highs import Effort, Programme, Solution, solve_relaxed, solve_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from exchange.matching.rows import Model

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]
    Report = Callable[[float, float], bool]

SURE_ZERO = -0.03  # a pair at zero whose reduced cost is below this stays out
NEIGHBOURS = 25  # openings decided anew at a time
PART_SECONDS = 20.0


def dive(programme: Programme, effort: Effort) -> tuple[Solution, Floats | None]:
    """The relaxation, and whole values [columns] near it; None when the time did not suffice."""
    relaxed = solve_relaxed(programme, effort)
    if relaxed.values is None:
        return relaxed, None
    values, whole = relaxed.values, np.arange(len(relaxed.values)) < programme.integers
    lower, upper = programme.lower.copy(), programme.upper.copy()
    lower[whole & (values > 1 - 1e-6)] = 1
    out = whole & (values < 1e-6) & (relaxed.reduced_costs < SURE_ZERO) & (lower == 0)
    upper[out] = 0
    return relaxed, solve_part(programme, lower, upper, replace(effort, gap=max(effort.gap, 2e-3)))


def solve_part(
    programme: Programme, lower: Floats, upper: Floats, effort: Effort, start: Floats | None = None
) -> Floats | None:
    """Solve with columns fixed where ``lower`` equals ``upper``; they are taken out of the programme first."""
    free = upper > lower + 1e-9
    if not free.any():
        return lower.copy()
    fixed = programme.matrix[:, ~free] @ lower[~free]
    matrix = programme.matrix[:, free].tocsr()
    used = np.diff(matrix.indptr) > 0
    part = Programme(
        matrix[used].tocsc(),
        programme.cost[free],
        lower[free],
        upper[free],
        (programme.row_lower - fixed)[used],
        (programme.row_upper - fixed)[used],
        int(free[: programme.integers].sum()),
    )
    found = solve_whole(part, effort, start=None if start is None else start[free])
    if found.values is None:
        return None
    values = lower.copy()
    values[free] = found.values
    values[: programme.integers] = np.rint(values[: programme.integers])
    return values


def improve(
    programme: Programme, model: Model, values: Floats, bound: float, effort: Effort, report: Report
) -> tuple[Floats, bool]:
    """Decide a few openings anew again and again until the time is over; the values and whether it was stopped."""
    random = np.random.default_rng(effort.seed)
    until = time.monotonic() + effort.seconds
    best = float(programme.cost @ values)
    missing = _missing_by_opening(model, values)
    while time.monotonic() < until and bound - best > effort.gap * max(abs(bound), 1e-9):
        if report(best, bound):
            return values, True
        openings = _neighbours(model, missing, random)
        lower, upper = _freed(programme, model, values, openings)
        seconds = min(PART_SECONDS, max(0.1, until - time.monotonic()))
        found = solve_part(programme, lower, upper, replace(effort, seconds=seconds, gap=1e-3), values)
        if found is not None and float(programme.cost @ found) > best + 1e-7:
            values, best = found, float(programme.cost @ found)
            missing = _missing_by_opening(model, values)
    return values, False


def _missing_by_opening(model: Model, values: Floats) -> Floats:
    """What each opening lacks, heads and requirements together, [openings]."""
    lacking = values[model.pairs : model.pairs + len(model.elastic)]
    openings = int(model.elastic_opening.max(initial=-1)) + 1
    return np.bincount(model.elastic_opening, lacking, openings).astype(np.float64)


def _neighbours(model: Model, missing: Floats, random: np.random.Generator) -> npt.NDArray[np.int64]:
    """An opening, rather one that lacks somebody, and those that draw most on the same people."""
    chance = missing + 0.05
    first = int(random.choice(len(missing), p=chance / chance.sum()))
    wanted = np.zeros(int(model.person.max(initial=-1)) + 1, np.bool_)
    wanted[model.person[model.opening == first]] = True
    shared = np.bincount(model.opening[wanted[model.person]], minlength=len(missing))
    rank = shared * (0.3 + random.random(len(missing)))
    rank[first] = np.inf
    return np.argsort(-rank)[:NEIGHBOURS]


def _freed(
    programme: Programme, model: Model, values: Floats, openings: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Bounds that hold every pair and shortfall of other openings at its value."""
    of_column = np.concatenate([model.opening, model.elastic_opening])
    held = np.zeros(len(values), np.bool_)
    held[: len(of_column)] = ~np.isin(of_column, openings)
    return np.where(held, values, programme.lower), np.where(held, values, programme.upper)
