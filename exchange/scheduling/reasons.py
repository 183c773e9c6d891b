"""Why somebody is not placed, as values: what stands in the way, what would change it, who has the place instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    NOT_ELIGIBLE = "not eligible"  # no stay is allowed, even in an empty plan
    BLOCKED = "blocked"  # stays are allowed; the plan's other placements have used up what those worth having need
    FREE = "free"  # a stay would fit, but every one is worth nothing (or less) under the objective


@dataclass(frozen=True, slots=True)
class Stay:
    """One possible placement of the person."""

    opening: str
    start: int
    weeks: int
    value: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One rule that keeps the person from one opening; ``amount`` is how much of it is missing (None: no number)."""

    rule: str
    sentence: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """The smallest change of one limit that would let the person in: ``amount`` more of it makes ``stay`` fit."""

    limit: str
    amount: int
    stay: Stay
    sentence: str


@dataclass(frozen=True, slots=True)
class Rival:
    """Somebody who holds what the person would need; ``difference`` is their value minus the person's."""

    candidate: str
    stay: Stay
    difference: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What the stay would take from others, at the limits' prices: value - sum of items = net, exactly."""

    stay: Stay
    items: Mapping[str, float]
    net: float


@dataclass(frozen=True, slots=True)
class Reason:
    """``funnel`` counts the openings removed by each check, in order.

    ``blocks`` are the limits that stand against the least blocked stay; ``least_loss`` is what the plan would lose at
    least if the person were forced in (proven by the limits' prices).
    """

    kind: Kind
    sentence: str
    funnel: Mapping[str, int]
    nearest_opening: str | None = None
    obstacles: tuple[Obstacle, ...] = ()
    best: Stay | None = None
    blocks: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    lost_to: tuple[Rival, ...] = ()
    bill: Bill | None = None
    least_loss: float = 0.0


def reason_to_json(reason: Reason) -> dict[str, Any]:
    """The JSON form."""
    return asdict(reason)


def _stay(data: Mapping[str, Any] | None) -> Stay | None:
    return Stay(**data) if data is not None else None


def reason_from_json(data: Mapping[str, Any]) -> Reason:
    """The reason from its parsed JSON."""
    bill = data["bill"]
    return Reason(
        kind=Kind(data["kind"]),
        sentence=data["sentence"],
        funnel=dict(data["funnel"]),
        nearest_opening=data["nearest_opening"],
        obstacles=tuple(Obstacle(**row) for row in data["obstacles"]),
        best=_stay(data["best"]),
        blocks=tuple(data["blocks"]),
        changes=tuple(
            Change(row["limit"], row["amount"], Stay(**row["stay"]), row["sentence"]) for row in data["changes"]
        ),
        lost_to=tuple(Rival(row["candidate"], Stay(**row["stay"]), row["difference"]) for row in data["lost_to"]),
        bill=Bill(Stay(**bill["stay"]), dict(bill["items"]), bill["net"]) if bill is not None else None,
        least_loss=data["least_loss"],
    )
