"""What a lead does to fill seats: start a run, and stop it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.teams.facts import load
from exchange.actions.teams.problem import build
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.team_settings import TeamSettings
from exchange.domain.verdict import Refusal
from exchange.store import teams as store
from exchange.store.runs import RunStatus
from exchange.store.teams import TeamRun
from exchange.store.workstreams import Workstream


def start(session: Session, actor: Actor, settings: TeamSettings, cache: IndexCache, *, now: datetime) -> int:
    """Put a run in the queue that fills the seats of these workstreams, over the records as they stand.

    Raises:
        Refused: not found, led by another institute, or there is nothing to fill, each reason with what to do.
    """
    with writing(session, actor, "team:run", now=now) as work:
        streams = [_stream(work, ident) for ident in settings.workstreams]
        if faults := settings.faults():
            raise refuse(Refusal.INVALID, *faults)
        records = load(session, settings.workstreams, now.date())
        if not records.roles:
            nothing = "There is no seat to fill: say first what the work needs."
            raise refuse(Refusal.INVALID, *(records.notes or (nothing,)))
        built = build(session, cache, records, settings)
        lead = streams[0].lead_institute_id
        title = streams[0].title if len(streams) == 1 else f"{len(streams)} workstreams"
        run = TeamRun(
            title=title,
            institute_id=lead,
            settings=settings.to_json(),
            seconds=settings.seconds,
            problem=built.to_json(),
            notes=list(built.notes),
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(run)
        session.flush()
        work.subject("team_run", run.id, lead)
        seats = sum(opening.heads for opening in built.problem.openings)
        work.record(f"{actor.name} started filling {seats} seats of {title}.", {"settings": run.settings})
        return run.id


def stop(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Ask a run to end with the best answer it has; one that waits is ended at once.

    Raises:
        Refused: not found, not the actor's, or over already.
    """
    with writing(session, actor, "team:stop", now=now) as work:
        run = owned(work, run_id)
        if run.status is RunStatus.WAITING:
            run.status, run.finished_at, run.message = RunStatus.STOPPED, now, "Stopped before it began."
        elif run.status is RunStatus.RUNNING:
            run.stop_asked = True
        else:
            raise refuse(Refusal.CONFLICT, f"This run is {run.status.value} already.")
        work.record(f"{actor.name} stopped filling the seats of {run.title}.")


def _stream(work: Work, ident: int) -> Workstream:
    """The workstream, for a lead of the institute that leads it."""
    work.subject("workstream", ident)
    row = work.session.get(Workstream, ident)
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such workstream.")
    work.subject("workstream", ident, row.lead_institute_id)
    if not access.decide(work.actor, Permission.TEAMS_FILL, row.lead_institute_id).allowed:
        raise refuse(Refusal.FORBIDDEN, "Only a workstream lead of the leading institute fills its seats.")
    return row


def owned(work: Work, ident: int) -> TeamRun:
    """The run, for a lead of the institute whose seats it fills."""
    work.subject("team_run", ident)
    row = store.find(work.session, ident, access.reach(work.actor, Permission.TEAMS_FILL))
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such run, or it is not yours.")
    work.subject("team_run", ident, row.institute_id)
    return row
