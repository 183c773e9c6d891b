"""Calendars for those without a calendar program: days to come, a month, what a link shows, one event as a file."""

from __future__ import annotations

from calendar import Calendar
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from exchange.actions import calendar_bodies as bodies
from exchange.actions.calendar_bodies import viewer_of
from exchange.domain.access import Permission
from exchange.feeds.assemble import Head, assemble
from exchange.feeds.building import Plan, events
from exchange.feeds.clocks import place
from exchange.feeds.events import EventKind, FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.fragment import Fragment
from exchange.feeds.moments import Timed
from exchange.feeds.settings import LinkSettings
from exchange.store import calendar_feeds as store
from exchange.store.calendars import LinkScope
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.calendars import origin
from exchange.web.database import db
from exchange.web.paging import page_number

pages = Blueprint("agenda", __name__)

AHEAD = timedelta(days=60)
YEARS = range(2000, 2100)
PER_PAGE = 30
KIND_WORDS = {
    EventKind.SECONDMENT: "Secondment",
    EventKind.MILESTONE: "Milestone",
    EventKind.DEADLINE: "Due",
    EventKind.MEETING: "Meeting",
    EventKind.TESTING_SESSION: "Joint testing",
    EventKind.ADMIN_DEADLINE: "Admin",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a page lists it. ``start`` is None for whole days; ``there`` is its time by the host's clock."""

    first: date
    last: date
    start: datetime | None
    there: str
    kind: str
    title: str
    location: str
    path: str
    uid: str
    cancelled: bool
    series: bool

    @property
    def spans(self) -> bool:
        return self.start is None and self.last > self.first


@pages.get("/calendars/agenda")
@allowed(Permission.CALENDARS_SEE)
def agenda() -> ResponseReturnValue:
    """The days to come, of what concerns the reader or of all that they may see."""
    today = clock.today(access.signed_in().zone)
    lines = _lines(today, today + AHEAD)
    total = len(lines)
    page = page_number(request.args.get("page"), total, PER_PAGE)
    return render_template(
        "calendars/agenda.html",
        lines=lines[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=total,
        page=page,
        per_page=PER_PAGE,
        everything=_everything(),
        last=today + AHEAD,
        now=clock.now(),
    )


@pages.get("/calendars/month")
@allowed(Permission.CALENDARS_SEE)
def month() -> ResponseReturnValue:
    today = clock.today(access.signed_in().zone)
    first = _month(request.args.get("month"), today)
    following = (first + timedelta(days=32)).replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    lines = _lines(weeks[0][0], weeks[-1][-1])
    days: dict[date, list[Line]] = {}
    for line in lines:
        if not line.spans:
            days.setdefault(line.first, []).append(line)
    return render_template(
        "calendars/month.html",
        first=first,
        weeks=weeks,
        days=days,
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
    lines = sorted((_line(event) for event in shown), key=lambda line: (line.first, line.title))
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
        "Content-Disposition": 'attachment; filename="event.ics"',
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


def _lines(first: date, last: date) -> list[Line]:
    """What takes place on these days, series as single events, in order."""
    scope = LinkScope.PROGRAMME if _everything() else LinkScope.PERSON
    rows = store.items(db.session(), scope, None, viewer_of(access.actor()), since=first)
    today = clock.today(access.signed_in().zone)
    plan = Plan(Head(name="Exchange"), LinkSettings(past_days=730), origin().mailbox, today, clock.now())
    singles = [single for event in events(plan, map(bodies.published, rows)) for single in expand(event, first, last)]
    return sorted(
        (_line(single) for single in singles), key=lambda line: (line.first, line.start is not None, line.title)
    )


def _line(event: FeedEvent) -> Line:
    when = event.when
    timed = when if isinstance(when, Timed) else None
    there = f"{timed.local_start:%H:%M} to {timed.local_end:%H:%M} {place(timed.zone)}" if timed else ""
    return Line(
        first=when.day,
        last=when.local_end.date() if isinstance(when, Timed) else when.last,
        start=timed.start if timed else None,
        there=there,
        kind=KIND_WORDS.get(event.kind, ""),
        title=event.summary,
        location=event.location,
        path=event.url.removeprefix(origin().base_url) if event.url.startswith(origin().base_url) else "",
        uid=event.uid,
        cancelled=event.cancelled_on is not None,
        series=event.rrule is not None,
    )
