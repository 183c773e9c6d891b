"""The public benchmark: the 60 generalised assignment problems of the OR-Library (maximise), through the whole engine.

    python benchmarks/gap.py DIRECTORY [NAME ...]

DIRECTORY holds ``<name>.zip`` (one text file each: agents, jobs, profits, weights, capacities) and ``bounds.txt`` with
the published optima, as collected in rafaelmartinelli/AssignmentProblems.jl (MIT). Each must be proven optimal and
equal to the published optimum.

An agent becomes a host institute whose budget is the agent's capacity; a job becomes a person; an opening of exactly
as many weeks as the job weighs exists for each pair, at a start week that makes the placement worth the profit. A
constant is added to each placement so that leaving a job out never pays (every job must be done), and taken off again.
"""

from __future__ import annotations

import argparse
import sys
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Status
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import Candidate, Institute, Objective, Opening, Problem, Team

HOME = "jobs"


@dataclass(frozen=True, slots=True)
class Assignment:
    """``profit[agent][job]``, ``weight[agent][job]``, ``capacity[agent]``."""

    profit: tuple[tuple[int, ...], ...]
    weight: tuple[tuple[int, ...], ...]
    capacity: tuple[int, ...]


def read_assignment(path: Path) -> Assignment:
    """Read one zipped instance."""
    with zipfile.ZipFile(path) as archive:
        numbers = [int(word) for word in archive.read(archive.namelist()[0]).split()]
    agents, jobs, *rest = numbers
    rows = [tuple(rest[k * jobs : (k + 1) * jobs]) for k in range(2 * agents)]
    return Assignment(tuple(rows[:agents]), tuple(rows[agents:]), tuple(rest[2 * agents * jobs :]))


def read_optima(path: Path) -> dict[str, int]:
    """The published optimum of each instance that is maximised."""
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return {name.removesuffix("_Max"): int(upper) for name, _, upper in lines if name.endswith("_Max")}


def as_round(assignment: Assignment) -> tuple[Problem, int]:
    """The instance as an exchange round, and the constant that each placement's value has in addition to its profit."""
    agents, jobs = range(len(assignment.capacity)), range(len(assignment.profit[0]))
    highest = max(max(row) for row in assignment.profit)
    longest = max(max(row) for row in assignment.weight)
    constant = highest * len(jobs)
    weeks = highest + longest + 1
    everywhere = (len(jobs),) * weeks
    hosts = [Institute(f"agent{a}", assignment.capacity[a], everywhere, (), (), 1, 0, 0) for a in agents]
    people = [
        Candidate(
            id=f"job{j}", institute=HOME, team=HOME, skills={f"job{j}": 1}, availability=((0, weeks),),
            earliest_start=0, latest_start=weeks, min_weeks=1, max_weeks=longest, preferred_weeks=0, clearance=0,
            clearance_ends=weeks, lead_weeks={}, max_placements=1, weeks_home_between=0,
        )
        for j in jobs
    ]  # fmt: skip
    openings = []
    for a in agents:
        for j in jobs:
            start, stay = highest - assignment.profit[a][j], assignment.weight[a][j]
            openings.append(
                Opening(
                    f"agent{a}/job{j}",
                    f"agent{a}",
                    (start, start + stay),
                    {f"job{j}": 1},
                    0,
                    1,
                    stay,
                    stay,
                    (start,),
                    0,
                )
            )
    return (
        Problem(
            weeks=weeks, now=0, objective=Objective(highest + constant, 0, 1),
            institutes=(Institute(HOME, 0, everywhere, (), (), 0, 0, 0), *hosts), teams=(Team(HOME, HOME, len(jobs)),),
            candidates=tuple(people), openings=tuple(openings), points={}, balance=(),
        ),
        constant,
    )  # fmt: skip


def main() -> None:
    """Solve the instances and compare with the published optima."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("names", nargs="*", help="only these instances")
    parser.add_argument("--seconds", type=float, default=30.0, help="CPU seconds for each")
    chosen = parser.parse_args()
    optima = read_optima(chosen.directory / "bounds.txt")
    names = chosen.names or sorted(name for name in optima if (chosen.directory / f"{name}.zip").exists())
    proven, times = 0, []
    for name in names:
        assignment = read_assignment(chosen.directory / f"{name}.zip")
        began = time.process_time()
        problem, constant = as_round(assignment)
        plan = solve(problem, Options(seconds=chosen.seconds))
        times.append(time.process_time() - began)
        value = plan.value - constant * len(plan.placements)
        right = plan.status is Status.OPTIMAL and value == optima[name] and not plan.unplaced
        proven += right
        print(f"{name}  {value}  published {optima[name]}  {plan.status}  {times[-1]:.2f} s{'' if right else '  <--'}")
    print(f"{proven} of {len(names)} proven and equal to the published optimum")
    print(f"CPU seconds: mean {sum(times) / len(times):.2f}, most {max(times):.2f}")
    sys.exit(0 if proven == len(names) else 1)


if __name__ == "__main__":
    main()
