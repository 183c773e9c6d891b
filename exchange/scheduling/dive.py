"""Dives: follow the linear programme down to a plan, fixing the columns it is surest of and solving again.

(Sadykov, Vanderbeck, Pessoa, Tahiri and Uchoa, *Primal heuristics for branch and price*, 2019.) Each step takes the
columns used fully and a share of the most used ones, closes what no longer fits beside them, and prices again; greedy
insertion by reduced value completes the plan. A smaller share is slower and mostly better. The columns found by one
dive serve the next.

``DivingSearch`` dives again from part of the best plan: related placements are given up and the linear programme says
what to do with the room. That repairs hundreds of placements in a second, where branch and bound manages dozens.
"""

from __future__ import annotations

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.effort import Run
from exchange.scheduling.greedy import Score, insert_greedily
from exchange.scheduling.index import Floats, Ints
from exchange.scheduling.likeness import related
from exchange.scheduling.limits import Model
from exchange.scheduling.master import Master, Relaxed
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.pricing import Pricer

LEAST_USE = 1e-4
COLUMNS_PER_PERSON = 4
AGAIN_SHARE = 0.1  # fixed at each step of a dive from part of a plan
FIRST_FREED, MOST_FREED = 0.15, 0.6  # of the placements
PATIENCE = 8  # dives without gain before more is given up


class Diver:
    """Dives with one master. ``score`` completes the plans."""

    def __init__(self, model: Model, master: Master, pricer: Pricer, score: Score, run: Run) -> None:
        self.model, self.master, self.pricer, self.score, self.run = model, master, pricer, score, run

    def from_nothing(self, relaxed: Relaxed, share: float, deadline: float) -> Occupancy:
        """A plan near the linear programme's solution ``relaxed``."""
        state = Occupancy(self.model)
        self.master.settle(state)
        return self._follow(state, relaxed, share, deadline)

    def beside(self, state: Occupancy, deadline: float) -> Occupancy:
        """The plan that the linear programme makes of what ``state`` leaves (``state`` itself is filled)."""
        return self._follow(state, self._solve_beside(state), AGAIN_SHARE, deadline)

    def _follow(self, state: Occupancy, relaxed: Relaxed | None, share: float, deadline: float) -> Occupancy:
        current, counting = relaxed, self.run.options.reproducible
        while current is not None and not self.run.over() and (counting or self.run.spent() < deadline):
            used = np.zeros(len(self.master.columns))  # columns priced in since are not in use yet
            used[: len(current.used)] = current.used
            used[np.isin(self.master.columns.number, state.numbers)] = 0.0
            if not (used > LEAST_USE).any() or not _fix_surest(self.master.columns, used, state, share):
                break
            current = self._solve_beside(state)
        insert_greedily(state, np.arange(len(self.model.index.candidates)), self.score)
        return state

    def _solve_beside(self, state: Occupancy) -> Relaxed | None:
        """The linear programme beside the fixed placements, with the new columns that its prices call for."""
        master, catalogue = self.master, self.model.catalogue
        master.settle(state)
        relaxed = master.solve(1e-4)
        if relaxed is None:
            return None
        longest = state.longest_fitting(np.arange(len(catalogue.start)), balance=False)
        person_price = np.where(state.left > 0, relaxed.person_price, np.inf)
        chosen = self.pricer.sweep(relaxed.prices, person_price, COLUMNS_PER_PERSON, master.known, longest).chosen
        if not master.add(chosen):
            return relaxed
        master.settle(state)
        return master.solve(1e-4)


class DivingSearch:
    """Dives from part of the best plan; more is given up once less has brought nothing for a while."""

    def __init__(self, diver: Diver, run: Run) -> None:
        self.diver, self.random = diver, np.random.default_rng(run.options.seed)
        self.freed, self._failed = FIRST_FREED, 0

    def step(self, plan: Ints, value: int, deadline: float) -> Occupancy | None:
        """One dive; the new plan if it is lawful and no worse than ``value`` (of the new placements)."""
        placed = self.diver.model.catalogue.columns(plan)
        if not len(placed):
            return None
        given_up = related(placed, max(1, int(self.freed * len(placed))), self.random)
        state = Occupancy(self.diver.model)
        state.place_all(np.delete(plan, given_up))
        self.diver.beside(state, deadline)
        kept = state.balanced() and state.value >= value
        self._failed = 0 if kept and state.value > value else self._failed + 1
        if self._failed >= PATIENCE:
            self._failed = 0
            self.freed = self.freed * 1.5 if self.freed * 1.5 <= MOST_FREED else FIRST_FREED
        return state if kept else None


def _fix_surest(columns: Columns, used: Floats, state: Occupancy, share: float) -> int:
    """Place all columns that are fully used, or a share of the most used ones; returns how many.

    A column that would upset a balance waits until one in the other direction makes room.
    """
    candidates = np.flatnonzero(used > LEAST_USE)
    order = candidates[np.argsort(-used[candidates] - 1e-7 * columns.value[candidates], kind="stable")]
    wanted = max(1, int((used > 0.999).sum()), int(share * len(order)))
    placed = 0
    for position in order.tolist():
        one = columns.take(np.array([position]))
        if state.fits(one)[0]:
            state.place(int(one.number[0]))
            placed += 1
            if placed >= wanted:
                break
    return placed
