"""Solve a round in a process of its own: ``python -m exchange.scheduling.run PROBLEM.json PLAN.json [options]``.

HiGHS cannot always be interrupted, so whoever needs to stop at once stops the process. It writes one JSON object per
line to its standard output while it works:

    {"event": "progress", "phase": …, "seconds": …, "value": …, "bound": …, "gap": …, "placements": [[…], …] or null}
    {"event": "finished", "value": …, "bound": …, "gap": …, "status": …}
    {"event": "failed", "sentences": […]}

SIGTERM asks it to end with the best plan so far; the plan file is written in one step, so it is whole or absent.
Exit status: 0 finished, 1 failed with sentences.
"""

from __future__ import annotations

import argparse
import json
import resource
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from exchange.scheduling.effort import Options, Progress
from exchange.scheduling.plan import Plan, plan_text, read_plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import ProblemError, read_problem


def _say(event: str, **fields: Any) -> None:  # noqa: ANN401 - JSON values of any kind
    sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
    sys.stdout.flush()


def _report(step: Progress) -> None:
    fields = asdict(step)
    placements = step.placements
    fields["placements"] = [row.to_json() for row in placements] if placements is not None else None
    _say("progress", **fields)


class _Asked:
    """Whether the process was asked to end."""

    def __init__(self) -> None:
        self.to_stop = False
        signal.signal(signal.SIGTERM, self._note)

    def _note(self, _signal: int, _frame: object) -> None:
        self.to_stop = True

    def __call__(self) -> bool:
        return self.to_stop


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m exchange.scheduling.run", description="Plan one exchange round.")
    parser.add_argument("problem", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--seconds", type=float, default=30.0, help="CPU seconds")
    parser.add_argument("--gap", type=float, default=0.0, help="end once the proven gap is this small (0.005: 0.5 %%)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reproducible", action="store_true", help="decide by counts, not by the clock")
    parser.add_argument("--rounds", type=int, default=40, help="improvement rounds of a reproducible run")
    parser.add_argument("--memory-mb", type=int, default=0, help="address space allowed, in megabytes (0: no cap)")
    parser.add_argument("--warm", type=Path, help="a plan to start from")
    return parser.parse_args(arguments)


def _write_whole(plan: Plan, path: Path) -> None:
    beside = path.with_suffix(".part")
    beside.write_text(plan_text(plan), encoding="utf-8")
    beside.replace(path)


def main(arguments: list[str] | None = None) -> int:
    """Run one round; returns the exit status."""
    chosen = _arguments(arguments)
    if chosen.memory_mb:
        limit = chosen.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    asked = _Asked()
    options = Options(chosen.seconds, chosen.gap, chosen.seed, chosen.reproducible, chosen.rounds)
    try:
        warm = read_plan(chosen.warm).placements if chosen.warm is not None else ()
        plan = solve(read_problem(chosen.problem), options, on_progress=_report, should_stop=asked, warm=warm)
    except ProblemError as error:
        _say("failed", sentences=list(error.sentences))
        return 1
    except MemoryError:
        said = f"The run needed more than the {chosen.memory_mb} MB it may use: raise the cap or split the round."
        _say("failed", sentences=[said])
        return 1
    _write_whole(plan, chosen.plan)
    _say("finished", value=plan.value, bound=plan.bound, gap=plan.gap, status=plan.status)
    return 0


if __name__ == "__main__":
    sys.exit(main())
