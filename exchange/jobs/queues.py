"""The solvers' place in the worker: one run at a time, each in a process of its own that can be stopped at once.

What is run (an exchange round, the seats of workstreams) is a ``Queue``: it says which run waits, takes what has been
prepared for it, starts its solver and keeps what came out. How a run is prepared, followed, stopped and interrupted is
the same for all and stands here.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from sqlalchemy.orm import Session

from exchange.jobs import preparing
from exchange.jobs.lease import Sessions
from exchange.jobs.preparing import Order
from exchange.scheduling.child import Child

Clock = Callable[[], datetime]

MEMORY_MB = 4096
LOOK_EVERY_S = 1.0


class Queue(Protocol):
    """One kind of run. ``claim`` takes the oldest that waits; ``ready`` gives what ``start`` needs, or None."""

    kind: str  # of ``preparing.PREPARE``
    grace: float  # seconds that a stopped process has to write down its best

    def end_silent_ones(self, session: Session, *, now: datetime) -> int: ...
    def claim(self, session: Session, *, now: datetime) -> int | None: ...
    def ready(self, session: Session, run_id: int, prepared: dict[str, Any], *, now: datetime) -> Any: ...  # noqa: ANN401 - each queue's own
    def start(self, ready: Any, folder: Path, memory_mb: int) -> Child: ...  # noqa: ANN401 - each queue's own
    def shown(self, started: Child) -> dict[str, Any]: ...
    def note(self, session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool: ...
    def keep(self, session: Session, run_id: int, ended: Child, *, stopped: bool, now: datetime) -> bool: ...
    def fail(
        self, session: Session, run_id: int, sentence: str, *, interrupted: bool = False, now: datetime
    ) -> None: ...


class QueueWorker:
    """Takes waiting runs from its queues, one after the other. ``name`` and ``period`` are for the scheduler.

    ``data`` is the folder of the index of everybody's profiles.
    """

    name = "runs"
    period = timedelta(seconds=1)

    def __init__(self, sessions: Sessions, clock: Clock, queues: tuple[Queue, ...], data: Path | None) -> None:
        self._sessions = sessions
        self._clock = clock
        self._queues = queues
        self._data = data
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
                    self._run(queue, claimed)
                    done += 1
        return done

    def _run(self, queue: Queue, run_id: int) -> None:
        with tempfile.TemporaryDirectory(prefix="exchange-run-") as folder:
            ready = self._prepare(queue, run_id, Path(folder))
            if ready is not None:
                self._solve(queue, run_id, ready, Path(folder))

    def _prepare(self, queue: Queue, run_id: int, folder: Path) -> object | None:
        """What the solver needs; None where the run has ended already, and says why."""
        with closing(preparing.start(self._order(queue, run_id), folder)) as started, self._sessions() as session:
            stopped = self._follow(queue, run_id, started, dict)
            if not stopped and not self._closing.is_set() and started.plan_path.exists():
                prepared = json.loads(started.plan_path.read_text(encoding="utf-8"))
                ready: object | None = queue.ready(session, run_id, prepared, now=self._clock())
                return ready
            self._end_without(queue, session, run_id, started, stopped=stopped)
            return None

    def _order(self, queue: Queue, run_id: int) -> Order:
        with self._sessions() as session:
            engine = session.get_bind().engine
        data = str(self._data) if self._data is not None else None
        url = engine.url.render_as_string(hide_password=False)
        return Order(queue.kind, run_id, url, data, self._clock().date().isoformat(), MEMORY_MB)

    def _solve(self, queue: Queue, run_id: int, ready: object, folder: Path) -> None:
        with closing(queue.start(ready, folder, MEMORY_MB)) as started:
            stopped = self._follow(queue, run_id, started, lambda: queue.shown(started))
            with self._sessions() as session:
                kept = not self._closing.is_set() and queue.keep(
                    session, run_id, started, stopped=stopped, now=self._clock()
                )
                if not kept:
                    self._end_without(queue, session, run_id, started, stopped=stopped)

    def _follow(self, queue: Queue, run_id: int, started: Child, shown: Callable[[], dict[str, Any]]) -> bool:
        """Note its progress each second until it ends; True when somebody stopped it."""
        while started.running() and not self._closing.is_set():
            started.poll(LOOK_EVERY_S)
            with self._sessions() as session:
                if queue.note(session, run_id, shown(), now=self._clock()):
                    started.stop(queue.grace)
                    return True
        if self._closing.is_set():
            started.kill()
        else:
            started.wait()
        return False

    def _end_without(self, queue: Queue, session: Session, run_id: int, ended: Child, *, stopped: bool) -> None:
        now = self._clock()
        if self._closing.is_set():
            sentence = "The worker was stopped while it ran. Start it again."
            queue.fail(session, run_id, sentence, interrupted=True, now=now)
            return
        why = " ".join(ended.sentences) or "The solver ended without a plan; the worker's log says more."
        queue.fail(session, run_id, "Stopped before there was a plan." if stopped else why, now=now)
