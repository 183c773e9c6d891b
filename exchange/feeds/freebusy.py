"""When the people of a calendar are busy, as one VFREEBUSY: for programs that ask for a free/busy address.

Old Outlooks and scheduling assistants read it. It says when and nothing else, so every link has one, whatever it shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, FreeBusy, vPeriod

from exchange.feeds.assemble import PRODUCT
from exchange.feeds.events import FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.moments import Timed
from exchange.feeds.render import Mailbox

AHEAD = timedelta(days=60)

Period = tuple[datetime, datetime]


def free_busy(events: Iterable[FeedEvent], mailbox: Mailbox, ident: str, today: date, stamp: datetime) -> bytes:
    """The calendar of the busy times from today on, in UTC as RFC 5545 section 3.8.2.6 demands, merged and in order.

    Args:
        events: what a link shows; series are expanded here.
        mailbox: stands as the organiser, which METHOD:PUBLISH demands (RFC 5546 section 3.3.1).
        ident: what the answer is called, without the host.
        today: its first day.
        stamp: when the link's calendar last changed.
    """
    component = FreeBusy()
    component.add("UID", f"{ident}@{mailbox.address.partition('@')[2]}")
    component.add("DTSTAMP", stamp.astimezone(UTC).replace(microsecond=0))
    component.add("ORGANIZER", f"mailto:{mailbox.address}", parameters={"CN": mailbox.name})
    component.add("DTSTART", _midnight(today))
    component.add("DTEND", _midnight(today + AHEAD))
    for period in merged(busy(events, today)):
        component.add("FREEBUSY", vPeriod(period), parameters={"FBTYPE": "BUSY"})
    whole = Calendar()
    whole.add("VERSION", "2.0")
    whole.add("PRODID", PRODUCT)
    whole.add("METHOD", "PUBLISH")
    whole.add_component(component)
    body: bytes = whole.to_ical()
    return body


def busy(events: Iterable[FeedEvent], today: date) -> Iterable[Period]:
    """The times of what is not cancelled and takes its people's time, cut to the days that are told of."""
    first, last = _midnight(today), _midnight(today + AHEAD)
    for event in events:
        for single in () if event.transparent else expand(event, today - timedelta(days=1), today + AHEAD):
            if isinstance(single.when, Timed) and single.cancelled_on is None:
                start, end = max(single.when.start, first), min(single.when.end, last)
                if start < end:
                    yield start.astimezone(UTC), end.astimezone(UTC)


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same times in order, those that touch or overlap as one."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
