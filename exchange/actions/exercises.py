"""The programme of a joint testing exercise: strands with their leads, and phases with their days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.store.workstreams import Phase, Requirement, Strand, Workstream, WorkstreamKind, WorkstreamPartner


@dataclass(frozen=True, slots=True)
class StrandTerms:
    """A strand as typed; the institute that leads it takes part in the exercise."""

    title: str
    lead_institute_id: int
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """A phase as typed: days on the calendar of ``zone``, of the whole exercise or of one strand."""

    title: str
    starts_on: date
    ends_on: date
    zone: str
    strand_id: int | None = None


def put_strand(
    session: Session, actor: Actor, exercise_id: int, ident: int | None, terms: StrandTerms, *, now: datetime
) -> int:
    """Add a strand or (with ``ident``) change it; returns its id.

    Raises:
        Refused: not found, not the actor's, no exercise, or the terms make no sense.
    """
    with writing(session, actor, "strand:put", now=now) as work:
        exercise = _exercise(work, exercise_id)
        row = _strand(session, exercise_id, ident) if ident is not None else Strand(workstream_id=exercise_id)
        twin = session.scalar(
            select(Strand.id).where(Strand.workstream_id == exercise_id, Strand.title == terms.title.strip())
        )
        faults = [] if terms.title.strip() else ["Give the strand a title."]
        if twin is not None and twin != ident:
            faults.append(f"There is a strand “{terms.title.strip()}” already: change that one.")
        if terms.lead_institute_id not in _taking_part(session, exercise):
            faults.append("The strand is led by an institute that takes part: choose one, or let it take part first.")
        if faults:
            raise refuse(Refusal.INVALID, *faults)
        row.title, row.lead_institute_id = terms.title.strip(), terms.lead_institute_id
        row.languages = list(terms.languages)
        session.add(row)
        session.flush()
        work.record(f"{actor.name} set the strand {row.title} of {exercise.title}.")
        return row.id


def remove_strand(session: Session, actor: Actor, exercise_id: int, ident: int, *, now: datetime) -> None:
    """Take a strand away, with its phases.

    Raises:
        Refused: not found, not the actor's, or the exercise needs people for it.
    """
    with writing(session, actor, "strand:remove", now=now) as work:
        exercise = _exercise(work, exercise_id)
        row = _strand(session, exercise_id, ident)
        if session.scalar(select(Requirement.id).where(Requirement.strand_id == ident).limit(1)) is not None:
            raise refuse(Refusal.CONFLICT, "People are asked for in this strand: move or remove what it needs first.")
        work.record(f"{actor.name} removed the strand {row.title} of {exercise.title}.")
        session.delete(row)


def put_phase(
    session: Session, actor: Actor, exercise_id: int, ident: int | None, terms: PhaseTerms, *, now: datetime
) -> int:
    """Add a phase or (with ``ident``) change it; returns its id.

    Raises:
        Refused: not found, not the actor's, no exercise, or the terms make no sense.
    """
    with writing(session, actor, "phase:put", now=now) as work:
        exercise = _exercise(work, exercise_id)
        row = _phase(session, exercise_id, ident) if ident is not None else Phase(workstream_id=exercise_id)
        if terms.strand_id is not None:
            _strand(session, exercise_id, terms.strand_id)
        if faults := _phase_faults(exercise, terms):
            raise refuse(Refusal.INVALID, *faults)
        row.title, row.strand_id, row.zone = terms.title.strip(), terms.strand_id, terms.zone
        row.starts_on, row.ends_on = terms.starts_on, terms.ends_on
        session.add(row)
        session.flush()
        work.record(
            f"{actor.name} set the phase {row.title} of {exercise.title}.",
            {"starts_on": row.starts_on.isoformat(), "ends_on": row.ends_on.isoformat(), "zone": row.zone},
        )
        return row.id


def remove_phase(session: Session, actor: Actor, exercise_id: int, ident: int, *, now: datetime) -> None:
    """Take a phase away.

    Raises:
        Refused: not found, or not the actor's.
    """
    with writing(session, actor, "phase:remove", now=now) as work:
        exercise = _exercise(work, exercise_id)
        row = _phase(session, exercise_id, ident)
        work.record(f"{actor.name} removed the phase {row.title} of {exercise.title}.")
        session.delete(row)


def _exercise(work: Work, ident: int) -> Workstream:
    work.subject("workstream", ident)
    row = work.session.get(Workstream, ident)
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such exercise.")
    work.subject("workstream", ident, row.lead_institute_id)
    if not access.decide(work.actor, Permission.WORKSTREAMS_EDIT, row.lead_institute_id).allowed:
        raise refuse(Refusal.FORBIDDEN, "Only a workstream lead of the leading institute changes its programme.")
    if row.kind is not WorkstreamKind.EXERCISE:
        raise refuse(
            Refusal.INVALID, "Standing work has no strands and phases: make it a joint testing exercise first."
        )
    return row


def _strand(session: Session, exercise_id: int, ident: int) -> Strand:
    row = session.get(Strand, ident)
    if row is None or row.workstream_id != exercise_id:
        raise refuse(Refusal.NOT_FOUND, "There is no such strand in this exercise.")
    return row


def _phase(session: Session, exercise_id: int, ident: int) -> Phase:
    row = session.get(Phase, ident)
    if row is None or row.workstream_id != exercise_id:
        raise refuse(Refusal.NOT_FOUND, "There is no such phase in this exercise.")
    return row


def _taking_part(session: Session, exercise: Workstream) -> frozenset[int]:
    partners = select(WorkstreamPartner.institute_id).where(WorkstreamPartner.workstream_id == exercise.id)
    return frozenset({exercise.lead_institute_id, *session.scalars(partners)})


def _phase_faults(exercise: Workstream, terms: PhaseTerms) -> list[str]:
    faults = [] if terms.title.strip() else ["Give the phase a title."]
    if terms.ends_on < terms.starts_on:
        faults.append("The last day is before the first day: correct one of them.")
    if exercise.starts_on and terms.starts_on < exercise.starts_on:
        faults.append("The phase begins before the exercise does: correct one of them.")
    if exercise.ends_on and terms.ends_on > exercise.ends_on:
        faults.append("The phase ends after the exercise does: correct one of them.")
    if terms.zone not in available_timezones():
        faults.append(f"“{terms.zone}” is no time zone: choose one from the list.")
    return faults
