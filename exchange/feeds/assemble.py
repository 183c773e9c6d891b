"""A whole calendar, joined of fragments: the bytes that icalendar would write, at the price of a concatenation."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

from icalendar import Calendar, Event, vDuration, vText

from exchange.feeds import zones
from exchange.feeds.events import EventClass, EventKind, FeedEvent
from exchange.feeds.fragment import Fragment
from exchange.feeds.moments import AllDay
from exchange.feeds.render import Mailbox, render
from exchange.feeds.text import line, paragraphs

PRODUCT = "-//Exchange//Calendar feeds//EN"
_COLOUR = re.compile(r"[a-z]{3,30}")
_END = b"END:VCALENDAR\r\n"
_UID_LINE = re.compile(rb"(?m)^UID:((?:.*\r\n)(?: .*\r\n)*)")
# No line within a fragment begins so unless it is the property: a folded text goes on after a space.
_ZONE_OF_A_TIME = re.compile(rb"\n(?:DTSTART|DTEND|EXDATE|RECURRENCE-ID);TZID=([^:]+):")
_LONGEST_NAME = 200
_LONGEST_DESCRIPTION = 1000
_COMPRESSION = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a calendar says of itself.

    ``colour`` is a CSS name such as "teal" (RFC 7986 section 5.9), ``zone`` the zone of the link's owner.
    ``published`` writes METHOD:PUBLISH, which every VEVENT then answers with its ORGANIZER: not for busy calendars and
    not for a single event to download. ``refresh`` is how often a program is asked to come back.

    Raises:
        ValueError: no name, an unknown zone or a colour that is no CSS name.
    """

    name: str
    description: str = ""
    colour: str = ""
    zone: str = "UTC"
    published: bool = True
    refresh: timedelta = timedelta(hours=1)

    def __post_init__(self) -> None:
        zones.load(self.zone)
        if not line(self.name, limit=1):
            raise ValueError("A calendar needs a name by which its reader finds it in a list.")
        if self.colour and not _COLOUR.fullmatch(self.colour):
            raise ValueError(f"{self.colour!r} is no colour name of CSS; use one such as teal.")


def assemble(head: Head, fragments: Iterable[Fragment]) -> bytes:
    """The calendar of these fragments, sorted by UID, with the VTIMEZONEs they name before them."""
    events = b"".join(fragment.body for fragment in sorted(fragments, key=lambda fragment: fragment.uid))
    used = sorted({zone.decode() for zone in _ZONE_OF_A_TIME.findall(events)})
    definitions = [definition for zone in used if (definition := zones.definition(zone)) is not None]
    return b"".join((_opening(head), *definitions, events, _END))


def object_of(fragment: Fragment) -> bytes:
    """One event as a calendar of its own, without METHOD, which is an error in CalDAV (RFC 4791 section 4.1)."""
    used = sorted({zone.decode() for zone in _ZONE_OF_A_TIME.findall(fragment.body)})
    definitions = [definition for zone in used if (definition := zones.definition(zone)) is not None]
    return b"".join((_bare_opening(), *definitions, fragment.body, _END))


@lru_cache(maxsize=1)
def _bare_opening() -> bytes:
    component = Calendar()
    component.add("VERSION", "2.0")
    component.add("PRODID", PRODUCT)
    component.add("CALSCALE", "GREGORIAN")
    whole: bytes = component.to_ical()
    return whole.removesuffix(_END)


def calendar(head: Head) -> Calendar:
    """The calendar without its events, as an icalendar component."""
    component = Calendar()
    component.add("VERSION", "2.0")
    component.add("PRODID", PRODUCT)
    component.add("CALSCALE", "GREGORIAN")
    if head.published:
        component.add("METHOD", "PUBLISH")
    # The X-WR- names are for programs older than RFC 7986. icalendar knows neither them nor NAME as text to be escaped.
    name, description = line(head.name, _LONGEST_NAME), paragraphs(head.description, _LONGEST_DESCRIPTION)
    component.add("NAME", vText(name))
    component.add("X-WR-CALNAME", vText(name))
    if description:
        component.add("DESCRIPTION", description)
        component.add("X-WR-CALDESC", vText(description))
    if head.colour:
        component.add("COLOR", head.colour)
    component.add("X-WR-TIMEZONE", head.zone)
    # RFC 7986 section 5.7 demands the VALUE parameter; icalendar leaves it out unless it is given.
    component.add("REFRESH-INTERVAL", head.refresh, parameters={"VALUE": "DURATION"})
    component.add("X-PUBLISHED-TTL", vDuration(head.refresh))
    return component


@lru_cache(maxsize=1024)
def _opening(head: Head) -> bytes:
    whole: bytes = calendar(head).to_ical()
    return whole.removesuffix(_END)


def etag(body: bytes) -> str:
    """A weak entity tag of the content: the same for the plain and the compressed body (RFC 9110 section 8.8.3)."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def compress(body: bytes) -> bytes:
    """The body in gzip, without a time in its header: equal content, equal bytes."""
    return gzip.compress(body, compresslevel=_COMPRESSION, mtime=0)


def disguise(fragment: Fragment, secret: bytes) -> Fragment:
    """The fragment under UIDs that nobody can match with those of another link.

    Args:
        fragment: what a busy link would show.
        secret: up to 64 bytes that belong to the link alone and never change.
    """
    body = _UID_LINE.sub(
        lambda match: _uid_line(_hidden(match[1].replace(b"\r\n ", b"").strip(), secret)), fragment.body
    )
    return Fragment(_hidden(fragment.uid.encode(), secret), body)


def _hidden(uid: bytes, secret: bytes) -> str:
    host = uid.decode().split("@")[1]
    return f"{blake2b(uid, digest_size=16, key=secret).hexdigest()}@{host}"


def _uid_line(uid: str) -> bytes:
    event = Event()
    event.add("UID", uid)
    whole: bytes = event.to_ical()
    return whole.removeprefix(b"BEGIN:VEVENT\r\n").removesuffix(b"END:VEVENT\r\n")


def tombstone(link_id: str, host: str, mailbox: Mailbox, switched_off_at: datetime, manage_url: str = "") -> bytes:
    """The calendar of a link that was switched off: one event that says so.

    Programs keep what they have when a calendar turns empty or answers with an error; one event takes the place of all
    others.
    """
    event = farewell(link_id, host, mailbox, switched_off_at, manage_url)
    return assemble(Head(name="Exchange (switched off)"), [event])


def farewell(link_id: str, host: str, mailbox: Mailbox, switched_off_at: datetime, manage_url: str = "") -> Fragment:
    """The event of a link that was switched off."""
    day: date = switched_off_at.astimezone(UTC).date()
    event = FeedEvent(
        uid=f"switched-off-{link_id}@{host}",
        kind=EventKind.SWITCHED_OFF,
        when=AllDay(day, day),
        summary="This calendar link was switched off",
        description="Remove this calendar from your program. If you still need it, make a new link in Exchange.",
        url=manage_url,
        created_at=switched_off_at,
        updated_at=switched_off_at,
        transparent=True,
        classification=EventClass.PRIVATE,
    )
    return render(event, mailbox)
