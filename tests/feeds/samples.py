"""Events for the feed tests: one to change at will, a calendar of everyday cases, and arbitrary ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from hypothesis import strategies as st

from exchange.feeds.events import EventClass, EventKind, FeedEvent, Override
from exchange.feeds.moments import AllDay, Timed, When
from exchange.feeds.recurrence import WEEKDAYS, Frequency, Recurrence
from exchange.feeds.render import Mailbox

HOST = "exchange.example"
MAILBOX = Mailbox("Exchange", "noreply@exchange.example")
CREATED = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
CHANGED = datetime(2026, 1, 6, 14, 0, 5, tzinfo=UTC)

MEETING = FeedEvent(
    uid=f"meeting-1@{HOST}",
    kind=EventKind.MEETING,
    when=Timed.by_the_clock(date(2026, 3, 3), time(9, 30), time(12), "Europe/London"),
    summary="Cyber range review",
    description="Agenda: results of the first week.",
    location="Room 4, London",
    url="https://exchange.example/sessions/1",
    conference="https://meet.example/a;b,c",
    categories=("Cyber", "UK AISI"),
    created_at=CREATED,
    updated_at=CHANGED,
    transparent=False,
)

SECONDMENT = FeedEvent(
    uid=f"secondment-7@{HOST}",
    kind=EventKind.SECONDMENT,
    when=AllDay(date(2026, 3, 2), date(2026, 8, 31)),
    summary="Zoë Müller: UK AISI → US CAISI",
    url="https://exchange.example/secondments/7",
    created_at=CREATED,
    updated_at=CHANGED,
    transparent=True,
)

MILESTONE = replace(
    SECONDMENT,
    uid=f"milestone-7-midway@{HOST}",
    kind=EventKind.MILESTONE,
    when=AllDay(date(2028, 2, 29), date(2028, 2, 29)),
    summary="中間レビュー 🎌 midway review",
    related_to=SECONDMENT.uid,
)

NEW_YORK_SERIES = replace(
    MEETING,
    uid=f"testing-session-3@{HOST}",
    kind=EventKind.TESTING_SESSION,
    summary="Weekly joint run",
    when=Timed.by_the_clock(date(2026, 2, 25), time(10), time(11), "America/New_York"),
    rrule=Recurrence(Frequency.WEEKLY, count=8),
    exdates=(date(2026, 3, 4),),
    overrides=(
        Override(
            slot=date(2026, 3, 11),
            when=Timed.by_the_clock(date(2026, 3, 11), time(13), time(14), "America/New_York"),
            summary="Weekly joint run (moved)",
        ),
        Override(slot=date(2026, 3, 18), cancelled_on=date(2026, 3, 10)),
    ),
)

LONDON_SERIES = replace(
    MEETING,
    uid=f"meeting-4@{HOST}",
    summary="Desk call",
    when=Timed.by_the_clock(date(2026, 3, 19), time(15), time(15, 45), "Europe/London"),
    rrule=Recurrence(Frequency.WEEKLY, last_day=date(2026, 4, 16)),
)

CANCELLED = replace(MEETING, uid=f"meeting-5@{HOST}", summary="Steering group", cancelled_on=date(2026, 2, 1))

EVERYDAY = (
    SECONDMENT,
    MILESTONE,
    NEW_YORK_SERIES,
    LONDON_SERIES,
    CANCELLED,
    replace(
        MEETING,
        uid=f"meeting-6@{HOST}",
        description="長い説明文" * 60 + " 👩‍👩‍👧‍👦 family, semicolon; backslash \\ and \\New",
        when=Timed(datetime(2026, 5, 1, 12, tzinfo=UTC), datetime(2026, 5, 1, 13, tzinfo=UTC), "UTC"),
        alarms=(timedelta(hours=1), timedelta(days=1)),
    ),
    replace(
        MILESTONE,
        uid=f"admin-deadline-9@{HOST}",
        kind=EventKind.ADMIN_DEADLINE,
        summary="Admin deadline (open Exchange)",
        when=AllDay(date(2026, 12, 31), date(2027, 1, 1)),
        classification=EventClass.PRIVATE,
    ),
)

ZONES = (
    "UTC",
    "America/New_York",
    "Europe/London",
    "Europe/Dublin",
    "Asia/Tokyo",
    "Australia/Sydney",
    "America/Vancouver",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "America/Santiago",
)
NASTY = (
    "\\N",
    "C:\\New",
    ";",
    ",",
    '"',
    "\r\n",
    "\n",
    "\x07",
    "\ufeff",
    "\u2028",
    "\x85",
    "\\",
    "\\n",
    "BEGIN:VEVENT",
    "ZZ" * 40,
)

texts = st.lists(st.one_of(st.sampled_from(NASTY), st.text(max_size=40)), max_size=6).map("".join)
titles = st.tuples(st.sampled_from(("Review", "総会", "🎉", "x")), texts).map(" ".join)
days = st.dates(date(2016, 1, 1), date(2036, 12, 31))


@st.composite
def all_days(draw: st.DrawFn) -> AllDay:
    first = draw(days)
    return AllDay(first, first + timedelta(days=draw(st.integers(0, 400))))


@st.composite
def timed(draw: st.DrawFn) -> Timed:
    minute = draw(st.integers(0, 24 * 60 - 1))
    start = datetime.combine(draw(days), datetime.min.time(), tzinfo=UTC) + timedelta(minutes=minute)
    return Timed(start, start + timedelta(minutes=draw(st.integers(1, 600))), draw(st.sampled_from(ZONES)))


@st.composite
def rules(draw: st.DrawFn, first: date) -> Recurrence:
    frequency = draw(st.sampled_from(tuple(Frequency)))
    weekdays: tuple[str, ...] = ()
    nth = None
    if frequency is Frequency.WEEKLY and draw(st.booleans()):
        weekdays = (WEEKDAYS[first.weekday()], *draw(st.sets(st.sampled_from(WEEKDAYS))))
    if frequency is Frequency.MONTHLY and first.day <= 28 and draw(st.booleans()):
        nth = (first.day - 1) // 7 + 1
    interval = draw(st.integers(1, 3))
    if draw(st.booleans()):
        return Recurrence(frequency, interval, weekdays, nth, count=draw(st.integers(1, 12)))
    last_day = first + timedelta(days=draw(st.integers(0, 120)))
    return Recurrence(frequency, interval, weekdays, nth, last_day=last_day)


@st.composite
def overrides(draw: st.DrawFn, when: When, slot: date) -> Override:
    moved = when.on(slot + timedelta(days=draw(st.integers(-2, 2)))) if draw(st.booleans()) else None
    return Override(
        slot=slot,
        when=moved,
        summary=draw(st.none() | titles),
        location=draw(st.none() | texts),
        cancelled_on=draw(st.none() | days),
    )


@st.composite
def events(draw: st.DrawFn, number: int = 0) -> FeedEvent:
    """Any event that may stand in a feed, series among them."""
    when = draw(st.one_of(all_days(), timed()))
    kind = EventKind.SECONDMENT if isinstance(when, AllDay) else EventKind.MEETING
    single = FeedEvent(
        uid=f"{kind.value}-{number}@{HOST}",
        kind=kind,
        when=when,
        summary=draw(titles),
        description=draw(texts),
        location=draw(texts),
        categories=tuple(draw(st.lists(texts, max_size=3))),
        url=draw(st.sampled_from(("", "https://exchange.example/x?y=1;2,3"))),
        conference=draw(st.sampled_from(("", "https://meet.example/room"))),
        created_at=CREATED,
        updated_at=draw(st.integers(0, 10**8).map(lambda seconds: CREATED + timedelta(seconds=seconds))),
        sequence=draw(st.integers(0, 50)),
        transparent=draw(st.booleans()),
        tentative=draw(st.booleans()),
        cancelled_on=draw(st.none() | days),
        classification=draw(st.sampled_from(tuple(EventClass))),
        alarms=tuple(
            draw(st.lists(st.sampled_from((timedelta(0), timedelta(hours=1), timedelta(days=2))), max_size=2))
        ),
    )
    return draw(series(single)) if draw(st.booleans()) else single


@st.composite
def series(draw: st.DrawFn, single: FeedEvent) -> FeedEvent:
    first = single.when.day
    rule = draw(rules(first))
    slots = list(islice(rule.days(first), 12))
    marked = draw(st.lists(st.sampled_from(slots), unique=True, max_size=3))
    changed = [slot for slot in marked if draw(st.booleans())]
    left_out = [slot for slot in marked if slot not in changed]
    if len(left_out) == len(slots):
        left_out = left_out[1:]
    return replace(
        single,
        rrule=rule,
        exdates=tuple(left_out),
        overrides=tuple(draw(overrides(single.when, slot)) for slot in changed),
    )
