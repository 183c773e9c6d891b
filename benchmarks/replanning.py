"""How fast and how quiet is a repair when one placement of a plan slips?

    python benchmarks/replanning.py INSTANCE.json.gz PLAN.json [--slips 20] [--stable SECONDS]

PLAN.json is a plan for the instance, as ``scheduling.py --out`` writes it. One placement at a time starts one to six
weeks later than published and is fixed there; the instant repair then answers for the round as it is now. Prints the
CPU seconds (with and without building the model, which a page may keep), how many of the other placements stay exactly
as published, and what happens to the value. With ``--stable`` the stability solve gets as many seconds on each slip.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import mean

from exchange.scheduling.effort import Options
from exchange.scheduling.plan import read_plan
from exchange.scheduling.problem import Placement, Problem, read_problem
from exchange.scheduling.replan import Replanned, repair, stabilise


def slips(problem: Problem, published: tuple[Placement, ...], count: int, seed: int) -> list[tuple[Problem, Placement]]:
    """The round after each slip, and the placement that slipped; nobody slips out of the plan's weeks."""
    rng = random.Random(seed)
    movable = [row for row in published if row not in problem.confirmed and row.end + 6 <= problem.weeks]
    found = []
    for row in rng.sample(movable, min(count, len(movable))):
        later = replace(row, start=row.start + rng.randint(1, 6))
        found.append((replace(problem, confirmed=(*problem.confirmed, later)), row))
    return found


def measure(
    name: str,
    cases: list[tuple[Problem, Placement]],
    published: tuple[Placement, ...],
    answer: Callable[[Problem], Replanned],
) -> None:
    """Answer every slip and print the figures."""
    seconds, shares, changes = [], [], []
    for now, slipped in cases:
        began = time.process_time()
        proposal = answer(now)
        seconds.append(time.process_time() - began)
        others = [row for row in published if row != slipped]
        kept = set(proposal.placements)
        shares.append(sum(row in kept for row in others) / len(others))
        changes.append(proposal.diff.value_after - proposal.diff.value_before)
    print(
        f"  {name:16} CPU mean {mean(seconds):.2f} s, most {max(seconds):.2f} s; unchanged of the others mean "
        f"{mean(shares):.1%}, least {min(shares):.1%}; value {mean(changes):+.0f}"
    )


def main() -> None:
    """Measure one instance."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--slips", type=int, default=20)
    parser.add_argument("--stable", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    problem, published = read_problem(chosen.instance), read_plan(chosen.plan).placements
    cases = slips(problem, published, chosen.slips, chosen.seed)
    print(f"{chosen.instance.name}: {len(published)} placements, {len(cases)} slips")
    measure("instant repair", cases, published, lambda now: repair(now, published))
    if chosen.stable:
        options = Options(seconds=chosen.stable)
        measure("stability solve", cases, published, lambda now: stabilise(now, published, options))


if __name__ == "__main__":
    main()
