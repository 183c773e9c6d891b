"""Secondments, and every move that was made with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Numeric,
    Row,
    String,
    Text,
    Uuid,
    and_,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from exchange.domain.agreements import Mode
from exchange.domain.people import Visibility
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import FINAL, EndReason, Side, State, Verb
from exchange.domain.stages import Step
from exchange.store.agreements import AbandonedVersion, AgreementVersion, awaited_by, decided_on, newest_of
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.openings import Opening, OpeningStatus
from exchange.store.people import Employment, Person, PersonStatus
from exchange.store.workstreams import Workstream


class Secondment(Base):
    """A person of the home institute working at the host's from ``starts_on`` to ``ends_on``, both days included.

    From acceptance on it holds the person: the database refuses a second one in person on any of the same days.
    """

    __tablename__ = "secondment"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("home_institute_id <> host_institute_id", name="two_institutes"),
        CheckConstraint("host_share > 0 AND host_share <= 1", name="host_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    home_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    host_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    workstream_id: Mapped[int | None] = mapped_column(ForeignKey("workstream.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.IN_PERSON)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    host_share: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=Decimal(1))
    legal_basis: Mapped[str] = mapped_column(String(60), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(choice(State), default=State.DRAFT, index=True)
    state_since: Mapped[date]
    phased_access: Mapped[str] = mapped_column(Text, default="")
    arrived_on: Mapped[date | None]  # recorded on the day or later
    ended_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason))
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    supported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    access_removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(Text, default="")
    version_in_force: Mapped[int | None]  # the number of the agreement version whose terms this row has
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))  # the plan it came from
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class SecondmentMove(Base):
    """One step in a secondment's life: who made it, for which side."""

    __tablename__ = "secondment_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    verb: Mapped[Verb] = mapped_column(choice(Verb))
    source: Mapped[State] = mapped_column(choice(State, "source"))
    target: Mapped[State] = mapped_column(choice(State, "target"))
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


HOLDING = frozenset(State) - FINAL - {State.DRAFT, State.NOMINATED} | {State.CLOSED}


@dataclass(frozen=True, slots=True)
class SecondmentRow:
    """A secondment as lists show it."""

    id: int
    person_id: int
    person_name: str
    home_id: int
    host_id: int
    opening_title: str
    workstream_id: int | None
    workstream_title: str
    lead_id: int | None
    starts_on: date
    ends_on: date
    state: State
    state_since: date
    consented: bool
    supported: bool
    opening_id: int | None
    mode: Mode
    phased: bool  # the work began without the missing access, as agreed
    proposed_by_id: int | None  # who proposed the newest version of its agreement
    pending: bool  # nobody went back from that version
    decided: str | None  # the decisions on it

    @property
    def awaited(self) -> frozenset[Side]:
        """Who has yet to approve the newest version."""
        return awaited_by(self.decided) if self.pending else frozenset()

    @property
    def ref(self) -> str:
        return reference(self.id)

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)

    def mentions(self, words: str) -> bool:
        """Whether each of the words stands in its reference, its person's name, or the title of the work."""
        said = f"{self.ref} {self.person_name} {self.opening_title} {self.workstream_title}".casefold()
        return all(word in said for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class MoveRow:
    verb: Verb
    target: State
    side: Side
    person_id: int | None
    person_name: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose secondments somebody may know of: those of their institutes, their own, those of workstreams they lead.

    Whoever proposed one knows of it too.

    ``institutes`` None means all of them.
    """

    institutes: frozenset[int] | None
    person_id: int | None

    def where(self) -> ColumnElement[bool]:
        if self.institutes is None:
            return true()
        led = select(Workstream.id).where(Workstream.lead_person_id == self.person_id)
        return or_(
            Secondment.home_institute_id.in_(self.institutes),
            Secondment.host_institute_id.in_(self.institutes),
            Secondment.person_id == self.person_id,
            Secondment.proposed_by_id == self.person_id,
            Secondment.workstream_id.in_(led),
        )


def reference(ident: int) -> str:
    """How people call a secondment: ``EX-0042``."""
    return f"EX-{ident:04d}"


@dataclass(frozen=True, slots=True)
class Found:
    """A secondment with the records its rules and its page need, from one statement."""

    secondment: Secondment
    person: Person
    opening: Opening | None
    workstream: Workstream | None


def find(session: Session, ident: int, scope: Scope) -> Found | None:
    """The secondment if it exists within this scope; who may not know of it finds nothing."""
    row = session.execute(
        select(Secondment, Person, Opening, Workstream)
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(Opening, Opening.id == Secondment.opening_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .where(Secondment.id == ident, scope.where())
    ).one_or_none()
    return Found(row[0], row[1], row[2], row[3]) if row else None


def listed(session: Session, scope: Scope, *, states: frozenset[State] | None = None) -> list[SecondmentRow]:
    """The secondments within this scope by first day, in one statement."""
    newest = aliased(AgreementVersion)
    query = (
        select(
            Secondment.id,
            Secondment.person_id,
            Person.full_name,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            func.coalesce(Opening.title, ""),
            Secondment.workstream_id,
            func.coalesce(Workstream.title, ""),
            Workstream.lead_person_id,
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.state,
            Secondment.state_since,
            Secondment.consented_at.is_not(None),
            Secondment.supported_at.is_not(None),
            Secondment.opening_id,
            Secondment.mode,
            Secondment.phased_access != "",
            newest.proposed_by_id,
            and_(newest.id.is_not(None), newest.id.not_in(select(AbandonedVersion.version_id))),
            decided_on(newest.id),
        )
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(Opening, Opening.id == Secondment.opening_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .outerjoin(newest, newest.id == newest_of(Secondment.id))
        .where(scope.where())
        .order_by(Secondment.starts_on, Secondment.id)
    )
    if states is not None:
        query = query.where(Secondment.state.in_(states))
    rows: Iterable[Row[Any]] = session.execute(query)
    return [SecondmentRow(*tuple(row)) for row in rows]


def moves_of(session: Session, ident: int) -> list[MoveRow]:
    """Every step of its life, oldest first."""
    rows = session.execute(
        select(
            SecondmentMove.verb,
            SecondmentMove.target,
            SecondmentMove.side,
            SecondmentMove.person_id,
            func.coalesce(Person.full_name, "Exchange"),
            SecondmentMove.reason,
            SecondmentMove.at,
        )
        .outerjoin(Person, Person.id == SecondmentMove.person_id)
        .where(SecondmentMove.secondment_id == ident)
        .order_by(SecondmentMove.id)
    )
    return [MoveRow(*row) for row in rows]


def steps(session: Session, scope: Scope) -> list[Step]:
    """Every step of the secondments in the scope, one secondment after the other, in one statement."""
    rows = session.execute(
        select(
            Secondment.id,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            Secondment.created_at,
            SecondmentMove.source,
            SecondmentMove.target,
            SecondmentMove.at,
        )
        .join(SecondmentMove, SecondmentMove.secondment_id == Secondment.id)
        .where(scope.where())
        .order_by(Secondment.id, SecondmentMove.id)
    )
    return [Step(*row) for row in rows]


def overlapping(session: Session, row: Secondment) -> int | None:
    """Another secondment in person that holds the same person on one of the same days."""
    return session.scalar(
        select(Secondment.id).where(
            Secondment.person_id == row.person_id,
            Secondment.id != row.id,
            Secondment.mode == Mode.IN_PERSON,
            Secondment.state.in_(HOLDING),
            Secondment.starts_on <= row.ends_on,
            Secondment.ends_on >= row.starts_on,
        )
    )


def seats_left(session: Session, row: Secondment, seats: int) -> int:
    """Free seats of its opening, which has so many, on the secondment's fullest day; itself not counted."""
    taken = session.execute(
        select(Secondment.starts_on, Secondment.ends_on).where(
            Secondment.opening_id == row.opening_id,
            Secondment.id != row.id,
            Secondment.state.in_(HOLDING),
            Secondment.starts_on <= row.ends_on,
            Secondment.ends_on >= row.starts_on,
        )
    ).all()
    firsts = [row.starts_on, *(max(start, row.starts_on) for start, _ in taken)]
    return seats - max(sum(start <= day <= end for start, end in taken) for day in firsts)


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    name: str
    institute_id: int


def candidates(session: Session, today: date) -> list[Candidate]:
    """Everybody who is employed today and whose profile the network may see, by name."""
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Person.visibility == Visibility.NETWORK,
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
        )
        .order_by(Person.full_name)
    )
    return [Candidate(*row) for row in rows]


def open_openings(session: Session, today: date) -> list[Opening]:
    """Openings that still take somebody, by title."""
    return list(
        session.scalars(
            select(Opening)
            .where(Opening.status == OpeningStatus.OPEN, Opening.closes_on >= today)
            .order_by(Opening.title)
        )
    )


def overlapping_period(session: Session, person_id: int, period: Period, *, besides: int = 0) -> bool:
    """Whether the person has a secondment that is not over, of any state from draft on, on one of these days.

    The one with the id ``besides`` does not count.
    """
    over = FINAL | {State.COMPLETED, State.ENDED_EARLY}
    found = session.scalar(
        select(Secondment.id)
        .where(
            Secondment.person_id == person_id,
            Secondment.id != besides,
            Secondment.state.not_in(over),
            Secondment.starts_on <= period.end,
            Secondment.ends_on >= period.start,
        )
        .limit(1)
    )
    return found is not None
