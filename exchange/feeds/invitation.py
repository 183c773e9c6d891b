"""One meeting for one person's mail, as Outlook, Gmail and Apple Mail take it into a calendar (RFC 6047, iMIP).

An answer by mail is asked for only where one is read (exchange/feeds/replies.py); people can always answer on the page
that their mail leads to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from icalendar import Calendar, Event

from exchange.domain.meetings import Answer
from exchange.feeds import zones
from exchange.feeds.assemble import PRODUCT
from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import Timed
from exchange.feeds.render import Mailbox, vevents
from exchange.feeds.text import line
from exchange.feeds.views import without_cancelled

_LONGEST_NAME = 200


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Attendee:
    """``answers_by_mail``: whether what their mail program sends is read, so that it is asked to offer answering."""

    name: str
    address: str
    answer: Answer | None = None
    answers_by_mail: bool = False


def has_rule(event: FeedEvent) -> bool:
    """Whether a mail carries it by a rule, or a single event: what every program takes. Others are told day by day."""
    return event.rrule is None or event.repeats_by_rule or _in_utc(event) is not None


def invitation(event: FeedEvent, mailbox: Mailbox, attendee: Attendee, today: date) -> bytes:
    """The meeting as it is, with this person as the only one named: nobody learns who else is invited."""
    shown = without_cancelled(event)  # STATUS:CANCELLED is none of a request's states (RFC 5546 section 3.2.2)
    if shown is None:
        return withdrawal(event, mailbox, attendee, today)
    return _written(Method.REQUEST, _components(shown, mailbox), attendee)


def withdrawal(event: FeedEvent, mailbox: Mailbox, attendee: Attendee, today: date) -> bytes:
    """The whole meeting taken out of this person's calendar again."""
    whole = replace(event, overrides=(), alarms=(), cancelled_on=event.cancelled_on or today)
    return _written(Method.CANCEL, _components(whole, mailbox), attendee)


def _components(event: FeedEvent, mailbox: Mailbox) -> list[Event]:
    """One UID, since a mail carries no more than one, of which Outlook takes the first (MS-STANOICAL 2.2.175).

    A series in a zone without yearly rules, such as Cairo, is written in UTC: by its rule if the clocks there do not
    change during it, and else day by day (RDATE), of which Outlook shows the first.
    """
    if event.rrule is None or event.repeats_by_rule:
        return vevents(event, mailbox)
    steady = _in_utc(event)
    if steady is not None:
        return vevents(steady, mailbox)
    first, *others = event.slots
    whole = replace(event, when=event.when.on(first), rrule=None, exdates=(), overrides=())
    (master,) = vevents(whole, mailbox)
    for slot in others:
        master.add("RDATE", _start(event, slot))
    changed = []
    for slot in sorted(override.slot for override in event.overrides):
        (component,) = vevents(event.occurrence(slot), mailbox)
        component.add("RECURRENCE-ID", _start(event, slot))
        changed.append(component)
    return [master, *changed]


def _in_utc(event: FeedEvent) -> FeedEvent | None:
    """The same series with its rule in UTC; None where the clocks change, or where it is another day there."""
    when = event.when
    if not isinstance(when, Timed):
        return None
    whole = Timed(when.start, when.end, "UTC")
    if whole.day != when.day or any(whole.on(slot).start != _start(event, slot) for slot in event.slots):
        return None
    moved = (
        replace(one, when=replace(one.when, zone="UTC") if isinstance(one.when, Timed) else None)
        for one in event.overrides
    )
    return replace(event, when=whole, overrides=tuple(moved))


def _start(event: FeedEvent, slot: date) -> datetime:
    when = event.when.on(slot)
    assert isinstance(when, Timed)  # whole days always repeat by their rule
    return when.start.astimezone(UTC)


def _written(method: Method, components: list[Event], attendee: Attendee) -> bytes:
    whole, times = Calendar(), Calendar()
    whole.add("VERSION", "2.0")
    whole.add("PRODID", PRODUCT)
    whole.add("CALSCALE", "GREGORIAN")
    whole.add("METHOD", method.value)
    times.subcomponents.extend(components)
    for zone in sorted(times.get_used_tzids()):
        definition = zones.component(zone)
        if definition is not None:
            whole.add_component(definition)
    for component in components:
        component.add("ATTENDEE", f"mailto:{attendee.address}", parameters=_parameters(method, attendee))
        whole.add_component(component)
    body: bytes = whole.to_ical()
    return body


def _parameters(method: Method, attendee: Attendee) -> dict[str, str]:
    name = line(attendee.name, _LONGEST_NAME).replace('"', "'")
    known = {"CN": name, "CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT"}
    if method is Method.CANCEL:
        return known
    state = attendee.answer.value.upper() if attendee.answer else "NEEDS-ACTION"
    return known | {"PARTSTAT": state, "RSVP": "TRUE" if attendee.answers_by_mail else "FALSE"}
