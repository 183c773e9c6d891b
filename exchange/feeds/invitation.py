"""One meeting for one person's mail, as Outlook, Gmail and Apple Mail take it into a calendar (RFC 6047, iMIP).

An answer by mail is asked for only where one is read (exchange/feeds/replies.py); people can always answer on the page
that their mail leads to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from icalendar import Calendar, Event

from exchange.domain.meetings import Answer
from exchange.feeds import zones
from exchange.feeds.assemble import PRODUCT
from exchange.feeds.events import FeedEvent
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


def can_be_mailed(event: FeedEvent) -> bool:
    """Whether it is one UID: a mail carries no more than one, of which Outlook takes the first (MS-STANOICAL 2.2.175).

    A series in a zone without yearly rules is written occurrence by occurrence; it can only be followed by a link.
    """
    return event.rrule is None or event.repeats_by_rule


def invitation(event: FeedEvent, mailbox: Mailbox, attendee: Attendee, today: date) -> bytes:
    """The meeting as it is, with this person as the only one named: nobody learns who else is invited."""
    shown = without_cancelled(event)  # STATUS:CANCELLED is none of a request's states (RFC 5546 section 3.2.2)
    if shown is None:
        return withdrawal(event, mailbox, attendee, today)
    return _written(Method.REQUEST, vevents(shown, mailbox), attendee)


def withdrawal(event: FeedEvent, mailbox: Mailbox, attendee: Attendee, today: date) -> bytes:
    """The whole meeting taken out of this person's calendar again."""
    whole = replace(event, overrides=(), alarms=(), cancelled_on=event.cancelled_on or today)
    return _written(Method.CANCEL, vevents(whole, mailbox), attendee)


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
