"""The worker's side of a run that fills seats: take one from the queue, note how far it is, keep its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping, writing
from exchange.domain.actors import SYSTEM
from exchange.domain.team_settings import TeamSettings
from exchange.store.rounds import RunStatus
from exchange.store.teams import TeamRun

SILENT_FOR = timedelta(seconds=60)  # after which a running run's worker is taken to be gone


@dataclass(frozen=True, slots=True)
class Task:
    """What the solver needs: the round as plain values, what is best, and how long it may take."""

    problem: dict[str, Any]
    objective: str
    seconds: int


def claim(session: Session, *, now: datetime) -> tuple[int, Task] | None:
    """Take the oldest waiting run; None when nothing waits."""
    waiting = select(TeamRun).where(TeamRun.status == RunStatus.WAITING).order_by(TeamRun.id).limit(1)
    if session.scalars(waiting).first() is None:
        return None
    with bookkeeping(session):
        run = session.scalars(waiting).first()
        if run is None:
            return None
        run.status, run.started_at, run.heartbeat_at = RunStatus.RUNNING, now, now
        return run.id, Task(run.problem, TeamSettings.read(run.settings).objective, run.seconds)


def note(session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool:
    """Keep the newest progress; returns whether somebody has asked the run to stop."""
    with bookkeeping(session):
        run = session.get_one(TeamRun, run_id)
        run.progress, run.heartbeat_at = progress, now
        return run.stop_asked


def finish(session: Session, run_id: int, answer: dict[str, Any], *, stopped: bool, now: datetime) -> None:
    """Keep the answer of a run that has ended."""
    with writing(session, SYSTEM, "team:finish", now=now) as work:
        run = session.get_one(TeamRun, run_id)
        work.subject("team_run", run_id, run.institute_id)
        run.status = RunStatus.STOPPED if stopped else RunStatus.DONE
        run.answer, run.finished_at = answer, now
        if run.created_by_id is not None:
            text = f"The seats of {run.title} have a proposal."
            work.notify(run.created_by_id, text, f"/teams/{run_id}", f"team-run-{run_id}")
        found = answer["answer"]
        work.record(
            f"A run for {run.title} ended with {len(found['chosen'])} people in seats.",
            {"value": found["value"], "gap": found["gap"]},
        )


def fail(session: Session, run_id: int, sentence: str, *, interrupted: bool = False, now: datetime) -> None:
    """Note why a run has no answer."""
    with writing(session, SYSTEM, "team:fail", now=now) as work:
        run = session.get_one(TeamRun, run_id)
        work.subject("team_run", run_id, run.institute_id)
        run.status = RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED
        run.message, run.finished_at = sentence[:500], now
        work.record(f"A run for {run.title} ended without an answer: {sentence}")


def end_silent_ones(session: Session, *, now: datetime) -> int:
    """Mark runs whose worker has gone silent as interrupted; returns how many."""
    silent = select(TeamRun.id).where(TeamRun.status == RunStatus.RUNNING, TeamRun.heartbeat_at < now - SILENT_FOR)
    found = session.scalars(silent).all()
    for run_id in found:
        fail(session, run_id, "The worker went away while it ran. Start it again.", interrupted=True, now=now)
    return len(found)
