"""Reading one's notices. That somebody read one changes no record, so it is not audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping, refuse
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.store.notices import Notice


def read(session: Session, actor: Actor, notice_id: int, *, now: datetime) -> str:
    """Mark one of the actor's own notices as read; returns the path to which it leads.

    Raises:
        Refused: there is no such notice, or it is somebody else's.
    """
    with bookkeeping(session):
        own = select(Notice).where(Notice.id == notice_id, Notice.person_id == actor.person_id)
        notice = session.scalars(own).one_or_none()
        if notice is None:
            raise refuse(Refusal.NOT_FOUND, "There is no such notice.")
        notice.read_at = notice.read_at or now
        return notice.path


def read_all(session: Session, actor: Actor, *, now: datetime) -> None:
    with bookkeeping(session):
        unread = (Notice.person_id == actor.person_id, Notice.read_at.is_(None))
        session.execute(update(Notice).where(*unread).values(read_at=now))
