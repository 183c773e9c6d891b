"""Sign-in sessions on the server, and the throttle on guessing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.actors import Actor, Grant
from exchange.store.base import Base, UtcDateTime
from exchange.store.institutes import Institute
from exchange.store.notices import Notice
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant


class SignInSession(Base):
    """One signed-in browser. The cookie holds a random token; here is only its SHA-256."""

    __tablename__ = "sign_in_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInThrottle(Base):
    """Failed sign-ins of one key (an account or an address) within a window."""

    __tablename__ = "sign_in_throttle"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    window_started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a request, with what every page needs to know about them."""

    session_id: int
    actor: Actor
    institute_code: str
    institute_name: str
    email: str
    zone: str
    locale: str
    last_seen_at: datetime
    unread: int


def signed_in(session: Session, token_hash: str, *, alive_since: datetime, created_since: datetime) -> SignedIn | None:
    """The live session of this token, in one statement; None when it has ended, idled out or grown too old."""
    unread = select(func.count()).where(Notice.person_id == Person.id, Notice.read_at.is_(None)).scalar_subquery()
    day = created_since.date()
    query = (
        select(SignInSession, Person, RoleGrant.role, RoleGrant.institute_id, Institute, unread)
        .join(Person, Person.id == SignInSession.person_id)
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(
            Employment,
            and_(Employment.person_id == Person.id, or_(Employment.ends_on.is_(None), Employment.ends_on >= day)),
        )
        .outerjoin(Institute, Institute.id == Employment.institute_id)
        .where(
            SignInSession.token_hash == token_hash,
            SignInSession.ended_at.is_(None),
            SignInSession.last_seen_at > alive_since,
            SignInSession.created_at > created_since,
            Person.status == PersonStatus.ACTIVE,
            Person.locked_at.is_(None),
        )
        .order_by(Employment.starts_on.desc())
    )
    rows = session.execute(query).all()
    if not rows:
        return None
    row, person, _, _, institute, notices = rows[0]
    grants = frozenset(Grant(role, within) for _, _, role, within, _, _ in rows if role is not None)
    return SignedIn(
        session_id=row.id,
        actor=Actor(person.id, person.full_name, institute.id if institute else None, grants),
        institute_code=institute.code if institute else "",
        institute_name=institute.short_name if institute else "",
        email=person.email,
        zone=person.zone,
        locale=person.locale,
        last_seen_at=row.last_seen_at,
        unread=notices,
    )


def end_all(session: Session, person_id: int, now: datetime, *, but: str = "") -> None:
    """End every open session of a person; ``but`` is the hash of the one that goes on."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.token_hash != but)
        .values(ended_at=now)
    )
