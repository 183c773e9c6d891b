"""Thunderbird and Evolution, whole, follow a calendar link over a real server from the first look to the last.

What they show is held against zoneinfo; what they are answered is seen in the application.
"""

from __future__ import annotations

import time as clock_of_the_test
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from exchange.actions import calendars, meetings
from exchange.actions.calendars import MadeLink
from exchange.domain.meetings import Change, MeetingKind, Repeats
from exchange.feeds.settings import LinkSettings
from exchange.store.calendars import CalendarLink, LinkScope
from exchange.store.meetings import Meeting
from tests.actions.test_secondments import ACCEPTED, moved, proposed
from tests.cast import ACTOR, LONDON, TOKYO
from tests.engines import SqliteTemplate
from tests.meetings import SESSION, WEEKLY, entered, workstream
from tests.programs.evolution import evolution
from tests.programs.thunderbird import thunderbird, thunderbird_by_caldav
from tests.programs.whole import Link, Program, Shown
from tests.web.conftest import Answers, Clock
from tests.web.test_feeds import linked

PATIENCE_S = 60  # only to end a test that would hang
FIRST, LAST = date(2026, 11, 1), date(2028, 1, 1)
STAY = {
    Shown(first, after, title, "TENTATIVE", "TRANSPARENT")
    for first, after, title in (
        ("20270131", "20270201", "Due: Agreement to be concluded: Ada Lindqvist"),
        ("20270201", "20270731", "Secondment: Ada Lindqvist: UK AISI → US CAISI"),  # to the 30th
        ("20270215", "20270216", "Milestone: Check-in after arrival: Ada Lindqvist"),
        ("20270531", "20270601", "Milestone: Closing begins: Ada Lindqvist"),
        ("20270716", "20270717", "Milestone: Check-in before the end: Ada Lindqvist"),
    )
}
TUESDAYS = tuple(
    WEEKLY.day + timedelta(weeks=week) for week in range(7)
)  # New York changes clocks after two, London after four
THIRD, FOURTH = TUESDAYS[2:4]
JOINT, REVIEW = "Joint testing: Cyber range session", "Meeting: Review of the ranges"
BUSY, FREE = ("CONFIRMED", "OPAQUE"), ("CANCELLED", "TRANSPARENT")
SWITCHED_OFF = Shown("20261206", "20261207", "This calendar link was switched off", "CONFIRMED", "TRANSPARENT")


def shown(
    day: date, hour: int, title: str = JOINT, state: tuple[str, str] = BUSY, *, zone: str = "America/New_York"
) -> Shown:
    """From that hour there on for an hour and a half, in UTC as zoneinfo has it."""
    start = datetime.combine(day, time(hour), ZoneInfo(zone)).astimezone(UTC)
    begins, ends = (f"{moment:%Y%m%dT%H%M%SZ}" for moment in (start, start + timedelta(minutes=90)))
    return Shown(begins, ends, title, *state)


ELSEWHERE = {LONDON: "Europe/London", TOKYO: "Asia/Tokyo"}
UNTOUCHED = STAY | {shown(day, 10, zone=zone) for zone in ELSEWHERE.values() for day in TUESDAYS}


@dataclass
class Follower:
    """A program that follows a link, and what it was answered."""

    open: Callable[[], AbstractContextManager[Program]]
    answers: Answers

    def __post_init__(self) -> None:
        self._opened = ExitStack()
        self.program = self._opened.enter_context(self.open())

    def close(self) -> None:
        self._opened.close()

    def starts_again(self) -> None:
        self.close()
        self.program = self._opened.enter_context(self.open())

    def comes_to_show(self, expected: set[Shown], perhaps: AbstractSet[Shown] = frozenset()) -> None:
        self._looks_until(lambda: self.program.shows(FIRST, LAST) - perhaps == expected)
        assert self.program.shows(FIRST, LAST) - perhaps == expected

    def is_told(self, status: HTTPStatus) -> None:
        """The next time that it looks, with the tag of what it has; who reads no feed is told nothing of the kind."""
        if not self.program.reads_feed:
            return
        before = len(self.answers)
        self._looks_until(lambda: any(answer.status == status for answer in self.answers[before:]))
        assert any(answer.status == status and answer.if_none_match for answer in self.answers[before:]), self.answers

    def _looks_until(self, reached: Callable[[], bool]) -> None:
        for _ in range(PATIENCE_S * 4):
            self.program.refresh()
            clock_of_the_test.sleep(0.25)
            if reached():
                return


@pytest.fixture
def engine_template(sqlite_template: SqliteTemplate) -> SqliteTemplate:
    """On SQLite alone: that both databases give the same feed is seen without these programs, which take seconds."""
    return sqlite_template


@pytest.fixture
def work(session: Session) -> int:
    """A workstream with sessions in London and Tokyo, beside a secondment."""
    moved(session, proposed(session), *ACCEPTED)
    made = workstream(session)
    for site in ELSEWHERE:
        entered(session, made, replace(SESSION, site_id=site))
    return made


@pytest.fixture
def series(session: Session, work: int) -> int:
    return entered(session, work)


@pytest.fixture
def link(session: Session, series: int) -> MadeLink:
    return linked(session, "director", LinkScope.PROGRAMME)


@pytest.fixture(params=[thunderbird, thunderbird_by_caldav, evolution])
def follower(
    request: pytest.FixtureRequest, tmp_path: Path, address: str, answers: Answers, link: MadeLink
) -> Iterator[Follower]:
    start = partial(request.param, tmp_path / "home", Link(address, link.token))
    with closing(Follower(start, answers)) as opened:
        yield opened


def test_a_whole_program_follows_a_link_from_the_first_look_to_the_switching_off(
    session: Session, clock: Clock, work: int, series: int, link: MadeLink, follower: Follower
) -> None:
    lead = ACTOR["uk_lead"]
    follower.comes_to_show(UNTOUCHED | {shown(day, 10) for day in TUESDAYS})
    follower.is_told(HTTPStatus.NOT_MODIFIED)

    clock.now += timedelta(hours=1)
    review = replace(WEEKLY, day=THIRD, begins=time(16), ends=time(17, 30), repeats=Repeats.NEVER, last_day=None)
    added = replace(SESSION, kind=MeetingKind.MEETING, title="Review of the ranges", occasion=review)
    single = entered(session, work, added)
    later = replace(SESSION, occasion=replace(WEEKLY, begins=time(11), ends=time(12, 30)))
    version = session.get_one(Meeting, series, populate_existing=True).version
    meetings.put(session, lead, work, series, later, version=version, now=clock.now)
    follower.comes_to_show(UNTOUCHED | {shown(day, 11) for day in TUESDAYS} | {shown(THIRD, 16, REVIEW)})

    meetings.change_one(session, lead, series, Change(THIRD, cancelled_on=clock.now.date()), now=clock.now)
    elsewhen = Change(FOURTH, day=FOURTH + timedelta(days=1), begins=time(14), ends=time(15, 30))
    meetings.change_one(session, lead, series, elsewhen, now=clock.now)
    meetings.cancel(session, lead, single, now=clock.now)
    elsewhere, gone = shown(FOURTH + timedelta(days=1), 14), shown(THIRD, 11, f"Cancelled: {JOINT}", FREE)
    kept = UNTOUCHED | {shown(day, 11) for day in TUESDAYS if day not in {THIRD, FOURTH}} | {elsewhere}
    follower.comes_to_show(kept | {gone, shown(THIRD, 16, f"Cancelled: {REVIEW}", FREE)})

    clock.now += timedelta(days=15)
    follower.comes_to_show(kept)
    calendars.change(session, ACTOR["director"], link.id, "Laptop", LinkSettings(kind_prefix=False), now=clock.now)
    unmarked = {one._replace(title=one.title.partition(": ")[2]) for one in kept}
    follower.comes_to_show(unmarked)
    follower.is_told(HTTPStatus.NOT_MODIFIED)

    calendars.stop(session, ACTOR["director"], link.id, now=clock.now)
    left = {one for one in unmarked if "T" in one.start} if follower.program.keeps_series else set()
    follower.comes_to_show({SWITCHED_OFF}, perhaps=left)
    if left:
        follower.starts_again()
        follower.comes_to_show({SWITCHED_OFF})
    clock.now += timedelta(days=31)
    follower.is_told(HTTPStatus.GONE)
    assert follower.program.shows(FIRST, LAST) <= {SWITCHED_OFF}  # by then nothing private is left to be kept
    assert session.get_one(CalendarLink, link.id, populate_existing=True).fetched_by == follower.program.name
