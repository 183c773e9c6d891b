"""Workstream meetings and joint testing sessions, kept as clock time and zone of the host site."""

from __future__ import annotations

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.meetings import Change, Gathering, MeetingKind, Occasion, Repeats
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.institutes import Site
from exchange.store.workstreams import Workstream


class Meeting(Base):
    """One meeting, or with ``repeats`` a series that ends on ``last_day``.

    An end not after the start is the next day's.
    """

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("last_day IS NULL OR last_day >= day", name="order"),
        CheckConstraint("every BETWEEN 1 AND 12", name="every"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    workstream_id: Mapped[int] = mapped_column(ForeignKey("workstream.id"), index=True)
    kind: Mapped[MeetingKind] = mapped_column(choice(MeetingKind))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    location: Mapped[str] = mapped_column(String(200), default="")
    call_url: Mapped[str] = mapped_column(String(500), default="")
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    zone: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    begins: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    repeats: Mapped[Repeats] = mapped_column(choice(Repeats), default=Repeats.NEVER)
    every: Mapped[int] = mapped_column(default=1)
    weekdays: Mapped[list[str]] = mapped_column(JSON, default=list)
    last_day: Mapped[date | None]
    cancelled_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class MeetingChange(Base):
    """What is different about one occurrence: ``slot`` is the day on which the series puts it."""

    __tablename__ = "meeting_change"
    __table_args__ = (UniqueConstraint("meeting_id", "slot"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    slot: Mapped[date]
    day: Mapped[date | None]
    begins: Mapped[time | None] = mapped_column(Time)
    ends: Mapped[time | None] = mapped_column(Time)
    location: Mapped[str | None] = mapped_column(String(200))
    cancelled_on: Mapped[date | None]


def gatherings(session: Session, *conditions: ColumnElement[bool]) -> list[Gathering]:
    """Meetings with what is different about their occurrences, by first day, in two statements."""
    rows = session.execute(
        select(Meeting, Site.name, Workstream.title)
        .join(Site, Site.id == Meeting.site_id)
        .join(Workstream, Workstream.id == Meeting.workstream_id)
        .where(*conditions)
        .order_by(Meeting.day, Meeting.begins, Meeting.id)
    ).all()
    changes: dict[int, list[Change]] = {}
    idents = [meeting.id for meeting, _, _ in rows]
    changed = select(MeetingChange).where(MeetingChange.meeting_id.in_(idents)).order_by(MeetingChange.slot)
    for row in session.scalars(changed) if idents else ():
        one = Change(row.slot, row.day, row.begins, row.ends, row.location, row.cancelled_on)
        changes.setdefault(row.meeting_id, []).append(one)
    return [_gathering(meeting, site, work, tuple(changes.get(meeting.id, ()))) for meeting, site, work in rows]


def _gathering(row: Meeting, site: str, workstream: str, changes: tuple[Change, ...]) -> Gathering:
    weekdays, last_day = tuple(row.weekdays), row.last_day
    return Gathering(
        id=row.id,
        public_id=row.public_id,
        kind=row.kind,
        title=row.title,
        description=row.description,
        location=row.location,
        call_url=row.call_url,
        site=site,
        zone=row.zone,
        workstream_id=row.workstream_id,
        workstream=workstream,
        occasion=Occasion(row.day, row.begins, row.ends, row.repeats, row.every, weekdays, last_day),
        cancelled_on=row.cancelled_on,
        changes=changes,
    )
