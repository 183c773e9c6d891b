"""Linear and mixed-integer programmes through HiGHS (Huangfu & Hall 2018), maximising, on one thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Watch = Callable[[float, float], bool]

INFINITY = highspy.kHighsInf
_USABLE = (
    highspy.HighsModelStatus.kOptimal,
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kSolutionLimit,
)


@dataclass(frozen=True)
class Programme:
    """Maximise cost · x, lower ≤ x ≤ upper, row_lower ≤ matrix · x ≤ row_upper; the first ``integers`` of x whole."""

    matrix: sp.csc_matrix
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    integers: int


@dataclass(frozen=True)
class Solution:
    """``values`` [columns], or None when none was found. ``bound`` is what no solution can exceed.

    ``row_duals`` and ``reduced_costs`` are those of the linear relaxation, zero after a mixed-integer solve.
    """

    values: Floats | None
    objective: float
    bound: float
    optimal: bool
    row_duals: Floats
    reduced_costs: Floats


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how exactly to solve: wall seconds, relative gap, and the seed of HiGHS."""

    seconds: float = 60.0
    gap: float = 1e-4
    seed: int = 0


def solve_relaxed(programme: Programme, effort: Effort) -> Solution:
    """Solve without the demand for whole numbers; gives duals."""
    return _solve(programme, effort, whole=False, start=None, watch=None)


def solve_whole(
    programme: Programme, effort: Effort, *, start: Floats | None = None, watch: Watch | None = None
) -> Solution:
    """Solve in whole numbers, from a known solution if there is one.

    ``watch`` is called now and then with the best objective and the bound, and stops the search by returning True.
    """
    return _solve(programme, effort, whole=True, start=start, watch=watch)


def _solve(programme: Programme, effort: Effort, *, whole: bool, start: Floats | None, watch: Watch | None) -> Solution:
    solver = highspy.Highs()
    options = {
        "output_flag": False,
        "threads": 1,
        "time_limit": max(0.01, effort.seconds),
        "mip_rel_gap": effort.gap,
        "mip_abs_gap": 1e-7,
        "random_seed": effort.seed,
    }
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model(programme, whole=whole))
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    if watch is not None:
        _subscribe(solver, watch)
    solver.run()
    return _read(solver, programme, whole=whole)


def _model(programme: Programme, *, whole: bool) -> Any:  # noqa: ANN401 - highspy ships no types
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = programme.matrix.shape
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.lower, np.minimum(programme.upper, INFINITY)
    model.row_lower_ = np.maximum(programme.row_lower, -INFINITY)
    model.row_upper_ = np.minimum(programme.row_upper, INFINITY)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = programme.matrix.indptr.astype(np.int32)
    model.a_matrix_.index_ = programme.matrix.indices.astype(np.int32)
    model.a_matrix_.value_ = programme.matrix.data.astype(np.float64)
    if whole:
        kinds = [highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous]
        columns = programme.matrix.shape[1]
        model.integrality_ = [kinds[0]] * programme.integers + [kinds[1]] * (columns - programme.integers)
    return model


def _subscribe(solver: Any, watch: Watch) -> None:  # noqa: ANN401 - highspy ships no types
    stopped = False

    def look(event: Any) -> None:  # noqa: ANN401
        nonlocal stopped
        stopped = stopped or watch(event.data_out.mip_primal_bound, event.data_out.mip_dual_bound)
        if stopped:
            event.interrupt()

    solver.cbMipInterrupt.subscribe(look)


def _read(solver: Any, programme: Programme, *, whole: bool) -> Solution:  # noqa: ANN401 - highspy ships no types
    status, info, found = solver.getModelStatus(), solver.getInfo(), solver.getSolution()
    rows, columns = programme.matrix.shape
    values = np.array(found.col_value)
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    usable = status in _USABLE and feasible and len(values) == columns
    duals = np.array(found.row_dual) if len(found.row_dual) == rows and not whole else np.zeros(rows)
    reduced = np.array(found.col_dual) if len(found.col_dual) == columns and not whole else np.zeros(columns)
    objective = float(programme.cost @ values) if usable else -np.inf
    optimal = status == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if whole else (objective if optimal else np.inf)
    return Solution(values if usable else None, objective, bound, optimal, duals, reduced)
