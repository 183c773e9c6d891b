"""How near to the best possible are plans for a round, how fast, and in how much memory?

    python benchmarks/scheduling.py INSTANCE.json.gz --seconds 60 --out PLAN.json [--gap 0.003] [--rivals]

``--seconds`` are CPU seconds of this process. Prints the value, the proven bound, the gap, CPU seconds and peak memory,
beside plain greedy insertion. With ``--rivals`` the same instance and the same CPU seconds go to CP-SAT (optional
intervals) and to HiGHS on all columns at once (``scheduling_rivals.py``), each in a process of its own; a rival that
is not installed is named.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from exchange.scheduling.effort import Options, Progress, relative_gap
from exchange.scheduling.greedy import insert_greedily
from exchange.scheduling.model import build_model
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.plan import write_plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import Problem, read_problem

RIVALS = ("cp_sat", "highs")


def peak_megabytes() -> float:
    """The largest resident size of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Watcher:
    """Remembers when the first plan came, and prints the search's steps where asked to."""

    def __init__(self, *, verbose: bool) -> None:
        self.first: float | None = None
        self.verbose, self._last = verbose, ""

    def __call__(self, step: Progress) -> None:
        if self.first is None and step.value is not None:
            self.first = step.seconds
        if self.verbose and step.gap is not None:
            print(f"  {step.seconds:7.2f}  {step.phase:18} {step.value:>9} {step.bound:>11.0f}  {step.gap:.4%}")


def greedy_value(problem: Problem) -> int:
    """What plain greedy insertion reaches."""
    state = Occupancy(build_model(problem))
    insert_greedily(state, np.arange(len(problem.candidates)))
    return state.value


def rival_result(rival: str, instance: Path, seconds: float) -> str:
    """What a rival reaches in a process of its own; it is ended when its CPU seconds are used up."""
    script = Path(__file__).with_name("scheduling_rivals.py")
    command = [sys.executable, str(script), rival, str(instance), str(seconds)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in answer.stderr:
        return f"NOT INSTALLED, so not compared ({answer.stderr.strip().splitlines()[-1]})"
    steps = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    if not steps:
        ending = answer.stderr.strip().splitlines()
        return f"no plan and no bound in {seconds:.0f} s" + (f" ({ending[-1]})" if ending else "")
    last = steps[-1]
    value, bound = last["value"], last["bound"]
    if value is None or bound is None:
        return f"value {value}  bound {bound}"
    proven = f"  proven after {last['seconds']} s" if last["proven"] else ""
    return f"value {value:.0f}  bound {bound:.0f}  gap {relative_gap(int(value), bound):.4%}{proven}"


def main() -> None:
    """Run one instance and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--gap", type=float, default=0.0, help="end the run once so near to the bound (0.003: 0.3 %%)")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reproducible", action="store_true")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--rivals", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    chosen = parser.parse_args()
    problem = read_problem(chosen.instance)
    read = time.process_time()
    watcher = Watcher(verbose=chosen.verbose)
    options = Options(
        seconds=chosen.seconds - read,
        gap=chosen.gap,
        seed=chosen.seed,
        reproducible=chosen.reproducible,
        rounds=chosen.rounds,
    )
    plan = solve(problem, options, on_progress=watcher)
    spent, peak = time.process_time(), peak_megabytes()
    if chosen.out is not None:
        write_plan(plan, chosen.out)
    greedy = greedy_value(problem)
    first = f"{watcher.first + read:.2f}" if watcher.first is not None else "none"
    print(f"{chosen.instance.name}: {plan.status}, stopped by {plan.stopped_by}, {len(plan.placements)} placements")
    print(f"  value {plan.value}  bound {plan.bound:.0f}  gap {plan.gap:.4%}")
    print(f"  CPU {spent:.1f} s  first plan after {first} s  peak memory {peak:.0f} MB")
    print(f"  greedy by value {greedy} = {greedy / max(plan.value, 1):.1%} of the plan")
    for rival in RIVALS if chosen.rivals else ():
        print(f"  {rival}: {rival_result(rival, chosen.instance, chosen.seconds)}", flush=True)


if __name__ == "__main__":
    main()
