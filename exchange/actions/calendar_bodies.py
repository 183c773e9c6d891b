"""The bodies that calendar links serve: built when something changed, kept, and handed out as they are otherwise."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import SYSTEM, Actor
from exchange.feeds.assemble import Head, compress, etag
from exchange.feeds.building import Built, Plan, Published, build, events, single
from exchange.feeds.collection import resources
from exchange.feeds.entries import Origin, admin_event
from exchange.feeds.events import EventKind
from exchange.feeds.freebusy import free_busy
from exchange.feeds.render import RENDERER, render
from exchange.feeds.settings import LinkSettings, read_settings
from exchange.feeds.values import Stamps, written
from exchange.feeds.views import Detail
from exchange.store import calendar_feeds as store
from exchange.store import calendar_objects as objects
from exchange.store.calendar_feeds import ItemRow, Subscription, Viewer
from exchange.store.calendar_objects import Made, State
from exchange.store.calendars import CalendarBody, CalendarLink, LinkScope
from exchange.store.calendars import origin as origin_row
from exchange.store.institutes import Institute
from exchange.store.people import Person, actor_of
from exchange.store.secondment_facts import scope_of
from exchange.store.workstreams import Workstream

NOTED_EVERY = timedelta(minutes=10)
COLOUR = "teal"
EXPORTED = "Export"


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
    if (stored := up_to_date(link, key)) is not None:
        return stored
    with bookkeeping(session):
        return _kept(session, link, key, built_for(session, link, now=now), now)


def collected(session: Session, link: Subscription, *, now: datetime) -> State:
    """How the link's single objects stand now, made anew, as its body is, if what they were made of has changed."""
    key = key_of(link, now)
    known = objects.state(session, link.link_id)
    if known is not None and known.key == key:
        return known
    with bookkeeping(session):
        plan, found = plan_for(session, link, now=now), published_for(session, link, now=now)
        if up_to_date(link, key) is None:
            _kept(session, link, key, build(plan, found), now)
        chosen = (one for last_day, fragment in single(plan, found) for one in resources(fragment, last_day))
        made = {one.name: Made(one.etag, one.first_day, one.last_day, one.fragment.body) for one in chosen}
        fresh = State(key, secrets.token_hex(8), 0, 0, now)
        return objects.renew(session, link.link_id, fresh, made, now=now)


def _kept(session: Session, link: Subscription, key: str, built: Built, now: datetime) -> Stored:
    tag = etag(built.body)
    row = store.body(session, link.link_id) or CalendarBody(link_id=link.link_id, etag="", changed_at=now)
    row.key, row.items, row.dropped = key, built.items, built.dropped
    if row.etag != tag:
        # Last-Modified shows whole seconds: two bodies of one second must not share it.
        row.changed_at = max(now.replace(microsecond=0), _next_second(row))
        row.etag, row.size, row.body, row.compressed = tag, len(built.body), built.body, compress(built.body)
    session.add(row)
    return Stored(row.etag, row.changed_at)


def up_to_date(link: Subscription, key: str) -> Stored | None:
    """How the body stands if what it was made of is still so; a poll without a change needs to know no more."""
    return Stored(link.etag, link.changed_at) if link.key == key and link.changed_at is not None else None


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


def free_busy_for(session: Session, link: Subscription, stored: Stored, *, now: datetime) -> bytes:
    """When what the link shows takes its people's time, from today on."""
    plan = plan_for(session, link, now=now)
    shown = events(
        replace(plan, settings=replace(plan.settings, detail=Detail.FULL)), published_for(session, link, now=now)
    )
    ident = blake2b(b"busy", digest_size=16, key=plan.secret).hexdigest()
    return free_busy(shown, plan.mailbox, ident, plan.today, stored.changed_at)


def published_for(session: Session, link: Subscription, *, now: datetime) -> list[Published]:
    """What is published of the link's scope and its owner may see now."""
    today = now.astimezone(UTC).date()
    settings = read_settings(link.settings)
    since = today - timedelta(days=settings.past_days)
    found = store.items(session, link.scope, link.scope_id, _viewer(session, link, today), since=since)
    own = _admin_deadlines(session, link, settings, since)
    return [*map(published, found), *own]


def _viewer(session: Session, link: Subscription, today: date) -> Viewer:
    """What the owner may see; a calendar of nobody in particular is written for whoever runs the installation."""
    return viewer_of(SYSTEM if link.owner_id is None else actor_of(session, link.owner_id, today))


def _admin_deadlines(session: Session, link: Subscription, settings: LinkSettings, since: date) -> Iterator[Published]:
    """A person's own deadlines of clearance and stay: in a link that follows themselves, and nowhere else."""
    wanted = link.scope is LinkScope.PERSON and EventKind.ADMIN_DEADLINE in settings.kinds
    if not wanted or link.owner_id is None:
        return
    origin, owner = Origin(link.host, link.base_url), session.get_one(Person, link.owner_id).public_id
    for day in store.admin_days(session, link.owner_id, since=since):
        event = admin_event(day, owner, origin, in_words=settings.admin_words)
        stamps = Stamps(event.uid, event.sequence, event.created_at, event.updated_at)
        fragment = render(event, origin.mailbox).body
        yield Published(event.kind, stamps, written(event), fragment, day.day, None)


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
    secret = bytes.fromhex(link.secret)
    return Plan(head, settings, origin.mailbox, today, link.created_at, secret, link.settings_changed_at)


def scope_name(session: Session, scope: LinkScope, scope_id: int | None, owner_id: int | None) -> str:
    """What a link shows, in the words of its calendar's name."""
    match scope:
        case LinkScope.PERSON:
            return session.get_one(Person, owner_id or 0).full_name
        case LinkScope.INSTITUTE:
            institute = session.get(Institute, scope_id)
            return institute.short_name if institute else "institute"
        case LinkScope.WORKSTREAM:
            work = session.get(Workstream, scope_id)
            return work.title if work else "workstream"
        case LinkScope.PROGRAMME:
            return "everything"


def export(session: Session, scope: LinkScope, scope_id: int | None, owner_id: int | None, *, now: datetime) -> bytes:
    """The bytes that a link of this scope with the usual settings would serve now.

    Without an owner nothing is left out for whoever runs the installation.
    """
    known = origin_row(session)
    link = Subscription(
        link_id=0,
        owner_id=owner_id,
        owner_active=True,
        owner_zone=session.get_one(Person, owner_id).zone if owner_id is not None else "UTC",
        scope=scope,
        scope_id=scope_id,
        label=EXPORTED,
        settings={},
        settings_changed_at=None,
        secret="",
        created_at=now,
        revoked_at=None,
        fetched_at=None,
        fetched_by="",
        host=known.host,
        base_url=known.base_url,
        version=known.version,
        standing="",
        key="",
        etag="",
        changed_at=None,
        size=0,
    )
    return built_for(session, link, now=now).body


def viewer_of(actor: Actor) -> Viewer:
    """What this person may see: secondments as on their pages, meetings of work that their institutes take part in."""
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
