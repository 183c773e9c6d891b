"""Series across the clock changes of 2026 and 2027, and when they take place according to ``zoneinfo`` alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from exchange.feeds.assemble import Head, assemble
from exchange.feeds.events import FeedEvent, Override
from exchange.feeds.moments import Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.render import render
from tests.feeds.samples import HOST, MAILBOX, MEETING

ZONES = ("America/New_York", "Europe/London")
CHANGES = (
    *(date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)),
    *(date(2027, 3, 14), date(2027, 3, 28), date(2027, 10, 31), date(2027, 11, 7)),
)
WEEK = timedelta(days=7)
DAY = timedelta(days=1)

Occurrences = set[tuple[str, datetime, str]]
"""UID, start in UTC and status of everything that takes place."""


@dataclass(frozen=True)
class Case:
    event: FeedEvent
    expected: Occurrences


def instant(day: date, clock: time, zone: str) -> datetime:
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def weekly(zone: str, change: date) -> Case:
    """Five weeks around a change: the second is left out, the fourth moved by a day, the fifth cancelled."""
    uid = f"weekly-{zone.replace('/', '-').replace('_', '-')}-{change}@{HOST}"
    clock, later = time(10), time(13, 30)
    slots = [change + WEEK * step for step in (-2, -1, 0, 1, 2)]
    event = replace(
        MEETING,
        uid=uid,
        when=Timed.by_the_clock(slots[0], clock, time(11), zone),
        rrule=Recurrence(Frequency.WEEKLY, count=5),
        exdates=(slots[1],),
        overrides=(
            Override(slot=slots[3], when=Timed.by_the_clock(slots[3] + DAY, later, time(14), zone)),
            Override(slot=slots[4], cancelled_on=slots[0]),
        ),
    )
    return Case(
        event,
        {
            (uid, instant(slots[0], clock, zone), "CONFIRMED"),
            (uid, instant(slots[2], clock, zone), "CONFIRMED"),
            (uid, instant(slots[3] + DAY, later, zone), "CONFIRMED"),
            (uid, instant(slots[4], clock, zone), "CANCELLED"),
        },
    )


def daily(zone: str, change: date, clock: time) -> Case:
    """A week of days around a change, ended by a last day and so by an UNTIL in UTC."""
    uid = f"daily-{clock:%H%M}-{zone.replace('/', '-').replace('_', '-')}-{change}@{HOST}"
    first, last = change - 3 * DAY, change + 3 * DAY
    event = replace(
        MEETING,
        uid=uid,
        when=Timed.by_the_clock(first, clock, clock.replace(minute=55), zone),
        rrule=Recurrence(Frequency.DAILY, last_day=last),
    )
    return Case(event, {(uid, instant(first + DAY * step, clock, zone), "CONFIRMED") for step in range(7)})


CASES = tuple(
    case
    for zone in ZONES
    for change in CHANGES
    for case in (
        weekly(zone, change),
        daily(zone, change, time(0, 30)),
        daily(zone, change, time(3, 30)),
        daily(zone, change, time(23, 30)),
    )
)
EXPECTED: Occurrences = {occurrence for case in CASES for occurrence in case.expected}
FEED = assemble(Head(name="Clock changes"), [render(case.event, MAILBOX) for case in CASES])

PROBED_ZONES = (*ZONES, "Europe/Dublin", "Australia/Sydney", "Asia/Singapore")
PROBED_DAYS = tuple(date(2026, 1, 1) + DAY * step for step in range(364))
YEAR = assemble(
    Head(name="A year of noons"),
    [
        render(
            replace(
                MEETING,
                uid=f"noon-{zone.replace('/', '-').replace('_', '-')}@{HOST}",
                when=Timed.by_the_clock(PROBED_DAYS[0], time(12), time(13), zone),
                rrule=Recurrence(Frequency.DAILY, count=len(PROBED_DAYS)),
            ),
            MAILBOX,
        )
        for zone in PROBED_ZONES
    ],
)
YEAR_EXPECTED: Occurrences = {
    (f"noon-{zone.replace('/', '-').replace('_', '-')}@{HOST}", instant(day, time(12), zone), "CONFIRMED")
    for zone in PROBED_ZONES
    for day in PROBED_DAYS
}


def renamed(feed: bytes) -> bytes:
    """The feed under zone names that no program knows, so that it has to read the VTIMEZONEs."""
    return re.sub(rb"(TZID[=:])([A-Za-z_/]+)", rb"\1Probe/\2", feed)
