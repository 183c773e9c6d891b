"""Prices by name: from the engine's row numbers to a list a plan can carry, and back to prove its bound again."""

from __future__ import annotations

import numpy as np

from exchange.scheduling.index import Floats, Index
from exchange.scheduling.limits import Model
from exchange.scheduling.plan import Price
from exchange.scheduling.pricing import Pricer
from exchange.scheduling.rows import FAMILIES, RowSpace, build_rows

WHOLE_HORIZON = -1


def _grid_names(index: Index, family: str) -> list[str]:
    named = {
        "seat": [row.id for row in index.openings],
        "desk": [row.id for row in index.institutes],
        "away": [row.id for row in index.teams],
        "rest": [row.id for row in index.candidates if row.max_placements > 1],
    }
    return named[family]


def _purse_keys(index: Index) -> list[tuple[str, int]]:
    """Each purse as (institute, first week), the institute's whole budget as week -1."""
    whole = len(index.institutes)  # the first purses are the whole budgets, in order
    return [
        (index.institutes[int(k)].id, WHOLE_HORIZON if number < whole else int(index.purses.first[number]))
        for number, k in enumerate(index.purses.institute)
    ]


def price_list(rows: RowSpace, prices: Floats) -> tuple[Price, ...]:
    """The prices that are not zero."""
    index, found = rows.index, []
    for family in FAMILIES:
        grid = prices[rows.grid(family)].reshape(rows.keys[family], rows.span)
        names = _grid_names(index, family)
        found += [Price(family, names[key], int(week), float(grid[key, week])) for key, week in np.argwhere(grid)]
    for (name, first), amount in zip(_purse_keys(index), prices[rows.base["purse"] :].tolist(), strict=False):
        if amount:
            found.append(Price("budget", name, first, amount))
    for pair, amount in zip(index.problem.balance, prices[rows.base["balance"] :].tolist(), strict=True):
        if amount:
            found.append(Price("balance", f"{pair.from_institute}/{pair.to_institute}", WHOLE_HORIZON, amount))
    return tuple(found)


def price_vector(rows: RowSpace, listed: tuple[Price, ...]) -> Floats:
    """The prices over the row space again."""
    index, prices = rows.index, np.zeros(rows.size)
    names = {family: {name: k for k, name in enumerate(_grid_names(index, family))} for family in FAMILIES}
    purses = {key: number for number, key in enumerate(_purse_keys(index))}
    pairs = {f"{pair.from_institute}/{pair.to_institute}": k for k, pair in enumerate(index.problem.balance)}
    for price in listed:
        if price.kind == "budget":
            position = rows.base["purse"] + purses[price.key, price.week]
        elif price.kind == "balance":
            position = rows.base["balance"] + pairs[price.key]
        else:
            position = rows.base[price.kind] + names[price.kind][price.key] * rows.span + price.week
        prices[position] = price.amount
    return prices


def proven_bound(model: Model, listed: tuple[Price, ...]) -> float:
    """The bound on new placements that the listed prices prove, from the round alone (see ``pricing.py``)."""
    rows = build_rows(model)
    nobody = np.full(len(model.index.candidates), np.inf)
    return Pricer(model, rows).sweep(price_vector(rows, listed), nobody, 0, frozenset()).bound
