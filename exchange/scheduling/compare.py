"""What changes from one plan to another, placement by placement, and in value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from exchange.scheduling.plan import Plan
from exchange.scheduling.problem import Placement


@dataclass(frozen=True, slots=True)
class Move:
    """The same person at the same opening, at another time or for another length."""

    before: Placement
    after: Placement


@dataclass(frozen=True, slots=True)
class Diff:
    """``kept`` are identical, ``moved`` keep person and opening, ``dropped`` and ``new`` are the rest."""

    kept: tuple[Placement, ...]
    moved: tuple[Move, ...]
    dropped: tuple[Placement, ...]
    new: tuple[Placement, ...]
    value_before: int
    value_after: int

    @property
    def unchanged_share(self) -> float:
        """Kept placements as a share of those there were (1.0 where there were none)."""
        before = len(self.kept) + len(self.moved) + len(self.dropped)
        return len(self.kept) / before if before else 1.0


def compare_placements(
    before: tuple[Placement, ...], after: tuple[Placement, ...], value_before: int, value_after: int
) -> Diff:
    """The difference between two sets of placements."""
    kept = tuple(sorted(set(before) & set(after)))
    gone, come = set(before) - set(kept), set(after) - set(kept)
    of_pair: dict[tuple[str, str], list[Placement]] = defaultdict(list)
    for placement in sorted(come):
        of_pair[placement.candidate, placement.opening].append(placement)
    moved = []
    for placement in sorted(gone):
        others = of_pair[placement.candidate, placement.opening]
        if others:
            moved.append(Move(placement, others.pop(0)))
    dropped = gone - {move.before for move in moved}
    new = come - {move.after for move in moved}
    return Diff(kept, tuple(moved), tuple(sorted(dropped)), tuple(sorted(new)), value_before, value_after)


def compare(before: Plan, after: Plan) -> Diff:
    """The difference between two plans."""
    return compare_placements(before.placements, after.placements, before.value, after.value)
