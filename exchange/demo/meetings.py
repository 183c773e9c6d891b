"""Meetings of the invented world: calls, a monthly review, and joint testing sessions with their exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from exchange.actions import meetings
from exchange.actions.meetings import MeetingTerms
from exchange.demo.seats import main_sites
from exchange.demo.works import UK, US, Places
from exchange.domain.meetings import Change, MeetingKind, Occasion, Repeats
from exchange.domain.round_settings import first_monday
from exchange.store.people import actor_of, id_by_email

LEAD = {UK: "lead@uk-aisi.example", US: "lead@us-caisi.example"}


@dataclass(frozen=True, slots=True)
class Series:
    """``weekday`` counts from Monday; ``weeks`` is how long it goes on, 0 for a single meeting; ``starts_in`` days."""

    work: str
    host: str
    kind: MeetingKind
    title: str
    agenda: str
    starts_in: int
    weekday: int
    begins: time
    ends: time
    repeats: Repeats = Repeats.NEVER
    every: int = 1
    weeks: int = 0
    cancelled: int | None = None  # which occurrence, from 0
    moved: int | None = None


SERIES: tuple[Series, ...] = (
    Series(
        "uk-cyber",
        UK,
        MeetingKind.MEETING,
        "Cyber desk call",
        "Runs of the week, open questions, who needs what.",
        -14,
        2,
        time(15),
        time(15, 45),
        Repeats.WEEKLY,
        1,
        30,
        cancelled=4,
    ),
    Series(
        "uk-cyber",
        US,
        MeetingKind.TESTING_SESSION,
        "Joint cyber range session",
        "Both teams run the same tasks on the same range and compare what they see.",
        10,
        1,
        time(10),
        time(12, 30),
        Repeats.WEEKLY,
        2,
        26,
        cancelled=3,
        moved=1,
    ),
    Series(
        "us-agents",
        US,
        MeetingKind.MEETING,
        "Review of agent hijacking results",
        "What held, what did not, what to publish.",
        7,
        3,
        time(9, 30),
        time(11),
        Repeats.MONTHLY_BY_WEEKDAY,
        1,
        40,
    ),
    Series(
        "uk-safeguards",
        UK,
        MeetingKind.MEETING,
        "Kick-off of the safeguards review",
        "Scope, roles and dates.",
        20,
        4,
        time(14),
        time(16),
    ),
)


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """Enter every series, then move and cancel what its story says."""
    sites = main_sites(session, places)
    for series in SERIES:
        _add(session, series, places.works[series.work], sites[places.institutes[series.host]], today=today, now=now)


def _add(session: Session, series: Series, work: int, site: int, *, today: date, now: datetime) -> None:
    lead = id_by_email(session, LEAD[UK if series.work.startswith("uk") else US])
    assert lead is not None
    actor = actor_of(session, lead, today)
    day = first_monday(today + timedelta(days=series.starts_in)) + timedelta(days=series.weekday)
    last_day = day + timedelta(weeks=series.weeks) if series.weeks else None
    occasion = Occasion(day, series.begins, series.ends, series.repeats, series.every, (), last_day)
    terms = MeetingTerms(series.kind, series.title, site, occasion, series.agenda, "", "https://meet.example/exchange")
    ident = meetings.put(session, actor, work, None, terms, now=now)
    step = timedelta(weeks=series.every)
    if series.moved is not None:
        slot = day + series.moved * step
        moved = Change(slot, day=slot + timedelta(days=1), begins=time(13), ends=time(15, 30))
        meetings.change_one(session, actor, ident, moved, now=now)
    if series.cancelled is not None:
        cancelled = Change(day + series.cancelled * step, cancelled_on=today)
        meetings.change_one(session, actor, ident, cancelled, now=now)
