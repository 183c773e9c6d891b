"""How much of an event a link shows: everything, titles only, or that its owner is busy."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from exchange.feeds.events import EventClass, EventKind, FeedEvent


class Detail(StrEnum):
    FULL = "full"
    TITLES = "titles"
    BUSY = "busy"


def view(event: FeedEvent, detail: Detail) -> FeedEvent | None:
    """The event as far as a link of that detail may show it; None where it shows nothing of it at all."""
    match detail:
        case Detail.FULL:
            return event
        case Detail.TITLES:
            return _titles(event)
        case Detail.BUSY:
            return _busy(event)


def without_cancelled(event: FeedEvent) -> FeedEvent | None:
    """The event with its cancelled occurrences left out instead of marked; None where nothing remains of it."""
    if event.cancelled_on is not None:
        return None
    gone = {override.slot for override in event.overrides if override.cancelled_on is not None}
    if not gone:
        return event
    if event.rrule is not None and event.rrule.ends and gone.issuperset(event.slots):
        return None
    return replace(
        event,
        exdates=tuple(sorted({*event.exdates, *gone})),
        overrides=tuple(override for override in event.overrides if override.slot not in gone),
    )


def _titles(event: FeedEvent) -> FeedEvent:
    return replace(
        event,
        description="",
        location="",
        url="",
        conference="",
        categories=(),
        alarms=(),
        overrides=tuple(replace(override, description=None, location=None) for override in event.overrides),
    )


def _busy(event: FeedEvent) -> FeedEvent | None:
    """Times alone. Neither the title nor who called it, nor when it was entered or what it belongs to."""
    if event.transparent and event.kind is not EventKind.SECONDMENT:
        return None
    shown = without_cancelled(event)
    if shown is None:
        return None
    return replace(
        _titles(shown),
        summary="Away" if event.kind is EventKind.SECONDMENT else "Busy",
        created_at=event.updated_at,
        classification=EventClass.PRIVATE,
        related_to="",
        overrides=tuple(
            replace(override, summary=None, description=None, location=None) for override in shown.overrides
        ),
    )
