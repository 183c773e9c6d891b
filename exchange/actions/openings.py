"""Openings: the seats a host offers to secondees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.clearance_schemes import BY_KEY
from exchange.domain.skills import vocabulary
from exchange.domain.verdict import Refusal
from exchange.store.openings import Opening, OpeningSkill, OpeningStatus, StartRule
from exchange.store.workstreams import Workstream


@dataclass(frozen=True, slots=True)
class OpeningTerms:
    """An opening as typed; lengths in whole weeks, ``skills`` as (code, level 1 to 4)."""

    code: str
    title: str
    host_id: int
    opens_on: date
    closes_on: date
    min_weeks: int
    max_weeks: int
    preferred_weeks: int
    seats: int = 1
    description: str = ""
    site_id: int | None = None
    workstream_id: int | None = None
    start_rule: StartRule = StartRule.ANY_MONDAY
    clearance_asked: str | None = None
    skills: tuple[tuple[str, int], ...] = ()


def put(
    session: Session, actor: Actor, ident: int | None, terms: OpeningTerms, *, version: int | None = None, now: datetime
) -> int:
    """Add an opening, or (with ``ident``) change it; returns its id.

    Raises:
        Refused: not the actor's institute, changed since ``version`` was read, or the terms make no sense.
    """
    with writing(session, actor, "opening:put", now=now) as work:
        work.subject("opening", ident, terms.host_id)
        row = session.get(Opening, ident) if ident is not None else Opening(version=1)
        if row is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such opening.")
        if ident is not None:
            work.require(access.decide(actor, Permission.OPENINGS_EDIT, row.host_institute_id))
            if row.version != version:
                raise refuse(
                    Refusal.CONFLICT, "Somebody else has changed this opening since you opened it. Look again."
                )
        work.require(access.decide(actor, Permission.OPENINGS_EDIT, terms.host_id))
        _require_sense(session, terms, ident)
        _apply(row, terms)
        session.add(row)
        session.flush()
        session.execute(delete(OpeningSkill).where(OpeningSkill.opening_id == row.id))
        session.add_all(OpeningSkill(opening_id=row.id, skill=skill, level=level) for skill, level in terms.skills)
        work.subject("opening", row.id, terms.host_id)
        work.record(f"{actor.name} {'changed' if ident else 'added'} the opening {terms.title}.", {"code": terms.code})
        return row.id


def set_status(session: Session, actor: Actor, ident: int, status: OpeningStatus, *, now: datetime) -> None:
    """Close an opening, or open it again.

    Raises:
        Refused: not found, not the actor's, or it stands so already.
    """
    with writing(session, actor, "opening:status", now=now) as work:
        row = session.get(Opening, ident)
        work.subject("opening", ident, row.host_institute_id if row else None)
        if row is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such opening.")
        work.require(access.decide(actor, Permission.OPENINGS_EDIT, row.host_institute_id))
        if row.status is status:
            raise refuse(Refusal.CONFLICT, f"The opening is {status.value} already.")
        row.status = status
        work.record(f"{actor.name} set the opening {row.title} to {status.value}.")


def _apply(row: Opening, terms: OpeningTerms) -> None:
    row.code, row.title, row.description = terms.code, terms.title, terms.description
    row.host_institute_id, row.site_id, row.workstream_id = terms.host_id, terms.site_id, terms.workstream_id
    row.seats, row.opens_on, row.closes_on = terms.seats, terms.opens_on, terms.closes_on
    row.min_weeks, row.max_weeks, row.preferred_weeks = terms.min_weeks, terms.max_weeks, terms.preferred_weeks
    row.start_rule, row.clearance_asked = terms.start_rule, terms.clearance_asked


def _require_sense(session: Session, terms: OpeningTerms, ident: int | None) -> None:
    faults = []
    if terms.closes_on < terms.opens_on:
        faults.append("The opening ends before it begins: correct one of the days.")
    if not 1 <= terms.min_weeks <= terms.preferred_weeks <= terms.max_weeks:
        faults.append("The shortest, the preferred and the longest stay come in this order and begin at 1 week.")
    if not 1 <= terms.seats <= 100:
        faults.append("The number of seats is between 1 and 100.")
    if terms.clearance_asked and terms.clearance_asked not in BY_KEY:
        faults.append("There is no such clearance level: choose one from the list.")
    faults += [
        f"“{skill}” is not in the skills vocabulary." for skill, _ in terms.skills if not vocabulary().find(skill)
    ]
    if terms.workstream_id is not None and session.get(Workstream, terms.workstream_id) is None:
        faults.append("There is no such workstream: choose another.")
    taken = session.scalar(select(Opening.id).where(Opening.code == terms.code))
    if taken is not None and taken != ident:
        faults.append(f"The code {terms.code} is taken: choose another.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)
