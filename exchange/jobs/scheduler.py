"""The clock of an installation: jobs in UTC, each slot of each run once however many workers there are.

A job is due when its newest slot (the minute, hour or day that began last) has not been taken. So a slot missed while
no worker ran is made up for once, and slots missed in a row are made up for together. All jobs may safely run again: a
slot that was taken by a worker which then died is left to the next slot.

Jobs are kept in memory only: a job store that reads pickles from the database would run whatever stands there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from exchange.actions import leases
from exchange.jobs.lease import RENEWED_EVERY, Clock, Leadership, Sessions, utc_now

log = logging.getLogger(__name__)

JOB_DEFAULTS = {"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1}


class Every(Enum):
    """How long a slot is, and how its beginning is written."""

    MINUTE = "%Y-%m-%dT%H:%M"
    HOUR = "%Y-%m-%dT%H"
    DAY = "%Y-%m-%d"

    def slot(self, now: datetime) -> str:
        """The slot in which an instant lies, by its beginning in UTC: ``2026-11-21T09`` for an hour."""
        return now.astimezone(UTC).strftime(self.value)


@dataclass(frozen=True, slots=True)
class Job:
    """``work`` gets a session and the instant of its start. ``every`` says how often it runs at most."""

    name: str
    every: Every
    work: Callable[[Session, datetime], None]


class Loop(Protocol):
    """Work that looks for itself whether there is any, in every worker: the queue of the solver."""

    name: str
    period: timedelta

    def work(self) -> object: ...
    def stop(self) -> None: ...


class Scheduler:
    """The jobs of one worker. Nothing happens before ``start``; importing this module starts nothing."""

    def __init__(
        self,
        jobs: tuple[Job, ...],
        sessions: Sessions,
        *,
        loops: tuple[Loop, ...] = (),
        clock: Clock = utc_now,
        looked_at_every: timedelta = timedelta(seconds=5),
    ) -> None:
        self.leadership = Leadership(sessions, clock)
        self._sessions = sessions
        self._clock = clock
        # It warns whenever a job still runs at its next time, which is how a long reading or run should be.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
        self._background = BackgroundScheduler(
            timezone=UTC, jobstores={"default": MemoryJobStore()}, job_defaults=JOB_DEFAULTS
        )
        self._add("lease", self.leadership.renew, RENEWED_EVERY)
        for job in jobs:
            self._add(job.name, self._runner(job), looked_at_every)
        self._loops = loops
        for loop in loops:
            self._add(loop.name, loop.work, loop.period)

    def start(self) -> None:
        self.leadership.renew()
        self._background.start()

    def stop(self) -> None:
        """Let running jobs end, then give the lease back."""
        for loop in self._loops:
            loop.stop()
        self._background.shutdown(wait=True)
        self.leadership.give_up()

    def run_if_due(self, job: Job) -> bool:
        """Run a job when this worker holds the lease and the job's slot is free; returns whether it ran."""
        if not self.leadership.holds():
            return False
        now = self._clock()
        with self._sessions() as session:
            if not leases.claim(session, job.name, job.every.slot(now), now=now):
                return False
            try:
                job.work(session, now)
            except Exception:
                log.exception("The job %s failed in the slot %s.", job.name, job.every.slot(now))
        return True

    def _add(self, name: str, work: Callable[[], object], period: timedelta) -> None:
        self._background.add_job(
            work, "interval", seconds=period.total_seconds(), id=name, name=name, next_run_time=datetime.now(UTC)
        )

    def _runner(self, job: Job) -> Callable[[], object]:
        return lambda: self.run_if_due(job)
