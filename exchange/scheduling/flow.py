"""The same rows in differenced form: how many hold a key in a week = those of the week before + starts - ends.

With an occupancy variable per needed row, bounded by the capacity, each column has two entries per family instead of
one per week: the matrix of a stay is a path in a network (the usual form of interval scheduling; Ahuja, Magnanti and
Orlin, *Network Flows*, 1993, section 9.6). Both the interior-point method and branch and bound are faster on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from exchange.scheduling.columns import Columns
from exchange.scheduling.index import Bools, Floats, Ints
from exchange.scheduling.limits import Limits
from exchange.scheduling.rows import RowSpace, Use, capacity, needed_rows


@dataclass(frozen=True, slots=True)
class FlowForm:
    """Columns first, then one occupancy variable per grid row in ``grid_rows``. Rows: people, occupancy, shared.

    ``shared_rows`` are the numbers, in the row space, of the purse and balance rows at the end.
    """

    matrix: sp.csc_matrix
    row_lower: Floats
    row_upper: Floats
    column_upper: Floats
    people: Ints
    grid_rows: Ints
    shared_rows: Ints
    columns: int

    def occupancy(self, chosen: Floats) -> Floats:
        """The full variable vector for given values of the columns: occupancy follows from the differences."""
        first = len(self.people)
        change = -(self.matrix[first : first + len(self.grid_rows), : self.columns] @ chosen)
        link = self.matrix[first : first + len(self.grid_rows), self.columns :].tocsr()
        held = np.zeros(len(self.grid_rows))
        for row in range(len(held)):  # each row refers to its own variable and, at most, the one before
            own = link.indices[link.indptr[row] : link.indptr[row + 1]]
            held[row] = change[row] + (held[row - 1] if len(own) > 1 else 0.0)
        return np.concatenate([chosen, held])


def build_flow(rows: RowSpace, columns: Columns, limits: Limits) -> FlowForm:
    """The flow form of the columns under the given limits."""
    people, person_row = np.unique(columns.candidate, return_inverse=True)
    row, column, entry = [person_row.astype(np.int64)], [np.arange(len(columns))], [np.ones(len(columns))]
    upper = [np.ones(len(columns))]
    grid: list[Ints] = []
    height, width = len(people), len(columns)
    for use in rows.uses(columns):
        limit = capacity(limits, use.family, use.keys, rows.span)
        needed = needed_rows(rows.index, use, columns.candidate[use.which], limit)
        key, week = np.nonzero(needed)
        for part in _differences(use, needed, key, height, width):
            row.append(part[0])
            column.append(part[1])
            entry.append(part[2])
        grid.append(use.base + key * rows.span + week)
        upper.append(limit[key, week].astype(float))
        height, width = height + len(key), width + len(key)
    shared = np.arange(rows.base["purse"], rows.size)
    for shared_row, which, amount in rows.shared_entries(columns):
        row.append(shared_row - rows.base["purse"] + height)
        column.append(which)
        entry.append(amount)
    between = height - len(people)
    matrix = sp.csc_matrix(
        (np.concatenate(entry), (np.concatenate(row), np.concatenate(column))), shape=(height + len(shared), width)
    )
    low = [np.full(len(people), -np.inf), np.zeros(between), np.full(len(limits.purses), -np.inf), limits.balance_low]
    high = [limits.placements[people], np.zeros(between), limits.purses, limits.balance_high]
    return FlowForm(
        matrix,
        np.concatenate(low).astype(float),
        np.concatenate(high).astype(float),
        np.concatenate(upper),
        people,
        np.concatenate(grid),
        shared,
        len(columns),
    )


def _differences(use: Use, needed: Bools, key: Ints, height: int, width: int) -> list[tuple[Ints, Ints, Floats]]:
    """Entries of one family: occupancy here, minus occupancy before, minus starts since, plus ends since."""
    count = len(key)
    before = np.concatenate([np.zeros((use.keys, 1), dtype=np.int64), np.cumsum(needed, axis=1)], axis=1)
    base = np.concatenate([[0], np.cumsum(before[:, -1])])[:-1]
    stop = np.minimum(use.end, needed.shape[1])
    entered, left = base[use.key] + before[use.key, use.start], base[use.key] + before[use.key, stop]
    counted = left > entered  # a column between two needed weeks touches none of them
    returns = counted & (left < base[use.key] + before[use.key, -1])
    own = np.arange(count)
    same = np.flatnonzero(np.concatenate([[False], key[1:] == key[:-1]])) if count else own
    return [
        (entered[counted] + height, use.which[counted], -np.ones(int(counted.sum()))),
        (left[returns] + height, use.which[returns], np.ones(int(returns.sum()))),
        (own + height, own + width, np.ones(count)),
        (same + height, same - 1 + width, -np.ones(len(same))),
    ]
