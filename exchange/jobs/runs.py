"""The solver's place in the worker: one run at a time, each in a process of its own that can be stopped at once."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from exchange.actions.rounds import runs
from exchange.actions.rounds.runs import Claimed
from exchange.jobs import steady
from exchange.jobs.lease import Sessions
from exchange.scheduling import child
from exchange.scheduling.child import Child
from exchange.scheduling.effort import Options
from exchange.scheduling.plan import plan_to_json

Clock = Callable[[], datetime]

MEMORY_MB = 4096
LOOK_EVERY_S = 1.0


class Solver:
    """Takes waiting runs from the queue, one after the other. ``name`` and ``period`` are for the scheduler."""

    name = "runs"
    period = timedelta(seconds=1)

    def __init__(self, sessions: Sessions, clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._closing = Event()

    def stop(self) -> None:
        """End the present run: the worker is going away. The run says that it was interrupted."""
        self._closing.set()

    def work(self) -> int:
        """Run everything that waits; returns how many runs there were."""
        done = 0
        with self._sessions() as session:
            runs.end_silent_ones(session, now=self._clock())
            while not self._closing.is_set() and (claimed := runs.claim(session, now=self._clock())) is not None:
                self._run(claimed)
                done += 1
        return done

    def _run(self, claimed: Claimed) -> None:
        with tempfile.TemporaryDirectory(prefix="exchange-run-") as folder:
            started = _started(claimed, Path(folder))
            try:
                stopped = self._follow(claimed.run_id, started)
                if self._closing.is_set():
                    self._interrupt(claimed.run_id)
                else:
                    self._keep(claimed.run_id, started, stopped=stopped)
            finally:
                started.close()

    def _follow(self, run_id: int, started: Child) -> bool:
        """Note its progress each second until it ends; True when somebody stopped it."""
        while started.running() and not self._closing.is_set():
            started.poll(LOOK_EVERY_S)
            with self._sessions() as session:
                if runs.note(session, run_id, _shown(started), now=self._clock()):
                    started.stop()
                    return True
        if self._closing.is_set():
            started.kill()
        else:
            started.wait()
        return False

    def _interrupt(self, run_id: int) -> None:
        with self._sessions() as session:
            sentence = "The worker was stopped while it ran. Start it again."
            runs.fail(session, run_id, sentence, interrupted=True, now=self._clock())

    def _keep(self, run_id: int, ended: Child, *, stopped: bool) -> None:
        plan = ended.plan()
        with self._sessions() as session:
            if plan is not None:
                free = ended.last.get("free")
                runs.finish(session, run_id, plan_to_json(plan), stopped=stopped, free=free, now=self._clock())
            elif stopped:
                runs.fail(session, run_id, "Stopped before there was a plan.", now=self._clock())
            else:
                why = " ".join(ended.sentences) or "The solver ended without a plan; the worker's log says more."
                runs.fail(session, run_id, why, now=self._clock())


def _started(claimed: Claimed, folder: Path) -> Child:
    options = Options(seconds=claimed.seconds)
    if claimed.published is None:
        return child.start(claimed.problem, folder, options, memory_mb=MEMORY_MB)
    return steady.start(claimed.problem, claimed.published, folder, options, memory_mb=MEMORY_MB)


def _shown(started: Child) -> dict[str, Any]:
    """What the page needs of the newest report, with the best plan so far."""
    figures = {key: started.last.get(key) for key in ("phase", "seconds", "value", "bound", "gap")}
    best = [one.to_json() for one in started.best] if started.best is not None else None
    return figures | {"placements": best}
