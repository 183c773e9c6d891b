"""HiGHS as this engine uses it (Huangfu and Hall, *Parallelizing the dual revised simplex method*, 2018).

One thread everywhere: HiGHS shares one scheduler in a process and refuses a second model with another thread count,
and one thread makes every run repeatable.
"""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import scipy.sparse as sp

from exchange.scheduling.index import Floats

INFINITY = highspy.kHighsInf
OPTIMAL = highspy.HighsModelStatus.kOptimal


def new_highs(**options: object) -> Any:  # noqa: ANN401 - highspy ships no types
    """A silent, single-threaded HiGHS."""
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    for name, value in options.items():
        solver.setOptionValue(name, value)
    return solver


def finite(bounds: Floats) -> Floats:
    """Bounds with HiGHS's own infinity."""
    return np.clip(bounds, -INFINITY, INFINITY)


def programme(matrix: sp.csc_matrix, value: Floats, column_upper: Floats, row_lower: Floats, row_upper: Floats) -> Any:  # noqa: ANN401 - highspy ships no types
    """A maximisation over 0 <= x <= ``column_upper`` with ranged rows."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = matrix.shape[1], matrix.shape[0]
    lp.col_cost_ = value
    lp.col_lower_, lp.col_upper_ = np.zeros(matrix.shape[1]), finite(column_upper)
    lp.row_lower_, lp.row_upper_ = finite(row_lower), finite(row_upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(float)
    lp.sense_ = highspy.ObjSense.kMaximize
    return lp
