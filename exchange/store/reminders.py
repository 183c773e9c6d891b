"""What comes near: clearances that end, secondments that start or end, and who is to be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from exchange.domain.actors import Role
from exchange.domain.secondment_facts import State
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.institutes import Institute
from exchange.store.notices import Notice
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant
from exchange.store.secondments import Secondment

BEFORE_START = (State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY)
BEFORE_END = (State.ACTIVE, State.SUSPENDED, State.CLOSING)


@dataclass(frozen=True, slots=True)
class EndingClearance:
    """``ends_on`` is the day of expiry or of the review that falls due, whichever comes first."""

    id: int
    person_id: int
    person_name: str
    institute_id: int
    ends_on: date


@dataclass(frozen=True, slots=True)
class NearStay:
    """A secondment whose first or last day is ``day``."""

    id: int
    person_id: int
    person_name: str
    home_id: int
    host_id: int
    host_name: str
    starts: bool
    day: date


def ending_clearances(session: Session, today: date, days: int) -> list[EndingClearance]:
    """Active clearances that end within so many days, of people employed today; superseded ones are past."""
    later = aliased(Clearance)
    first = func.coalesce(Clearance.review_due_on, Clearance.expires_on)
    second = func.coalesce(Clearance.expires_on, Clearance.review_due_on)
    horizon = today + timedelta(days=days)
    rows = session.execute(
        select(Clearance.id, Person.id, Person.full_name, Employment.institute_id, first, second)
        .join(Person, Person.id == Clearance.person_id)
        .join(
            Employment,
            and_(
                Employment.person_id == Person.id,
                Employment.starts_on <= today,
                or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
            ),
        )
        .outerjoin(later, later.supersedes_id == Clearance.id)
        .where(
            Clearance.status == ClearanceStatus.ACTIVE,
            Person.status == PersonStatus.ACTIVE,
            later.id.is_(None),
            or_(first.between(today, horizon), second.between(today, horizon)),
        )
        .order_by(Clearance.id)
    )
    return [EndingClearance(*row[:4], ends_on=min(row[4], row[5])) for row in rows if min(row[4], row[5]) >= today]


def near_stays(session: Session, today: date, days: int) -> list[NearStay]:
    """Secondments that start or end within so many days."""
    horizon = today + timedelta(days=days)
    columns = (
        Secondment.id,
        Secondment.person_id,
        Person.full_name,
        Secondment.home_institute_id,
        Secondment.host_institute_id,
        Institute.short_name,
    )
    found: list[NearStay] = []
    for starts, day, states in (
        (True, Secondment.starts_on, BEFORE_START),
        (False, Secondment.ends_on, BEFORE_END),
    ):
        rows = session.execute(
            select(*columns, day)
            .join(Person, Person.id == Secondment.person_id)
            .join(Institute, Institute.id == Secondment.host_institute_id)
            .where(Secondment.state.in_(states), day.between(today, horizon))
            .order_by(Secondment.id)
        )
        found += [NearStay(*row[:6], starts=starts, day=row[6]) for row in rows]
    return found


def holders(session: Session, role: Role) -> Mapping[int, tuple[int, ...]]:
    """Who holds a role, by institute; people who have left are left out."""
    rows = session.execute(
        select(RoleGrant.institute_id, RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, Person.status == PersonStatus.ACTIVE)
        .order_by(RoleGrant.person_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for institute, person in rows:
        if institute is not None:
            found[institute] = (*found.get(institute, ()), person)
    return found


def keys_left(session: Session, keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys under which a notice was left before."""
    return frozenset(session.scalars(select(Notice.key).where(Notice.key.in_(list(keys)))))
