"""Large neighbourhood search: free a few related placements, choose again among promising columns, keep what is better.

(Which placements are related: ``likeness.py``. Branch and bound as the repair: Danna, Rothberg and Le Pape, *Exploring
relaxation induced neighborhoods*, 2005.) Promising means a small loss against the bound (``losses.py``). The number of
freed placements grows when small neighbourhoods are used up (Mladenovic and Hansen, *Variable neighborhood search*,
1997) and shrinks when the choices take too long.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.effort import Run
from exchange.scheduling.index import Bools, Floats, Ints
from exchange.scheduling.likeness import related
from exchange.scheduling.limits import Model
from exchange.scheduling.losses import Losses
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.restricted import Work, choose_best
from exchange.scheduling.rows import RowSpace


@dataclass(slots=True)
class Sizes:
    """How much is freed, and how many columns compete for it; ``patience`` steps without gain make it more."""

    freed: int = 14
    most: int = 60
    columns: int = 800
    per_person: int = 30
    others_per_freed: int = 2
    patience: int = 0


# Where money binds, near-equal lengths are hard to choose among: few columns. Where seats bind, each start and length
# is another fit, and choices are quick: many columns, and larger neighbourhoods only once the small ones are used up.
MONEY_BINDS, SEATS_BIND = Sizes(), Sizes(most=200, columns=3_000, per_person=150, patience=12)


class Neighbourhoods:
    """The search around one current plan. ``current`` always holds a lawful plan between steps."""

    def __init__(self, model: Model, rows: RowSpace, losses: Losses, sizes: Sizes, run: Run) -> None:
        self.model, self.rows, self.losses, self.run = model, rows, losses, run
        self.random = np.random.default_rng(run.options.seed)
        self.sizes, self._failed = replace(sizes), 0
        self.current = Occupancy(model)
        catalogue = model.catalogue
        self._people = np.flatnonzero(np.diff(catalogue.candidate_slots) > 0)
        self._least_loss = np.full(len(model.index.candidates), np.inf)
        begins = catalogue.first[catalogue.candidate_slots[self._people]]
        self._least_loss[self._people] = np.minimum.reduceat(losses.of_column, begins)

    def start_from(self, plan: Ints) -> None:
        """Go on from this plan."""
        if not np.array_equal(plan, self.current.numbers):
            self.current = Occupancy(self.model)
            self.current.place_all(plan)

    def step(self, work: Work) -> bool:
        """One neighbourhood; returns whether the plan became better."""
        placed = self.model.catalogue.columns(self.current.numbers)
        if not len(placed):
            return False
        freed = np.sort(placed.number[related(placed, self.sizes.freed, self.random)])
        before = self.current.value
        for number in freed.tolist():
            self.current.remove(number)
        pool = self._pool(freed)
        start = np.isin(pool.number, freed)
        began = self.run.spent()
        found = choose_best(self.rows, pool, self.current.limits(), start, self.run, work)
        # The solver's answer is placed only where it is at least as good: it then fits, by its own rows.
        better = found.chosen is not None and found.value >= before - self.current.value
        self.current.place_all(pool.number[found.chosen] if better and found.chosen is not None else freed)
        gained = self.current.value > before
        self._failed = 0 if gained else self._failed + 1
        quick = self.run.options.reproducible or self.run.spent() - began < 0.4 * work.seconds
        self._adapt(found.proven, quick, len(placed))
        return gained

    def _adapt(self, proven: bool, quick: bool, placed: int) -> None:
        if proven and quick and self._failed >= self.sizes.patience:
            self.sizes.freed = min(placed, int(self.sizes.freed * 1.15) + 1, self.sizes.most)
            self._failed = 0
        elif not proven:
            self.sizes.freed = max(5, int(self.sizes.freed * 0.85))

    def _pool(self, freed: Ints) -> Columns:
        """The columns that compete: of the freed people, and of some others with small losses; those that fit."""
        catalogue, sizes = self.model.catalogue, self.sizes
        chosen = np.zeros(len(self.model.index.candidates), dtype=bool)
        chosen[catalogue.columns(freed).candidate] = True
        others = self._people[(self.current.left[self._people] > 0) & ~chosen[self._people]]
        wanted = sizes.others_per_freed * sizes.freed
        if len(others) > wanted:
            spread = self.random.random((2, len(others)))
            rank = self._least_loss[others] + self._spread() * spread[0] * spread[1]
            others = others[np.argsort(rank, kind="stable")[:wanted]]
        chosen[others] = True
        slots = np.flatnonzero(self._slots_of(chosen))
        fitting = catalogue.within(slots, self.current.longest_fitting(slots, balance=False))
        loss = self.losses[fitting.number]
        keep = self._promising(fitting, loss)
        keep |= np.isin(fitting.number, freed)
        return fitting.take(keep)

    def _slots_of(self, people: Bools) -> Bools:
        mask: Bools = people[self.model.catalogue.candidate]
        return mask

    def _spread(self) -> float:
        loss = self.losses[self.current.numbers] if self.current.placed else np.zeros(1)
        return float(np.median(loss)) * 4 + 20

    def _promising(self, columns: Columns, loss: Floats) -> Bools:
        """The few columns of each person with the smallest losses, and of all those not too many."""
        order = np.lexsort((loss, columns.candidate))
        person = columns.candidate[order]
        rank = np.arange(len(order)) - np.searchsorted(person, person)
        keep = np.zeros(len(columns), dtype=bool)
        kept = order[rank < self.sizes.per_person]
        if len(kept) > self.sizes.columns:
            noisy = loss[kept] * (1 + 0.3 * self.random.random(len(kept)))
            kept = kept[np.argpartition(noisy, self.sizes.columns)[: self.sizes.columns]]
        keep[kept] = True
        return keep
