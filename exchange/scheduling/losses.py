"""What using a column costs against the bound, and which columns a better plan can still contain.

With the prices of the bound, a plan that uses a column is worth at most the bound minus the column's *loss*: the
person's best reduced value minus this column's. Columns whose loss is larger than the distance between bound and best
plan can be left out without losing any better plan (reduced-cost fixing; Nemhauser and Wolsey, 1988).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exchange.scheduling.generation import Generated
from exchange.scheduling.index import Floats, Ints
from exchange.scheduling.pricing import Pricer

ROUNDING = 0.01  # losses are kept in 32 bits; whatever is this close to a threshold is kept


class Losses:
    """The loss of every column (32-bit), for one set of prices."""

    def __init__(self, pricer: Pricer, generated: Generated) -> None:
        self.bound = generated.bound
        self.of_column: npt.NDArray[np.float32] = np.empty(int(pricer.first[-1]), dtype=np.float32)
        best = generated.best[pricer.catalogue.candidate]
        for part, value in pricer.value_blocks(generated.prices):
            self.of_column[part] = best[pricer.slot[part]] - value

    def __getitem__(self, numbers: Ints) -> Floats:
        return self.of_column[numbers].astype(float)

    def within(self, threshold: float) -> Ints:
        """The columns with at most this loss."""
        return np.flatnonzero(self.of_column <= threshold + ROUNDING)

    def lowest(self, count: int) -> Ints:
        """The ``count`` columns with the smallest losses."""
        if count >= len(self.of_column):
            return np.arange(len(self.of_column))
        return np.sort(np.argpartition(self.of_column, count)[:count])
