"""Notices in the app, and mail waiting to be sent: both are written in the transaction that causes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, UtcDateTime


class Notice(Base):
    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200))  # where in the app it leads
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)  # a reminder's key: sent once, whoever asks twice


class OutgoingMail(Base):
    __tablename__ = "outgoing_mail"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    organiser: Mapped[str] = mapped_column(String(254), default="", server_default="")  # From, where it is not us
    calendar: Mapped[str] = mapped_column(Text, default="", server_default="")  # an invitation beside the words
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")


@dataclass(frozen=True, slots=True)
class NoticeRow:
    id: int
    text: str
    path: str
    created_at: datetime
    read_at: datetime | None


def of_person(session: Session, person_id: int, *, offset: int, limit: int) -> list[NoticeRow]:
    """A person's notices, the unread ones first, each part newest first."""
    rows = session.execute(
        select(Notice.id, Notice.text, Notice.path, Notice.created_at, Notice.read_at)
        .where(Notice.person_id == person_id)
        .order_by(Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [NoticeRow(*row) for row in rows]


def count_of_person(session: Session, person_id: int) -> tuple[int, int]:
    """How many notices a person has, and how many of them unread."""
    query = select(func.count(), func.count(case((Notice.read_at.is_(None), 1)))).where(Notice.person_id == person_id)
    total, unread = session.execute(query).one()
    return total, unread
