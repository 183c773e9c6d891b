"""Series as single events: for programs that read no exceptions, for the preview of a link and the month in the app."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import takewhile

from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import AllDay, When

# An occurrence may be moved far from its slot; those are looked at one by one, so only unchanged ones need a margin.
_LONGEST = timedelta(days=366)


def expand(event: FeedEvent, first: date, last: date) -> tuple[FeedEvent, ...]:
    """What takes place from ``first`` to ``last`` inclusive, by the civil dates of each event's own zone, in order.

    A single event is returned as it is. Occurrences of a series become events with UIDs of their own; left-out ones are
    not among them, cancelled ones are, marked as such.
    """
    if event.rrule is None:
        return (event,) if _touches(event.when, first, last) else ()
    changed = {override.slot for override in event.overrides}
    begin = first - _LONGEST
    due = takewhile(lambda day: day <= last, event.rrule.days(event.when.day))
    slots = {day for day in due if day >= begin}.union(changed).difference(event.exdates)
    singles = [event.separate(slot) for slot in sorted(slots)]
    inside = [single for single in singles if _touches(single.when, first, last)]
    return tuple(sorted(inside, key=lambda single: (single.when.day, single.uid)))


def _touches(when: When, first: date, last: date) -> bool:
    # What ends at midnight does not touch the day that begins there.
    ends = when.last if isinstance(when, AllDay) else (when.local_end - timedelta(seconds=1)).date()
    return when.day <= last and ends >= first
