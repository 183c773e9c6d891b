"""Mail that waits, was sent or could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from exchange.store.notices import OutgoingMail

# How long after it was written a mail is tried again; after the last try it counts as undeliverable.
TRIES = tuple(timedelta(minutes=minutes) for minutes in (0, 1, 5, 20, 60, 240, 720, 1440))


@dataclass(frozen=True, slots=True)
class WaitingMail:
    id: int
    address: str
    subject: str
    body: str
    created_at: datetime
    organiser: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail as administrators see it: to whom and how it stands, never what it says."""

    id: int
    address: str
    created_at: datetime
    attempts: int
    last_error: str

    @property
    def undeliverable(self) -> bool:
        return self.attempts >= len(TRIES)


@dataclass(frozen=True, slots=True)
class MailCounts:
    waiting: int
    undeliverable: int
    sent: int


def due(session: Session, now: datetime, limit: int) -> list[WaitingMail]:
    """The mail to try now, oldest first."""
    in_time = or_(
        *(
            and_(OutgoingMail.attempts == tries, OutgoingMail.created_at <= now - wait)
            for tries, wait in enumerate(TRIES)
        )
    )
    columns = (
        OutgoingMail.id,
        OutgoingMail.address,
        OutgoingMail.subject,
        OutgoingMail.body,
        OutgoingMail.created_at,
        OutgoingMail.organiser,
        OutgoingMail.calendar,
    )
    rows = session.execute(
        select(*columns).where(OutgoingMail.sent_at.is_(None), in_time).order_by(OutgoingMail.id).limit(limit)
    )
    return [WaitingMail(*row) for row in rows]


def unsent(session: Session, *, offset: int, limit: int) -> list[MailRow]:
    """Mail that has not been sent: what cannot be delivered first, then the newest."""
    columns = (
        OutgoingMail.id,
        OutgoingMail.address,
        OutgoingMail.created_at,
        OutgoingMail.attempts,
        OutgoingMail.last_error,
    )
    rows = session.execute(
        select(*columns)
        .where(OutgoingMail.sent_at.is_(None))
        .order_by(case((OutgoingMail.attempts >= len(TRIES), 0), else_=1), OutgoingMail.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [MailRow(*row) for row in rows]


def counts(session: Session) -> MailCounts:
    given_up = OutgoingMail.attempts >= len(TRIES)
    open_ = OutgoingMail.sent_at.is_(None)
    row = session.execute(
        select(
            func.count(case((and_(open_, ~given_up), 1))),
            func.count(case((and_(open_, given_up), 1))),
            func.count(OutgoingMail.sent_at),
        )
    ).one()
    return MailCounts(*row)
