"""Column generation: solve the restricted master, price all columns, add the best, until nothing pays.

Simplex prices are smoothed towards those that gave the best bound (Wentges, *Weighted Dantzig-Wolfe decomposition for
linear mixed-integer programming*, 1997), which damps their swings. Each sweep gives a proven bound, so an interrupted
run has one too. Large rounds are first priced on every fourth length only (the coarse pass): the prices are then
nearly right before the full sweeps begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exchange.scheduling.effort import Run
from exchange.scheduling.index import Floats
from exchange.scheduling.limits import Model
from exchange.scheduling.master import Master, Relaxed
from exchange.scheduling.pricing import Priced, Pricer
from exchange.scheduling.rows import RowSpace

SMOOTHING = 0.7  # for simplex prices; interior ones are central already
COARSE_FROM = 100_000  # columns
COARSE_STRIDE = 4
COLUMNS_PER_PERSON = 6
PRICE_GRAIN = 1e-6  # prices are rounded to this, so that a stored plan's prices prove its bound again


@dataclass(frozen=True, slots=True)
class Generated:
    """The best bound with the prices that prove it, each person's best reduced value, and the last master solution.

    ``converged``: no column pays any more, so ``relaxed.value`` is the value of the linear programme.
    """

    bound: float
    prices: Floats
    best: Floats
    relaxed: Relaxed | None
    converged: bool


class _Stage:
    """Column generation with one pricer, from given prices."""

    def __init__(self, pricer: Pricer, master: Master, run: Run, precision: float, *, proving: bool) -> None:
        self.pricer, self.master, self.run = pricer, master, run
        self.precision, self.proving = precision, proving
        self.bound = float("inf")
        self.centre: Floats | None = None
        self.best: Priced | None = None
        self.best_prices: Floats | None = None
        self.relaxed: Relaxed | None = None
        self.converged = False

    def go(self, centre: Floats | None) -> None:
        self.centre, sparse_rounds = centre, 0
        tolerance = 1e-2
        while not self.run.over():
            relaxed = self.master.solve(tolerance)
            if relaxed is None:
                return
            self.relaxed = relaxed
            added = self._round(relaxed, 2 if sparse_rounds < 3 else COLUMNS_PER_PERSON)
            sparse_rounds += 1
            gap = (self.bound - relaxed.value) / max(1.0, abs(self.bound))
            tolerance = min(tolerance, max(gap / 10, 1e-6))
            if not added or gap < self.precision:
                self.converged = True
                return

    def _round(self, relaxed: Relaxed, per_person: int) -> int:
        exact = relaxed.prices
        trials = [exact]
        if self.centre is not None and not self.master.central:
            trials.insert(0, SMOOTHING * self.centre + (1 - SMOOTHING) * exact)
        for prices in trials:
            rounded = np.round(prices / PRICE_GRAIN) * PRICE_GRAIN
            priced = self.pricer.sweep(rounded, relaxed.person_price, per_person, self.master.known)
            if priced.bound < self.bound - 1e-9:
                self.bound, self.centre, self.best, self.best_prices = priced.bound, rounded, priced, rounded
                if self.proving:
                    self.run.prove(priced.bound + self.run.confirmed_value)
            added = self.master.add(priced.chosen)
            if added or prices is exact:
                return added
            self.centre = exact
        return 0


def generate(
    model: Model, rows: RowSpace, master: Master, full: Pricer, run: Run, precision: float = 2e-5
) -> Generated:
    """Solve the linear relaxation over all columns, or come as near as the run's effort allows."""
    centre: Floats | None = None
    if model.catalogue.size > COARSE_FROM:
        coarse = _Stage(Pricer(model, rows, COARSE_STRIDE), master, run, 5e-4, proving=False)
        coarse.go(None)
        centre = coarse.best_prices
    stage = _Stage(full, master, run, precision, proving=True)
    stage.go(centre)
    if stage.best is None or stage.best_prices is None:
        prices = centre if centre is not None else np.zeros(rows.size)
        priced = full.sweep(prices, np.full(len(model.index.candidates), np.inf), 0, frozenset())
        run.prove(priced.bound + run.confirmed_value)
        return Generated(priced.bound, prices, priced.best, stage.relaxed, converged=False)
    return Generated(stage.bound, stage.best_prices, stage.best.best, stage.relaxed, stage.converged)
