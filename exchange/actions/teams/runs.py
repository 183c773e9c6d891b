"""The worker's side of a run that fills seats: take one from the queue, note how far it is, keep its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.teams.facts import NOTHING, load
from exchange.actions.teams.problem import build
from exchange.actions.writing import bookkeeping, writing
from exchange.domain.actors import SYSTEM
from exchange.domain.team_settings import TeamSettings
from exchange.store import runs as store
from exchange.store.engine import begin_snapshot
from exchange.store.runs import RunStatus
from exchange.store.teams import TeamRun


@dataclass(frozen=True, slots=True)
class Task:
    """What the solver needs: the round as plain values, what is best, and how long it may take."""

    problem: dict[str, Any]
    objective: str
    seconds: int


def claim(session: Session, *, now: datetime) -> int | None:
    """Take the oldest waiting run in hand; None when nothing waits."""
    if store.oldest_waiting(session, TeamRun) is None:
        return None
    with bookkeeping(session):
        run = store.oldest_waiting(session, TeamRun)
        if run is None:
            return None
        run.begin(now)
        return run.id


def prepare(session: Session, run_id: int, cache: IndexCache, *, today: date) -> dict[str, Any]:
    """What the run is to solve, from the records at one instant; or ``faults``, why there is nothing to solve."""
    begin_snapshot(session)
    try:
        settings = TeamSettings.read(session.get_one(TeamRun, run_id).settings)
        records = load(session, settings.workstreams, today)
        if not records.roles:
            return {"faults": list(records.notes) or [NOTHING]}
        built = build(session, cache, records, settings)
        return {"problem": built.to_json(), "notes": list(built.notes)}
    finally:
        session.rollback()


def ready(session: Session, run_id: int, prepared: dict[str, Any], *, now: datetime) -> Task | None:
    """Keep what was prepared and give it back to be solved; None where there is nothing, and the run says why."""
    with writing(session, SYSTEM, "team:prepare", now=now) as work:
        run = session.get_one(TeamRun, run_id)
        work.subject("team_run", run_id, run.institute_id)
        if "faults" in prepared:
            sentence = run.end_unplanned(prepared["faults"], now)
            if run.created_by_id is not None:
                text = f"The seats of {run.title} could not be planned."
                work.notify(run.created_by_id, text, f"/teams/{run_id}", f"team-run-{run_id}")
            work.record(f"A run for {run.title} ended. {sentence}")
            return None
        run.solve(prepared["problem"], now)
        run.notes = prepared["notes"]
        work.record(f"A run for {run.title} is planned with {len(run.problem['people'])} people.")
        return Task(run.problem, TeamSettings.read(run.settings).objective, run.seconds)


def note(session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool:
    """Keep the newest progress; returns whether somebody has asked the run to stop."""
    with bookkeeping(session):
        return session.get_one(TeamRun, run_id).hear(progress, now)


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
        run.end_without(sentence, now, interrupted=interrupted)
        work.record(f"A run for {run.title} ended without an answer: {sentence}")


def end_silent_ones(session: Session, *, now: datetime) -> int:
    """Mark runs whose worker has gone silent as interrupted; returns how many."""
    found = store.silent(session, TeamRun, now)
    for run_id in found:
        fail(session, run_id, "The worker went away while it ran. Start it again.", interrupted=True, now=now)
    return len(found)
