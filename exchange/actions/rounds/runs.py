"""The worker's side of a run: take one from the queue, note how far it is, keep its plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.rounds.prolonging import free_behind
from exchange.actions.writing import bookkeeping, writing
from exchange.domain.actors import SYSTEM
from exchange.domain.round_settings import RoundSettings
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem, placements_from_json, problem_from_json
from exchange.store import runs as store
from exchange.store.rounds import ExchangeRound, Run
from exchange.store.runs import RunStatus


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be solved, in so many CPU seconds. With ``published`` it stays close to that plan."""

    problem: Problem
    seconds: int
    published: tuple[Placement, ...] | None


def claim(session: Session, *, now: datetime) -> int | None:
    """Take the oldest waiting run in hand; None when nothing waits."""
    if store.oldest_waiting(session, Run) is None:
        return None
    with bookkeeping(session):
        run = store.oldest_waiting(session, Run)
        if run is None:
            return None
        run.begin(now)
        return run.id


def ready(session: Session, run_id: int, prepared: dict[str, Any], *, now: datetime) -> Ready | None:
    """Keep what was prepared and give it back to be solved; None where it cannot be planned, and the run says why."""
    with writing(session, SYSTEM, "round:prepare", now=now) as work:
        run = session.get_one(Run, run_id)
        row = session.get_one(ExchangeRound, run.round_id)
        work.subject("round", row.id, *RoundSettings.read(row.settings).institutes)
        if "faults" in prepared:
            sentence = run.end_unplanned(prepared["faults"], now)
            if run.created_by_id is not None:
                text = f"Your exchange round {row.title} could not be planned."
                work.notify(run.created_by_id, text, f"/runs/{run_id}", f"run-{run_id}")
            work.record(f"A run of {row.title} ended. {sentence}", {"run": run_id})
            return None
        problem = problem_from_json(prepared["problem"])
        run.solve(prepared["problem"], now)
        run.keys, run.published, run.repair = prepared["keys"], prepared.get("published"), prepared.get("repair")
        work.record(
            f"A run of {row.title} is planned with {len(problem.candidates)} people "
            f"and {len(problem.openings)} openings.",
            {"run": run_id, **prepared["detail"]},
        )
        published = placements_from_json(run.published) if run.published is not None else None
        return Ready(problem, run.seconds, published)


def note(session: Session, run_id: int, progress: dict[str, Any], *, now: datetime) -> bool:
    """Keep the newest progress; returns whether somebody has asked the run to stop."""
    with bookkeeping(session):
        return session.get_one(Run, run_id).hear(progress, now)


def finish(
    session: Session,
    run_id: int,
    plan: dict[str, Any],
    *,
    stopped: bool,
    free: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Keep the plan of a run that has ended, if the independent checker finds no rule broken.

    ``free`` is what a plan could be worth that need not stay close to the published one.
    """
    run = session.get_one(Run, run_id)
    problem, placements = problem_from_json(run.problem), placements_from_json(plan["placements"])
    broken = check(problem, placements)
    if faults := [one.sentence for one in broken if not one.inherited]:
        fail(session, run_id, f"The plan was not kept because it breaks a rule: {faults[0]}", now=now)
        return
    longer = free_behind(problem, placements, run.keys.get("running", ()))
    with writing(session, SYSTEM, "round:finish", now=now) as work:
        run = session.get_one(Run, run_id)
        work.subject("run", run_id)
        run.status = RunStatus.STOPPED if stopped else RunStatus.DONE
        run.plan, run.finished_at = plan, now
        run.keys = {**run.keys, "longer": longer}
        if free is not None and run.repair is not None:
            run.repair = {**run.repair, **free}
        if run.created_by_id is not None:
            work.notify(
                run.created_by_id, "The plan of your exchange round is ready.", f"/runs/{run_id}", f"run-{run_id}"
            )
        work.record(
            f"A run ended with a plan of value {plan['value']} and a proven gap of {plan['gap']:.2%}.",
            {"provenance": plan["provenance"]},
        )


def fail(session: Session, run_id: int, sentence: str, *, interrupted: bool = False, now: datetime) -> None:
    """Note why a run has no plan."""
    with writing(session, SYSTEM, "round:fail", now=now) as work:
        run = session.get_one(Run, run_id)
        work.subject("run", run_id)
        run.end_without(sentence, now, interrupted=interrupted)
        work.record(f"A run ended without a plan: {sentence}")


def end_silent_ones(session: Session, *, now: datetime) -> int:
    """Mark runs whose worker has gone silent as interrupted; returns how many."""
    found = store.silent(session, Run, now)
    for run_id in found:
        fail(session, run_id, "The worker went away while it ran. Start it again.", interrupted=True, now=now)
    return len(found)
