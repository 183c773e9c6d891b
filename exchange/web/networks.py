"""Where the nodes of a small network stand: the spring layout of Fruchterman and Reingold (1991), without chance.

The usual layout starts at random places. Here the nodes start on a circle in the order given, so that the same people
are always drawn in the same places.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]

ROUNDS: Final = 200
MARGIN_X: Final = 62  # half a name
MARGIN_TOP: Final = 18
MARGIN_BOTTOM: Final = 34  # the name stands under its node


def laid_out(
    keys: Sequence[str], links: Sequence[tuple[str, str, int]], width: float, height: float
) -> dict[str, Point]:
    """A place for each key inside ``width`` by ``height``, with room for its name. Cost grows with the keys squared."""
    if not keys:
        return {}
    places = _on_a_circle(keys, width, height)
    spring = 0.8 * math.sqrt(width * height / len(keys))
    reach = width / 8
    for _ in range(ROUNDS if len(keys) > 1 else 0):
        pushes = _pushes(places, links, spring)
        places = {key: _moved(places[key], pushes[key], reach) for key in keys}
        reach *= 0.98
    return _spread_out(places, width, height)


def _on_a_circle(keys: Sequence[str], width: float, height: float) -> dict[str, Point]:
    turn = 2 * math.pi / len(keys)
    return {
        key: (
            width / 2 + math.cos(turn * i) * (width / 2 - MARGIN_X),
            height / 2 + math.sin(turn * i) * (height / 2 - MARGIN_BOTTOM),
        )
        for i, key in enumerate(keys)
    }


def _spread_out(places: dict[str, Point], width: float, height: float) -> dict[str, Point]:
    """The same figure, stretched to fill the drawing."""
    across = _stretch([x for x, _ in places.values()], MARGIN_X, width - MARGIN_X)
    down = _stretch([y for _, y in places.values()], MARGIN_TOP, height - MARGIN_BOTTOM)
    return dict(zip(places, zip(across, down, strict=True), strict=True))


def _stretch(values: Sequence[float], low: float, high: float) -> list[float]:
    least, most = min(values), max(values)
    if most - least < 1:
        return [(low + high) / 2] * len(values)
    return [low + (value - least) * (high - low) / (most - least) for value in values]


def _pushes(places: dict[str, Point], links: Sequence[tuple[str, str, int]], spring: float) -> dict[str, Point]:
    """All nodes push each other away; links pull, the stronger the more."""
    total = dict.fromkeys(places, (0.0, 0.0))
    keys = list(places)
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            across, down, far = _apart(places[one], places[other])
            _push(total, one, other, (across, down), spring * spring / far / far)
    for one, other, weight in links:
        across, down, far = _apart(places[one], places[other])
        _push(total, one, other, (across, down), -far / spring * (1 + 0.15 * min(weight, 3)))
    return total


def _apart(one: Point, other: Point) -> tuple[float, float, float]:
    across, down = one[0] - other[0], one[1] - other[1]
    return across, down, max(math.hypot(across, down), 0.5)


def _push(total: dict[str, Point], one: str, other: str, away: Point, strength: float) -> None:
    x, y = away[0] * strength, away[1] * strength
    total[one] = (total[one][0] + x, total[one][1] + y)
    total[other] = (total[other][0] - x, total[other][1] - y)


def _moved(place: Point, push: Point, reach: float) -> Point:
    """A step along the push, no longer than the reach."""
    size = max(math.hypot(*push), 0.01)
    step = min(size, reach) / size
    return place[0] + push[0] * step, place[1] + push[1] * step
