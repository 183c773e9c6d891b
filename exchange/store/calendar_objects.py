"""A calendar link as single objects, for programs that speak CalDAV: what there is, and what changed since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, delete, func, or_, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from exchange.store.base import Base, UtcDateTime

REMOVALS_STAY = timedelta(days=90)  # a program that comes less often is told everything anew


class CalendarCollection(Base):
    """How the objects of a link stand. ``key`` names what they were made of, as for the link's body.

    ``revision`` counts the changes that programs are told of. What was removed up to ``floor`` is not known any more.
    ``epoch`` is random: the revisions of one that was made anew are not taken for those of an earlier one.
    """

    __tablename__ = "calendar_collection"

    link_id: Mapped[int] = mapped_column(ForeignKey("calendar_link.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(300))
    epoch: Mapped[str] = mapped_column(String(32))
    revision: Mapped[int]
    floor: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CalendarObject(Base):
    """One object under its name, or with ``removed_at`` that it is there no more. ``revision`` is its last change's."""

    __tablename__ = "calendar_object"
    __table_args__ = (Index("ix_calendar_object_revision", "link_id", "revision"),)

    link_id: Mapped[int] = mapped_column(
        ForeignKey("calendar_collection.link_id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    etag: Mapped[str] = mapped_column(String(40))
    revision: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fragment: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class State:
    key: str
    epoch: str
    revision: int
    floor: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """An object as a program is told of it; ``fragment`` only where it was asked for."""

    name: str
    etag: str
    removed: bool = False
    fragment: bytes = b""


@dataclass(frozen=True, slots=True)
class Made:
    """An object as it was rendered; ``last_day`` is None for a series without end."""

    etag: str
    first_day: date
    last_day: date | None
    fragment: bytes


def state(session: Session, link_id: int) -> State | None:
    row = CalendarCollection
    found = session.execute(
        select(row.key, row.epoch, row.revision, row.floor, row.changed_at).where(row.link_id == link_id)
    ).one_or_none()
    return State(*found) if found else None


def renew(session: Session, link_id: int, fresh: State, made: Mapping[str, Made], *, now: datetime) -> State:
    """Bring the stored objects of a link to what was made; ``fresh`` is its state where it has none yet.

    What comes out the same keeps its revision, and without a change so does the whole.
    """
    row = session.get(CalendarCollection, link_id, populate_existing=True)
    if row is None:
        row = CalendarCollection(
            link_id=link_id, epoch=fresh.epoch, revision=fresh.revision, floor=fresh.floor, changed_at=now
        )
        session.add(row)
    row.key = fresh.key
    query = select(CalendarObject).where(CalendarObject.link_id == link_id).options(defer(CalendarObject.fragment))
    known = {one.name: one for one in session.scalars(query.execution_options(populate_existing=True))}
    following = row.revision + 1
    changed = [name for name, one in made.items() if name not in known or not _is(known[name], one)]
    gone = [one for one in known.values() if one.removed_at is None and one.name not in made]
    for name in changed:
        one = known.get(name) or CalendarObject(link_id=link_id, name=name)
        one.etag, one.first_day, one.last_day = made[name].etag, made[name].first_day, made[name].last_day
        one.fragment, one.revision, one.removed_at = made[name].fragment, following, None
        session.add(one)
    for one in gone:
        one.fragment, one.revision, one.removed_at = b"", following, now
    if changed or gone:
        row.revision, row.changed_at = following, now
    _forget(session, row, now)
    return State(row.key, row.epoch, row.revision, row.floor, row.changed_at)


def _is(stored: CalendarObject, made: Made) -> bool:
    return stored.removed_at is None and (stored.etag, stored.last_day) == (made.etag, made.last_day)


def _forget(session: Session, row: CalendarCollection, now: datetime) -> None:
    """Removals of long ago; whoever has a token from before them has to begin anew."""
    old = CalendarObject.link_id == row.link_id, CalendarObject.removed_at < now - REMOVALS_STAY
    last = session.scalar(select(func.max(CalendarObject.revision)).where(*old))
    if last is not None:
        session.execute(delete(CalendarObject).where(*old))
        row.floor = last


def listed(session: Session, link_id: int, *, since: int | None = None, bodies: bool = False) -> list[Known]:
    """All objects of a link; with ``since`` what has changed or gone after that revision."""
    row = CalendarObject
    if since is None:
        return _found(session, row.link_id == link_id, row.removed_at.is_(None), bodies=bodies)
    return _found(session, row.link_id == link_id, row.revision > since, bodies=bodies)


def named(session: Session, link_id: int, names: Collection[str]) -> dict[str, Known]:
    row = CalendarObject
    found = _found(session, row.link_id == link_id, row.removed_at.is_(None), row.name.in_(names), bodies=True)
    return {one.name: one for one in found}


def between(session: Session, link_id: int, first: date | None, last: date | None) -> list[Known]:
    """Objects that may have something on these days; a series counts from its first day to its last."""
    row = CalendarObject
    conditions = [row.link_id == link_id, row.removed_at.is_(None)]
    if first is not None:
        conditions.append(or_(row.last_day.is_(None), row.last_day >= first))
    if last is not None:
        conditions.append(row.first_day <= last)
    return _found(session, *conditions, bodies=True)


def _found(session: Session, *conditions: ColumnElement[bool], bodies: bool) -> list[Known]:
    row = CalendarObject
    columns = (row.name, row.etag, row.removed_at.is_not(None), *((row.fragment,) if bodies else ()))
    return [Known(*found) for found in session.execute(select(*columns).where(*conditions).order_by(row.name))]
