"""What others make of the plain capacity model: greedy, OR-Tools' min-cost flow, OpenReview's MinMax.

Each takes ``scores`` [people, teams] with -1 for a conflict, ``capacity`` [people] and ``demand`` [teams], and gives
the chosen pairs as a mask [people, teams]. All but greedy need OR-Tools.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Rival = Callable[[Floats, Ints, Ints], Bools]

OLD_NAMES = (
    "add_arc_with_capacity_and_unit_cost",
    "set_node_supply",
    "solve",
    "num_arcs",
    "flow",
    "unit_cost",
    "tail",
    "head",
    "optimal_cost",
)


def greedy(scores: Floats, capacity: Ints, demand: Ints) -> Bools:
    """The best pair that still fits, again and again."""
    chosen = np.zeros(scores.shape, np.bool_)
    free, wanted = capacity.copy(), demand.copy()
    people, teams = np.nonzero(scores >= 0)
    for place in np.argsort(-scores[people, teams], kind="stable"):
        person, team = people[place], teams[place]
        if free[person] > 0 and wanted[team] > 0:
            chosen[person, team] = True
            free[person] -= 1
            wanted[team] -= 1
    return chosen


def ortools_flow(scores: Floats, capacity: Ints, demand: Ints) -> Bools:
    from ortools.graph.python import min_cost_flow

    people, teams = np.nonzero(scores >= 0)
    first_team = len(capacity)
    source, sink = first_team + len(demand), first_team + len(demand) + 1
    tails = np.concatenate([np.full(len(capacity), source), people, first_team + np.arange(len(demand))])
    heads = np.concatenate([np.arange(len(capacity)), first_team + teams, np.full(len(demand), sink)])
    limits = np.concatenate([capacity, np.ones(len(people), np.int64), demand])
    costs = np.zeros(len(tails), np.int64)
    costs[len(capacity) : len(capacity) + len(people)] = np.round(-1e6 * scores[people, teams])
    solver = min_cost_flow.SimpleMinCostFlow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, limits, costs)
    solver.set_node_supply(source, int(demand.sum()))
    solver.set_node_supply(sink, -int(demand.sum()))
    solver.solve_max_flow_with_min_cost()
    used = solver.flows(arcs)[len(capacity) : len(capacity) + len(people)] > 0
    chosen = np.zeros(scores.shape, np.bool_)
    chosen[people[used], teams[used]] = True
    return chosen


def minmax(scores: Floats, capacity: Ints, demand: Ints) -> Bools:
    """OpenReview's MinMax, with no least loads, written anew as leanly as it goes: [people, teams].

    Openreview-matcher is on no package index. What its solver does can be read at github.com/openreview/
    openreview-matcher (``matcher/solvers/minmax_solver.py``, ``simple_solver.py``): a minimum-cost flow from a source
    through reviewers and papers to a sink, solved twice by OR-Tools, first for the least loads and then for the rest.
    Affinities are whole hundredths, and a pair below one hundredth has no arc.
    """
    return _twice(scores, capacity, demand, lean_flow)


def minmax_as_walked(scores: Floats, capacity: Ints, demand: Ints) -> Bools:
    """The same, walked as that program walks: cell by cell, arc by arc, the ends looked up in lists of nodes."""
    return _twice(scores, capacity, demand, walked_flow)


def _twice(scores: Floats, capacity: Ints, demand: Ints, flow: Callable[[Ints, Ints, Ints], Ints]) -> Bools:
    costs = np.where(scores < 0, 0, np.trunc(-100 * scores)).astype(np.int64)
    least = flow(costs, np.zeros_like(capacity), demand)
    rest = np.where(least > 0, 0, costs)
    return least + flow(rest, capacity - least.sum(axis=1), demand - least.sum(axis=0)) > 0


def lean_flow(costs: Ints, capacity: Ints, demand: Ints) -> Ints:
    """The cheapest flow of as many seats as people or teams have, [people, teams]; none where that many do not fit."""
    people, teams = costs.shape
    person, team = np.nonzero(costs < 0)
    first_team, sink = 1 + people, 1 + people + teams
    tails = np.concatenate([np.zeros(people, np.int64), 1 + person, first_team + np.arange(teams)])
    heads = np.concatenate([1 + np.arange(people), first_team + team, np.full(teams, sink)])
    limits = np.concatenate([capacity, np.ones(len(person), np.int64), demand])
    prices = np.concatenate([np.zeros(people, np.int64), costs[person, team], np.zeros(teams, np.int64)])
    solver = _new_flow()
    arcs = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, limits, prices)
    chosen = np.zeros(costs.shape, np.int64)
    if _solved(solver, sink, int(min(capacity.sum(), demand.sum()))):
        chosen[person, team] = solver.flows(arcs)[people : people + len(person)]
    return chosen


class Node(NamedTuple):
    number: int
    place: int


def walked_flow(costs: Ints, capacity: Ints, demand: Ints) -> Ints:
    """As ``lean_flow``, arc by arc."""
    people, teams = costs.shape
    persons = [Node(1 + place, place) for place in range(people)]
    works = [Node(1 + people + place, place) for place in range(teams)]
    by_number = {node.number: node for node in (*persons, *works)}
    source, sink = Node(0, -1), Node(1 + people + teams, -1)
    arcs = [(source, one, int(capacity[one.place]), 0) for one in persons]
    for one in persons:
        for other in works:
            cost = int(costs[one.place, other.place])
            if cost < 0:
                arcs.append((one, other, 1, cost))
    arcs += [(other, sink, int(demand[other.place]), 0) for other in works]
    solver = _new_flow()
    for tail, head, limit, cost in arcs:
        solver.add_arc_with_capacity_and_unit_cost(tail.number, head.number, limit, cost)
    chosen = np.zeros(costs.shape, np.int64)
    if _solved(solver, sink.number, int(min(capacity.sum(), demand.sum()))):
        for arc in range(solver.num_arcs()):
            tail, head = by_number.get(solver.tail(arc), source), by_number.get(solver.head(arc), sink)
            if tail in persons and head in works:
                chosen[tail.place, head.place] = solver.flow(arc)
    return chosen


def _new_flow() -> Any:  # noqa: ANN401 - OR-Tools ships no types
    from ortools.graph.python import min_cost_flow

    return min_cost_flow.SimpleMinCostFlow()


def _solved(solver: Any, sink: int, seats: int) -> bool:  # noqa: ANN401 - OR-Tools ships no types
    solver.set_node_supply(0, seats)
    solver.set_node_supply(sink, -seats)
    return bool(solver.solve() == solver.OPTIMAL)


class _Encoded(NamedTuple):
    """What its solver reads of its encoder: [teams, people]."""

    cost_matrix: Floats
    constraint_matrix: Ints


def openreview(folder: Path) -> Rival:
    """MinMax of a checkout of github.com/openreview/openreview-matcher itself, its reading of scores not counted.

    Raises ``ModuleNotFoundError`` if ``folder`` is no such checkout.
    """
    sys.modules.setdefault("ortools.graph.pywrapgraph", _old_names())
    sys.path.insert(0, str(folder))
    from matcher.solvers.minmax_solver import MinMaxSolver

    def solve(scores: Floats, capacity: Ints, demand: Ints) -> Bools:
        encoded = _Encoded(np.where(scores < 0, 0.0, -100.0 * scores).T, np.where(scores < 0, -1, 0).T)
        solver = MinMaxSolver([0] * len(capacity), capacity.tolist(), demand.tolist(), encoded)
        chosen: Bools = solver.solve().T > 0
        return chosen

    return solve


def _old_names() -> ModuleType:
    """The names under which that program knows OR-Tools' flow; OR-Tools has since renamed them."""
    from ortools import graph
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    for new in OLD_NAMES:
        old = "".join(word.capitalize() for word in new.split("_"))
        setattr(SimpleMinCostFlow, old, getattr(SimpleMinCostFlow, new))
    module = ModuleType("ortools.graph.pywrapgraph")
    module.SimpleMinCostFlow = SimpleMinCostFlow  # type: ignore[attr-defined]
    graph.pywrapgraph = module
    return module
