"""Start a run in a child process, follow it, and end it at once; the best plan so far is never lost.

For a worker: ``start`` returns immediately, ``poll`` reads what has been reported since, ``stop`` asks the child to end
with its best plan and kills it when it does not within a few seconds. After a kill, ``best`` still holds the placements
of the best plan that was reported.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Plan, read_plan
from exchange.scheduling.problem import Placement, Problem, placements_from_json, write_problem

GRACE_SECONDS = 2.0


@dataclass(slots=True)
class Child:
    """One running (or ended) run. ``last`` is the newest report; ``sentences`` say why a run failed."""

    process: subprocess.Popen[bytes]
    plan_path: Path
    last: dict[str, Any] = field(default_factory=dict)
    best: tuple[Placement, ...] | None = None
    sentences: tuple[str, ...] = ()
    _pending: bytes = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    def running(self) -> bool:
        """Whether the process still exists."""
        return self.process.poll() is None

    def poll(self, timeout: float = 0.0) -> list[dict[str, Any]]:
        """The reports since the last call, waiting at most ``timeout`` seconds for the first."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._output(), selectors.EVENT_READ)
            while selector.select(timeout):
                chunk = os.read(self._output().fileno(), 1 << 16)
                if not chunk:
                    break
                self._pending += chunk
                timeout = 0.0
        *lines, self._pending = self._pending.split(b"\n")
        return [self._note(json.loads(line)) for line in lines if line.startswith(b"{")]

    def _output(self) -> IO[bytes]:
        output = self.process.stdout
        if output is None:
            raise ValueError("The run was started without a pipe for its reports; start it with start().")
        return output

    def _note(self, report: dict[str, Any]) -> dict[str, Any]:
        self.last = report
        if report["event"] == "failed":
            self.sentences = tuple(report["sentences"])
        if report.get("placements") is not None:
            self.best = placements_from_json(report["placements"])
        return report

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask the run to end with its best plan; kill it when it has not after ``grace`` seconds."""
        if self.running():
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(grace)
        self.kill()

    def kill(self) -> None:
        """End the process now, and read what it had reported."""
        if self.running():
            self.process.kill()
        self.process.wait()
        self.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, reading reports all the while; returns the exit status."""
        while self.running() and timeout is None:
            self.poll(0.5)
        status = self.process.wait(timeout)
        self.poll()
        return status

    def plan(self) -> Plan | None:
        """The finished plan, or None where the run failed or was killed (see ``best``)."""
        return read_plan(self.plan_path) if self.plan_path.exists() else None

    def close(self) -> None:
        """End the process if need be and give back the pipe."""
        self.kill()
        self._output().close()


def start(problem: Problem, folder: Path, options: Options, *, memory_mb: int = 0, warm: Path | None = None) -> Child:
    """Start a run; the problem and the plan are kept in ``folder`` as ``problem.json`` and ``plan.json``."""
    problem_path, plan_path = folder / "problem.json", folder / "plan.json"
    write_problem(problem, problem_path)
    plan_path.unlink(missing_ok=True)
    command = [sys.executable, "-m", "exchange.scheduling.run", str(problem_path), str(plan_path)]
    command += ["--seconds", str(options.seconds), "--gap", str(options.gap), "--seed", str(options.seed)]
    command += ["--rounds", str(options.rounds), "--memory-mb", str(memory_mb)]
    command += ["--reproducible"] if options.reproducible else []
    command += ["--warm", str(warm)] if warm is not None else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)  # noqa: S603 - our own module
    return Child(process, plan_path)
