"""The rows of the linear programme: one per limit and week, and which of them can matter.

A seat, a desk, a team's quota and a person's rest are all the same thing: a key (which seat, which team …) that each
column uses from its start week until it is given back. They form the *grid*: row ``base + key * span + week``. After
the grid come the purses (budgets) and the balance rows. Persons are no rows here: at most so many columns of a person
is the convexity constraint of the decomposition and is handled apart.

A week's row is needed only where some column starts or where the capacity drops: the set of columns that cover a week
can only grow at starts. (Dropping the drop weeks would lose the limits that confirmed placements tighten.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from exchange.scheduling.columns import Catalogue, Columns
from exchange.scheduling.index import Bools, Floats, Index, Ints
from exchange.scheduling.limits import Limits, Model, purse_costs

FAMILIES = ("seat", "desk", "away", "rest")


@dataclass(frozen=True, slots=True)
class Use:
    """One family's use by some columns: column ``which[i]`` holds ``key[i]`` over the weeks ``[start, end)``."""

    family: str
    base: int
    keys: int
    which: Ints
    key: Ints
    start: Ints
    end: Ints


@dataclass(frozen=True, slots=True)
class RowSpace:
    """Where each row is, and its bounds. ``rest_key[c]`` numbers the people who may be placed more than once."""

    index: Index
    span: int
    base: dict[str, int]
    keys: dict[str, int]
    rest_key: Ints
    size: int
    lower: Floats
    upper: Floats

    def uses(self, columns: Columns) -> Iterator[Use]:
        """What the columns use of each family of the grid."""
        index, all_columns = self.index, np.arange(len(columns))
        turnover = index.turnover[columns.opening]
        yield self._use("seat", all_columns, columns.opening, columns.start, columns.end + turnover)
        yield self._use("desk", all_columns, columns.host, columns.start, columns.end)
        yield self._use("away", all_columns, columns.team, columns.start, columns.end)
        which = np.flatnonzero(self.rest_key[columns.candidate] >= 0)
        person = columns.candidate[which]
        end = columns.end[which] + index.rest[person]
        yield self._use("rest", which, self.rest_key[person], columns.start[which], end)

    def _use(self, family: str, which: Ints, key: Ints, start: Ints, end: Ints) -> Use:
        return Use(family, self.base[family], self.keys[family], which, key, start, end)

    def matrix(self, columns: Columns) -> sp.csc_matrix:
        """All rows of the columns (rows that no column touches are empty), for the bounds ``lower`` to ``upper``."""
        rows: list[Ints] = []
        which: list[Ints] = []
        for use in self.uses(columns):
            length = use.end - use.start
            step = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
            rows.append(np.repeat(use.base + use.key * self.span + use.start, length) + step)
            which.append(np.repeat(use.which, length))
        entries = [np.ones(len(part)) for part in rows]
        for row, column, amount in self.shared_entries(columns):
            rows.append(row)
            which.append(column)
            entries.append(amount)
        where = (np.concatenate(rows), np.concatenate(which))
        return sp.csc_matrix((np.concatenate(entries), where), shape=(self.size, len(columns)))

    def shared_entries(self, columns: Columns) -> Iterator[tuple[Ints, Ints, Floats]]:
        """The purse and balance entries of the columns as (row, column, coefficient)."""
        index = self.index
        for purse in range(self.keys["purse"]):
            cost = np.add(*purse_costs(index, columns, purse))
            which = np.flatnonzero(cost)
            yield np.full(len(which), self.base["purse"] + purse), which, cost[which].astype(float)
        row = index.pair_row[columns.home, columns.host]
        which = np.flatnonzero(row >= 0)
        sign = index.pair_sign[columns.home, columns.host][which]
        yield self.base["balance"] + row[which], which, (sign * columns.weeks[which]).astype(float)

    def grid(self, family: str) -> slice:
        """The rows of one family."""
        return slice(self.base[family], self.base[family] + self.keys[family] * self.span)


def build_rows(model: Model) -> RowSpace:
    """The row space of a model, with the limits it has now."""
    index, limits, span = model.index, model.limits, model.index.span
    several = np.flatnonzero(index.several)
    rest_key = np.full(len(index.candidates), -1, dtype=np.int64)
    rest_key[several] = np.arange(len(several))
    keys = {
        "seat": len(index.openings),
        "desk": len(index.institutes),
        "away": len(index.teams),
        "rest": len(several),
        "purse": len(limits.purses),
        "balance": len(limits.balance_low),
    }
    base, position = {}, 0
    for family, count in keys.items():
        base[family] = position
        position += count * span if family in FAMILIES else count
    upper = np.concatenate(
        [
            limits.seats.ravel(),
            limits.desks.ravel(),
            limits.away.ravel(),
            np.ones(len(several) * span),
            limits.purses,
            limits.balance_high,
        ]
    ).astype(float)
    lower = np.full(position, -np.inf)
    lower[base["balance"] :] = limits.balance_low
    return RowSpace(index, span, base, keys, rest_key, position, lower, upper)


def capacity(limits: Limits, family: str, keys: int, span: int) -> Ints:
    """The capacity of a family of the grid, [keys, weeks]."""
    grids = {"seat": limits.seats, "desk": limits.desks, "away": limits.away}
    return grids[family] if family in grids else np.ones((keys, span), dtype=np.int64)


def _users(index: Index, use: Use, person: Ints) -> Ints:
    """How many could hold each key in one week.

    A person holds a desk or a quota once at a time, but may hold a seat twice: in a stay and in the turnover of the
    stay before.
    """
    people = len(index.candidates)
    distinct = np.unique(use.key * people + person)
    times = np.array([row.max_placements if use.family == "seat" else 1 for row in index.candidates])
    return np.bincount(distinct // people, weights=times[distinct % people], minlength=use.keys).astype(np.int64)


def _starts_and_drops(use: Use, limit: Ints) -> Bools:
    """The weeks in which the set of holders can grow, or the capacity falls."""
    marked = np.zeros(limit.shape, dtype=bool)
    marked[use.key, use.start] = True
    marked[:, 1:] |= limit[:, 1:] < limit[:, :-1]
    return marked


def needed_rows(index: Index, use: Use, person: Ints, limit: Ints) -> Bools:
    """Which (key, week) rows of one family can bind for these columns, [keys, weeks].

    A row is dropped where fewer people than seats could ever use the key, and where the next needed row implies it:
    no column ends in between and its capacity is no larger.
    """
    keys, span = limit.shape
    ends = np.zeros((keys, span + 1), dtype=bool)
    change = np.zeros((keys, span + 1), dtype=np.int64)
    stop = np.minimum(use.end, span)
    ends[use.key, stop] = True
    np.add.at(change, (use.key, use.start), 1)
    np.add.at(change, (use.key, stop), -1)
    cover = np.cumsum(change, axis=1)[:, :span]
    needed = _starts_and_drops(use, limit)
    if use.family == "rest":
        needed &= cover > 0  # keeps a column of a person with two placements from being used twice
    else:
        needed &= (cover > limit) & (_users(index, use, person)[:, None] > limit)
    return needed & ~_implied(needed, ends, limit)


def _implied(needed: Bools, ends: Bools, limit: Ints) -> Bools:
    keys, span = needed.shape
    implied = np.zeros((keys, span), dtype=bool)
    next_end = np.full(keys, span + 1)
    next_needed = np.full(keys, span + 1)
    next_limit = np.full(keys, np.iinfo(np.int64).max)
    for week in range(span - 1, -1, -1):
        here = needed[:, week]
        # An end in week e frees the key from e on: a column that covers this week covers the next needed one if e > it.
        implied[:, week] = here & (next_needed < next_end) & (next_limit <= limit[:, week])
        next_end = np.where(ends[:, week], week, next_end)
        next_limit = np.where(here, limit[:, week], next_limit)
        next_needed = np.where(here, week, next_needed)
    return implied


def needed_for_all(rows: RowSpace, catalogue: Catalogue, limits: Limits) -> Bools:
    """The grid rows that can bind when every column of the round is at hand, over the whole row space."""
    needed = np.zeros(rows.size, dtype=bool)
    needed[rows.base["purse"] :] = True
    slots = np.arange(len(catalogue.start))
    longest = catalogue.columns(catalogue.first[1:] - 1) if len(slots) else catalogue.columns(slots)
    for use in rows.uses(longest):
        limit = capacity(limits, use.family, use.keys, rows.span)
        marked = _starts_and_drops(use, limit)
        if use.family != "rest":
            marked &= _users(rows.index, use, longest.candidate[use.which])[:, None] > limit
        needed[rows.grid(use.family)] = marked.ravel()
    return needed
