"""What a calendar link serves: how it and its owner stand, and the published events that its owner may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from exchange.domain.calendars import AdminDay, AdminMatter
from exchange.store.allocations import Allocation
from exchange.store.calendars import CalendarBody, CalendarItem, CalendarLink, CalendarOrigin, LinkScope
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.meetings import Meeting
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant
from exchange.store.permissions import StayPermission
from exchange.store.secondments import Scope, Secondment
from exchange.store.workstreams import Requirement, Workstream, WorkstreamPartner


@dataclass(frozen=True, slots=True)
class Subscription:
    """All that a poll is decided by. ``standing`` is what the owner may see by, as a text that changes with it."""

    link_id: int
    owner_id: int | None  # None for a calendar that is written for no person
    owner_active: bool
    owner_zone: str
    scope: LinkScope
    scope_id: int | None
    label: str
    settings: dict[str, Any]
    settings_changed_at: datetime | None
    secret: str
    created_at: datetime
    revoked_at: datetime | None
    fetched_at: datetime | None
    fetched_by: str
    host: str
    base_url: str
    version: int
    standing: str
    key: str
    etag: str
    changed_at: datetime | None
    size: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose events may be shown: secondments within a scope; meetings of work that ``institutes`` take part in."""

    person_id: int | None
    secondments: Scope
    institutes: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    kind: str
    uid: str
    sequence: int
    created_at: datetime
    updated_at: datetime
    content: str
    fragment: bytes
    ends_on: date
    cancelled_at: datetime | None


def subscription(connection: Connection, token_hash: str) -> Subscription | None:
    """The link of this token, in one statement without its body, and without a session: that doubles its price."""
    return _one(connection.execute(_BY_TOKEN, {"token_hash": token_hash}).one_or_none())


def subscription_of(session: Session, link_id: int, owner_id: int) -> Subscription | None:
    """The same for a link's owner."""
    return _one(session.execute(_BY_OWNER, {"link_id": link_id, "owner_id": owner_id}).one_or_none())


def _one(row: Row[*tuple[Any, ...]] | None) -> Subscription | None:
    if row is None:
        return None
    values: list[Any] = list(row)
    known, standing, (key, etag, changed_at, size) = values[:-10], values[-10:-4], values[-4:]
    made: list[Any] = [*known, "/".join(map(_in_order, standing)), key or "", etag or "", changed_at, size or 0]
    return Subscription(*made)


def _links() -> Select[*tuple[Any, ...]]:
    link = CalendarLink
    return (
        select(
            link.id,
            link.owner_id,
            Person.status == PersonStatus.ACTIVE,
            Person.zone,
            link.scope,
            link.scope_id,
            link.label,
            link.settings,
            link.settings_changed_at,
            link.secret,
            link.created_at,
            case((Person.locked_at.is_not(None), Person.locked_at), else_=link.revoked_at),  # dark until unlocked
            link.fetched_at,
            link.fetched_by,
            CalendarOrigin.host,
            CalendarOrigin.base_url,
            CalendarOrigin.version,
            *_standing(),
            CalendarBody.key,
            CalendarBody.etag,
            CalendarBody.changed_at,
            CalendarBody.size,
        )
        .join(Person, Person.id == link.owner_id)
        .join(CalendarOrigin, CalendarOrigin.id == 1)
        .outerjoin(CalendarBody, CalendarBody.link_id == link.id)
    )


def _standing() -> tuple[ScalarSelect[str], ...]:
    """Of the link's owner, each as one text: roles, employments, workstreams led, seats taken, admin records."""
    owner = CalendarLink.owner_id
    role = RoleGrant.role.op("||")(":").op("||")(func.coalesce(RoleGrant.institute_id, 0))
    job = cast(Employment.institute_id, String) + ":" + func.coalesce(cast(Employment.ends_on, String), "")
    return (
        _together(cast(role, String), RoleGrant.person_id == owner),
        _together(job, Employment.person_id == owner),
        _together(cast(Workstream.id, String), Workstream.lead_person_id == owner),
        _together(cast(Allocation.requirement_id, String), Allocation.person_id == owner),
        _together(cast(Clearance.id, String), Clearance.person_id == owner),
        _together(cast(StayPermission.id, String), StayPermission.person_id == owner),
    )


def _together(words: ColumnElement[str], *conditions: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(func.aggregate_strings(words, ",")).where(*conditions).correlate(CalendarLink).scalar_subquery()


def _in_order(joined: str | None) -> str:
    return ",".join(sorted((joined or "").split(",")))


# Put together once: doing so takes longer than sending it, and most requests send nothing else.
_BY_TOKEN = _links().where(CalendarLink.token_hash == bindparam("token_hash"))
_PLAIN, _COMPRESSED = (
    select(column).where(CalendarBody.link_id == bindparam("link_id"))
    for column in (CalendarBody.body, CalendarBody.compressed)
)
_BY_OWNER = _links().where(CalendarLink.id == bindparam("link_id"), CalendarLink.owner_id == bindparam("owner_id"))


def body(session: Session, link_id: int) -> CalendarBody | None:
    return session.get(CalendarBody, link_id, populate_existing=True)


def bytes_of(connection: Connection, link_id: int, *, compressed: bool) -> bytes:
    """The stored body in one of its two forms."""
    found: bytes = connection.scalars(_COMPRESSED if compressed else _PLAIN, {"link_id": link_id}).one()
    return found


def items(session: Session, link: LinkScope, scope_id: int | None, viewer: Viewer, *, since: date) -> list[ItemRow]:
    """The published events of a link that its owner may see and that are not over since ``since``."""
    stays = and_(_stays_of(link, scope_id, viewer), viewer.secondments.where())
    meetings = and_(_work_of(link, scope_id, viewer), _seen(viewer))
    rows = session.execute(
        _item_columns()
        .outerjoin(Secondment, Secondment.id == CalendarItem.secondment_id)
        .outerjoin(Meeting, Meeting.id == CalendarItem.meeting_id)
        .where(
            CalendarItem.ends_on >= since,
            or_(
                and_(CalendarItem.secondment_id.is_not(None), stays),
                and_(CalendarItem.meeting_id.is_not(None), meetings),
            ),
        )
        .order_by(CalendarItem.uid)
    )
    return [ItemRow(*tuple(row)) for row in rows]


def item(session: Session, uid: str, viewer: Viewer) -> ItemRow | None:
    """One published event, if the viewer may see it."""
    row = session.execute(
        _item_columns()
        .outerjoin(Secondment, Secondment.id == CalendarItem.secondment_id)
        .outerjoin(Meeting, Meeting.id == CalendarItem.meeting_id)
        .where(
            CalendarItem.uid == uid,
            or_(
                and_(CalendarItem.secondment_id.is_not(None), viewer.secondments.where()),
                and_(CalendarItem.meeting_id.is_not(None), _seen(viewer)),
            ),
        )
    ).one_or_none()
    return ItemRow(*tuple(row)) if row else None


def _item_columns() -> Select[*tuple[Any, ...]]:
    return select(
        CalendarItem.kind,
        CalendarItem.uid,
        CalendarItem.sequence,
        CalendarItem.created_at,
        CalendarItem.updated_at,
        CalendarItem.content,
        CalendarItem.fragment,
        CalendarItem.ends_on,
        CalendarItem.cancelled_at,
    )


def admin_days(session: Session, person_id: int, *, since: date) -> list[AdminDay]:
    """The days by which a person has to renew a clearance or a permission to stay; superseded records have none."""
    later, curtailed = aliased(Clearance), aliased(StayPermission)
    clearances = session.execute(
        select(Clearance.id, Clearance.review_due_on, Clearance.expires_on, Clearance.confirmed_at)
        .outerjoin(later, later.supersedes_id == Clearance.id)
        .where(Clearance.person_id == person_id, Clearance.status == ClearanceStatus.ACTIVE, later.id.is_(None))
    )
    found = [
        AdminDay(AdminMatter.CLEARANCE, ident, min(filter(None, (review, expiry))), at)
        for ident, review, expiry, at in clearances
        if review or expiry
    ]
    stays = session.execute(
        select(StayPermission.id, StayPermission.ends_on, StayPermission.recorded_at)
        .outerjoin(curtailed, curtailed.supersedes_id == StayPermission.id)
        .where(StayPermission.person_id == person_id, StayPermission.withdrawn.is_(False), curtailed.id.is_(None))
    )
    found += [AdminDay(AdminMatter.VISA, ident, day, at) for ident, day, at in stays]
    return [one for one in found if one.day >= since]


def _stays_of(link: LinkScope, scope_id: int | None, viewer: Viewer) -> ColumnElement[bool]:
    match link:
        case LinkScope.PERSON:
            led = select(Workstream.id).where(Workstream.lead_person_id == viewer.person_id)
            return or_(Secondment.person_id == viewer.person_id, Secondment.workstream_id.in_(led))
        case LinkScope.INSTITUTE:
            return or_(Secondment.home_institute_id == scope_id, Secondment.host_institute_id == scope_id)
        case LinkScope.WORKSTREAM:
            return Secondment.workstream_id == scope_id
        case LinkScope.PROGRAMME:
            return true()


def _work_of(link: LinkScope, scope_id: int | None, viewer: Viewer) -> ColumnElement[bool]:
    match link:
        case LinkScope.PERSON:
            return Meeting.workstream_id.in_(work_of_person(viewer.person_id))
        case LinkScope.INSTITUTE:
            return _work_of_institutes((scope_id or 0,))
        case LinkScope.WORKSTREAM:
            return Meeting.workstream_id == scope_id
        case LinkScope.PROGRAMME:
            return true()


def _seen(viewer: Viewer) -> ColumnElement[bool]:
    return meetings_seen(viewer, Meeting.workstream_id)


def meetings_seen(viewer: Viewer, workstream: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Meetings are for those who take part, themselves or through their institute."""
    if viewer.institutes is None:
        return true()
    return or_(workstream.in_(work_of_person(viewer.person_id)), _work_of_institutes(viewer.institutes))


def work_of_person(person_id: int | None) -> Select[int]:
    """The workstreams that a person leads, has a seat in or is seconded to, as a subquery."""
    led = select(Workstream.id).where(Workstream.lead_person_id == person_id)
    seated = (
        select(Requirement.workstream_id)
        .join(Allocation, Allocation.requirement_id == Requirement.id)
        .where(Allocation.person_id == person_id)
    )
    seconded = select(Secondment.workstream_id).where(
        Secondment.person_id == person_id, Secondment.workstream_id.is_not(None)
    )
    return select(Workstream.id).where(
        or_(Workstream.id.in_(led), Workstream.id.in_(seated), Workstream.id.in_(seconded))
    )


def _work_of_institutes(institutes: Iterable[int]) -> ColumnElement[bool]:
    wanted = list(institutes)
    if not wanted:
        return false()
    led = select(Workstream.id).where(Workstream.lead_institute_id.in_(wanted))
    joined = select(WorkstreamPartner.workstream_id).where(WorkstreamPartner.institute_id.in_(wanted))
    return or_(Meeting.workstream_id.in_(led), Meeting.workstream_id.in_(joined))
