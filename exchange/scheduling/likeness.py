"""Which placements of a plan to give up together: those most like one of them, in a sense drawn at random.

(Shaw, *Using constraint programming and local search methods to solve vehicle routing problems*, 1998: what is related
can trade places.)
"""

from __future__ import annotations

import numpy as np

from exchange.scheduling.columns import Columns
from exchange.scheduling.index import Ints


def related(placed: Columns, count: int, random: np.random.Generator) -> Ints:
    """The positions of ``count`` placements around a random one.

    The five senses: same seat or host and near in time; same team; same weeks; same pair of institutes, either way;
    none.
    """
    seed = int(random.integers(len(placed)))
    distance = np.abs(placed.start - placed.start[seed]).astype(float)
    same_host, same_home = placed.host == placed.host[seed], placed.home == placed.home[seed]
    sense = random.random()
    if sense < 0.3:
        likeness = 2.0 * same_host + 3.0 * (placed.opening == placed.opening[seed]) - distance / 10
    elif sense < 0.55:
        likeness = 4.0 * (placed.team == placed.team[seed]) + same_home - distance / 20
    elif sense < 0.75:
        middle = (placed.start + placed.end) / 2
        likeness = -np.abs(middle - middle[seed]) / 6
    elif sense < 0.9:
        back = (placed.home == placed.host[seed]) & (placed.host == placed.home[seed])
        likeness = 3.0 * ((same_home & same_host) | back)
    else:
        likeness = np.zeros(len(placed))
    return np.argsort(-(likeness + 1.5 * random.random(len(placed))), kind="stable")[:count]
