"""Accounts as administrators see them: who can sign in, with which roles, and what waits for a second administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Row, Select, String, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.actors import Role
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant


def _one_open(name: str, condition: str, *columns: str) -> Index:
    """At most one request that is not decided; two, since a role of the whole programme has no institute to compare."""
    where = text(condition)
    return Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class RoleRequest(Base):
    """A role that one administrator asked for and that another has to confirm; decided ones are kept."""

    __tablename__ = "role_request"
    __table_args__ = (
        CheckConstraint("decided_by_id <> asked_by_id", name="two_people"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided"),
        _one_open("uq_role_request_open", "decided_at IS NULL", "person_id", "role", "institute_id"),
        _one_open("uq_role_request_open_wide", "decided_at IS NULL AND institute_id IS NULL", "person_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(choice(Role))
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed: Mapped[bool] = mapped_column(default=False)


class SignInLink(Base):
    """A link with which a person chooses a password, once. The link holds a random token; here is only its SHA-256."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


AccountColumns = tuple[int, str, str, int | None, bool, datetime | None, PersonStatus]


@dataclass(frozen=True, slots=True)
class HeldRole:
    id: int
    role: Role
    institute_id: int | None
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A role that waits for its second administrator."""

    id: int
    person_id: int
    person_name: str
    role: Role
    institute_id: int | None
    asked_by_id: int
    asked_by_name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with nothing about the person but how to reach them and where they are employed."""

    person_id: int
    name: str
    email: str
    institute_id: int | None
    has_password: bool
    locked_at: datetime | None
    status: PersonStatus
    roles: tuple[HeldRole, ...] = ()


def page(session: Session, wanted: str, *, offset: int, limit: int) -> tuple[list[AccountRow], int]:
    """Accounts by name, and how many there are; ``wanted`` narrows to names and addresses."""
    query = _accounts()
    if wanted:
        like = f"%{wanted.replace('/', '//').replace('%', '/%').replace('_', '/_')}%"
        query = query.where(or_(*(field.ilike(like, escape="/") for field in (Person.full_name, Person.email))))
    total = session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    rows = session.execute(query.order_by(Person.full_name, Person.id).offset(offset).limit(limit)).all()
    held = _held(session, [row.id for row in rows])
    return [_row(row, held.get(row.id, ())) for row in rows], total


def one(session: Session, person_id: int) -> AccountRow | None:
    row = session.execute(_accounts().where(Person.id == person_id)).one_or_none()
    return None if row is None else _row(row, roles_of(session, person_id))


def waiting(session: Session, person_id: int | None = None) -> list[Waiting]:
    """What waits for a second administrator, the oldest first; of one person or of everybody."""
    asker = Person.__table__.alias("asker")
    query = (
        select(
            RoleRequest.id,
            RoleRequest.person_id,
            Person.full_name,
            RoleRequest.role,
            RoleRequest.institute_id,
            RoleRequest.asked_by_id,
            asker.c.full_name,
            RoleRequest.asked_at,
        )
        .join(Person, Person.id == RoleRequest.person_id)
        .join(asker, asker.c.id == RoleRequest.asked_by_id)
        .where(RoleRequest.decided_at.is_(None))
        .order_by(RoleRequest.id)
    )
    if person_id is not None:
        query = query.where(RoleRequest.person_id == person_id)
    return [Waiting(*tuple(row)) for row in session.execute(query)]


def roles_of(session: Session, person_id: int) -> tuple[HeldRole, ...]:
    return _held(session, [person_id]).get(person_id, ())


def administrators(session: Session) -> list[int]:
    """Everybody who can confirm what another administrator asked for."""
    query = (
        select(RoleGrant.person_id)
        .join(Person, Person.id == RoleGrant.person_id)
        .where(RoleGrant.role == Role.ADMINISTRATOR, Person.status == PersonStatus.ACTIVE, Person.locked_at.is_(None))
        .distinct()
    )
    return list(session.scalars(query))


def live_link(session: Session, token_hash: str, now: datetime) -> SignInLink | None:
    """The link of this token while it can still be used: unspent, not too old, its person able to sign in."""
    query = (
        select(SignInLink)
        .join(Person, Person.id == SignInLink.person_id)
        .where(
            SignInLink.token_hash == token_hash,
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > now,
            Person.status == PersonStatus.ACTIVE,
            Person.locked_at.is_(None),
        )
    )
    return session.scalars(query).one_or_none()


def address_of_link(session: Session, token_hash: str, now: datetime) -> str | None:
    """The e-mail address of a link's owner; None where the link cannot be used."""
    link = live_link(session, token_hash, now)
    return session.get_one(Person, link.person_id).email if link else None


def _accounts() -> Select[AccountColumns]:
    latest = (
        select(Employment.institute_id)
        .where(Employment.person_id == Person.id)
        .order_by(Employment.starts_on.desc(), Employment.id)
        .limit(1)
        .scalar_subquery()
    )
    return select(
        Person.id,
        Person.full_name,
        Person.email,
        latest.label("institute_id"),
        Person.password_hash.is_not(None).label("has_password"),
        Person.locked_at,
        Person.status,
    )


def _row(row: Row[AccountColumns], roles: tuple[HeldRole, ...]) -> AccountRow:
    return AccountRow(
        row.id, row.full_name, row.email, row.institute_id, row.has_password, row.locked_at, row.status, roles
    )


def _held(session: Session, people: list[int]) -> dict[int, tuple[HeldRole, ...]]:
    rows = session.execute(
        select(RoleGrant.person_id, RoleGrant.id, RoleGrant.role, RoleGrant.institute_id, RoleGrant.granted_at)
        .where(RoleGrant.person_id.in_(people))
        .order_by(RoleGrant.id)
    )
    held: dict[int, tuple[HeldRole, ...]] = {}
    for person_id, ident, role, institute_id, granted_at in rows:
        held[person_id] = (*held.get(person_id, ()), HeldRole(ident, role, institute_id, granted_at))
    return held
