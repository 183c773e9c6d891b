"""Meetings of a workstream: their kinds, how they repeat, and what is different about single occurrences.

Times are clock times of the host site, kept with its zone: a session at ten stays at ten when the clocks change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from uuid import UUID

LONGEST_SERIES = timedelta(days=2 * 366)
MOST_EVERY = 12


class MeetingKind(StrEnum):
    MEETING = "meeting"
    TESTING_SESSION = "testing_session"


class Answer(StrEnum):
    """What an invited person says; the words are RFC 5545's (section 3.2.12)."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


ANSWER_WORDS = {Answer.ACCEPTED: "Accept", Answer.TENTATIVE: "Perhaps", Answer.DECLINED: "Decline"}


class Repeats(StrEnum):
    """``MONTHLY_BY_DAY`` keeps the day of the month, ``MONTHLY_BY_WEEKDAY`` the weekday of its week."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY_BY_DAY = "monthly_by_day"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"


@dataclass(frozen=True, slots=True)
class Occasion:
    """When a meeting takes place, and how it repeats. An end not after the start is the next day's."""

    day: date
    begins: time
    ends: time
    repeats: Repeats = Repeats.NEVER
    every: int = 1
    weekdays: tuple[str, ...] = ()
    last_day: date | None = None

    def faults(self) -> tuple[str, ...]:
        """What makes no sense about it, as sentences."""
        if self.repeats is Repeats.NEVER:
            return ()
        if self.last_day is None:
            return ("A series needs a last day: enter one.",)
        if self.last_day < self.day:
            return ("The last day of the series is before its first: correct one of them.",)
        if self.last_day > self.day + LONGEST_SERIES:
            return ("A series ends within two years: give an earlier last day and go on later.",)
        if not 1 <= self.every <= MOST_EVERY:
            return (f"It repeats every 1 to {MOST_EVERY} days, weeks or months: correct the number.",)
        return ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about one occurrence; None leaves what the series says."""

    slot: date
    day: date | None = None
    begins: time | None = None
    ends: time | None = None
    location: str | None = None
    cancelled_on: date | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting or a series as calendars show it."""

    id: int
    public_id: UUID
    kind: MeetingKind
    title: str
    description: str
    location: str
    call_url: str
    site: str
    zone: str
    workstream_id: int
    workstream: str
    occasion: Occasion
    cancelled_on: date | None
    changes: tuple[Change, ...]

    def change_of(self, slot: date) -> Change | None:
        return next((change for change in self.changes if change.slot == slot), None)
