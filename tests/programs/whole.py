"""What is asked of a whole calendar program, whichever it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import NamedTuple, Protocol


class Shown(NamedTuple):
    """An occurrence as a program holds it; moments as iCalendar writes them, times in UTC, the end exclusive."""

    start: str
    end: str
    title: str
    status: str
    taken: str  # OPAQUE or TRANSPARENT: whether it makes its owner busy


class Link(NamedTuple):
    """What a person has of a calendar link: where Exchange is, and the token."""

    server: str
    token: str

    @property
    def feed(self) -> str:
        return f"{self.server}/cal/{self.token}/laptop.ics"


class Program(Protocol):
    """A program that follows one link."""

    name: str
    """By which the page of links speaks of it."""
    reads_feed: bool
    """Or else the same as a CalDAV collection, where a program compares tags and nobody says 304 or 410."""
    keeps_series: bool
    """Whether it may show a series that has left the calendar until it is started again."""

    def refresh(self) -> None:
        """Look for changes; what comes of it may take a moment to be seen."""

    def shows(self, first: date, last: date) -> set[Shown]:
        """What it shows from one day to before another, in UTC."""


def instant(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
