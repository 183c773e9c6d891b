"""Draft assignments answered: by the person, by their institute; or taken back by the lead."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor, Role
from exchange.domain.verdict import Refusal
from exchange.store import assignments as store
from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.assignments import AssignmentRow

LONGEST_REASON = 500


def confirm(session: Session, actor: Actor, ident: int, *, now: datetime) -> AllocationStatus:
    """Agree, as the person or for their institute; when both have, the assignment is confirmed.

    Raises:
        Refused: not found, not the actor's to answer, or answered already.
    """
    with writing(session, actor, "assignment:confirm", now=now) as work:
        row, shown = _open(work, ident)
        if row.person_id == actor.person_id:
            if row.person_agreed_at is not None:
                raise refuse(Refusal.CONFLICT, "You have agreed already. Your institute's answer is awaited.")
            row.person_agreed_at = now
        else:
            if row.institute_agreed_at is not None:
                raise refuse(Refusal.CONFLICT, "Your institute has agreed already.")
            row.institute_agreed_at, row.institute_agreed_by_id = now, actor.person_id
        if row.person_agreed_at is not None and row.institute_agreed_at is not None:
            row.status = AllocationStatus.CONFIRMED
            _tell(work, row, shown, f"{shown.person} takes the seat {shown.role} of {shown.title}.")
        work.record(f"{actor.name} agreed to {shown.person} as {shown.role} of {shown.title}.", _state(row))
        return row.status


def decline(session: Session, actor: Actor, ident: int, reason: str, *, now: datetime) -> None:
    """Say no, as the person or for their institute, with a word for the lead.

    Raises:
        Refused: not found, not the actor's to answer, answered already, or no reason.
    """
    with writing(session, actor, "assignment:decline", now=now) as work:
        row, shown = _open(work, ident)
        _end(row, AllocationStatus.DECLINED, actor, _worded(reason), now)
        _tell(work, row, shown, f"{shown.person} does not take the seat {shown.role} of {shown.title}.")
        work.record(f"{actor.name} declined {shown.person} as {shown.role} of {shown.title}.", _state(row))


def withdraw(session: Session, actor: Actor, ident: int, reason: str, *, now: datetime) -> None:
    """Take a draft or an assignment back, as a lead of the institute that leads the work.

    Raises:
        Refused: not found, not the actor's, over already, or no reason.
    """
    with writing(session, actor, "assignment:withdraw", now=now) as work:
        row, shown = _fetched(work, ident)
        if not access.decide(actor, Permission.TEAMS_FILL, shown.lead_institute_id).allowed:
            raise refuse(Refusal.FORBIDDEN, "Only a workstream lead of the leading institute takes a seat back.")
        if row.status not in {AllocationStatus.DRAFT, AllocationStatus.CONFIRMED}:
            raise refuse(Refusal.CONFLICT, f"This assignment is {row.status.value} already.")
        _end(row, AllocationStatus.WITHDRAWN, actor, _worded(reason), now)
        _tell(work, row, shown, f"The seat {shown.role} of {shown.title} for {shown.person} is taken back.")
        work.record(f"{actor.name} took {shown.person} out of {shown.role} of {shown.title}.", _state(row))


def _open(work: Work, ident: int) -> tuple[Allocation, AssignmentRow]:
    """A draft that this actor answers: their own, or one of their institute's people."""
    row, shown = _fetched(work, ident)
    own = row.person_id == work.actor.person_id
    if not own and not work.actor.has(Role.HR_COORDINATOR, row.institute_id):
        raise refuse(Refusal.FORBIDDEN, "The person answers, and an HR coordinator of their institute.")
    if row.status is not AllocationStatus.DRAFT:
        raise refuse(Refusal.CONFLICT, f"This assignment is {row.status.value} already.")
    return row, shown


def _fetched(work: Work, ident: int) -> tuple[Allocation, AssignmentRow]:
    work.subject("assignment", ident)
    shown = store.find(work.session, work.actor, ident)
    if shown is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such assignment, or it is not yours to see.")
    work.subject("assignment", ident, shown.institute_id, shown.lead_institute_id)
    return work.session.get_one(Allocation, ident), shown


def _end(row: Allocation, status: AllocationStatus, actor: Actor, reason: str, now: datetime) -> None:
    row.status, row.ended_at, row.ended_by_id, row.reason = status, now, actor.person_id, reason


def _worded(reason: str) -> str:
    if not reason.strip():
        raise refuse(Refusal.INVALID, "Give a reason in a few words, so that the others know what to do next.")
    if len(reason) > LONGEST_REASON:
        raise refuse(Refusal.INVALID, f"A reason has at most {LONGEST_REASON} characters.")
    return reason.strip()


def _tell(work: Work, row: Allocation, shown: AssignmentRow, text: str) -> None:
    """A notice for the lead who asked and for the person, whichever of them did not act."""
    for person_id in {row.proposed_by_id, row.person_id} - {work.actor.person_id, None}:
        work.notify(int(person_id or 0), text, f"/assignments/{shown.id}")


def _state(row: Allocation) -> dict[str, object]:
    return {"status": row.status.value, "reason": row.reason}
