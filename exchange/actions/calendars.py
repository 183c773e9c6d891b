"""Calendar links: making one, moving it to a new address, switching it off, and what it shows.

The address carries a token of 256 bits, handed out once; what is kept of it is a hash.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.writing import Work, bookkeeping, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.calendars import LinkState, link_state
from exchange.domain.verdict import Refusal
from exchange.feeds.entries import Origin
from exchange.feeds.settings import LinkSettings
from exchange.store import calendars as store
from exchange.store.calendars import CalendarItem, CalendarLink, LinkScope
from exchange.store.institutes import Institute
from exchange.store.people import Person, PersonStatus
from exchange.store.workstreams import Workstream

PREFIX = "exf_"  # by which scanners for leaked secrets know it
MOST_LINKS = 30
LONGEST_LABEL = 100
OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class NewLink:
    """``scope_id`` is the institute or workstream, None for oneself and for the programme."""

    scope: LinkScope
    scope_id: int | None
    label: str
    settings: LinkSettings


@dataclass(frozen=True, slots=True)
class MadeLink:
    """The only place where the token ever stands."""

    id: int
    token: str


def token_hash(token: str) -> str:
    """What is stored of a link's token. At 256 random bits a plain hash is enough."""
    return hashlib.sha256(b"exchange-feed\0" + token.encode()).hexdigest()


def make(session: Session, actor: Actor, new: NewLink, address: Origin, *, now: datetime) -> MadeLink:
    """Make a link for one of the actor's programs or devices. ``address`` is where this installation is found.

    Raises:
        Refused: not for this actor, without a name, or one more than a person may have.
    """
    with writing(session, actor, "calendar-link:make", now=now) as work:
        work.subject("calendar link", None, actor.institute_id)
        work.require(access.decide(actor, Permission.CALENDARS_MAKE, *_institutes(actor)))
        _require_label(new.label)
        _require_scope(session, actor, new)
        _settle(work, address)
        live = [link for link in store.links_of(session, _person(actor)) if _is_live(link.revoked_at, now)]
        if len(live) >= MOST_LINKS:
            raise refuse(Refusal.CONFLICT, f"You have {len(live)} calendar links; switch one off that nobody reads.")
        link, token = _add(session, _person(actor), new, secrets.token_hex(32), now)
        work.subject("calendar link", link.id, actor.institute_id)
        work.record(f"{actor.name} made the calendar link “{link.label}”.", {"scope": new.scope.value})
        return MadeLink(link.id, token)


def rotate(session: Session, actor: Actor, ident: int, *, overlap: timedelta, now: datetime) -> MadeLink:
    """Give a link a new address. The old one goes on for ``overlap``: nothing if it has leaked, a week for a move.

    Raises:
        Refused: not the actor's, or switched off already.
    """
    with writing(session, actor, "calendar-link:rotate", now=now) as work:
        old = _live(work, ident)
        new, token = _add(session, old.owner_id, old, old.secret, now)
        old.revoked_at = now + overlap if old.revoked_at is None else min(old.revoked_at, now + overlap)
        work.record(f"{actor.name} moved the calendar link “{old.label}” to a new address.", {"new": new.id})
        return MadeLink(new.id, token)


def stop(session: Session, actor: Actor, ident: int, *, now: datetime) -> None:
    """Switch a link off: it serves one event that says so for a while, then nothing.

    Raises:
        Refused: not the actor's, or switched off already.
    """
    with writing(session, actor, "calendar-link:stop", now=now) as work:
        link = _live(work, ident)
        link.revoked_at = now
        work.record(f"{actor.name} switched the calendar link “{link.label}” off.")


def change(session: Session, actor: Actor, ident: int, label: str, settings: LinkSettings, *, now: datetime) -> None:
    """Change what a link shows; its address stays.

    Raises:
        Refused: not the actor's, switched off, or without a name.
    """
    with writing(session, actor, "calendar-link:change", now=now) as work:
        link = _live(work, ident)
        _require_label(label)
        before = dict(link.settings)
        link.label = label
        if settings.written() != before:
            link.settings, link.settings_changed_at = settings.written(), now
        work.record(f"{actor.name} changed what the calendar link “{label}” shows.", {"before": before})


def refresh(session: Session, address: Origin, *, now: datetime) -> int:
    """Bring everything up to date with this installation's address and renderer; returns how many events changed.

    Links of people who have left say from now on that they are switched off.
    """
    with bookkeeping(session):
        store.origin(session).base_url = address.base_url
        left = select(Person.id).where(Person.status == PersonStatus.LEFT)
        session.execute(
            update(CalendarLink)
            .where(
                CalendarLink.owner_id.in_(left), or_(CalendarLink.revoked_at.is_(None), CalendarLink.revoked_at > now)
            )
            .values(revoked_at=now)
        )
        return publishing.publish_everything(session, now)


def _add(
    session: Session, owner_id: int, like: NewLink | CalendarLink, secret: str, now: datetime
) -> tuple[CalendarLink, str]:
    token = PREFIX + secrets.token_urlsafe(32)
    settings = like.settings.written() if isinstance(like, NewLink) else dict(like.settings)
    link = CalendarLink(
        owner_id=owner_id,
        scope=like.scope,
        scope_id=like.scope_id,
        label=like.label,
        settings=settings,
        token_hash=token_hash(token),
        token_end=token[-4:],
        secret=secret,
        created_at=now,
    )
    session.add(link)
    session.flush()
    return link, token


def _settle(work: Work, address: Origin) -> None:
    """Publish under this installation's name and address. The name is settled by the first link, for good."""
    origin = store.origin(work.session)
    unread = not work.session.scalar(select(func.count()).select_from(CalendarLink))
    host = address.host if unread else origin.host
    if (origin.host, origin.base_url) == (host, address.base_url):
        return
    if origin.host != host:
        work.session.execute(delete(CalendarItem))  # nobody has read them under their former UIDs
    origin.host, origin.base_url = host, address.base_url
    publishing.publish_everything(work.session, work.now)


def _live(work: Work, ident: int) -> CalendarLink:
    work.subject("calendar link", ident, work.actor.institute_id)
    link = work.session.get(CalendarLink, ident)
    if link is None or link.owner_id != work.actor.person_id:
        raise refuse(Refusal.NOT_FOUND, "There is no such calendar link of yours.")
    if not _is_live(link.revoked_at, work.now):
        raise refuse(Refusal.CONFLICT, "This link is switched off already. Make a new one if you still need it.")
    return link


def _is_live(revoked_at: datetime | None, now: datetime) -> bool:
    return link_state(revoked_at, now) is LinkState.LIVE


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise refuse(Refusal.FORBIDDEN, "A calendar link belongs to a person.")
    return actor.person_id


def _institutes(actor: Actor) -> frozenset[int]:
    own = frozenset({actor.institute_id} if actor.institute_id is not None else ())
    return own | {grant.institute_id for grant in actor.grants if grant.institute_id is not None}


def _require_label(label: str) -> None:
    if not 1 <= len(label.strip()) <= LONGEST_LABEL:
        raise refuse(Refusal.INVALID, "Give the link a short name, such as the device or program that reads it.")


def _require_scope(session: Session, actor: Actor, new: NewLink) -> None:
    """A link shows no more than its owner may see anyway; this only refuses what would always be empty."""
    match new.scope:
        case LinkScope.INSTITUTE:
            within = access.reach(actor, Permission.SECONDMENTS_SEE)
            known = new.scope_id is not None and session.get(Institute, new.scope_id) is not None
            if not known or (within is not None and new.scope_id not in _institutes(actor)):
                raise refuse(Refusal.NOT_FOUND, "There is no such institute, or it is not yours.")
        case LinkScope.WORKSTREAM:
            known = new.scope_id is not None and session.get(Workstream, new.scope_id) is not None
            if not known or not access.may(actor, Permission.WORKSTREAMS_SEE):
                raise refuse(Refusal.NOT_FOUND, "There is no such workstream, or it is not yours to see.")
        case LinkScope.PERSON | LinkScope.PROGRAMME:
            return
