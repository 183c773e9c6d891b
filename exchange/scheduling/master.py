"""The restricted master: the linear programme over the columns found so far (Desrosiers and Luebbecke, 2005).

Two ways to solve it, chosen by what binds:

``SimplexMaster``: rows enter only when a solution breaks them, and the simplex method starts from the last basis. Best
where budgets bind and few weeks of few seats do.

``InteriorMaster``: the flow form solved by the interior-point method without crossover. Best where seats and quotas
bind in thousands of weeks: there the simplex method crawls through degenerate bases, while interior prices are central
and lead to few rounds (Gondzio, Gonzalez-Brevis and Munari, *New developments in the primal-dual column generation
technique*, 2013). Early rounds are solved loosely, as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import highspy
import numpy as np
import scipy.sparse as sp

from exchange.scheduling.columns import Columns
from exchange.scheduling.flow import FlowForm, build_flow
from exchange.scheduling.highs import INFINITY, OPTIMAL, finite, new_highs, programme
from exchange.scheduling.index import Bools, Floats, Ints
from exchange.scheduling.limits import Model
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.rows import RowSpace

PRIMAL, DUAL = 4, 1  # HiGHS's simplex strategies


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A solved master: its value, the price of each row and person, and how much of each column is used."""

    value: float
    prices: Floats
    person_price: Floats
    used: Floats


class Master(Protocol):
    """What column generation and the dive need of a master."""

    columns: Columns
    known: set[int]
    central: bool  # whether its prices lie in the middle of the optimal ones, and need no smoothing

    def add(self, numbers: Ints) -> int: ...

    def solve(self, tolerance: float) -> Relaxed | None: ...

    def settle(self, state: Occupancy) -> None: ...


class SimplexMaster:
    """The master by the simplex method with lazy rows. ``needed`` are the grid rows that may ever enter."""

    def __init__(self, model: Model, rows: RowSpace, needed: Bools, start: Ints) -> None:
        self.model, self.rows, self.needed, self.central = model, rows, needed, False
        self.people = len(model.index.candidates)
        self.columns = model.catalogue.columns(np.zeros(0, dtype=np.int64))
        self.known: set[int] = set()
        self._matrix: sp.csc_matrix = rows.matrix(self.columns)
        self._row_of = np.full(rows.size, -1, dtype=np.int64)
        self._active = np.zeros(0, dtype=np.int64)
        self.solver = new_highs(presolve="off")
        self.solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        none = np.zeros(0, dtype=np.int32)
        counts = model.limits.placements.astype(float)
        self.solver.addRows(
            self.people,
            np.full(self.people, -INFINITY),
            counts,
            0,
            np.zeros(self.people + 1, np.int32),
            none,
            np.zeros(0),
        )
        self._strategy = PRIMAL
        self._activate(np.arange(rows.base["purse"], rows.size))
        self.add(start)

    def _activate(self, new: Ints) -> None:
        self._row_of[new] = self.people + len(self._active) + np.arange(len(new))
        self._active = np.concatenate([self._active, new])
        part = self._matrix.tocsr()[new]
        self.solver.addRows(
            len(new),
            finite(self.rows.lower[new]),
            finite(self.rows.upper[new]),
            part.nnz,
            part.indptr.astype(np.int32),
            part.indices.astype(np.int32),
            part.data,
        )

    def add(self, numbers: Ints) -> int:
        """Add columns by number; those already there are ignored. Returns how many are new."""
        fresh = np.array([n for n in np.unique(numbers).tolist() if n not in self.known], dtype=np.int64)
        if not len(fresh):
            return 0
        self.known.update(fresh.tolist())
        added = self.model.catalogue.columns(fresh)
        self._strategy = PRIMAL  # the old basis stays primal feasible when columns are added
        whole = self.rows.matrix(added)
        self.columns = join(self.columns, added)
        self._matrix = sp.hstack([self._matrix, whole], format="csc")
        person = sp.csc_matrix(
            (np.ones(len(fresh)), (added.candidate, np.arange(len(fresh)))), shape=(self.people, len(fresh))
        )
        part = sp.vstack([person, whole.tocsr()[self._active]], format="csc")
        self.solver.addCols(
            len(fresh),
            added.value.astype(float),
            np.zeros(len(fresh)),
            np.full(len(fresh), INFINITY),
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data,
        )
        return len(fresh)

    def settle(self, state: Occupancy) -> None:
        """Fix the columns that ``state`` has placed and close those that no longer fit beside them."""
        placed = np.isin(self.columns.number, state.numbers)
        lower = placed.astype(float)
        upper = np.where(placed | state.fits(self.columns, balance=False), INFINITY, 0.0)
        every = np.arange(len(placed), dtype=np.int32)
        self.solver.changeColsBounds(len(every), every, lower, np.where(placed, 1.0, upper))
        self._strategy = DUAL  # tighter bounds leave the basis dual feasible

    def _broken(self, used: Floats) -> Ints:
        load = self._matrix @ used
        over = (load > self.rows.upper + 1e-6) & self.needed & (self._row_of < 0)
        return np.flatnonzero(over)

    def solve(self, tolerance: float = 0.0) -> Relaxed | None:  # noqa: ARG002 - the simplex method is exact anyway
        """Solve to optimality, adding broken rows; None where HiGHS was interrupted."""
        strategy = self._strategy
        while True:
            self.solver.setOptionValue("simplex_strategy", strategy)
            self.solver.run()
            if self.solver.getModelStatus() != OPTIMAL:
                return None
            solution = self.solver.getSolution()
            used = np.array(solution.col_value)
            broken = self._broken(used)
            if not len(broken):
                break
            self._activate(broken)
            strategy = DUAL  # the old basis stays dual feasible when rows are added
        dual = np.array(solution.row_dual)
        prices = np.zeros(self.rows.size)
        prices[self._active] = dual[self.people :]
        return Relaxed(
            self.solver.getInfo().objective_function_value,
            lawful(self.rows, prices),
            np.maximum(dual[: self.people], 0.0),
            used,
        )


class InteriorMaster:
    """The master in flow form by the interior-point method; rebuilt each time, since it cannot start warm."""

    def __init__(self, model: Model, rows: RowSpace, start: Columns) -> None:
        self.model, self.rows, self.central = model, rows, True
        self.columns = start
        self.known: set[int] = set(start.number.tolist())
        self._settled: Occupancy | None = None

    def add(self, numbers: Ints) -> int:
        """Add columns by number; those already there are ignored. Returns how many are new."""
        fresh = np.array([n for n in np.unique(numbers).tolist() if n not in self.known], dtype=np.int64)
        self.known.update(fresh.tolist())
        self.columns = join(self.columns, self.model.catalogue.columns(fresh))
        return len(fresh)

    def settle(self, state: Occupancy) -> None:
        """From now on choose only beside the columns that ``state`` has placed."""
        self._settled = state

    def solve(self, tolerance: float = 1e-6) -> Relaxed | None:
        """Solve to a relative duality gap of ``tolerance``; None where the method gave no prices."""
        state = self._settled
        free = (
            np.flatnonzero(state.fits(self.columns, balance=False))
            if state is not None
            else np.arange(len(self.columns))
        )
        if not len(free):
            return None
        form = build_flow(self.rows, self.columns.take(free), state.limits() if state else self.model.limits)
        value = np.zeros(form.matrix.shape[1])
        value[: form.columns] = self.columns.value[free]
        upper = form.column_upper.copy()
        upper[: form.columns] = np.inf  # at most one per person is the people's rows' business
        solver = new_highs(
            presolve="off", solver="ipx", run_crossover="off", ipm_optimality_tolerance=max(tolerance, 1e-8)
        )
        solver.passModel(programme(form.matrix, value, upper, form.row_lower, form.row_upper))
        solver.run()
        solution = solver.getSolution()
        if not solution.dual_valid:
            return None
        used = np.zeros(len(self.columns))
        used[free] = np.array(solution.col_value)[: form.columns]
        prices, person_price = self._prices(form, np.array(solution.row_dual), np.array(solution.col_dual))
        settled = state.value if state is not None else 0
        return Relaxed(solver.getInfo().objective_function_value + settled, prices, person_price, used)

    def _prices(self, form: FlowForm, row_dual: Floats, column_dual: Floats) -> tuple[Floats, Floats]:
        prices = np.zeros(self.rows.size)
        # The price of a week is what one more occupant would be worth: the reduced cost of its occupancy variable.
        prices[form.grid_rows] = column_dual[form.columns :]
        prices[form.shared_rows] = row_dual[len(row_dual) - len(form.shared_rows) :]
        person_price = np.zeros(len(self.model.index.candidates))
        person_price[form.people] = np.maximum(row_dual[: len(form.people)], 0.0)
        return lawful(self.rows, prices), person_price


def lawful(rows: RowSpace, prices: Floats) -> Floats:
    """Prices that give a valid bound: never negative, except on balance rows, which have two sides."""
    one_sided = np.isinf(rows.lower)
    return np.where(one_sided, np.maximum(prices, 0.0), prices)


def join(first: Columns, second: Columns) -> Columns:
    """Two sets of columns after each other."""
    return Columns(*(np.concatenate([getattr(first, n), getattr(second, n)]) for n in first.__dataclass_fields__))
