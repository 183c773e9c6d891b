"""Branch and bound over a few columns, in flow form, from a known plan.

HiGHS's presolve is off: on these models it takes longer than the search it is meant to shorten. An interrupted search
returns the best plan it found and the bound for its own columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.effort import Run
from exchange.scheduling.flow import FlowForm, build_flow
from exchange.scheduling.highs import OPTIMAL, new_highs, programme
from exchange.scheduling.index import Bools, Floats, Ints
from exchange.scheduling.limits import Limits
from exchange.scheduling.rows import RowSpace

INTERIOR_FROM = 2_500  # columns from which the root relaxation is solved by the interior-point method


@dataclass(frozen=True, slots=True)
class Work:
    """How long one branch and bound may take: CPU seconds, or (reproducible) simplex iterations and nodes."""

    seconds: float
    iterations: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Found:
    """The best choice of columns (positions; None if none was found), its value, a bound, and whether it is proven."""

    chosen: Ints | None
    value: int
    bound: float
    proven: bool


def choose_best(
    rows: RowSpace,
    columns: Columns,
    limits: Limits,
    start: Bools | None,
    run: Run,
    work: Work,
    worth: Ints | None = None,
) -> Found:
    """The best subset of ``columns`` within ``limits``; ``worth`` replaces their value as the objective.

    ``start`` marks a subset that is known to fit; the result is then never worse.
    """
    form = build_flow(rows, columns, limits)
    gain = np.zeros(form.matrix.shape[1])
    gain[: len(columns)] = columns.value if worth is None else worth
    solver = new_highs(presolve="off", mip_rel_gap=0.0, mip_abs_gap=0.999, mip_max_nodes=work.nodes)
    if len(columns) > INTERIOR_FROM:
        solver.setOptionValue("mip_lp_solver", "ipx")
    lp = programme(form.matrix, gain, form.column_upper, form.row_lower, form.row_upper)
    integer, continuous = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    lp.integrality_ = [integer] * len(columns) + [continuous] * (len(gain) - len(columns))
    solver.passModel(lp)
    if start is not None:
        _give_start(solver, form, start)
    _interrupt_when_used_up(solver, run, work)
    solver.run()
    return _read(solver, len(columns), gain)


def _give_start(solver: Any, form: FlowForm, start: Bools) -> None:  # noqa: ANN401 - highspy ships no types
    solution = highspy.HighsSolution()
    solution.col_value = form.occupancy(start.astype(float)).tolist()
    solver.setSolution(solution)


def _interrupt_when_used_up(solver: Any, run: Run, work: Work) -> None:  # noqa: ANN401 - highspy ships no types
    deadline = run.spent() + min(work.seconds, run.left())

    def look(event: Any) -> None:  # noqa: ANN401 - highspy ships no types
        used_up = event.data_out.simplex_iteration_count > work.iterations
        if used_up or run.over() or run.spent() > deadline:
            event.interrupt()

    solver.cbMipInterrupt += look
    solver.cbSimplexInterrupt += look
    solver.cbIpmInterrupt += look


def _read(solver: Any, columns: int, gain: Floats) -> Found:  # noqa: ANN401 - highspy ships no types
    info = solver.getInfo()
    proven = solver.getModelStatus() == OPTIMAL
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Found(None, 0, float(info.mip_dual_bound), proven=False)
    chosen = np.flatnonzero(np.array(solver.getSolution().col_value)[:columns] > 0.5)
    return Found(chosen, round(float(gain[chosen].sum())), float(info.mip_dual_bound), proven)
