"""Which events a link shows today: cancelled ones for a while, past ones of its window, and never more than fit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import AllDay, When

CANCELLED_DAYS = 14
"""For so many days a cancelled event stays marked as such, so that every program has had time to see it."""

MOST_ITEMS = 1000
MOST_BYTES = 900_000
"""Google leaves calendars out, or parts of them, from about 1,100 events or a million bytes on."""


class CancelledEvents(StrEnum):
    MARK = "mark"
    HIDE = "hide"


@dataclass(frozen=True, slots=True)
class Item:
    """What the size limit needs to know of a fragment. ``last_day`` is None for a series without end."""

    uid: str
    last_day: date | None
    size: int


@dataclass(frozen=True, slots=True)
class Choice:
    """The UIDs that fit, how many past ones were dropped for it, and whether the rest is still too large."""

    uids: frozenset[str]
    dropped: int
    too_large: bool


def last_day(event: FeedEvent) -> date | None:
    """The last civil date that the event or its series touches; None for a series without end."""
    if event.rrule is None:
        return _ends(event.when)
    if not event.rrule.ends:
        return None
    return max(_ends(event.occurrence(slot).when) for slot in event.slots)


def is_shown(event: FeedEvent, today: date, cancelled: CancelledEvents, past_days: int) -> bool:
    """Whether a link shows the event today.

    A cancelled event stays for :data:`CANCELLED_DAYS` days or until the day after its end, whichever comes first. What
    ended more than ``past_days`` ago is not shown.
    """
    return may_show(last_day(event), event.cancelled_on, today, cancelled, past_days)


def may_show(
    end: date | None, cancelled_on: date | None, today: date, cancelled: CancelledEvents, past_days: int
) -> bool:
    """The same of an event of which only the last day and the day of its cancellation are known."""
    if end is not None and end < today - timedelta(days=past_days):
        return False
    if cancelled_on is None:
        return True
    if cancelled is CancelledEvents.HIDE or today > cancelled_on + timedelta(days=CANCELLED_DAYS):
        return False
    return end is None or today <= end + timedelta(days=1)


def retire_cancelled(event: FeedEvent, today: date) -> FeedEvent:
    """The series with those of its occurrences left out that have been marked as cancelled for long enough.

    It counts as changed on the day on which the last of them went: Evolution takes nothing up unless a stamp moves.
    """
    over = {
        override.slot: override.cancelled_on + timedelta(days=CANCELLED_DAYS + 1)
        for override in event.overrides
        if override.cancelled_on is not None and today > override.cancelled_on + timedelta(days=CANCELLED_DAYS)
    }
    if not over or (event.rrule is not None and event.rrule.ends and over.keys() >= set(event.slots)):
        return event  # or nothing would remain of the series; its occurrences stay marked until they are past
    return replace(
        event,
        updated_at=max(event.updated_at, datetime.combine(max(over.values()), time(), UTC)),
        exdates=tuple(sorted({*event.exdates, *over})),
        overrides=tuple(override for override in event.overrides if override.slot not in over),
    )


def fit(items: Iterable[Item], today: date, most_items: int = MOST_ITEMS, most_bytes: int = MOST_BYTES) -> Choice:
    """What a feed can hold: the oldest past events are dropped first, those of today and later never."""
    kept = sorted(items, key=lambda item: (item.last_day or date.max, item.uid), reverse=True)
    size, dropped = sum(item.size for item in kept), 0
    while kept and (len(kept) > most_items or size > most_bytes) and (kept[-1].last_day or today) < today:
        size -= kept.pop().size
        dropped += 1
    too_large = len(kept) > most_items or size > most_bytes
    return Choice(frozenset(item.uid for item in kept), dropped, too_large)


def _ends(when: When) -> date:
    return when.last if isinstance(when, AllDay) else when.local_end.date()
