"""An event as text: what is stored of it beside its bytes, so that it can be shown and written in other ways later.

Clock times are kept as people said them, with their zone, and not as instants: a session stays at ten o'clock when a
law changes the clocks. Two equal events have equal texts, whatever their stamps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from exchange.feeds import zones
from exchange.feeds.events import EventClass, EventKind, FeedEvent, Override
from exchange.feeds.moments import AllDay, Timed, When
from exchange.feeds.recurrence import Frequency, Recurrence

_TEXTS = ("summary", "description", "location", "url", "conference", "related_to")


@dataclass(frozen=True, slots=True)
class Stamps:
    """What an event is called and when it changed: stored in columns of their own."""

    uid: str
    sequence: int
    created_at: datetime
    updated_at: datetime


def written(event: FeedEvent) -> str:
    """The event without its stamps as JSON, keys in order, what is empty left out."""
    parts: dict[str, Any] = {name: getattr(event, name) for name in _TEXTS}
    parts |= {
        "kind": event.kind.value,
        "when": _when(event.when),
        "transparent": event.transparent,
        "categories": list(event.categories),
        "tentative": event.tentative,
        "cancelled_on": _day(event.cancelled_on),
        "class": event.classification.value,
        "rrule": _rule(event.rrule) if event.rrule else None,
        "exdates": [day.isoformat() for day in event.exdates],
        "overrides": [_override(override) for override in event.overrides],
        "alarms": [alarm.total_seconds() for alarm in event.alarms],
    }
    return _json({name: value for name, value in parts.items() if value not in ("", None, [], False)})


def read(text: str, stamps: Stamps) -> FeedEvent:
    """The event that was written so, under these stamps."""
    parts = json.loads(text)
    return FeedEvent(
        uid=stamps.uid,
        sequence=stamps.sequence,
        created_at=stamps.created_at,
        updated_at=stamps.updated_at,
        kind=EventKind(parts["kind"]),
        when=_read_when(parts["when"]),
        transparent=parts.get("transparent", False),
        categories=tuple(parts.get("categories", ())),
        tentative=parts.get("tentative", False),
        cancelled_on=_read_day(parts.get("cancelled_on")),
        classification=EventClass(parts["class"]),
        rrule=_read_rule(parts["rrule"]) if "rrule" in parts else None,
        exdates=tuple(date.fromisoformat(day) for day in parts.get("exdates", ())),
        overrides=tuple(_read_override(override) for override in parts.get("overrides", ())),
        alarms=tuple(timedelta(seconds=seconds) for seconds in parts.get("alarms", ())),
        **{name: parts.get(name, "") for name in _TEXTS},
    )


def _json(parts: dict[str, Any]) -> str:
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _when(when: When) -> dict[str, Any]:
    if isinstance(when, AllDay):
        return {"first": when.first.isoformat(), "last": when.last.isoformat()}
    start = when.local_start
    written = {
        "clock": start.replace(tzinfo=None, fold=0).isoformat(),
        "seconds": when.length.total_seconds(),
        "zone": when.zone,
    }
    return written | ({"second_pass": True} if start.fold else {})


def _read_when(parts: dict[str, Any]) -> When:
    if "first" in parts:
        return AllDay(date.fromisoformat(parts["first"]), date.fromisoformat(parts["last"]))
    zone = zones.load(parts["zone"])
    fold = int(parts.get("second_pass", False))
    start = datetime.fromisoformat(parts["clock"]).replace(tzinfo=zone, fold=fold).astimezone(UTC)
    return Timed(start, start + timedelta(seconds=parts["seconds"]), parts["zone"])


def _rule(rule: Recurrence) -> dict[str, Any]:
    return {
        "frequency": rule.frequency.value,
        "interval": rule.interval,
        "weekdays": list(rule.weekdays),
        "nth": rule.nth,
        "count": rule.count,
        "last_day": _day(rule.last_day),
    }


def _read_rule(parts: dict[str, Any]) -> Recurrence:
    return Recurrence(
        Frequency(parts["frequency"]),
        interval=parts["interval"],
        weekdays=tuple(parts["weekdays"]),
        nth=parts["nth"],
        count=parts["count"],
        last_day=_read_day(parts["last_day"]),
    )


def _override(override: Override) -> dict[str, Any]:
    return {
        "slot": override.slot.isoformat(),
        "when": _when(override.when) if override.when else None,
        "summary": override.summary,
        "description": override.description,
        "location": override.location,
        "cancelled_on": _day(override.cancelled_on),
    }


def _read_override(parts: dict[str, Any]) -> Override:
    return Override(
        slot=date.fromisoformat(parts["slot"]),
        when=_read_when(parts["when"]) if parts["when"] else None,
        summary=parts["summary"],
        description=parts["description"],
        location=parts["location"],
        cancelled_on=_read_day(parts["cancelled_on"]),
    )
