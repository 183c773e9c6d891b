"""A plan: the placements, what they are worth, what is proven about them, and how they were made; and its JSON.

``prices`` are the limits' prices that prove the bound (see ``pricing.py``): with the round they suffice to prove it
again, and to explain the plan, without solving anything.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from exchange.scheduling.effort import StoppedBy
from exchange.scheduling.problem import Placement, placements_from_json
from exchange.scheduling.reasons import Reason, reason_from_json, reason_to_json


class Status(StrEnum):
    OPTIMAL = "optimal"  # proven: no plan is worth more
    FEASIBLE = "feasible"  # lawful, and at most ``gap`` below the best there is


@dataclass(frozen=True, slots=True)
class Price:
    """What one more unit of a limit would be worth: of a seat, desk or quota in a week, of money, of a balance.

    ``key`` names the opening, institute, team, person or pair ("A/B"); ``week`` is the week, or the first week of a
    budget year (-1 for the budget of the whole horizon, and for balances).
    """

    kind: str
    key: str
    week: int
    amount: float


@dataclass(frozen=True, slots=True)
class InstituteFigures:
    """What the plan means for one institute; money over the whole horizon, value of the placements it sends."""

    id: str
    sent: int
    received: int
    weeks_sent: int
    weeks_received: int
    spent: int
    budget: int
    value: int


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made the plan; equal provenance of a reproducible run means an equal plan."""

    problem: str
    engine: str
    versions: Mapping[str, str]
    seed: int
    reproducible: bool
    parameters: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """``bound`` is proven: no lawful plan is worth more. ``gap`` = (bound - value) / bound.

    ``score`` splits the value by term of the objective; ``warnings`` are sentences about confirmed placements that
    break a rule. ``priced_bound`` is the bound that ``prices`` prove by themselves (``bound`` may be tighter).
    """

    placements: tuple[Placement, ...]
    value: int
    bound: float
    gap: float
    status: Status
    stopped_by: StoppedBy
    score: Mapping[str, int]
    institutes: tuple[InstituteFigures, ...]
    unplaced: Mapping[str, Reason]
    warnings: tuple[str, ...]
    prices: tuple[Price, ...]
    priced_bound: float
    provenance: Provenance
    trail: tuple[str, ...] = field(default=())


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The JSON form: placements as [candidate, opening, start, weeks], the rest by name."""
    data = {name: getattr(plan, name) for name in Plan.__dataclass_fields__}
    data["placements"] = [placement.to_json() for placement in plan.placements]
    data["institutes"] = [asdict(row) for row in plan.institutes]
    data["prices"] = [[price.kind, price.key, price.week, price.amount] for price in plan.prices]
    data["unplaced"] = {name: reason_to_json(reason) for name, reason in plan.unplaced.items()}
    data["provenance"] = asdict(plan.provenance)
    return {name: list(item) if isinstance(item, tuple) else item for name, item in data.items()}


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """The plan from its parsed JSON."""
    return Plan(
        placements=placements_from_json(data["placements"]),
        value=data["value"],
        bound=data["bound"],
        gap=data["gap"],
        status=Status(data["status"]),
        stopped_by=StoppedBy(data["stopped_by"]),
        score=dict(data["score"]),
        institutes=tuple(InstituteFigures(**row) for row in data["institutes"]),
        unplaced={name: reason_from_json(row) for name, row in data["unplaced"].items()},
        warnings=tuple(data["warnings"]),
        prices=tuple(Price(*row) for row in data["prices"]),
        priced_bound=data["priced_bound"],
        provenance=Provenance(**data["provenance"]),
        trail=tuple(data["trail"]),
    )


def read_plan(path: Path) -> Plan:
    """Read a plan's JSON file."""
    return plan_from_json(json.loads(path.read_text(encoding="utf-8")))


def plan_text(plan: Plan) -> str:
    """The plan as JSON text, the same bytes for the same plan."""
    return json.dumps(plan_to_json(plan), indent=1, sort_keys=True) + "\n"


def write_plan(plan: Plan, path: Path) -> None:
    """Write the plan's JSON file."""
    path.write_text(plan_text(plan), encoding="utf-8")
