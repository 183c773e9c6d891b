"""Taking seats of an answer over, one by one, as draft assignments that the person and their institute answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.teams.facts import Records, Role, load, verdict
from exchange.actions.teams.planning import owned
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import actors
from exchange.domain.actors import Actor
from exchange.domain.team_settings import TeamSettings
from exchange.domain.verdict import Refusal
from exchange.store import people, team_facts
from exchange.store.allocations import STANDING, Allocation, AllocationStatus
from exchange.store.runs import RunStatus
from exchange.store.team_facts import Named
from exchange.store.teams import TeamRun

OVER = frozenset({RunStatus.DONE, RunStatus.STOPPED})


@dataclass(frozen=True, slots=True)
class Taken:
    """One person for one seat, as a lead ticks it."""

    person_id: int
    requirement_id: int


def accept(
    session: Session, actor: Actor, run_id: int, chosen: Collection[Taken] | None, *, now: datetime
) -> tuple[int, tuple[str, ...]]:
    """Make draft assignments of seats of an answer (None for all); returns how many, and a sentence for each left out.

    One transaction: what has become impossible since the run is left out alone.

    Raises:
        Refused: not found, not the actor's, no answer, or nothing could be taken over.
    """
    with writing(session, actor, "team:accept", now=now) as work:
        run = owned(work, run_id)
        if run.answer is None or run.status not in OVER:
            raise refuse(Refusal.CONFLICT, "There is nothing to take over yet: wait for the run to end.")
        offered = [Taken(person, seat) for person, seat in run.answer["answer"]["chosen"]]
        wanted = [one for one in offered if chosen is None or one in chosen]
        records = load(session, TeamSettings.read(run.settings).workstreams, now.date())
        names = team_facts.names(session, {one.person_id for one in wanted}, now.date())
        left_out = []
        made = 0
        for one in wanted:
            fault = _take_over(work, run, one, names, records)
            made += not fault
            left_out += [fault] if fault else []
        work.subject("team_run", run.id, run.institute_id)
        if not made:
            raise refuse(Refusal.CONFLICT, *(left_out or ["Nothing was chosen: tick the people to take over."]))
        work.record(f"{actor.name} drafted {made} assignments for {run.title}.", {"left_out": left_out})
        return made, tuple(left_out)


def _take_over(work: Work, run: TeamRun, one: Taken, names: Mapping[int, Named], records: Records) -> str:
    """Make one draft; a sentence instead where it has become impossible."""
    who = names.get(one.person_id)
    role = next((role for role in records.roles if role.row.id == one.requirement_id), None)
    if who is None or one.person_id not in records.people:
        return "Somebody has left, or the network no longer sees their profile: fill that seat anew."
    if role is None:
        return f"{who.name}: the seat is not asked for any more, or is over."
    standing = list(
        work.session.scalars(
            select(Allocation.person_id).where(
                Allocation.requirement_id == one.requirement_id, Allocation.status.in_(STANDING)
            )
        )
    )
    if one.person_id in standing:
        return f"{who.name} has this seat already, as a draft or confirmed."
    if len(standing) >= role.row.heads:
        return f"{who.name}: all {role.row.heads} seats of “{role.row.role}” are taken."
    found = verdict(one.person_id, role, records)
    if found.any:
        return f"{who.name}: {' '.join(found.for_everybody)}"
    _draft(work, run, who, role)
    return ""


def _draft(work: Work, run: TeamRun, who: Named, role: Role) -> None:
    row = Allocation(
        person_id=who.person_id,
        requirement_id=role.row.id,
        institute_id=who.institute_id,
        share=role.row.share,
        starts_on=role.period.start,
        ends_on=role.period.end,
        status=AllocationStatus.DRAFT,
        team_run_id=run.id,
        proposed_by_id=work.actor.person_id,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    title = role.page.workstream.title
    work.subject("assignment", row.id, who.institute_id, run.institute_id)
    path = f"/assignments/{row.id}"
    work.notify(who.person_id, f"You are asked to take a seat in {title}: {role.row.role}.", path)
    coordinators = people.holders(work.session, actors.Role.HR_COORDINATOR, who.institute_id)
    for coordinator in coordinators - {who.person_id}:
        work.notify(coordinator, f"{who.name} is asked for a seat in {title}: please answer for your institute.", path)
    work.record(f"{work.actor.name} drafted {who.name} for {role.row.role} of {title}.", {"share": str(row.share)})
