"""Records of one person made one: what was asked for, and what is known of two records beside each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    Text,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from exchange.domain.actors import Role
from exchange.domain.agreements import Mode
from exchange.domain.merging import Between, HeldStay, Record
from exchange.domain.people import Standing
from exchange.domain.secondment_facts import FINAL, Side
from exchange.store.agreements import AbandonedVersion, Approval, awaited_by, decided_on, newest_of
from exchange.store.allocations import STANDING, Allocation
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.calendars import CalendarLink
from exchange.store.clearances import Clearance
from exchange.store.introductions import Introduction
from exchange.store.invitations import Invitation
from exchange.store.people import Absence, Employment, Job, Person, PersonStatus, RoleGrant, jobs_of, present_job
from exchange.store.publications import Publication
from exchange.store.secondments import HOLDING, Secondment, SecondmentMove, reference
from exchange.store.skills import Endorsement, SkillClaim

FOR_AN_INSTITUTE = (Side.HOME, Side.HOST)


class MergeState(StrEnum):
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"


class PersonMerge(Base):
    """What one institute asked and another answers. ``take_address``: the address of the record that goes is kept."""

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("stays_id <> goes_id", name="two_records"),
        Index(
            "uq_person_merge_open",
            "stays_id",
            "goes_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stays_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    goes_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    take_address: Mapped[bool] = mapped_column(default=False)
    state: Mapped[MergeState] = mapped_column(choice(MergeState))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Found:
    """One of the two records: what the rules look at, who may see it, and how much of each kind it has."""

    record: Record
    standing: Standing
    email: str
    code: str | None
    jobs: tuple[Job, ...]
    counts: Mapping[str, int]
    merged_into_id: int | None


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who is here, as far as names are compared."""

    name: str
    latin_name: str | None
    email: str
    standing: Standing


OWNED: dict[str, InstrumentedAttribute[int]] = {
    "employments": Employment.person_id,
    "secondments": Secondment.person_id,
    "publications": Publication.person_id,
    "skills claimed": SkillClaim.person_id,
    "skills vouched for": Endorsement.endorser_id,
    "seats in workstreams": Allocation.person_id,
    "days away": Absence.person_id,
    "calendar links": CalendarLink.owner_id,
    "introductions": Introduction.asker_id,
    "meetings": Invitation.person_id,
    "clearances": Clearance.person_id,
}


def pair(session: Session, stays_id: int, goes_id: int, day: date) -> tuple[Found, Found, Between] | None:
    """Both records and what is between them; None where one of them is not there."""
    counts = [_count(column) for column in OWNED.values()]
    roles = _count(RoleGrant.person_id, RoleGrant.role != Role.RESEARCHER)
    between = _between(stays_id, goes_id)
    rows = session.execute(
        select(Person, roles, _acts(), *between, *counts).where(Person.id.in_((stays_id, goes_id)))
    ).all()
    if len(rows) < 2:
        return None
    stays = _stays_of(session, (stays_id, goes_id))
    known = {row[0].id: _found(session, row[0], row[1:3], list(row)[3 + len(between) :], stays, day) for row in rows}
    return known[stays_id], known[goes_id], Between(*map(bool, rows[0][3 : 3 + len(between)]))


def open_request(session: Session, stays_id: int, goes_id: int) -> PersonMerge | None:
    """What waits for an answer about these two, whichever of them was to stay."""
    ids = (stays_id, goes_id)
    return session.scalars(
        select(PersonMerge).where(
            PersonMerge.state == MergeState.ASKED, PersonMerge.stays_id.in_(ids), PersonMerge.goes_id.in_(ids)
        )
    ).first()


def asked_about(session: Session) -> dict[frozenset[int], PersonMerge]:
    """The newest request about each two records that are two still."""
    query = select(PersonMerge).where(PersonMerge.state != MergeState.DONE).order_by(PersonMerge.id)
    return {frozenset({row.stays_id, row.goes_id}): row for row in session.scalars(query)}


def publications_shared(session: Session, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Which of these pairs, the smaller number first, have written something in common."""
    ids = {ident for one in pairs for ident in one}
    if not ids:
        return set()
    other = aliased(Publication)
    rows = session.execute(
        select(Publication.person_id, other.person_id)
        .join(other, other.digest == Publication.digest)
        .where(Publication.person_id.in_(ids), other.person_id.in_(ids), Publication.person_id < other.person_id)
        .distinct()
    )
    return {(row[0], row[1]) for row in rows}


def names(session: Session, day: date) -> list[Named]:
    """Everybody who is here, in one statement."""
    begun, ended = Employment.starts_on <= day, Employment.ends_on < day  # as ``present_employment`` chooses
    order = case((and_(begun, or_(Employment.ends_on.is_(None), ~ended)), 0), (~begun, 1), else_=2)
    employed = (
        select(Employment.institute_id)
        .where(Employment.person_id == Person.id)
        .order_by(order, Employment.starts_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Person.id, Person.full_name, Person.latin_name, Person.email, Person.visibility, employed)
        .where(Person.status == PersonStatus.ACTIVE)
        .order_by(Person.full_name, Person.id)
    )
    return [Named(name, latin, email, Standing(ident, at, seen)) for ident, name, latin, email, seen, at in rows]


def _count(column: InstrumentedAttribute[int], *more: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(column == Person.id, *more).correlate(Person).scalar_subquery()


def _acts() -> ColumnElement[bool]:
    """Whether the record has decided for an institute."""
    moved = exists().where(SecondmentMove.person_id == Person.id, SecondmentMove.side.in_(FOR_AN_INSTITUTE))
    approved = exists().where(Approval.person_id == Person.id, Approval.side.in_(FOR_AN_INSTITUTE))
    return or_(moved, approved)


def _between(one: int, other: int) -> tuple[ColumnElement[bool], ...]:
    """In the order of the fields of ``Between``."""
    ids, second = (one, other), aliased(Allocation)
    endorsed = exists().where(Endorsement.person_id.in_(ids), Endorsement.endorser_id.in_(ids))
    managed = exists().where(
        Employment.person_id.in_(ids),
        Employment.line_manager_id.in_(ids),
        Employment.line_manager_id != Employment.person_id,
    )
    of_them = and_(Secondment.person_id.in_(ids), SecondmentMove.person_id.in_(ids))
    decided = exists().where(
        SecondmentMove.secondment_id == Secondment.id, of_them, SecondmentMove.side.in_(FOR_AN_INSTITUTE)
    )
    seated = exists().where(
        Allocation.person_id == one,
        second.person_id == other,
        Allocation.requirement_id == second.requirement_id,
        Allocation.status.in_(STANDING),
        second.status.in_(STANDING),
        Allocation.starts_on <= second.ends_on,
        Allocation.ends_on >= second.starts_on,
    )
    return endorsed, managed, decided, seated


def _stays_of(session: Session, ids: Collection[int]) -> dict[int, list[HeldStay]]:
    """Their secondments, with whether a version of the agreement waits."""
    newest = newest_of(Secondment.id)
    given_up = exists().where(AbandonedVersion.version_id == newest)
    rows = session.execute(
        select(Secondment, newest, decided_on(newest), given_up)
        .where(Secondment.person_id.in_(ids))
        .order_by(Secondment.id)
    )
    found: dict[int, list[HeldStay]] = {}
    for row, version, decided, abandoned in rows:
        waits = version is not None and not abandoned and bool(awaited_by(decided))
        found.setdefault(row.person_id, []).append(
            HeldStay(
                reference(row.id),
                row.home_institute_id,
                row.host_institute_id,
                row.period,
                holds=row.state in HOLDING and row.mode is Mode.IN_PERSON,
                pending=waits and row.state not in FINAL,
            )
        )
    return found


def _found(
    session: Session,
    person: Person,
    facts: Iterable[Any],
    counts: Iterable[Any],
    stays: Mapping[int, list[HeldStay]],
    day: date,
) -> Found:
    roles, acts = facts
    jobs = tuple(jobs_of(session, person.id))
    job = present_job(jobs, day)
    home = job.institute_id if job else None
    record = Record(
        person_id=person.id,
        name=person.full_name,
        institute_id=home,
        jobs=tuple(one.employed for one in jobs),
        stays=tuple(stays.get(person.id, ())),
        signs_in=person.password_hash is not None and person.locked_at is None,
        roles=bool(roles),
        acts=bool(acts),
    )
    standing = Standing(person.id, home, person.visibility, person.status is PersonStatus.ACTIVE)
    known = dict(zip(OWNED, counts, strict=True))
    return Found(record, standing, person.email, person.code, jobs, known, person.merged_into_id)
