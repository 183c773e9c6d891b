"""Solve a round in a process of its own, so that a large one can be limited, watched and stopped.

    python -m exchange.matching.run PROBLEM.json RESULT.json [--objective floor|total|lift] [--seconds N] [--gap G]
        [--seed S] [--memory-mb M] [--explain]

Each line on standard output is a JSON object: {"event": "progress", "seconds", "value", "bound"} now and then, at last
{"event": "done", …}, or {"event": "failed", "reason"} with exit status 1. SIGTERM, or the end of standard input when
``--watch-input`` is given, stops the search; the best answer so far is still written. With ``--explain`` the result
says also what would fill what is missing, and what one more of everything is worth.
"""

from __future__ import annotations

import argparse
import json
import resource
import select
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from exchange.matching.assignment import Progress, assign
from exchange.matching.easing import cheapest
from exchange.matching.highs import Effort
from exchange.matching.problem import Objective
from exchange.matching.round_files import RoundFileError, read_eases, read_problem, write_answer, write_explained
from exchange.matching.worths import worths

if TYPE_CHECKING:
    from types import FrameType

    from exchange.matching.answer import Answer
    from exchange.matching.problem import Problem

BETWEEN_REPORTS = 0.5  # seconds
EXPLAINED_IN = 10.0  # seconds at most for each kind of explanation


class Reporter:
    """Says how far the search has come, and whether it should stop."""

    def __init__(self, *, watch_input: bool) -> None:
        self._watch_input = watch_input
        self._asked_to_stop = False
        self._last = float("-inf")

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_stop = True

    def __call__(self, progress: Progress) -> bool:
        now = time.monotonic()
        if now - self._last >= BETWEEN_REPORTS:
            self._last = now
            say("progress", seconds=round(progress.seconds, 2), value=progress.value, bound=progress.bound)
        return self._asked_to_stop or (self._watch_input and _input_has_ended())


def say(event: str, **more: object) -> None:
    """Write one line of JSON at once."""
    sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    if chosen.memory_mb:
        most = chosen.memory_mb * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    reporter = Reporter(watch_input=chosen.watch_input)
    signal.signal(signal.SIGTERM, reporter.ask_to_stop)
    try:
        problem = read_problem(chosen.problem)
        effort = Effort(seconds=chosen.seconds, gap=chosen.gap, seed=chosen.seed)
        answer = assign(problem, Objective(chosen.objective), effort, reporter)
        if chosen.explain:
            explain(problem, answer, chosen)
        else:
            write_answer(answer, chosen.result)
    except RoundFileError as fault:
        return _failed(str(fault))
    except MemoryError:
        return _failed(f"The round needs more than the {chosen.memory_mb} MB of memory that it may use.")
    spent = resource.getrusage(resource.RUSAGE_SELF)
    say(
        "done",
        value=answer.value,
        bound=answer.bound,
        gap=answer.gap,
        ending=answer.ending.value,
        cpu_seconds=round(spent.ru_utime + spent.ru_stime, 2),
        peak_memory_mb=round(spent.ru_maxrss / 1024),
    )
    return 0


def explain(problem: Problem, answer: Answer, chosen: argparse.Namespace) -> None:
    """Write the answer at once, then again with what would help it; stopped in between, the answer is there."""
    write_explained(answer, (), (), chosen.result)
    most = min(EXPLAINED_IN, chosen.seconds)
    say("progress", phase="explaining", seconds=chosen.seconds, value=answer.value, bound=answer.bound)
    eased = cheapest(problem, answer, read_eases(chosen.problem), most)
    write_explained(answer, eased, worths(problem, answer, most), chosen.result)


def _failed(reason: str) -> int:
    say("failed", reason=reason, sentences=[reason])
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exchange.matching.run", description="Solve a round of assignment.")
    parser.add_argument("problem", type=Path)
    parser.add_argument("result", type=Path)
    parser.add_argument("--objective", choices=[one.value for one in Objective], default=Objective.FLOOR.value)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of the search")
    parser.add_argument("--gap", type=float, default=1e-4, help="relative gap at which the search may end")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--memory-mb", type=int, default=0, help="memory limit of the process, 0 for none")
    parser.add_argument("--watch-input", action="store_true", help="stop when standard input ends")
    parser.add_argument("--explain", action="store_true", help="also say what would help")
    return parser


def _input_has_ended() -> bool:
    """Whether standard input was closed; whatever comes in before is read and dropped."""
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready) and not sys.stdin.buffer.read1(4096)  # type: ignore[union-attr]


if __name__ == "__main__":
    sys.exit(main())
