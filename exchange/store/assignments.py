"""Assignments as people see them: their own, their institute's people's, and those of the work they lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import Session

from exchange.domain.actors import Actor, Role
from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.people import Person
from exchange.store.workstreams import Requirement, Workstream


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Somebody's seat. ``institute_id`` is the employer's, ``lead_institute_id`` that of the work."""

    id: int
    person_id: int
    person: str
    institute_id: int
    workstream_id: int
    title: str
    lead_institute_id: int
    role: str
    share: Decimal
    starts_on: date
    ends_on: date
    status: AllocationStatus
    created_at: datetime | None
    person_agreed_at: datetime | None
    institute_agreed_at: datetime | None
    ended_at: datetime | None
    reason: str


_COLUMNS = (
    Allocation.id,
    Allocation.person_id,
    Person.full_name,
    Allocation.institute_id,
    Workstream.id,
    Workstream.title,
    Workstream.lead_institute_id,
    Requirement.role,
    Allocation.share,
    Allocation.starts_on,
    Allocation.ends_on,
    Allocation.status,
    Allocation.created_at,
    Allocation.person_agreed_at,
    Allocation.institute_agreed_at,
    Allocation.ended_at,
    Allocation.reason,
)


def listed(session: Session, actor: Actor, *, limit: int = 200) -> list[AssignmentRow]:
    """What this actor may see, drafts first, then the newest."""
    query = _query(actor).order_by(Allocation.status != AllocationStatus.DRAFT, Allocation.id.desc()).limit(limit)
    return [AssignmentRow(*row) for row in session.execute(query)]


def find(session: Session, actor: Actor, ident: int) -> AssignmentRow | None:
    """One of them, if this actor may see it."""
    row = session.execute(_query(actor).where(Allocation.id == ident)).one_or_none()
    return AssignmentRow(*row) if row is not None else None


def _query(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .join(Person, Person.id == Allocation.person_id)
        .join(Requirement, Requirement.id == Allocation.requirement_id)
        .join(Workstream, Workstream.id == Requirement.workstream_id)
        .where(_visible(actor))
    )


def _visible(actor: Actor) -> ColumnElement[bool]:
    """One's own; those of an institute's people, for its coordinators; those of work led there, for its leads."""
    own = Allocation.person_id == actor.person_id if actor.person_id is not None else false()
    return or_(
        own,
        Allocation.institute_id.in_(actor.institutes(Role.HR_COORDINATOR)),
        Workstream.lead_institute_id.in_(actor.institutes(Role.WORKSTREAM_LEAD)),
    )
