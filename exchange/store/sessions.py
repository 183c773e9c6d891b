"""Sign-in sessions on the server, and the throttle on guessing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, and_, bindparam, func, or_, select, update
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


_UNREAD = select(func.count()).where(Notice.person_id == Person.id, Notice.read_at.is_(None)).scalar_subquery()
# Asked on every page, and therefore put together only once.
_SIGNED_IN = (
    select(
        SignInSession.id.label("session_id"),
        SignInSession.last_seen_at,
        Person.id.label("person_id"),
        Person.full_name,
        Person.email,
        Person.zone,
        Person.locale,
        RoleGrant.role,
        RoleGrant.institute_id.label("within"),
        Institute.id.label("institute_id"),
        Institute.code,
        Institute.short_name,
        _UNREAD.label("unread"),
    )
    .join(Person, Person.id == SignInSession.person_id)
    .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
    .outerjoin(
        Employment,
        and_(
            Employment.person_id == Person.id,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= bindparam("day")),
        ),
    )
    .outerjoin(Institute, Institute.id == Employment.institute_id)
    .where(
        SignInSession.token_hash == bindparam("token"),
        SignInSession.ended_at.is_(None),
        SignInSession.last_seen_at > bindparam("alive_since"),
        SignInSession.created_at > bindparam("created_since"),
        Person.status == PersonStatus.ACTIVE,
        Person.locked_at.is_(None),
    )
    .order_by(Employment.starts_on.desc())
)


def signed_in(session: Session, token_hash: str, *, alive_since: datetime, created_since: datetime) -> SignedIn | None:
    """The live session of this token, in one statement; None when it has ended, idled out or grown too old."""
    asked = {
        "token": token_hash,
        "alive_since": alive_since,
        "created_since": created_since,
        "day": created_since.date(),
    }
    rows = session.execute(_SIGNED_IN, asked).all()
    if not rows:
        return None
    one = rows[0]
    grants = frozenset(Grant(row.role, row.within) for row in rows if row.role is not None)
    return SignedIn(
        session_id=one.session_id,
        actor=Actor(one.person_id, one.full_name, one.institute_id, grants),
        institute_code=one.code or "",
        institute_name=one.short_name or "",
        email=one.email,
        zone=one.zone,
        locale=one.locale,
        last_seen_at=one.last_seen_at,
        unread=one.unread,
    )


def end_all(session: Session, person_id: int, now: datetime, *, but: str = "") -> None:
    """End every open session of a person; ``but`` is the hash of the one that goes on."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.person_id == person_id, SignInSession.ended_at.is_(None), SignInSession.token_hash != but)
        .values(ended_at=now)
    )
