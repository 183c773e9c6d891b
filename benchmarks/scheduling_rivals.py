"""What others make of the same round: CP-SAT with optional intervals, HiGHS with every column at once.

    python benchmarks/scheduling_rivals.py cp_sat|highs INSTANCE.json.gz SECONDS

``SECONDS`` are CPU seconds of this process over all its threads, building the model included. The kernel ends the
process when they are used up (HiGHS's presolve cannot be interrupted), so every better plan or bound is printed at once
as a line of JSON with ``value``, ``bound`` and ``seconds``: the last line is the result. Eligibility and limits are
Exchange's own, so that all solve the same problem.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from exchange.scheduling.flow import build_flow
from exchange.scheduling.highs import new_highs, programme
from exchange.scheduling.limits import Model
from exchange.scheduling.model import build_model
from exchange.scheduling.problem import read_problem
from exchange.scheduling.rows import build_rows, capacity

MEMORY = 12 * 2**30  # bytes of address space: a model that needs more is no answer


class Tell:
    """Prints value and bound as they become better."""

    def __init__(self) -> None:
        self.value: float | None = None
        self.bound: float | None = None

    def __call__(self, value: float | None, bound: float | None, *, proven: bool = False) -> None:
        before = (self.value, self.bound)
        if value is not None and abs(value) < 1e15:
            self.value = max(value, self.value if self.value is not None else value)
        if bound is not None and abs(bound) < 1e15:
            self.bound = min(bound, self.bound if self.bound is not None else bound)
        if proven or (self.value, self.bound) != before:
            row = {"value": self.value, "bound": self.bound, "seconds": round(time.process_time(), 1), "proven": proven}
            print(json.dumps(row), flush=True)


def highs(model: Model, tell: Tell) -> None:
    """Every column as a variable, in the same flow form as the engine's own branch and bound."""
    columns = model.catalogue.columns(np.arange(model.catalogue.size))
    form = build_flow(build_rows(model), columns, model.limits)
    gain = np.zeros(form.matrix.shape[1])
    gain[: len(columns)] = columns.value
    solver = new_highs(presolve="off", mip_rel_gap=0.0, mip_abs_gap=0.999)
    lp = programme(form.matrix, gain, form.column_upper, form.row_lower, form.row_upper)
    integer, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [integer] * len(columns) + [continuous] * (len(gain) - len(columns))
    solver.passModel(lp)

    def look(event: Any) -> None:  # noqa: ANN401 - highspy ships no types
        tell(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)

    solver.cbMipLogging += look
    solver.cbMipImprovingSolution += look
    solver.run()
    info = solver.getInfo()
    tell(info.objective_function_value, info.mip_dual_bound, proven=True)


class _Intervals:
    """CP-SAT's model: for each person, opening and start an optional interval of free length.

    The limits are cumulatives over those intervals; budgets and balances are linear in presence and length.
    """

    def __init__(self, model: Model) -> None:
        from ortools.sat.python import cp_model

        if len(model.limits.purses) > len(model.index.institutes):
            raise SystemExit("This rival knows one budget for each institute, not budgets by year.")
        self.cp, self.model, self.m = cp_model, model, cp_model.CpModel()
        self.of: dict[tuple[str, int], list[Any]] = defaultdict(list)
        self.of_person: dict[int, list[tuple[Any, Any]]] = defaultdict(list)
        self.money: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        self.net: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        self.gains: list[tuple[Any, int]] = []
        for slot in range(len(model.catalogue.start)):
            self._add(slot)
        self._people()
        self._cumulatives()
        self._sums()
        self.m.maximize(self._weighted(self.gains))

    def _weighted(self, terms: list[tuple[Any, int]]) -> Any:  # noqa: ANN401 - OR-Tools ships no types
        return self.cp.LinearExpr.weighted_sum([term for term, _ in terms], [weight for _, weight in terms])

    def _add(self, slot: int) -> None:
        catalogue, index, m = self.model.catalogue, self.model.index, self.m
        start, low, high = (int(row[slot]) for row in (catalogue.start, catalogue.shortest, catalogue.longest))
        person, opening = int(catalogue.candidate[slot]), int(catalogue.opening[slot])
        home, host, team = int(index.home[person]), int(index.host[opening]), int(index.team[person])
        here = m.new_bool_var("")
        weeks = m.new_int_var_from_domain(self.cp.Domain.from_intervals([[0, 0], [low, high]]), "")
        m.add(weeks >= low).only_enforce_if(here)
        m.add(weeks == 0).only_enforce_if(~here)

        def interval(tail: int) -> Any:  # noqa: ANN401 - OR-Tools ships no types
            return m.new_optional_interval_var(start, weeks + tail, start + weeks + tail, here, "")

        stay = interval(0)
        self.of["seat", opening].append(interval(int(index.turnover[opening])))
        self.of["desk", host].append(stay)
        self.of["away", team].append(stay)
        self.of_person[person].append((here, interval(int(index.rest[person]))))
        self._spend(here, weeks, home, host)
        row = int(index.pair_row[home, host])
        if row >= 0:
            self.net[row].append((weeks, int(index.pair_sign[home, host])))
        self._value(slot, here, weeks, (low, high))

    def _spend(self, here: Any, weeks: Any, home: int, host: int) -> None:  # noqa: ANN401 - OR-Tools ships no types
        """Travel once and the weekly costs; the reference rounds have one purse for each institute, over all weeks."""
        index = self.model.index
        self.money[home] += [(here, int(index.travel[home])), (weeks, int(index.home_cost[home]))]
        self.money[host].append((weeks, int(index.host_cost[host])))

    def _value(self, slot: int, here: Any, weeks: Any, lengths: tuple[int, int]) -> None:  # noqa: ANN401 - OR-Tools ships no types
        catalogue, index = self.model.catalogue, self.model.index
        weight, person = index.problem.objective, int(catalogue.candidate[slot])
        late = max(0, int(catalogue.start[slot] - index.earliest[person]))
        preferred, most = int(index.preferred[person]), 10**4
        self.gains += [(weeks, int(catalogue.points[slot]))]
        self.gains += [(here, weight.placement - weight.per_week_after_earliest_start * late)]
        off = self.m.new_int_var(0, most, "")
        for sign, needed in ((1, lengths[1] > preferred), (-1, lengths[0] < preferred)):
            if needed:
                self.m.add(off >= sign * (weeks - preferred)).only_enforce_if(here)
        self.gains.append((off, -weight.per_week_off_preferred_length))

    def _people(self) -> None:
        for person, rows in self.of_person.items():
            self.m.add(sum(here for here, _ in rows) <= int(self.model.limits.placements[person]))
            if self.model.limits.placements[person] > 1:
                self.m.add_no_overlap([interval for _, interval in rows])

    def _cumulatives(self) -> None:
        """Capacities change from week to week: fixed intervals take up what is missing to the largest."""
        for (family, key), intervals in self.of.items():
            limit = capacity(self.model.limits, family, 0, 0)[key]
            most = min(int(limit.max()), len(intervals))
            missing = [(week, most - int(left)) for week, left in enumerate(limit.tolist()) if left < most]
            taken = [self.m.new_fixed_size_interval_var(week, 1, "") for week, _ in missing]
            demands = [1] * len(intervals) + [count for _, count in missing]
            self.m.add_cumulative([*intervals, *taken], demands, most)

    def _sums(self) -> None:
        limits = self.model.limits
        for purse, terms in self.money.items():
            self.m.add(self._weighted(terms) <= int(limits.purses[purse]))
        for row, terms in self.net.items():
            self.m.add_linear_constraint(
                self._weighted(terms), int(limits.balance_low[row]), int(limits.balance_high[row])
            )


def cp_sat(model: Model, tell: Tell) -> None:
    """CP-SAT as it comes, with two workers (their CPU seconds add up)."""
    from ortools.sat.python import cp_model

    class Better(cp_model.CpSolverSolutionCallback):  # type: ignore[misc] # OR-Tools ships no types
        def on_solution_callback(self) -> None:
            tell(self.objective_value, self.best_objective_bound)

    built = _Intervals(model)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.random_seed = 2, 1
    solver.best_bound_callback = lambda bound: tell(None, bound)
    status = solver.solve(built.m, Better())
    if status == cp_model.OPTIMAL:
        tell(solver.objective_value, solver.best_objective_bound, proven=True)


def main() -> None:
    """Run one rival until it is done or its CPU seconds are used up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rival", choices=["cp_sat", "highs"])
    parser.add_argument("instance", type=Path)
    parser.add_argument("seconds", type=float)
    chosen = parser.parse_args()
    used_up = round(chosen.seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (used_up, used_up + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    model = build_model(read_problem(chosen.instance))
    {"cp_sat": cp_sat, "highs": highs}[chosen.rival](model, Tell())


if __name__ == "__main__":
    main()
