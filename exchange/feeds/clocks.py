"""One instant by two clocks: what a session at New York means in London, and whether that holds for long."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from exchange.feeds import zones
from exchange.feeds.moments import Timed


def both_clocks(when: Timed, other: str) -> str:
    """The start by the clock of its own zone and of another, such as "10:00 New York = 14:00 London".

    In the weeks in which one place has changed its clocks and the other has not, the line says so. Empty where both
    clocks show the same.

    Args:
        when: the session.
        other: the IANA zone of the people elsewhere.
    """
    here, there = when.local_start, when.start.astimezone(zones.load(other))
    if here.utcoffset() == there.utcoffset():
        return ""
    day = _day_note((there.date() - here.date()).days)
    brief = " (for a few weeks only)" if _is_brief(when, other) else ""
    return f"{here:%H:%M} {place(when.zone)} = {there:%H:%M} {place(other)}{day}{brief}"


def place(zone: str) -> str:
    """The town after which a zone is named, as in "New York"."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def _day_note(days: int) -> str:
    return {-1: " the day before", 1: " the next day"}.get(days, "")


def _difference(instant: datetime, zone: str, other: str) -> timedelta:
    here, there = instant.astimezone(zones.load(zone)).utcoffset(), instant.astimezone(zones.load(other)).utcoffset()
    assert here is not None
    assert there is not None
    return there - here


def _is_brief(when: Timed, other: str) -> bool:
    """Whether the two clocks stand so to each other on less than 60 days of the year."""
    begin = datetime(when.start.year, 1, 1, 12, tzinfo=UTC)
    step = 5
    days = Counter(_difference(begin + timedelta(days=day), when.zone, other) for day in range(0, 365, step))
    return days[_difference(when.start, when.zone, other)] * step < 60
