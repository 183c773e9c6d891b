"""What a lead decides before the seats are filled."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

OBJECTIVES = {
    "floor": "Fairness floor: the worst-off team first, then the total",
    "total": "Plain total: the best sum, wherever it falls",
    "lift": "Lift the bottom third: the total, in which weak teams count more",
}


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """``lend_share`` is the most of its people's free time that an institute lends, None for no limit."""

    workstreams: tuple[int, ...]
    objective: str = "floor"
    lend_share: float | None = 0.6
    seconds: int = 20

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, data: dict[str, Any]) -> TeamSettings:
        return cls(**{**data, "workstreams": tuple(data["workstreams"])})

    def faults(self) -> tuple[str, ...]:
        """What makes no sense, as sentences."""
        found = []
        if not self.workstreams:
            found.append("There is no workstream whose seats could be filled.")
        if self.objective not in OBJECTIVES:
            found.append("Choose what is best: the fairness floor, the plain total, or lifting the bottom third.")
        if self.lend_share is not None and not 0 < self.lend_share <= 1:
            found.append("The share that an institute lends is above 0 and at most 1.")
        if not 1 <= self.seconds <= 600:
            found.append("A run takes between 1 and 600 seconds.")
        return tuple(found)
