"""The bodies that calendar links serve: built when something changed, kept, and handed out as they are otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.feeds.assemble import Head, compress, etag
from exchange.feeds.building import Built, Plan, Published, build
from exchange.feeds.entries import Origin
from exchange.feeds.events import EventKind
from exchange.feeds.render import RENDERER
from exchange.feeds.settings import read_settings
from exchange.feeds.values import Stamps
from exchange.feeds.views import Detail
from exchange.store import calendar_feeds as store
from exchange.store.calendar_feeds import ItemRow, Subscription, Viewer
from exchange.store.calendars import CalendarBody, CalendarLink, LinkScope
from exchange.store.institutes import Institute
from exchange.store.people import Person, actor_of
from exchange.store.secondment_facts import scope_of
from exchange.store.workstreams import Workstream

NOTED_EVERY = timedelta(minutes=10)
COLOUR = "teal"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a stored body without reading it."""

    etag: str
    changed_at: datetime


def current(session: Session, link: Subscription, *, now: datetime) -> Stored:
    """How the link's body stands now, built anew if what it was made of has changed.

    A body that comes out the same keeps its tag and its age.
    """
    key = key_of(link, now)
    if link.key == key and link.changed_at is not None:
        return Stored(link.etag, link.changed_at)
    with bookkeeping(session):
        built = built_for(session, link, now=now)
        tag = etag(built.body)
        row = store.body(session, link.link_id) or CalendarBody(link_id=link.link_id, etag="", changed_at=now)
        row.key, row.items, row.dropped = key, built.items, built.dropped
        if row.etag != tag:
            # Last-Modified shows whole seconds: two bodies of one second must not share it.
            row.changed_at = max(now.replace(microsecond=0), _next_second(row))
            row.etag, row.size, row.body, row.compressed = tag, len(built.body), built.body, compress(built.body)
        session.add(row)
        return Stored(row.etag, row.changed_at)


def _next_second(row: CalendarBody) -> datetime:
    return row.changed_at + timedelta(seconds=1) if row.etag else row.changed_at.replace(microsecond=0)


def key_of(link: Subscription, now: datetime) -> str:
    """Names all that a body depends on: what is published, who may see what, the settings, the day, the renderer."""
    parts = (link.version, link.standing, link.scope, link.scope_id, link.label, link.settings, link.base_url)
    told = blake2b(repr(parts).encode(), digest_size=16).hexdigest()
    return f"{now.astimezone(UTC).date()}/{RENDERER}/{told}"


def built_for(session: Session, link: Subscription, *, now: datetime) -> Built:
    """The link's calendar as it is at this moment, without storing it."""
    plan = plan_for(session, link, now=now)
    return build(plan, published_for(session, link, now=now))


def published_for(session: Session, link: Subscription, *, now: datetime) -> list[Published]:
    """What is published of the link's scope and its owner may see now."""
    today = now.astimezone(UTC).date()
    settings = read_settings(link.settings)
    since = today - timedelta(days=settings.past_days)
    viewer = viewer_of(actor_of(session, link.owner_id, today))
    return [published(row) for row in store.items(session, link.scope, link.scope_id, viewer, since=since)]


def plan_for(session: Session, link: Subscription, *, now: datetime) -> Plan:
    """The head and the choices of a link's calendar."""
    settings = read_settings(link.settings)
    origin = Origin(link.host, link.base_url)
    managed = f" Managed at {origin.url('/calendars')}" if link.base_url else ""
    head = Head(
        name=f"Exchange: {scope_name(session, link.scope, link.scope_id, link.owner_id)}",
        description=f"{link.label}.{managed}",
        colour=COLOUR,
        zone=link.owner_zone,
        published=settings.detail is not Detail.BUSY,
    )
    today = now.astimezone(UTC).date()
    return Plan(head, settings, origin.mailbox, today, link.created_at, bytes.fromhex(link.secret))


def scope_name(session: Session, scope: LinkScope, scope_id: int | None, owner_id: int) -> str:
    """What a link shows, in the words of its calendar's name."""
    match scope:
        case LinkScope.PERSON:
            return session.get_one(Person, owner_id).full_name
        case LinkScope.INSTITUTE:
            institute = session.get(Institute, scope_id)
            return institute.short_name if institute else "institute"
        case LinkScope.WORKSTREAM:
            work = session.get(Workstream, scope_id)
            return work.title if work else "workstream"
        case LinkScope.PROGRAMME:
            return "the whole programme"


def viewer_of(actor: Actor) -> Viewer:
    """What this person may see: secondments as on their pages, meetings of work that their institutes take part in."""
    assert actor.person_id is not None
    everywhere = access.reach(actor, Permission.MEETINGS_SEE)
    own = frozenset({actor.institute_id} if actor.institute_id is not None else ())
    institutes = None if everywhere is None else everywhere | own
    if not access.may(actor, Permission.MEETINGS_SEE):
        institutes = frozenset()
    return Viewer(actor.person_id, scope_of(actor), institutes)


def note_fetch(session: Session, link_id: int, program: str, *, now: datetime) -> None:
    """Remember that a program came, so that the link's owner sees it. Not more often than each ten minutes."""
    with bookkeeping(session):
        link = session.get(CalendarLink, link_id)
        if link is not None and (link.fetched_at is None or now - link.fetched_at >= NOTED_EVERY):
            link.fetched_at, link.fetched_by = now, program


def switch_off_of_leaver(session: Session, link: Subscription, *, now: datetime) -> Subscription:
    """A link whose owner has left says from now on that it is switched off."""
    with bookkeeping(session):
        row = session.get_one(CalendarLink, link.link_id)
        row.revoked_at = row.revoked_at if row.revoked_at is not None and row.revoked_at <= now else now
        return replace(link, revoked_at=row.revoked_at)


def published(row: ItemRow) -> Published:
    return Published(
        kind=EventKind(row.kind),
        stamps=Stamps(row.uid, row.sequence, row.created_at, row.updated_at),
        content=row.content,
        fragment=row.fragment,
        last_day=row.ends_on,
        cancelled_on=row.cancelled_at.date() if row.cancelled_at else None,
    )
