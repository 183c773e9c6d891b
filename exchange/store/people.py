"""People, their employment, roles, citizenships and absences."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.people import Employed, OpenTo, Standing, Visibility, present_employment
from exchange.domain.periods import Period
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.institutes import Institute


class PersonStatus(StrEnum):
    ACTIVE = "active"
    LEFT = "left"


class EmploymentKind(StrEnum):
    PERMANENT = "permanent"
    FIXED_TERM = "fixed_term"
    CONTRACTOR = "contractor"
    FELLOW = "fellow"


class MailChoice(StrEnum):
    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


class Person(Base):
    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    full_name: Mapped[str] = mapped_column(String(300))  # one free text: names have no universal parts
    latin_name: Mapped[str | None] = mapped_column(String(300))  # a transcription the person chose
    email: Mapped[str] = mapped_column(String(254), unique=True)  # lower case
    code: Mapped[str | None] = mapped_column(String(40), unique=True)  # the employer's own staff code
    zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(10), default="en_GB")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    about: Mapped[str] = mapped_column(Text, default="")
    open_to: Mapped[str] = mapped_column(Text, default="")
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility), default=Visibility.NETWORK)
    status: Mapped[PersonStatus] = mapped_column(choice(PersonStatus), default=PersonStatus.ACTIVE)
    mail: Mapped[MailChoice] = mapped_column(choice(MailChoice), default=MailChoice.AT_ONCE)
    invitations: Mapped[bool] = mapped_column(default=False, server_default=false())  # to meetings, by mail
    password_hash: Mapped[str | None] = mapped_column(String(200))
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # an administrator keeps the person from signing in
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # the record that took over
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class RoleGrant(Base):
    """A role of a person, within an institute or (NULL) across the programme."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("uq_role_grant_person_role_institute", "person_id", "role", "institute_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role))
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Employment(Base):
    __tablename__ = "employment"
    __table_args__ = (
        CheckConstraint("fte > 0 AND fte <= 1", name="fte"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        UniqueConstraint("person_id", "institute_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[EmploymentKind] = mapped_column(choice(EmploymentKind), default=EmploymentKind.PERMANENT)
    fte: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    probation_ends_on: Mapped[date | None]
    line_manager_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Citizenship(Base):
    """Restricted: read only where a rule of a workstream or a legal basis asks for it."""

    __tablename__ = "citizenship"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(String(2), primary_key=True)


class Absence(Base):
    """Days on which a person is away; the kind of leave is nobody else's business and is not kept."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class PersonOpenTo(Base):
    """One thing that a person would take on next."""

    __tablename__ = "person_open_to"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[OpenTo] = mapped_column(choice(OpenTo), primary_key=True)


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person as the people who look after an institute's staff list them."""

    person_id: int
    name: str
    email: str
    code: str | None
    job_title: str
    institute_id: int
    starts_on: date
    ends_on: date | None
    visibility: Visibility
    status: PersonStatus


@dataclass(frozen=True, slots=True)
class Job:
    """An employment as a page shows it."""

    id: int
    institute_id: int
    site_id: int | None
    title: str
    kind: EmploymentKind
    fte: Decimal
    starts_on: date
    ends_on: date | None
    institute_code: str
    institute_name: str

    @property
    def employed(self) -> Employed:
        return Employed(self.institute_id, self.starts_on, self.ends_on, self.fte)


def id_by_email(session: Session, email: str) -> int | None:
    """The person with this address, in any case of letters; whoever took over a record is found by its address too."""
    person = func.coalesce(Person.merged_into_id, Person.id)
    return session.scalar(select(person).where(Person.email == email.strip().lower()))


def merged_into(session: Session, ident: int) -> int | None:
    """The record that took this one over."""
    return session.scalar(select(Person.merged_into_id).where(Person.id == ident))


def holders(session: Session, role: Role, institute_id: int) -> frozenset[int]:
    """Who holds a role within an institute and is still there."""
    query = (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == role, RoleGrant.institute_id == institute_id, Person.status == PersonStatus.ACTIVE)
    )
    return frozenset(session.scalars(query))


def names_of(session: Session, idents: Iterable[int]) -> list[str]:
    """The names of these people, in their order."""
    return list(session.scalars(select(Person.full_name).where(Person.id.in_(list(idents))).order_by(Person.full_name)))


def actor_of(session: Session, person_id: int, day: date) -> Actor:
    """The person as somebody who acts on that day, with their roles and their employer."""
    person = session.get_one(Person, person_id)
    grants = session.execute(select(RoleGrant.role, RoleGrant.institute_id).where(RoleGrant.person_id == person_id))
    job = present_job(jobs_of(session, person_id), day)
    held = frozenset(Grant(role, within) for role, within in grants)
    return Actor(person_id, person.full_name, job.institute_id if job else None, held)


def jobs_of(session: Session, person_id: int) -> list[Job]:
    """All employments of a person, the latest first."""
    rows = session.execute(
        select(
            Employment.id,
            Employment.institute_id,
            Employment.site_id,
            Employment.title,
            Employment.kind,
            Employment.fte,
            Employment.starts_on,
            Employment.ends_on,
            Institute.code,
            Institute.name,
        )
        .join(Institute, Institute.id == Employment.institute_id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.starts_on.desc(), Employment.id)
    )
    return [Job(*tuple(row)) for row in rows]


def present_job(jobs: Iterable[Job], day: date) -> Job | None:
    """The job that counts as the present one on this day."""
    by_employment = {job.employed: job for job in jobs}
    present = present_employment(by_employment, day)
    return by_employment[present] if present else None


def standing_of(session: Session, person_id: int, day: date) -> Standing | None:
    """What decides who may see this person's profile; None where there is no such person."""
    person = session.execute(select(Person.visibility, Person.status).where(Person.id == person_id)).one_or_none()
    if person is None:
        return None
    job = present_job(jobs_of(session, person_id), day)
    return Standing(
        person_id, job.institute_id if job else None, person.visibility, person.status is PersonStatus.ACTIVE
    )


def staff(session: Session, institutes: Collection[int], text: str = "") -> list[StaffRow]:
    """Everybody employed by these institutes at any time, by name; ``text`` narrows to names, addresses and codes."""
    latest = (
        select(Employment.person_id, func.max(Employment.starts_on).label("starts_on"))
        .where(Employment.institute_id.in_(institutes))
        .group_by(Employment.person_id)
        .subquery()
    )
    query = (
        select(
            Person.id,
            Person.full_name,
            Person.email,
            Person.code,
            Employment.title,
            Employment.institute_id,
            Employment.starts_on,
            Employment.ends_on,
            Person.visibility,
            Person.status,
        )
        .join(latest, latest.c.person_id == Person.id)
        .join(
            Employment,
            and_(
                Employment.person_id == Person.id,
                Employment.starts_on == latest.c.starts_on,
                Employment.institute_id.in_(institutes),
            ),
        )
        .order_by(Person.full_name, Person.id)
    )
    if text:
        like = f"%{text.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        fields = (Person.full_name, Person.latin_name, Person.email, Person.code)
        query = query.where(or_(*(field.ilike(like, escape="/") for field in fields)))
    return [StaffRow(*tuple(row)) for row in session.execute(query)]


def absences_of(session: Session, person_id: int, *, since: date) -> list[tuple[int, Period]]:
    """Absences that have not ended before ``since``, as (id, days)."""
    rows = session.execute(
        select(Absence.id, Absence.starts_on, Absence.ends_on)
        .where(Absence.person_id == person_id, Absence.ends_on >= since)
        .order_by(Absence.starts_on)
    )
    return [(ident, Period(starts_on, ends_on)) for ident, starts_on, ends_on in rows]


def mail_choice(session: Session, person_id: int | None) -> MailChoice:
    """How somebody wants their mail."""
    found = session.scalar(select(Person.mail).where(Person.id == person_id))
    assert found is not None  # asked of people who are there
    return found
