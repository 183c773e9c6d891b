"""The two kinds of runs that wait for a solver: plans of exchange rounds, and the seats of workstreams."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.rounds import runs as round_runs
from exchange.actions.rounds.runs import Ready
from exchange.actions.teams import runs as team_runs
from exchange.actions.teams.runs import Task
from exchange.jobs import steady
from exchange.jobs.lease import Sessions
from exchange.jobs.queues import Clock, QueueWorker
from exchange.matching import round_files
from exchange.scheduling import child
from exchange.scheduling.child import GRACE_SECONDS, Child
from exchange.scheduling.effort import Options
from exchange.scheduling.plan import plan_to_json


class RoundQueue:
    """Plans of exchange rounds."""

    kind = "round"
    grace = GRACE_SECONDS
    end_silent_ones = staticmethod(round_runs.end_silent_ones)
    note = staticmethod(round_runs.note)
    fail = staticmethod(round_runs.fail)

    claim = staticmethod(round_runs.claim)
    ready = staticmethod(round_runs.ready)

    def start(self, ready: Ready, folder: Path, memory_mb: int) -> Child:
        options = Options(seconds=ready.seconds)
        if ready.published is None:
            return child.start(ready.problem, folder, options, memory_mb=memory_mb)
        return steady.start(ready.problem, ready.published, folder, options, memory_mb=memory_mb)

    def shown(self, started: Child) -> dict[str, Any]:
        """What the page needs of the newest report, with the best plan so far."""
        figures = {key: started.last.get(key) for key in ("phase", "seconds", "value", "bound", "gap")}
        best = [one.to_json() for one in started.best] if started.best is not None else None
        return figures | {"placements": best}

    def keep(self, session: Session, run_id: int, ended: Child, *, stopped: bool, now: datetime) -> bool:
        plan = ended.plan()
        if plan is not None:
            free = ended.last.get("free")
            round_runs.finish(session, run_id, plan_to_json(plan), stopped=stopped, free=free, now=now)
        return plan is not None


class TeamQueue:
    """The seats of workstreams."""

    kind = "team"
    grace = 15.0  # the first steps of the fairness floor are linear programmes, which end before they listen
    end_silent_ones = staticmethod(team_runs.end_silent_ones)
    claim = staticmethod(team_runs.claim)
    ready = staticmethod(team_runs.ready)
    note = staticmethod(team_runs.note)
    fail = staticmethod(team_runs.fail)

    def start(self, ready: Task, folder: Path, memory_mb: int) -> Child:
        problem, result = folder / "problem.json", folder / "answer.json"
        round_files.write_json(ready.problem, problem)
        command = [sys.executable, "-m", "exchange.matching.run", str(problem), str(result), "--explain"]
        command += ["--objective", ready.objective, "--seconds", str(ready.seconds), "--memory-mb", str(memory_mb)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)  # noqa: S603 - our own module
        return Child(process, result)

    def shown(self, started: Child) -> dict[str, Any]:
        return {key: started.last.get(key) for key in ("phase", "seconds", "value", "bound")}

    def keep(self, session: Session, run_id: int, ended: Child, *, stopped: bool, now: datetime) -> bool:
        if not ended.plan_path.exists():
            return False
        team_runs.finish(session, run_id, round_files.read_json(ended.plan_path), stopped=stopped, now=now)
        return True


class Solver(QueueWorker):
    """All runs of an installation."""

    def __init__(self, sessions: Sessions, clock: Clock, data: Path | None = None) -> None:
        super().__init__(sessions, clock, (RoundQueue(), TeamQueue()), data)
