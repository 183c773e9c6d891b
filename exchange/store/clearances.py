"""Clearances. Records are appended and superseded, never overwritten: the history is the record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, and_, case, func, or_, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from exchange.domain import clearances as rules
from exchange.domain.clearance_schemes import BY_KEY, Level
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.people import Employment, Person, PersonStatus


class ClearanceStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Clearance(Base):
    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR expires_on >= granted_on", name="expiry"),
        CheckConstraint("review_due_on IS NULL OR review_due_on >= granted_on", name="review"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(30))
    status: Mapped[ClearanceStatus] = mapped_column(choice(ClearanceStatus), default=ClearanceStatus.ACTIVE)
    granted_on: Mapped[date]
    review_due_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    continuous_vetting: Mapped[bool] = mapped_column(default=True)
    caveats: Mapped[list[str]] = mapped_column(JSON, default=list)
    sponsor: Mapped[str] = mapped_column(String(200), default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("clearance.id"), unique=True)


class Shown(StrEnum):
    """Which part of the list an officer looks at; each is a tile with its number."""

    ALL = "all"
    ENDING = "ending"
    OVERDUE = "overdue"
    UNCONFIRMED = "unconfirmed"
    STOPPED = "stopped"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ClearanceRow:
    """A line of an officer's list; without a record everything but the person is empty."""

    person_id: int
    person_name: str
    institute_id: int
    clearance_id: int | None
    level_key: str
    status: ClearanceStatus | None
    granted_on: date | None
    ends_on: date | None
    confirmed_at: datetime | None
    caveats: tuple[str, ...]

    @property
    def level(self) -> Level | None:
        return BY_KEY.get(self.level_key)


@dataclass(frozen=True, slots=True)
class Keepers:
    """Whose records are asked for: people whom these institutes employ on ``today``."""

    institutes: frozenset[int]
    today: date
    ending_days: int
    confirmation_days: int


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A record with who confirmed it, for the people who keep it."""

    record: Clearance
    confirmed_by: str
    current: bool

    @property
    def level(self) -> Level | None:
        return BY_KEY.get(f"{self.record.scheme}:{self.record.level}")


def in_domain(row: Clearance) -> rules.Clearance:
    """A stored clearance as the rules know it."""
    return rules.Clearance(
        id=row.id,
        level=f"{row.scheme}:{row.level}",
        status=rules.ClearanceStatus(row.status.value),
        granted_on=row.granted_on,
        review_due_on=row.review_due_on,
        expires_on=row.expires_on,
        continuous_vetting=row.continuous_vetting,
        caveats=frozenset(row.caveats),
        confirmed_on=row.confirmed_at.date(),
        supersedes=row.supersedes_id,
    )


def listed(
    session: Session, keepers: Keepers, shown: Shown, text: str = "", *, offset: int = 0, limit: int = 50
) -> tuple[list[ClearanceRow], int]:
    """One page of the current records, the one that ends first before the others, and how many there are in all."""
    ends = _ends()
    where = and_(_employed(keepers), _condition(keepers, shown))
    if text:
        like = f"%{text.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        where = and_(where, or_(Person.full_name.ilike(like, escape="/"), Person.latin_name.ilike(like, escape="/")))
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id, Clearance, ends, func.count().over())
        .join(Employment, Employment.person_id == Person.id)
        .outerjoin(Clearance, and_(Clearance.person_id == Person.id, _current()))
        .where(where)
        .order_by(Clearance.id.is_(None), ends.is_(None), ends, Person.full_name, Person.id)
        .offset(offset)
        .limit(limit)
    ).all()
    found = [_row(ident, name, institute, record, day) for ident, name, institute, record, day, _ in rows]
    return found, rows[0][5] if rows else 0


def counts(session: Session, keepers: Keepers) -> dict[Shown, int]:
    """How many lines each part of the list has, in one statement."""
    columns = [func.count(case((_condition(keepers, shown), 1))) for shown in Shown]
    row = session.execute(
        select(*columns)
        .select_from(Person)
        .join(Employment, Employment.person_id == Person.id)
        .outerjoin(Clearance, and_(Clearance.person_id == Person.id, _current()))
        .where(_employed(keepers))
    ).one()
    return dict(zip(Shown, row, strict=True))


def history_of(session: Session, person_id: int) -> list[HistoryRow]:
    """Every record of a person, the newest first."""
    rows = session.execute(
        select(Clearance, func.coalesce(Person.full_name, ""))
        .outerjoin(Person, Person.id == Clearance.confirmed_by_id)
        .where(Clearance.person_id == person_id)
        .order_by(Clearance.granted_on.desc(), Clearance.id.desc())
    ).all()
    followed = {record.supersedes_id for record, _ in rows}
    return [HistoryRow(record, name, record.id not in followed) for record, name in rows]


def holder_of(session: Session, person_id: int, institutes: Collection[int], today: date) -> tuple[Person, int] | None:
    """The person, if one of these institutes employs them today, with that institute."""
    row = session.execute(
        select(Person, Employment.institute_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(Person.id == person_id, _employed(Keepers(frozenset(institutes), today, 0, 0)))
    ).first()
    return (row[0], row[1]) if row else None


def is_current(session: Session, ident: int) -> bool:
    """Whether no later record supersedes this one."""
    return session.scalar(select(Clearance.id).where(Clearance.supersedes_id == ident)) is None


def _current() -> ColumnElement[bool]:
    later = aliased(Clearance)
    return ~select(later.id).where(later.supersedes_id == Clearance.id).exists()


def _ends() -> ColumnElement[date | None]:
    """The day of expiry or of the review that falls due, whichever comes first."""
    first, second = Clearance.expires_on, Clearance.review_due_on
    return case((second.is_(None), first), (first.is_(None), second), (second < first, second), else_=first)


def _employed(keepers: Keepers) -> ColumnElement[bool]:
    return and_(
        Person.status == PersonStatus.ACTIVE,
        Employment.institute_id.in_(keepers.institutes),
        Employment.starts_on <= keepers.today,
        or_(Employment.ends_on.is_(None), Employment.ends_on >= keepers.today),
    )


def _condition(keepers: Keepers, shown: Shown) -> ColumnElement[bool]:
    ends, active = _ends(), Clearance.status == ClearanceStatus.ACTIVE
    near = keepers.today + timedelta(days=keepers.ending_days)
    old = datetime.combine(keepers.today - timedelta(days=keepers.confirmation_days), time.min, UTC)
    return {
        Shown.ALL: Clearance.id.is_not(None),
        Shown.ENDING: and_(active, ends.between(keepers.today, near)),
        Shown.OVERDUE: and_(active, ends < keepers.today),
        Shown.UNCONFIRMED: and_(active, Clearance.confirmed_at < old),
        Shown.STOPPED: Clearance.status != ClearanceStatus.ACTIVE,
        Shown.NONE: Clearance.id.is_(None),
    }[shown]


def _row(person_id: int, name: str, institute_id: int, record: Clearance | None, ends: date | None) -> ClearanceRow:
    if record is None:
        return ClearanceRow(person_id, name, institute_id, None, "", None, None, None, None, ())
    return ClearanceRow(
        person_id,
        name,
        institute_id,
        record.id,
        f"{record.scheme}:{record.level}",
        record.status,
        record.granted_on,
        ends,
        record.confirmed_at,
        tuple(record.caveats),
    )
