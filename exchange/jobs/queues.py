"""The solvers' place in the worker: one run at a time, each in a process of its own that can be stopped at once.

What is run (an exchange round, the seats of workstreams) is a ``Queue``: it says which run waits, starts its process
and keeps what came out. How a run is followed, stopped and interrupted is the same for all and stands here.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from sqlalchemy.orm import Session

from exchange.jobs.lease import Sessions
from exchange.scheduling.child import Child

Clock = Callable[[], datetime]

MEMORY_MB = 4096
LOOK_EVERY_S = 1.0


class Queue(Protocol):
    """One kind of run. ``claim`` gives the id of the oldest that waits and whatever ``start`` needs."""

    grace: float  # seconds that a stopped process has to write down its best

    def end_silent_ones(self, session: Session, *, now: datetime) -> int: ...
    def claim(self, session: Session, *, now: datetime) -> tuple[int, Any] | None: ...
    def start(self, claimed: Any, folder: Path, memory_mb: int) -> Child: ...  # noqa: ANN401 - each queue's own
    def shown(self, started: Child) -> dict[str, Any]: ...
    def note(self, session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool: ...
    def keep(self, session: Session, run_id: int, ended: Child, *, stopped: bool, now: datetime) -> bool: ...
    def fail(
        self, session: Session, run_id: int, sentence: str, *, interrupted: bool = False, now: datetime
    ) -> None: ...


class QueueWorker:
    """Takes waiting runs from its queues, one after the other. ``name`` and ``period`` are for the scheduler."""

    name = "runs"
    period = timedelta(seconds=1)

    def __init__(self, sessions: Sessions, clock: Clock, queues: tuple[Queue, ...]) -> None:
        self._sessions = sessions
        self._clock = clock
        self._queues = queues
        self._closing = Event()

    def stop(self) -> None:
        """End the present run: the worker is going away. The run says that it was interrupted."""
        self._closing.set()

    def work(self) -> int:
        """Run everything that waits; returns how many runs there were."""
        done = 0
        for queue in self._queues:
            with self._sessions() as session:
                queue.end_silent_ones(session, now=self._clock())
                while not self._closing.is_set() and (claimed := queue.claim(session, now=self._clock())) is not None:
                    self._run(queue, *claimed)
                    done += 1
        return done

    def _run(self, queue: Queue, run_id: int, claimed: object) -> None:
        with tempfile.TemporaryDirectory(prefix="exchange-run-") as folder:
            started = queue.start(claimed, Path(folder), MEMORY_MB)
            try:
                stopped = self._follow(queue, run_id, started)
                with self._sessions() as session:
                    self._end(queue, session, run_id, started, stopped=stopped)
            finally:
                started.close()

    def _follow(self, queue: Queue, run_id: int, started: Child) -> bool:
        """Note its progress each second until it ends; True when somebody stopped it."""
        while started.running() and not self._closing.is_set():
            started.poll(LOOK_EVERY_S)
            with self._sessions() as session:
                if queue.note(session, run_id, queue.shown(started), now=self._clock()):
                    started.stop(queue.grace)
                    return True
        if self._closing.is_set():
            started.kill()
        else:
            started.wait()
        return False

    def _end(self, queue: Queue, session: Session, run_id: int, ended: Child, *, stopped: bool) -> None:
        now = self._clock()
        if self._closing.is_set():
            sentence = "The worker was stopped while it ran. Start it again."
            queue.fail(session, run_id, sentence, interrupted=True, now=now)
        elif not queue.keep(session, run_id, ended, stopped=stopped, now=now):
            why = " ".join(ended.sentences) or "The solver ended without a plan; the worker's log says more."
            queue.fail(session, run_id, "Stopped before there was a plan." if stopped else why, now=now)
