"""How good and how fast the assignment of people to teams is.

    python benchmarks/assignment.py INSTANCE.npz [--fair]        the plain capacity model
    python benchmarks/assignment.py --plain PEOPLE TEAMS [--fair] [--seed S] [--save INSTANCE.npz]
    python benchmarks/assignment.py --general PEOPLE TEAMS [--objective total|floor|lift] [--seconds N] [--seed S]

INSTANCE.npz holds ``scores`` [persons, workstreams] with -1 for a conflict, ``capacity`` [persons] and ``demand``
[workstreams]. Rivals run on the same instance in the same run: greedy, and where OR-Tools is installed (``pip install
ortools``; Exchange itself does without) its min-cost flow and OpenReview's MinMax, lean and as its program walks.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from exchange.domain.skills import Level
from exchange.matching.answer import Answer
from exchange.matching.assignment import assign
from exchange.matching.flow import assign_fairly, assign_flow
from exchange.matching.highs import Effort
from exchange.matching.problem import LendingBudget, Objective, Opening, Pair, Person, Problem, Requirement

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TOPICS = 24
INSTITUTES = 10
SKILLS = 40
PERIODS = 8
LONGEST_WALK = 5_000_000  # pairs of the dense matrix


def invent_scores(people: int, teams: int, random: np.random.Generator) -> tuple[Floats, Ints, Ints]:
    """Affinities from hidden topics, 2 % conflicts, about the best hundred people of each team as candidates."""
    person = random.dirichlet(np.full(TOPICS, 0.12), people).astype(np.float32)
    team = random.dirichlet(np.full(TOPICS, 0.10), teams).astype(np.float32)
    person /= np.linalg.norm(person, axis=1, keepdims=True)
    team /= np.linalg.norm(team, axis=1, keepdims=True)
    strength = 0.55 + 0.45 * random.beta(5, 2, people).astype(np.float32)
    scores = (person @ team.T) * strength[:, None] + random.random((people, teams), np.float32) * np.float32(0.05)
    scores = np.clip(scores, 1e-4, 0.9999)
    scores[random.random((people, teams)) < 0.02] = -1
    kept = min(people, 100)
    least = -np.partition(-scores, kept - 1, axis=0)[kept - 1]
    scores[(scores < least) & (scores < 0.92 * scores.max(axis=1, keepdims=True))] = -1
    rounded = np.where(scores < 0, -1.0, np.round(scores.astype(np.float64), 6))
    capacity = random.choice([1, 2, 3], people, p=[0.6, 0.3, 0.1])
    return rounded, capacity, random.integers(4, 13, teams)


def invent_problem(people: int, teams: int, seed: int) -> Problem:
    """The same affinities with time, skills, clearances, joint teams, institute shares and lending budgets."""
    random = np.random.default_rng(seed)
    scores, capacity, demand = invent_scores(people, teams, random)
    institute = random.choice(INSTITUTES, people, p=random.dirichlet(np.full(INSTITUTES, 3.0)))
    clearance = random.choice(4, people, p=[0.35, 0.3, 0.25, 0.1])
    floor = random.choice(3, teams, p=[0.6, 0.3, 0.1])
    free = random.choice([0.2, 0.4, 0.5, 0.6, 1.0], (people, 1), p=[0.25, 0.25, 0.2, 0.15, 0.15])
    availability = free * (random.random((people, PERIODS)) > 0.05)
    persons = tuple(
        invent_person(
            place, int(institute[place]), int(capacity[place]), availability[place], int(clearance[place]), random
        )
        for place in range(people)
    )
    openings = tuple(invent_opening(place, int(demand[place]), random) for place in range(teams))
    pairs = tuple(
        Pair(int(one), int(other), float(scores[one, other]))
        for one, other in zip(*np.nonzero(scores >= 0), strict=True)
        if clearance[one] >= floor[other]
        and all(availability[one, period] >= openings[other].share for period in openings[other].periods)
    )
    budgets = tuple(
        LendingBudget(place, float(0.6 * availability[institute == place].sum())) for place in range(INSTITUTES)
    )
    return Problem(persons, openings, pairs, budgets)


def invent_person(
    place: int, institute: int, capacity: int, availability: Floats, clearance: int, random: np.random.Generator
) -> Person:
    skills = random.choice(SKILLS, random.integers(4, 11), replace=False)
    levels = random.choice([1, 2, 3, 4], len(skills), p=[0.15, 0.3, 0.35, 0.2])
    return Person(
        place,
        institute,
        capacity,
        tuple(availability.tolist()),
        tuple((f"skill-{skill}", Level(int(level))) for skill, level in zip(skills, levels, strict=True)),
        frozenset(f"clearance-{level}" for level in range(clearance + 1)),
    )


def invent_opening(place: int, heads: int, random: np.random.Generator) -> Opening:
    start, length = int(random.integers(0, PERIODS - 1)), int(random.integers(2, PERIODS // 2 + 1))
    required = [
        Requirement(
            f"skill {skill}", skill=f"skill-{skill}", level=Level(int(random.choice([2, 3, 4], p=[0.4, 0.45, 0.15])))
        )
        for skill in random.choice(SKILLS, random.integers(2, 6), replace=False)
    ]
    if random.random() < 0.35:
        required.append(Requirement("cleared", mark=f"clearance-{random.choice([2, 3], p=[0.7, 0.3])}"))
    if random.random() < 0.25:
        named = random.choice(INSTITUTES, random.integers(2, 5), replace=False)
        required += [Requirement(f"institute {one}", institute_id=int(one)) for one in named]
    return Opening(
        id=place,
        team_id=place,
        heads=heads,
        share=float(random.choice([0.2, 0.3, 0.5, 1.0], p=[0.35, 0.25, 0.3, 0.1])),
        periods=tuple(range(start, min(PERIODS, start + length))),
        requirements=tuple(required),
        from_one_institute=max(2, (heads + 1) // 2),
    )


def general(people: int, teams: int, objective: Objective, effort: Effort, seed: int) -> None:
    problem = invent_problem(people, teams, seed)
    started = time.process_time()
    answer = assign(problem, objective, effort)
    spent = time.process_time() - started
    asked = sum(1 + len(opening.requirements) for opening in problem.openings)
    print(
        f"general {people} x {teams}, {len(problem.pairs)} pairs, objective {objective}: value {answer.value:.4f}, "
        f"bound {answer.bound:.4f}, gap {100 * answer.gap:.3f} %, worst team {answer.worst:.4f}"
    )
    if answer.fair_bound is not None:
        show_fairness(problem, answer, effort)
    print(
        f"  {answer.ending}; {len(answer.shortfalls)} of {asked} demands short, {len(answer.chosen)} people placed; "
        f"{spent:.2f} CPU-s, peak memory {memory():.0f} MB"
    )


def show_fairness(problem: Problem, answer: Answer, effort: Effort) -> None:
    """How near the floor comes to what the worst-off team can have, and what it costs of the best total."""
    best = assign(problem, Objective.TOTAL, effort)
    fits = {(pair.person_id, pair.opening_id): pair.affinity for pair in problem.pairs}
    total, most = (sum(fits[pair] for pair in one.chosen) for one in (answer, best))
    bound = answer.fair_bound or 0.0
    kind = "of what whole people can reach" if answer.fair_whole else "of what divided people could reach"
    print(
        f"  worst team {100 * answer.worst / max(bound, 1e-9):.2f} % {kind}, {bound:.4f} (the best total gives "
        f"{best.worst:.4f}); total fit {total:.3f}, {100 * total / max(most, 1e-9):.3f} % of the best total's"
    )


def memory() -> float:
    """Peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def plain(scores: Floats, capacity: Ints, demand: Ints, *, fair: bool, patient: bool = False) -> None:
    """Solve one instance and its rivals; the figures are total, worst mean of a workstream, CPU seconds."""
    allowed = int((scores >= 0).sum())
    print(f"plain {scores.shape[0]} x {scores.shape[1]}, {allowed} pairs, {int(demand.sum())} seats")
    tiny = (np.array([[0.5, 0.2], [0.1, 0.9]]), np.ones(2, np.int64), np.ones(2, np.int64))
    assign_flow(*tiny)  # so that no clock counts what is loaded once
    started = time.process_time()
    best = assign_flow(scores, capacity, demand)
    own = time.process_time() - started
    show("Exchange", best.total, best.worst, best.empty, own)
    print(f"{'':28} bound {best.bound:.6f}; peak memory {memory():.0f} MB")
    if fair:
        started = time.process_time()
        floor = assign_fairly(scores, capacity, demand)
        show("Exchange, fairness floor", floor.total, floor.worst, floor.empty, time.process_time() - started)
        bound = floor.fair_bound or 0.0
        print(
            f"{'':28} worst {100 * floor.worst / max(bound, 1e-9):.2f} % of the bound {bound:.6f}, "
            f"total {100 * floor.total / max(best.total, 1e-9):.3f} % of the best"
        )
    rivals = (
        ("greedy", greedy),
        ("OR-Tools min-cost flow", ortools_flow),
        ("MinMax, lean", minmax),
        ("MinMax, as it is walked", minmax_as_walked),
    )
    for name, rival in rivals:
        if rival is minmax_as_walked and scores.size > LONGEST_WALK and not patient:
            print(f"{name:28} NOT COMPARED: it takes many minutes here, --patient waits for them")
            continue
        try:
            rival(*tiny)
            started = time.process_time()
            chosen = rival(scores, capacity, demand)
        except ModuleNotFoundError as missing:
            print(f"{name:28} NOT COMPARED: the package {missing.name} is not installed")
            continue
        spent = time.process_time() - started
        sums = np.where(chosen, scores, 0.0).sum(axis=0)
        worst = float((sums / np.maximum(demand, 1))[demand > 0].min(initial=1.0))
        show(name, float(sums.sum()), worst, int(demand.sum() - chosen.sum()), spent)
        print(f"{'':28} ours: total {best.total - float(sums.sum()):+.6f}, {spent / own:.1f} times its speed")


def show(name: str, total: float, worst: float, empty: int, spent: float) -> None:
    print(f"{name:28} total {total:.6f}  worst {worst:.6f}  empty seats {empty}  CPU-s {spent:.4f}", flush=True)


def greedy(scores: Floats, capacity: Ints, demand: Ints) -> npt.NDArray[np.bool_]:
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


def ortools_flow(scores: Floats, capacity: Ints, demand: Ints) -> npt.NDArray[np.bool_]:
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


def minmax(scores: Floats, capacity: Ints, demand: Ints) -> npt.NDArray[np.bool_]:
    """OpenReview's MinMax, with no least loads, written anew as leanly as it goes: [people, teams].

    Openreview-matcher is on no package index. What its solver does can be read at github.com/openreview/
    openreview-matcher (``matcher/solvers/minmax_solver.py``, ``simple_solver.py``): a minimum-cost flow from a source
    through reviewers and papers to a sink, solved twice by OR-Tools, first for the least loads and then for the rest.
    Affinities are whole hundredths, and a pair below one hundredth has no arc.
    """
    return _twice(scores, capacity, demand, lean_flow)


def minmax_as_walked(scores: Floats, capacity: Ints, demand: Ints) -> npt.NDArray[np.bool_]:
    """The same, walked as that program walks: cell by cell, arc by arc, the ends looked up in lists of nodes."""
    return _twice(scores, capacity, demand, walked_flow)


def _twice(
    scores: Floats, capacity: Ints, demand: Ints, flow: Callable[[Ints, Ints, Ints], Ints]
) -> npt.NDArray[np.bool_]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = ("PEOPLE", "TEAMS")
    parser.add_argument("instance", type=Path, nargs="?")
    parser.add_argument("--plain", nargs=2, type=int, metavar=size, help="invent an instance of the plain model")
    parser.add_argument("--general", nargs=2, type=int, metavar=size, help="invent a round with every kind of rule")
    parser.add_argument("--fair", action="store_true", help="serve the worst-off workstream first, too")
    parser.add_argument("--patient", action="store_true", help="run the slowest rival on large instances, too")
    parser.add_argument("--objective", choices=[one.value for one in Objective], default=Objective.TOTAL.value)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--gap", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", type=Path, help="keep the invented plain instance in this file")
    chosen = parser.parse_args()
    if chosen.general:
        effort = Effort(seconds=chosen.seconds, gap=chosen.gap)
        people, teams = chosen.general
        general(people, teams, Objective(chosen.objective), effort, chosen.seed)
    elif chosen.plain:
        scores, capacity, demand = invent_scores(chosen.plain[0], chosen.plain[1], np.random.default_rng(chosen.seed))
        if chosen.save:
            np.savez_compressed(chosen.save, scores=scores, capacity=capacity, demand=demand)
        plain(scores, capacity, demand, fair=chosen.fair, patient=chosen.patient)
    elif chosen.instance:
        with np.load(chosen.instance, allow_pickle=False) as arrays:
            scores, capacity, demand = arrays["scores"], arrays["capacity"].astype(np.int64), arrays["demand"]
        demand = demand.astype(np.int64)
        plain(scores.astype(np.float64), capacity, demand, fair=chosen.fair, patient=chosen.patient)
    else:
        parser.error("Give INSTANCE.npz, --plain or --general.")


if __name__ == "__main__":
    main()
