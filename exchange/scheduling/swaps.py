"""Exchanges in a circle: who goes where so that somebody comes back, and who is missing to close the circle.

Between institutes the sendings of a plan form a graph; a cycle of two is a swap, one of three a triangle. (Cycles of
two and three are what international kidney exchange programmes use, for the same reason: everybody must agree at once;
Biro et al., *European kidney exchange programmes*, 2021.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exchange.scheduling.explain import column_numbers
from exchange.scheduling.model import build_model
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.plan import Plan
from exchange.scheduling.problem import Placement, Problem
from exchange.scheduling.reasons import Stay


@dataclass(frozen=True, slots=True)
class Cycle:
    """Placements that close a circle of institutes, each used in one cycle only; ``weeks`` is the shortest stay."""

    institutes: tuple[str, ...]
    placements: tuple[Placement, ...]
    weeks: int


@dataclass(frozen=True, slots=True)
class Counterpart:
    """A stay in the other direction that would make room in the balance: who could come, where, and how long."""

    candidate: str
    stay: Stay
    weeks_needed: int


def cycles(problem: Problem, placements: tuple[Placement, ...]) -> tuple[Cycle, ...]:
    """Disjoint cycles of two and then three institutes; the longest stays are matched first."""
    home = {row.id: row.institute for row in problem.candidates}
    host = {row.id: row.institute for row in problem.openings}
    waiting: dict[tuple[str, str], list[Placement]] = {}
    for row in sorted(placements, key=lambda row: (-row.weeks, row)):
        waiting.setdefault((home[row.candidate], host[row.opening]), []).append(row)
    names = sorted({row.id for row in problem.institutes})
    circles = [(a, b) for a in names for b in names if a < b]
    circles_of_three = [(a, b, c) for a in names for b in names for c in names if a < min(b, c) and b != c]
    found: list[Cycle] = []
    for circle in (*circles, *circles_of_three):
        steps = list(zip(circle, (*circle[1:], circle[0]), strict=True))
        while all(waiting.get(step) for step in steps):
            used = tuple(waiting[step].pop(0) for step in steps)
            found.append(Cycle(circle, used, min(row.weeks for row in used)))
    return tuple(found)


def counterparts(problem: Problem, plan: Plan, candidate: str, count: int = 3) -> tuple[Counterpart, ...]:
    """Who could come the other way so that a person held back by the balance alone can go.

    Looks at the person's best stay that only the balance blocks, and names free stays from that host to the person's
    institute that are long enough; empty where the balance is not what holds the person back.
    """
    model = build_model(problem)
    catalogue, index = model.catalogue, model.index
    state = Occupancy(model)
    state.place_all(column_numbers(model, plan.placements))
    theirs = catalogue.slots_of(index.candidate_number[candidate])
    slots = np.arange(theirs.start, theirs.stop)
    beside = catalogue.within(slots, state.longest_fitting(slots, balance=False))
    held = beside.take(~state.fits(beside)) if len(beside) else beside
    if not len(held):
        return ()
    best = held.take(np.array([int(held.value.argmax())]))
    home, host = int(best.home[0]), int(best.host[0])
    row, sign = int(index.pair_row[home, host]), int(index.pair_sign[home, host])
    room = int(state.high[row]) if sign > 0 else -int(state.low[row])
    needed = int(best.weeks[0]) - room
    other = np.flatnonzero((index.home[catalogue.candidate] == host) & (index.host[catalogue.opening] == home))
    coming = catalogue.within(other, state.longest_fitting(other, balance=False))
    coming = coming.take(coming.weeks >= needed)
    found: dict[int, Counterpart] = {}
    for at in np.lexsort((coming.number, -coming.value)).tolist():
        person = int(coming.candidate[at])
        if person not in found and len(found) < count:
            opening = index.openings[int(coming.opening[at])].id
            stay = Stay(opening, int(coming.start[at]), int(coming.weeks[at]), int(coming.value[at]))
            found[person] = Counterpart(index.candidates[person].id, stay, needed)
    return tuple(found.values())
