"""Replan in a process of its own: ``python -m exchange.jobs.steady PROBLEM.json PUBLISHED.json PLAN.json --seconds N``.

It speaks as ``exchange.scheduling.run`` does, so the worker follows both alike. Half of the time goes to the plan that
stays as close to the published one as is worth it, a third to the best plan that need not, which shows what staying
close costs; the rest explains the first.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from exchange.scheduling.child import Child
from exchange.scheduling.effort import Options, Progress, relative_gap
from exchange.scheduling.plan import Plan, Status, write_plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import Placement, Problem, placements_from_json, read_problem, write_problem
from exchange.scheduling.replan import stabilise

KEEPING, FREE, EXPLAINING = 0.5, 0.3, 0.2  # shares of the time


def start(
    problem: Problem, published: tuple[Placement, ...], folder: Path, options: Options, *, memory_mb: int
) -> Child:
    """Start it; returns at once."""
    paths = [folder / name for name in ("problem.json", "published.json", "plan.json")]
    write_problem(problem, paths[0])
    paths[1].write_text(json.dumps([one.to_json() for one in published]), encoding="utf-8")
    command = [sys.executable, "-m", "exchange.jobs.steady", *map(str, paths)]
    command += ["--seconds", str(options.seconds), "--memory-mb", str(memory_mb)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)  # noqa: S603 - our own module
    return Child(process, paths[2])


def steadied(
    problem: Problem,
    published: tuple[Placement, ...],
    seconds: float,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Plan, Plan]:
    """The plan that stays close, with its reasons and the bound of the whole round; and the best that need not."""
    close = stabilise(problem, published, Options(seconds=KEEPING * seconds), should_stop=should_stop)
    free = solve(problem, Options(seconds=FREE * seconds), on_progress=on_progress, should_stop=should_stop)
    kept = replace(problem, confirmed=close.placements)
    plan = solve(kept, Options(seconds=EXPLAINING * seconds), should_stop=should_stop)
    bound = max(free.bound, float(plan.value))
    status = Status.OPTIMAL if plan.value >= bound else Status.FEASIBLE
    return replace(plan, bound=bound, gap=relative_gap(plan.value, bound), status=status), free


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m exchange.jobs.steady", description="Replan one exchange round.")
    for name in ("problem", "published", "plan"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--memory-mb", type=int, default=0)
    chosen = parser.parse_args(arguments)
    if chosen.memory_mb:
        cap = chosen.memory_mb << 20
        resource.setrlimit(resource.RLIMIT_AS, (cap, cap))
    asked: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: asked.append(number))
    published = placements_from_json(json.loads(chosen.published.read_text(encoding="utf-8")))
    try:
        plan, free = steadied(
            read_problem(chosen.problem),
            published,
            chosen.seconds,
            on_progress=lambda step: _say(
                "progress", phase=step.phase, seconds=KEEPING * chosen.seconds + step.seconds
            ),
            should_stop=lambda: bool(asked),
        )
    except MemoryError:
        _say("failed", sentences=[f"The run needed more than the {chosen.memory_mb} MB it may use."])
        return 1
    part = chosen.plan.with_suffix(".part")
    write_plan(plan, part)
    part.replace(chosen.plan)
    _say("finished", value=plan.value, bound=plan.bound, free={"free_value": free.value, "free_bound": free.bound})
    return 0


def _say(event: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values of any kind
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
