"""Calendar links, the rendered events that they serve, and the bodies that were last made of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from exchange.domain.calendars import Stay
from exchange.domain.periods import Period
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.institutes import Institute, Site
from exchange.store.people import Person, id_by_email
from exchange.store.secondments import Secondment
from exchange.store.workstreams import Workstream


class LinkScope(StrEnum):
    PERSON = "person"
    INSTITUTE = "institute"
    WORKSTREAM = "workstream"
    PROGRAMME = "programme"


class CalendarLink(Base):
    """One address for one device. The token is shown once; here is only its SHA-256."""

    __tablename__ = "calendar_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    scope: Mapped[LinkScope] = mapped_column(choice(LinkScope))
    scope_id: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(100))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    settings_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_end: Mapped[str] = mapped_column(String(4))
    secret: Mapped[str] = mapped_column(String(64), default="")  # disguises the UIDs of a busy calendar; never changes
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # may lie ahead, while a new address takes over
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_by: Mapped[str] = mapped_column(String(100), default="")


class CalendarItem(Base):
    """One published event as last rendered: what makes UID stable and SEQUENCE move only with the content."""

    __tablename__ = "calendar_item"

    uid: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    secondment_id: Mapped[int | None] = mapped_column(ForeignKey("secondment.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text)  # the event's canonical meaning, without stamps
    fragment: Mapped[bytes] = mapped_column(LargeBinary)
    renderer: Mapped[str] = mapped_column(String(40))


class CalendarBody(Base):
    """The calendar that a link last served. ``key`` names what it was made of; ``changed_at`` is its hash's age."""

    __tablename__ = "calendar_body"

    link_id: Mapped[int] = mapped_column(ForeignKey("calendar_link.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(300))
    etag: Mapped[str] = mapped_column(String(40))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    items: Mapped[int]
    size: Mapped[int]
    dropped: Mapped[int] = mapped_column(default=0)  # past events that did not fit
    body: Mapped[bytes] = mapped_column(LargeBinary)
    compressed: Mapped[bytes] = mapped_column(LargeBinary)


class CalendarOrigin(Base):
    """One row: under which host and address events are published, and how often any of them has changed."""

    __tablename__ = "calendar_origin"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(100))
    base_url: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=0)


def origin(session: Session) -> CalendarOrigin:
    """The one row; the migration that made the table put it there."""
    return session.get_one(CalendarOrigin, 1)


def stays(session: Session, *idents: int) -> list[Stay]:
    """What calendars may show of these secondments (all of them when none is named), in one statement."""
    home, host = aliased(Institute), aliased(Institute)
    query = (
        select(
            Secondment.id,
            Secondment.public_id,
            Person.full_name,
            home.short_name,
            host.short_name,
            func.coalesce(Site.name, ""),
            func.coalesce(Workstream.title, ""),
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.state,
        )
        .join(Person, Person.id == Secondment.person_id)
        .join(home, home.id == Secondment.home_institute_id)
        .join(host, host.id == Secondment.host_institute_id)
        .outerjoin(Site, Site.id == Secondment.site_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .order_by(Secondment.id)
    )
    if idents:
        query = query.where(Secondment.id.in_(idents))
    return [
        Stay(ident, public, person, at_home, at_host, site, stream, Period(first, last), state)
        for ident, public, person, at_home, at_host, site, stream, first, last, state in session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as its owner's page lists it; ``items``, ``size`` and ``dropped`` are of the body last made."""

    id: int
    scope: LinkScope
    scope_id: int | None
    label: str
    settings: dict[str, Any]
    token_end: str
    created_at: datetime
    revoked_at: datetime | None
    fetched_at: datetime | None
    fetched_by: str
    items: int
    size: int
    dropped: int


def links_of(session: Session, owner_id: int) -> list[LinkRow]:
    """A person's links, the newest first."""
    rows = session.execute(
        select(
            CalendarLink.id,
            CalendarLink.scope,
            CalendarLink.scope_id,
            CalendarLink.label,
            CalendarLink.settings,
            CalendarLink.token_end,
            CalendarLink.created_at,
            CalendarLink.revoked_at,
            CalendarLink.fetched_at,
            CalendarLink.fetched_by,
            func.coalesce(CalendarBody.items, 0),
            func.coalesce(CalendarBody.size, 0),
            func.coalesce(CalendarBody.dropped, 0),
        )
        .outerjoin(CalendarBody, CalendarBody.link_id == CalendarLink.id)
        .where(CalendarLink.owner_id == owner_id)
        .order_by(CalendarLink.id.desc())
    )
    return [LinkRow(*tuple(row)) for row in rows]


def items_of_secondments(session: Session, idents: Collection[int]) -> dict[int, dict[str, CalendarItem]]:
    """What is published of these secondments, by secondment and UID."""
    found: dict[int, dict[str, CalendarItem]] = {}
    for item in session.scalars(select(CalendarItem).where(CalendarItem.secondment_id.in_(idents))):
        assert item.secondment_id is not None
        found.setdefault(item.secondment_id, {})[item.uid] = item
    return found


def items_of_meetings(session: Session, idents: Collection[int]) -> dict[int, CalendarItem]:
    """What is published of these meetings."""
    found = session.scalars(select(CalendarItem).where(CalendarItem.meeting_id.in_(idents)))
    return {item.meeting_id: item for item in found if item.meeting_id is not None}


def scope_of_name(session: Session, kind: str, name: str) -> tuple[LinkScope, int | None, int | None] | None:
    """What a person's address or a code of an institute or workstream names, as (scope, its id, owner)."""
    match LinkScope(kind):
        case LinkScope.PERSON:
            owner = id_by_email(session, name)
            return None if owner is None else (LinkScope.PERSON, None, owner)
        case LinkScope.INSTITUTE:
            institute = session.scalar(select(Institute.id).where(Institute.code == name))
            return None if institute is None else (LinkScope.INSTITUTE, institute, None)
        case LinkScope.WORKSTREAM:
            work = session.scalar(select(Workstream.id).where(Workstream.code == name))
            return None if work is None else (LinkScope.WORKSTREAM, work, None)
        case LinkScope.PROGRAMME:
            return LinkScope.PROGRAMME, None, None
