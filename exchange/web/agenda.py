"""Calendars for those without a calendar program: days to come, a month, what a link shows, one event as a file."""

from __future__ import annotations

from calendar import MONDAY, SUNDAY, Calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from exchange.actions import calendar_bodies as bodies
from exchange.actions.calendar_bodies import viewer_of
from exchange.domain.access import Permission
from exchange.feeds.assemble import Head, assemble
from exchange.feeds.building import Plan, events
from exchange.feeds.events import EventKind, FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.fragment import Fragment
from exchange.feeds.moments import AllDay, Timed
from exchange.feeds.settings import LinkSettings
from exchange.feeds.views import Detail
from exchange.store import calendar_feeds as store
from exchange.store.calendars import LinkScope
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.calendars import origin, slug_of
from exchange.web.database import db
from exchange.web.paging import page_number
from exchange.web.wording import current_reader, place_in, written_clock

pages = Blueprint("agenda", __name__)

AHEAD = timedelta(days=60)
YEARS = range(2000, 2100)
PER_PAGE = 30
MOST_A_DAY = 8  # of a day in a month; the agenda has the others
FIRST_WEEKDAY = {"en_GB": MONDAY, "en_US": SUNDAY}
_ONE_DAY, _INSTANT = timedelta(days=1), timedelta(seconds=1)  # what ends at midnight is over the day before
_EVER = datetime.min.replace(tzinfo=UTC)
KIND_WORDS = {
    EventKind.SECONDMENT: "Secondment",
    EventKind.MILESTONE: "Milestone",
    EventKind.DEADLINE: "Due",
    EventKind.MEETING: "Meeting",
    EventKind.TESTING_SESSION: "Joint testing",
    EventKind.ADMIN_DEADLINE: "Admin",
}
# The shape by which a month on a phone tells what a day holds; the list below it says it in words.
MARKS = {EventKind.MEETING: "meeting", EventKind.TESTING_SESSION: "testing"}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a page lists it, on the reader's own days.

    ``start`` is None for whole days; ``there`` is its time by the host's clock. ``uid`` is that of the whole series.
    """

    first: date
    last: date
    start: datetime | None
    there: str
    kind: str
    title: str
    location: str
    path: str
    cancelled: bool
    series: bool
    mark: str
    uid: str

    @property
    def spans(self) -> bool:
        return self.start is None and self.last > self.first


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month with what begins on it, in order."""

    date: date
    lines: tuple[Line, ...]


@pages.get("/calendars/agenda")
@allowed(Permission.CALENDARS_SEE)
def agenda() -> ResponseReturnValue:
    """The days to come, or those from another day on, of what concerns the reader or of all that they may see."""
    today = clock.today(access.signed_in().zone)
    first = _day(request.args.get("from"), today)
    lines = _lines(first, first + AHEAD)
    total = len(lines)
    page = page_number(request.args.get("page"), total, PER_PAGE)
    return render_template(
        "calendars/agenda.html",
        lines=lines[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=total,
        page=page,
        per_page=PER_PAGE,
        everything=_everything(),
        first=first,
        today=today,
        last=first + AHEAD,
        before=first - AHEAD - _ONE_DAY,
        following=first + AHEAD + _ONE_DAY,
        now=clock.now(),
    )


@pages.get("/calendars/month")
@allowed(Permission.CALENDARS_SEE)
def month() -> ResponseReturnValue:
    today = clock.today(access.signed_in().zone)
    first = _month(request.args.get("month"), today)
    following = (first + timedelta(days=32)).replace(day=1)
    dates = Calendar(FIRST_WEEKDAY[current_reader().locale]).monthdatescalendar(first.year, first.month)
    lines = _lines(dates[0][0], dates[-1][-1])
    weeks = [
        [Day(day, tuple(one for one in lines if one.first == day and not one.spans)) for day in week] for week in dates
    ]
    return render_template(
        "calendars/month.html",
        first=first,
        weeks=weeks,
        most=MOST_A_DAY,
        away=[line for line in lines if line.spans],
        today=today,
        before=(first - timedelta(days=1)).replace(day=1),
        following=following,
        everything=_everything(),
    )


@pages.get("/calendars/<int:ident>")
@allowed(Permission.CALENDARS_SEE)
def preview(ident: int) -> ResponseReturnValue:
    """Exactly what one of the reader's links serves now, in the reader's zone and the other side's."""
    person_id = access.actor().person_id
    assert person_id is not None  # a signed-in person
    link = store.subscription_of(db.session(), ident, person_id)
    if link is None:
        abort(404)
    now = clock.now()
    plan = bodies.plan_for(db.session(), link, now=now)
    shown = events(plan, bodies.published_for(db.session(), link, now=now))
    lines = in_order(map(_line, shown))
    if plan.settings.detail is Detail.BUSY:  # programs are not told the kind either
        lines = [replace(line, kind="") for line in lines]
    page = page_number(request.args.get("page"), len(lines), PER_PAGE)
    return render_template(
        "calendars/preview.html",
        link=link,
        lines=lines[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(lines),
        page=page,
        per_page=PER_PAGE,
        now=now,
    )


@pages.get("/calendars/events/<uid>.ics")
@allowed(Permission.CALENDARS_SEE)
def download(uid: str) -> ResponseReturnValue:
    """One event as a file to keep. It is not followed: a link is what stays right."""
    row = store.item(db.session(), uid, viewer_of(access.actor()))
    if row is None:
        abort(404)
    body = assemble(Head(name="Exchange", published=False), [Fragment(row.uid, row.fragment)])
    headers = {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{slug_of(bodies.published(row).event.summary, "event")}.ics"',
    }
    return Response(body, 200, headers)


def _everything() -> bool:
    return request.args.get("show") == "all"


def _month(text: str | None, today: date) -> date:
    """The first day of a month written as 2026-11; this month when it is none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    return first if first.year in YEARS else today.replace(day=1)


def _day(text: str | None, today: date) -> date:
    """The day written as 2026-11-26; today when it is none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    return day if day.year in YEARS else today


def _lines(first: date, last: date) -> list[Line]:
    """What takes place on these days of the reader, series as single events, in order.

    Meetings are found by the days of their own zone, which may be the reader's day before or after: hence a day more.
    """
    scope = LinkScope.PROGRAMME if _everything() else LinkScope.PERSON
    rows = store.items(db.session(), scope, None, viewer_of(access.actor()), since=first - _ONE_DAY)
    today = clock.today(access.signed_in().zone)
    plan = Plan(Head(name="Exchange"), LinkSettings(past_days=730), origin().mailbox, today, clock.now())
    found = (
        replace(_line(single), uid=event.uid)
        for event in events(plan, map(bodies.published, rows))
        for single in expand(event, first - _ONE_DAY, last + _ONE_DAY)
    )
    return in_order(line for line in found if line.first <= last and line.last >= first)


def in_order(lines: Iterable[Line]) -> list[Line]:
    """By day; first what lasts the whole of it, then by the clock."""
    return sorted(lines, key=lambda line: (line.first, line.start is not None, line.start or _EVER, line.title))


def _clock_there(when: Timed) -> str:
    """From when to when where it takes place, as the reader writes times."""
    site, locale = place_in(when.zone), current_reader().locale
    return f"{written_clock(when.start, site, locale)} to {written_clock(when.end, site, locale)} {site.city}"


def _line(event: FeedEvent) -> Line:
    when = event.when
    timed = when if isinstance(when, Timed) else None
    here = current_reader().here.tz
    there = _clock_there(timed) if timed else ""
    return Line(
        first=timed.start.astimezone(here).date() if timed else when.day,
        last=when.last if isinstance(when, AllDay) else (when.end - _INSTANT).astimezone(here).date(),
        start=timed.start if timed else None,
        there=there,
        kind=KIND_WORDS.get(event.kind, ""),
        title=event.summary,
        location=event.location,
        path=event.url.removeprefix(origin().base_url) if event.url.startswith(origin().base_url) else "",
        cancelled=event.cancelled_on is not None,
        series=event.rrule is not None,
        mark=MARKS.get(event.kind, "due"),
        uid=event.uid,
    )
