"""A first plan where nobody placed is no lawful plan: balances that history and confirmed placements left out of range.

Only placements between the two institutes can mend a pair, so a search among those finds a plan within every
tolerance. Where there is none, the pair is brought as near as was found, and that becomes its tolerance for the run:
confirmed facts never block a plan.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.effort import Run
from exchange.scheduling.index import Ints
from exchange.scheduling.limits import Limits, Model, signed_weeks
from exchange.scheduling.restricted import Work, choose_best
from exchange.scheduling.rows import build_rows

EVERY_LENGTH_UP_TO = 6_000  # columns; above, only the longest stay of each slot helps


def _wanted(limits: Limits) -> Ints:
    """The direction in which each balance row must move: 1, -1, or 0 where it is in range."""
    return np.where(limits.balance_low > 0, 1, np.where(limits.balance_high < 0, -1, 0))


def _helpers(model: Model) -> tuple[Columns, Ints]:
    """The columns between unbalanced pairs, and by how many weeks each mends its pair.

    Both directions are there: a short stay back can trim a long one.
    """
    catalogue, index = model.catalogue, model.index
    wanted = np.append(_wanted(model.limits), 0)
    home, host = index.home[catalogue.candidate], index.host[catalogue.opening]
    slots = np.flatnonzero(wanted[index.pair_row[home, host]])
    helpers = catalogue.within(slots, catalogue.longest[slots])
    if len(helpers) > EVERY_LENGTH_UP_TO:
        helpers = catalogue.columns(catalogue.first[slots + 1] - 1)
    row, sign = index.pair_row[helpers.home, helpers.host], index.pair_sign[helpers.home, helpers.host]
    return helpers, wanted[row] * sign * helpers.weeks


def unbalanced(limits: Limits) -> bool:
    """Whether placing nobody breaks a balance."""
    return bool((limits.balance_low > 0).any() or (limits.balance_high < 0).any())


def mend(model: Model, run: Run) -> tuple[Model, Ints]:
    """A model whose balances can be met, and a plan that meets them."""
    if not unbalanced(model.limits):
        return model, np.zeros(0, dtype=np.int64)
    limits = model.limits
    helpers, mended = _helpers(model)
    work = Work(seconds=10.0, iterations=200_000, nodes=5_000)
    found = choose_best(build_rows(model), helpers, limits, None, run, work)
    if found.chosen is not None:
        return model, helpers.number[found.chosen]
    low, high = np.minimum(limits.balance_low, 0), np.maximum(limits.balance_high, 0)
    relaxed = replace(limits, balance_low=low, balance_high=high)
    near = Model(model.index, model.catalogue, relaxed)
    nearest = choose_best(build_rows(near), helpers, relaxed, None, run, work, worth=mended)
    chosen = nearest.chosen if nearest.chosen is not None else np.zeros(0, dtype=np.int64)
    net = signed_weeks(model.index, helpers.take(chosen), len(low))
    reached = replace(
        limits,
        balance_low=np.where(limits.balance_low > 0, np.minimum(limits.balance_low, net), limits.balance_low),
        balance_high=np.where(limits.balance_high < 0, np.maximum(limits.balance_high, net), limits.balance_high),
    )
    return Model(model.index, model.catalogue, reached), helpers.number[chosen]
