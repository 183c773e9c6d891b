"""The only value that reaches the renderer: what a calendar may say about one event, and nothing else.

The list of fields is the allow-list. There is no field for a person other than the words of the summary, none for a
clearance, a visa or a note, and the only mailbox that a feed names is the programme's own, which the renderer is given.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from exchange.feeds.moments import AllDay, Timed, When
from exchange.feeds.recurrence import Recurrence
from exchange.feeds.text import line

_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}@[A-Za-z0-9][A-Za-z0-9.-]{0,99}")
_URL = re.compile(r"https?://[\x21-\x7e]{1,1000}")
_LONGEST_ALARM = timedelta(days=28)
_MOST_SEQUENCE = 2**31 - 1  # RFC 5545 section 3.3.8: INTEGER is 32 bits wide


class EventKind(StrEnum):
    SECONDMENT = "secondment"
    MILESTONE = "milestone"
    DEADLINE = "deadline"
    MEETING = "meeting"
    TESTING_SESSION = "testing_session"
    ADMIN_DEADLINE = "admin_deadline"
    SWITCHED_OFF = "switched_off"


_WITH_A_CLOCK = frozenset({EventKind.MEETING, EventKind.TESTING_SESSION})


class EventStatus(StrEnum):
    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


class EventClass(StrEnum):
    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"
    CONFIDENTIAL = "CONFIDENTIAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What is different about one occurrence of a series; None leaves the word of the series.

    ``slot`` is the civil date on which the rule puts the occurrence, whatever day it is moved to.
    """

    slot: date
    when: When | None = None
    summary: str | None = None
    description: str | None = None
    location: str | None = None
    cancelled_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """One event, or with ``rrule`` one series.

    ``created_at`` and ``updated_at`` are aware; ``updated_at`` is the stored time of the last published change.
    ``transparent`` events leave their owner free. ``exdates`` are civil dates of occurrences that are left out,
    ``alarms`` times before the start, ``related_to`` is the UID of the event to which this one belongs.

    Raises:
        ValueError: a sentence that says which value cannot stand in a calendar and what to give instead.
    """

    uid: str
    kind: EventKind
    when: When
    summary: str
    created_at: datetime
    updated_at: datetime
    transparent: bool
    sequence: int = 0
    description: str = ""
    location: str = ""
    url: str = ""
    conference: str = ""
    categories: tuple[str, ...] = ()
    tentative: bool = False
    cancelled_on: date | None = None
    classification: EventClass = EventClass.PUBLIC
    related_to: str = ""
    rrule: Recurrence | None = None
    exdates: tuple[date, ...] = ()
    overrides: tuple[Override, ...] = ()
    alarms: tuple[timedelta, ...] = ()

    def __post_init__(self) -> None:
        _check_names(self)
        _check_stamps(self)
        _check_kind(self)
        if self.rrule is not None:
            _check_series(self, self.rrule)
        elif self.exdates or self.overrides:
            raise ValueError("Only a series has occurrences to leave out or to change; give a rule of repetition.")

    @property
    def status(self) -> EventStatus:
        if self.cancelled_on is not None:
            return EventStatus.CANCELLED
        return EventStatus.TENTATIVE if self.tentative else EventStatus.CONFIRMED

    @property
    def slots(self) -> tuple[date, ...]:
        """The dates of all occurrences of a series with an end, the left-out ones not among them.

        Raises:
            ValueError: the event is no series, or one without an end.
        """
        if self.rrule is None or not self.rrule.ends:
            raise ValueError(f"{self.uid} has no list of occurrences: it is no series, or one without an end.")
        return tuple(day for day in self.rrule.days(self.when.day) if day not in self.exdates)

    @property
    def repeats_by_rule(self) -> bool:
        """Whether the series can be written as one event with a rule, its clock times meaning what they say."""
        return self.rrule is not None and (isinstance(self.when, AllDay) or self.when.may_repeat)

    def occurrence(self, slot: date) -> FeedEvent:
        """One occurrence of a series, as its override says if it has one. It keeps the UID of the series."""
        single = replace(self, when=self.when.on(slot), rrule=None, exdates=(), overrides=())
        for override in self.overrides:
            if override.slot == slot:
                return _overridden(single, override)
        return single

    def separate(self, slot: date) -> FeedEvent:
        """The same occurrence as an event of its own, with a UID of its own."""
        name, host = self.uid.split("@")
        return replace(self.occurrence(slot), uid=f"{name}-{slot:%Y%m%d}@{host}")


def _overridden(single: FeedEvent, override: Override) -> FeedEvent:
    return replace(
        single,
        when=single.when if override.when is None else override.when,
        summary=single.summary if override.summary is None else override.summary,
        description=single.description if override.description is None else override.description,
        location=single.location if override.location is None else override.location,
        cancelled_on=single.cancelled_on or override.cancelled_on,
    )


def _check_names(event: FeedEvent) -> None:
    for uid in filter(None, (event.uid, event.related_to)):
        if not _UID.fullmatch(uid):
            raise ValueError(
                f"{uid!r} is no UID of a calendar; use letters, digits and hyphens, then @ and a host name."
            )
    if not event.uid:
        raise ValueError("An event needs a UID by which calendar programs know it again.")
    if not line(event.summary, limit=1):
        raise ValueError("An event needs a title; give a few words.")
    for url in filter(None, (event.url, event.conference)):
        if not _URL.fullmatch(url):
            raise ValueError(
                f"{url!r} is no web address that a calendar can carry; give one that begins with https://."
            )


def _check_stamps(event: FeedEvent) -> None:
    if event.created_at.tzinfo is None or event.updated_at.tzinfo is None:
        raise ValueError("The times of creation and change need a zone; give them in UTC.")
    if event.updated_at < event.created_at:
        raise ValueError(f"The change at {event.updated_at} is before the creation at {event.created_at}.")
    if not 0 <= event.sequence <= _MOST_SEQUENCE:
        raise ValueError(f"The sequence number {event.sequence} is out of range; it starts at 0 and counts changes.")
    if any(not timedelta(0) <= alarm <= _LONGEST_ALARM for alarm in event.alarms):
        raise ValueError("An alarm sounds at the start or up to 28 days before it.")


def _check_kind(event: FeedEvent) -> None:
    if isinstance(event.when, Timed) and event.kind not in _WITH_A_CLOCK:
        raise ValueError(f"A {event.kind.value.replace('_', ' ')} lasts whole days; give dates without times.")
    if event.kind is EventKind.ADMIN_DEADLINE and event.classification is EventClass.PUBLIC:
        raise ValueError("An admin deadline is never public; classify it as private.")


def _check_series(event: FeedEvent, rrule: Recurrence) -> None:
    first = event.when.day
    if not rrule.begins_on(first):
        raise ValueError(
            f"The first occurrence on {first:%A %d %B %Y} does not follow its own rule; change one of them."
        )
    if isinstance(event.when, Timed) and not event.when.may_repeat and not rrule.ends:
        raise ValueError(
            f"A series in {event.when.zone} needs an end (a number of times or a last day): calendar programs cannot"
            " be told of its clock changes, so that every occurrence is written by itself."
        )
    changed = [override.slot for override in event.overrides]
    named = {*changed, *event.exdates}
    if len(named) < len(changed) + len(event.exdates):
        raise ValueError("An occurrence is left out or changed twice; name each date once.")
    last = max(named, default=first)
    known: set[date] = set(takewhile(lambda day: day <= last, rrule.days(first)))
    if strangers := named - known:
        raise ValueError(f"The series has no occurrence on {min(strangers)}; name a date on which its rule puts one.")
    if any(
        isinstance(override.when, AllDay | Timed) and type(override.when) is not type(event.when)
        for override in event.overrides
    ):
        raise ValueError(
            "An occurrence is all day or timed as its series is; enter another kind as an event of its own."
        )
    if rrule.ends and not event.slots:
        raise ValueError("No occurrence of the series is left; cancel the series instead.")
