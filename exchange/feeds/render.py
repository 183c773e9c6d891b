"""From an event to the bytes of its VEVENTs, written once per change and joined on reading.

``icalendar`` is the only serialiser. What it lets pass although calendar programs stumble over it is guarded here, in
:mod:`exchange.feeds.text` and in the checks of the event value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import icalendar
from icalendar import Event

from exchange.feeds import zones
from exchange.feeds.alarms import alarm, by_day
from exchange.feeds.events import EventKind, EventStatus, FeedEvent, Override
from exchange.feeds.fragment import Fragment
from exchange.feeds.moments import AllDay, Timed, When
from exchange.feeds.text import line, paragraphs
from exchange.feeds.views import Detail, view

RENDERER = f"2+icalendar-{icalendar.__version__}+tzdata-{zones.TZDATA}"
"""Names what wrote a fragment, in at most 40 characters. Count the first number up whenever the same event would give
other bytes. The zone database belongs to it: it decides which clock time an instant has and what is written in UTC."""

_LONGEST_SUMMARY = 200  # characters
_LONGEST_DESCRIPTION = 2000
_LONGEST_LOCATION = 200
_LONGEST_CATEGORY = 60

_ADDRESS = re.compile(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9.-]+")

_PREFIXES = {
    EventKind.SECONDMENT: "Secondment: ",
    EventKind.MILESTONE: "Milestone: ",
    EventKind.DEADLINE: "Due: ",
    EventKind.MEETING: "Meeting: ",
    EventKind.TESTING_SESSION: "Joint testing: ",
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The role mailbox that stands as ORGANIZER, which METHOD:PUBLISH demands (RFC 5546 section 3.2.1).

    Raises:
        ValueError: the address is none that a mailto: link can carry.
    """

    name: str
    address: str

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise ValueError(f"{self.address!r} is no mail address; give one such as noreply@exchange.example.")


def render(event: FeedEvent, mailbox: Mailbox, detail: Detail = Detail.FULL, *, kind_prefix: bool = True) -> Fragment:
    """The fragment of an event. ``kind_prefix`` puts the kind before the title, as in "Due: "."""
    components = vevents(event, mailbox, detail, kind_prefix=kind_prefix)
    return Fragment(event.uid, b"".join(component.to_ical() for component in components))


def vevents(
    event: FeedEvent, mailbox: Mailbox, detail: Detail = Detail.FULL, *, kind_prefix: bool = True
) -> list[Event]:
    """The same as icalendar components: the event, and after a series its changed occurrences in order."""
    shown = view(event, detail)
    if shown is None:
        return []
    organiser = None if detail is Detail.BUSY else mailbox
    prefix = kind_prefix and detail is not Detail.BUSY
    components = [_vevent(part, organiser, kind_prefix=prefix) for part in _parts(shown)]
    if shown.rrule is not None and shown.repeats_by_rule:
        master, *changed = components
        master.add("RRULE", shown.rrule.value(shown.when))
        for day in sorted(shown.exdates):
            master.add("EXDATE", _slot(shown.when, day))
        for component, override in zip(changed, _ordered_overrides(shown), strict=True):
            component.add("RECURRENCE-ID", _slot(shown.when, override.slot))
    return components


def _ordered_overrides(event: FeedEvent) -> list[Override]:
    return sorted(event.overrides, key=lambda override: override.slot)


def _parts(event: FeedEvent) -> list[FeedEvent]:
    """One event for each VEVENT: a master and its overrides, or every occurrence where no rule can be written."""
    if event.rrule is not None and not event.repeats_by_rule:
        return [event.separate(slot) for slot in event.slots]
    return [event, *(event.occurrence(override.slot) for override in _ordered_overrides(event))]


def _vevent(event: FeedEvent, organiser: Mailbox | None, *, kind_prefix: bool) -> Event:
    vevent = Event()
    vevent.add("UID", event.uid)
    _add_stamps(vevent, event)
    _add_moment(vevent, event.when)
    vevent.add("SUMMARY", _summary(event, kind_prefix=kind_prefix))
    _add_texts(vevent, event)
    _add_state(vevent, event)
    if organiser is not None:
        name = line(organiser.name, _LONGEST_SUMMARY).replace('"', "'")  # RFC 5545 section 3.2: no quotes in parameters
        vevent.add("ORGANIZER", f"mailto:{organiser.address}", parameters={"CN": name})
    if event.related_to:
        vevent.add("RELATED-TO", event.related_to, parameters={"RELTYPE": "PARENT"})
    if event.status is not EventStatus.CANCELLED:
        for before in by_day(event.alarms) if isinstance(event.when, AllDay) else event.alarms:
            vevent.add_component(alarm(before))
    return vevent


def _add_stamps(vevent: Event, event: FeedEvent) -> None:
    changed = _whole_seconds(event.updated_at)
    vevent.add("DTSTAMP", changed)  # the stored change, never the time of writing: equal content, equal bytes
    vevent.add("LAST-MODIFIED", changed)
    vevent.add("CREATED", _whole_seconds(event.created_at))
    vevent.add("SEQUENCE", event.sequence)


def _add_moment(vevent: Event, when: When) -> None:
    if isinstance(when, AllDay):
        vevent.add("DTSTART", when.first)
        vevent.add("DTEND", when.last + timedelta(days=1))  # exclusive: RFC 5545 section 3.6.1
        vevent.add("X-MICROSOFT-CDO-ALLDAYEVENT", "TRUE")
    else:
        vevent.add("DTSTART", _written(when, when.start))
        vevent.add("DTEND", _written(when, when.end))


def _add_texts(vevent: Event, event: FeedEvent) -> None:
    # Few programs read CONFERENCE or URL, so both addresses stand in the text as well.
    addresses = [f"Join: {event.conference}"] if event.conference else []
    if event.url:
        addresses.append(f"Open in Exchange: {event.url}")
    description = "\n".join(filter(None, (paragraphs(event.description, _LONGEST_DESCRIPTION), *addresses)))
    location = line(event.location, _LONGEST_LOCATION) or event.conference
    categories = [name for name in (line(name, _LONGEST_CATEGORY) for name in event.categories) if name]
    if description:
        vevent.add("DESCRIPTION", description)
    if location:
        vevent.add("LOCATION", location)
    if categories:
        vevent.add("CATEGORIES", categories)
    if event.url:
        vevent.add("URL", event.url)
    if event.conference:
        parameters = {"VALUE": "URI", "FEATURE": "VIDEO", "LABEL": "Join"}
        vevent.add("CONFERENCE", event.conference, parameters=parameters)


def _add_state(vevent: Event, event: FeedEvent) -> None:
    free = event.transparent or event.status is EventStatus.CANCELLED
    busy_word = "TENTATIVE" if event.status is EventStatus.TENTATIVE else "BUSY"
    vevent.add("STATUS", event.status.value)
    vevent.add("CLASS", event.classification.value)
    vevent.add("TRANSP", "TRANSPARENT" if free else "OPAQUE")
    vevent.add("X-MICROSOFT-CDO-BUSYSTATUS", "FREE" if free else busy_word)


def _summary(event: FeedEvent, *, kind_prefix: bool) -> str:
    kind = _PREFIXES.get(event.kind, "") if kind_prefix else ""
    cancelled = "Cancelled: " if event.status is EventStatus.CANCELLED else ""
    return line(f"{cancelled}{kind}{event.summary}", _LONGEST_SUMMARY)


def _written(when: Timed, instant: datetime) -> datetime:
    return instant.astimezone(zones.load(when.written_zone) if when.written_zone else UTC)


def _slot(when: When, day: date) -> date | datetime:
    """The value that names the occurrence of that day in EXDATE and RECURRENCE-ID."""
    if isinstance(when, AllDay):
        return day
    if when.written_zone is None:
        return datetime.combine(day, when.start.astimezone(UTC).time(), tzinfo=UTC)
    return datetime.combine(day, when.local_start.time(), tzinfo=zones.load(when.written_zone))


def _whole_seconds(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)
