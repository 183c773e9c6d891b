"""The dive: follow the linear programme down to a plan, fixing the columns it is surest of and solving again.

(Sadykov, Vanderbeck, Pessoa, Tahiri and Uchoa, *Primal heuristics for branch and price*, 2019.) Each step takes the
columns used fully and a share of the most used ones, closes what no longer fits beside them, and prices again; greedy
insertion by reduced value completes the plan.
"""

from __future__ import annotations

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.effort import Run
from exchange.scheduling.greedy import Score, insert_greedily
from exchange.scheduling.index import Floats
from exchange.scheduling.limits import Model
from exchange.scheduling.master import Master, Relaxed
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.pricing import Pricer

SHARE = 0.06  # of the columns in use, fixed at each step
LEAST_USE = 1e-4
PRICINGS = 4
COLUMNS_PER_PERSON = 4


def _fix_surest(columns: Columns, used: Floats, state: Occupancy) -> int:
    """Place all columns that are fully used, or a share of the most used ones; returns how many.

    A column that would upset a balance waits until one in the other direction makes room.
    """
    candidates = np.flatnonzero(used > LEAST_USE)
    order = candidates[np.argsort(-used[candidates] - 1e-7 * columns.value[candidates], kind="stable")]
    wanted = max(1, int((used > 0.999).sum()), int(SHARE * len(order)))
    placed = 0
    for position in order.tolist():
        one = columns.take(np.array([position]))
        if state.fits(one)[0]:
            state.place(int(one.number[0]))
            placed += 1
            if placed >= wanted:
                break
    return placed


def _solve_beside(master: Master, pricer: Pricer, state: Occupancy) -> Relaxed | None:
    """The linear programme beside the fixed placements, with the new columns that its prices call for."""
    catalogue = pricer.catalogue
    master.settle(state)
    relaxed = master.solve(1e-4)
    longest = state.longest_fitting(np.arange(len(catalogue.start)), balance=False)
    for _ in range(PRICINGS):
        if relaxed is None:
            break
        person_price = np.where(state.left > 0, relaxed.person_price, np.inf)
        chosen = pricer.sweep(relaxed.prices, person_price, COLUMNS_PER_PERSON, master.known, longest).chosen
        if not master.add(chosen):
            break
        master.settle(state)
        relaxed = master.solve(1e-4)
    return relaxed


def dive(
    model: Model, master: Master, pricer: Pricer, relaxed: Relaxed, score: Score, run: Run, seconds: float
) -> Occupancy:
    """A lawful plan near the linear programme's solution. The master is left settled and is of no further use."""
    state = Occupancy(model)
    deadline = run.spent() + seconds
    current: Relaxed | None = relaxed
    while current is not None and not run.over() and (run.options.reproducible or run.spent() < deadline):
        used = np.zeros(len(master.columns))  # columns priced in since are not in use yet
        used[: len(current.used)] = current.used
        used[np.isin(master.columns.number, state.numbers)] = 0.0
        if not (used > LEAST_USE).any():
            break
        if not _fix_surest(master.columns, used, state):
            break
        current = _solve_beside(master, pricer, state)
    insert_greedily(state, np.arange(len(model.index.candidates)), score)
    return state
