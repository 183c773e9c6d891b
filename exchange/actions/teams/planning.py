"""What a lead does to fill seats: start a run, and stop it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.teams.facts import NOTHING, roles_of
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.team_settings import TeamSettings
from exchange.domain.verdict import Refusal
from exchange.store import teams as store
from exchange.store.teams import TeamRun
from exchange.store.workstreams import Workstream


def start(session: Session, actor: Actor, settings: TeamSettings, *, now: datetime) -> int:
    """Put a run in the queue that fills the seats of these workstreams; the worker reads the records.

    Raises:
        Refused: not found, led by another institute, or there is nothing to fill, each reason with what to do.
    """
    with writing(session, actor, "team:run", now=now) as work:
        streams = [_stream(work, ident) for ident in settings.workstreams]
        if faults := settings.faults():
            raise refuse(Refusal.INVALID, *faults)
        roles, notes = roles_of(session, settings.workstreams, now.date())
        if not roles:
            raise refuse(Refusal.INVALID, *(notes or [NOTHING]))
        lead = streams[0].lead_institute_id
        title = streams[0].title if len(streams) == 1 else f"{len(streams)} workstreams"
        run = TeamRun(
            title=title,
            institute_id=lead,
            settings=settings.to_json(),
            seconds=settings.seconds,
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(run)
        session.flush()
        work.subject("team_run", run.id, lead)
        seats = sum(role.heads for role in roles)
        work.record(f"{actor.name} started filling {seats} seats of {title}.", {"settings": run.settings})
        return run.id


def stop(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Ask a run to end with the best answer it has; one that waits is ended at once.

    Raises:
        Refused: not found, not the actor's, or over already.
    """
    with writing(session, actor, "team:stop", now=now) as work:
        run = owned(work, run_id)
        if not run.ask_to_stop(now):
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
