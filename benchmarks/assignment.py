"""How good and how fast the assignment of people to teams is.

    python benchmarks/assignment.py INSTANCE.npz [--fair]        the plain capacity model
    python benchmarks/assignment.py --plain PEOPLE TEAMS [--fair] [--seed S] [--save INSTANCE.npz] [--openreview FOLDER]
    python benchmarks/assignment.py --general PEOPLE TEAMS [--objective total|floor|lift] [--seconds N] [--seed S]

INSTANCE.npz holds ``scores`` [persons, workstreams] with -1 for a conflict, ``capacity`` [persons] and ``demand``
[workstreams]. Rivals run on the same instance in the same run (``assignment_rivals.py``): greedy, and where OR-Tools
is installed (``pip install ortools``; Exchange itself does without) its min-cost flow and OpenReview's MinMax: lean,
as its program walks, and with ``--openreview`` that program itself, from a checkout of its repository.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from assignment_rivals import Rival, greedy, minmax, minmax_as_walked, openreview, ortools_flow

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


def plain(scores: Floats, capacity: Ints, demand: Ints, rivals: Sequence[tuple[str, Rival]], *, fair: bool) -> None:
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
    for name, rival in rivals:
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


def compared(pairs: int, checkout: Path | None, *, patient: bool) -> list[tuple[str, Rival]]:
    """The rivals of an instance with so many cells; those that walk them one by one only where that takes minutes."""
    rivals: list[tuple[str, Rival]] = [
        ("greedy", greedy),
        ("OR-Tools min-cost flow", ortools_flow),
        ("MinMax, lean", minmax),
    ]
    if pairs > LONGEST_WALK and not patient:
        print(f"MinMax as its program walks: NOT COMPARED, it takes many minutes on {pairs} cells; --patient waits")
        return rivals
    rivals.append(("MinMax, as it is walked", minmax_as_walked))
    if checkout:
        rivals.append(("MinMax, the program itself", openreview(checkout)))
    return rivals


def show(name: str, total: float, worst: float, empty: int, spent: float) -> None:
    print(f"{name:28} total {total:.6f}  worst {worst:.6f}  empty seats {empty}  CPU-s {spent:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    size = ("PEOPLE", "TEAMS")
    parser.add_argument("instance", type=Path, nargs="?")
    parser.add_argument("--plain", nargs=2, type=int, metavar=size, help="invent an instance of the plain model")
    parser.add_argument("--general", nargs=2, type=int, metavar=size, help="invent a round with every kind of rule")
    parser.add_argument("--fair", action="store_true", help="serve the worst-off workstream first, too")
    parser.add_argument("--patient", action="store_true", help="run the slowest rival on large instances, too")
    parser.add_argument("--openreview", type=Path, metavar="FOLDER", help="a checkout of openreview-matcher to compare")
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
        return
    if chosen.plain:
        scores, capacity, demand = invent_scores(chosen.plain[0], chosen.plain[1], np.random.default_rng(chosen.seed))
    elif chosen.instance:
        with np.load(chosen.instance, allow_pickle=False) as arrays:
            scores = arrays["scores"].astype(np.float64)
            capacity, demand = (arrays[name].astype(np.int64) for name in ("capacity", "demand"))
    else:
        parser.error("Give INSTANCE.npz, --plain or --general.")
    if chosen.save:
        np.savez_compressed(chosen.save, scores=scores, capacity=capacity, demand=demand)
    rivals = compared(scores.size, chosen.openreview, patient=chosen.patient)
    plain(scores, capacity, demand, rivals, fair=chosen.fair)


if __name__ == "__main__":
    main()
