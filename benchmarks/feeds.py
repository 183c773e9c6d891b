"""What a poll of a calendar costs: joined fragments and stored bodies beside icalendar writing the calendar anew.

    python benchmarks/feeds.py [--events 1000 10000] [--rounds 20]

Everything runs in this process and is measured in CPU time: the best and the middle of the rounds. The rival builds the
same events as icalendar components and writes the whole calendar, as a server without stored fragments does for each
request; its bytes are compared with the joined ones. The first figures of each size are of the engine alone, without a
database. The last ones are requests to the whole application on a SQLite file, from the call of its WSGI callable to
the last byte: headers, the statement for the link and the body are in them. The exit status is 1 if the best of a
figure misses its target.

The file is not called after calendars because a script's folder comes first on Python's path: as calendar.py it would
stand in for the module of that name in the standard library.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

from icalendar import Calendar
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import create_environ

from exchange.actions.calendars import NewLink, make
from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.meetings import MeetingKind
from exchange.feeds import zones
from exchange.feeds.assemble import Head, assemble, calendar, compress, etag
from exchange.feeds.conditional import last_modified, not_modified
from exchange.feeds.entries import Origin
from exchange.feeds.events import EventKind, FeedEvent, Override
from exchange.feeds.fragment import Fragment
from exchange.feeds.moments import AllDay, Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.render import RENDERER, Mailbox, render, vevents
from exchange.feeds.settings import LinkSettings
from exchange.feeds.values import written
from exchange.feeds.visibility import MOST_ITEMS, last_day
from exchange.store.calendars import CalendarItem, CalendarOrigin, LinkScope
from exchange.store.institutes import Institute, Site
from exchange.store.meetings import Meeting
from exchange.store.people import Person, RoleGrant
from exchange.store.workstreams import Workstream
from exchange.web import Settings, create_app, migrations
from exchange.web.database import db

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MAILBOX = Mailbox("Exchange", "noreply@exchange.example")
HEAD = Head(name="Exchange: Zoë Müller", description="Phone", colour="teal", zone="Europe/London")
HOST_ZONES = ("America/New_York", "Europe/London", "Asia/Tokyo", "Asia/Singapore")
MILLISECOND = 1000


@dataclass(frozen=True)
class Figure:
    """CPU seconds of one poll, the best and the middle of the rounds, and at most how many it should take."""

    what: str
    rounds: Sequence[float]
    target: float | None = None

    @property
    def seconds(self) -> float:
        return min(self.rounds)

    @property
    def missed(self) -> bool:
        return self.target is not None and self.seconds > self.target

    def line(self, rival: float) -> str:
        wanted = "" if self.target is None else f"   target {self.target * MILLISECOND:g} ms"
        verdict = "   MISSED" if self.missed else ""
        best, middle = self.seconds * MILLISECOND, median(self.rounds) * MILLISECOND
        ratio = f"{rival / self.seconds:12,.0f} x"
        return f"{self.what:<44}{best:12.4f} ms{middle:12.4f} ms{ratio}{wanted}{verdict}"


@dataclass(frozen=True)
class Stored:
    """What the application keeps of a link: the body in both forms, its tag and when its hash last changed."""

    body: bytes
    compressed: bytes
    tag: str
    changed_at: datetime

    def answer(self, if_none_match: str | None) -> tuple[int, bytes]:
        """Status and body, as for a program that accepts gzip."""
        unchanged = not_modified(self.tag, self.changed_at, NOW, if_none_match=if_none_match, if_modified_since=None)
        last_modified(self.changed_at)
        return (304, b"") if unchanged else (200, self.compressed)


def cpu(call: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of CPU of one call in each of the rounds, which are long enough to be measured."""
    found = []
    for _ in range(rounds):
        calls, begun = 0, time.process_time()
        while (spent := time.process_time() - begun) < 0.005 or not calls:
            call()
            calls += 1
        found.append(spent / calls)
    return found


def event(number: int) -> FeedEvent:
    """35 of 100 are milestones, 25 secondments, 40 sessions with a clock, one session in five a series."""
    first = date(2026, 1, 1) + timedelta(days=number * 7 % 700)
    share = number % 100
    url = f"https://exchange.example/items/{number}"
    if share < 60:
        milestone = share < 35
        return FeedEvent(
            uid=f"{'milestone' if milestone else 'secondment'}-{number:032x}@exchange.example",
            kind=EventKind.MILESTONE if milestone else EventKind.SECONDMENT,
            when=AllDay(first, first + timedelta(days=0 if milestone else 120)),
            summary=f"Zoë Müller: UK AISI → US CAISI ({number})",
            description="Host: Jean Dupont. Workstream: cyber ranges 🎯. The page in Exchange says more.",
            url=url,
            categories=("Secondments",),
            transparent=True,
            created_at=NOW,
            updated_at=NOW,
        )
    single = FeedEvent(
        uid=f"meeting-{number:032x}@exchange.example",
        kind=EventKind.MEETING,
        when=Timed.by_the_clock(first, clock(9 + number % 8), clock(18), HOST_ZONES[number % 4]),
        summary=f"Joint run {number}: 評価 session",
        description="Agenda: results of the week; open questions, next steps.",
        location="Room 4",
        url=url,
        conference=f"https://meet.example/{number}",
        categories=("Cyber", "Testing"),
        transparent=False,
        created_at=NOW,
        updated_at=NOW,
    )
    if number % 5:
        return single
    cancelled = (Override(slot=first + timedelta(days=7), cancelled_on=first),)
    return replace(single, rrule=Recurrence(Frequency.WEEKLY, count=10), overrides=cancelled)


def written_anew(events: Sequence[FeedEvent]) -> bytes:
    """The whole calendar by icalendar alone."""
    whole, times = calendar(HEAD), Calendar()
    components = [vevent for each in sorted(events, key=lambda each: each.uid) for vevent in vevents(each, MAILBOX)]
    times.subcomponents.extend(components)
    for zone in sorted(times.get_used_tzids()):
        timezone = zones.component(zone)
        if timezone is not None:
            whole.add_component(timezone)
    whole.subcomponents.extend(components)
    body: bytes = whole.to_ical()
    return body


def rebuilt(fragments: Sequence[Fragment]) -> Stored:
    body = assemble(HEAD, fragments)
    return Stored(body, b"", etag(body), NOW)


def compare(size: int, rounds: int, *, rebuild_target: float | None) -> list[Figure]:
    """Print the figures of a calendar of that many events, and return them."""
    events = [event(number) for number in range(size)]
    begun = time.process_time()
    anew = written_anew(events)
    rival = time.process_time() - begun
    begun = time.process_time()
    fragments = [render(each, MAILBOX) for each in events]
    rendering = (time.process_time() - begun) / size
    if assemble(HEAD, fragments) != anew:
        raise SystemExit("The joined bytes differ from those that icalendar writes.")
    stored = Stored(anew, compress(anew), etag(anew), NOW)
    figures = [
        Figure("icalendar per request (one round)", [rival]),
        Figure("rebuilt: fragments joined and hashed", cpu(lambda: rebuilt(fragments), rounds), rebuild_target),
        Figure("  and compressed", cpu(lambda: compress(anew), min(rounds, 3))),
        Figure("stored body", cpu(lambda: stored.answer('"another"'), rounds), 0.001),
        Figure("304", cpu(lambda: stored.answer(f'"other", {stored.tag}'), rounds), 0.0005),
        Figure("written once per change: one fragment", [rendering], 0.002),
    ]
    print(f"\n{size:,} events, {len(anew) / 1000:,.0f} kB, {len(stored.compressed) / 1000:,.0f} kB compressed")
    print(f"{'':<44}{'best':>15}{'median':>15}{'icalendar takes':>16}")
    for figure in figures:
        print(figure.line(rival))
    return figures


class World:
    """The application on a database of its own, with one link that shows so many events."""

    def __init__(self, folder: Path, events: Sequence[FeedEvent]) -> None:
        settings = Settings(folder, f"sqlite:///{folder}/bench.sqlite3", "a key for this benchmark alone, long", False)
        self.app = create_app(settings, CLOCK=lambda: NOW)
        migrations.upgrade(self.app)
        with self.app.app_context():
            session = db.session()
            self.link_id, token = _link_with(session, events)
        self.path = f"/cal/{token}/bench.ics"
        self.seen: tuple[str, dict[str, str]] = ("", {})

    def get(self, **headers: str) -> str:
        """One request as a server hands it to the application; returns the status."""
        environ = create_environ(self.path) | headers
        body = self.app.wsgi_app(environ, self._answered)
        for _ in body:
            pass
        body.close()  # type: ignore[attr-defined]  # Werkzeug's, as servers close it
        return self.seen[0]

    def _answered(
        self, status: str, headers: list[tuple[str, str]], _fault: object = None
    ) -> Callable[[bytes], object]:
        self.seen = (status.partition(" ")[0], dict(headers))
        return len

    def rebuild(self) -> str:
        """One fetch after a change: the stored body is of an older version."""
        with self.app.app_context():
            db.session.execute(update(CalendarOrigin).values(version=CalendarOrigin.version + 1))
            db.session.commit()
        return self.get()


def _link_with(session: Session, events: Sequence[FeedEvent]) -> tuple[int, str]:
    """A director's link to the whole programme, every event standing for a meeting of its one workstream."""
    session.add(Institute(id=1, code="UK-AISI", country="GB", name="AISI", short_name="AISI", zone="Europe/London"))
    session.add(
        Person(id=1, public_id=uuid4(), full_name="D", email="d@example.org", zone="Europe/London", created_at=NOW)
    )
    session.flush()
    session.add(Site(id=1, institute_id=1, name="London", zone="Europe/London", holiday_country="GB"))
    session.add(RoleGrant(person_id=1, role=Role.PROGRAMME_DIRECTOR, granted_at=NOW))
    session.add(Workstream(id=1, code="W", title="W", lead_institute_id=1))
    session.flush()
    for number, each in enumerate(events, start=1):
        session.add(_meeting(number))
        session.flush()
        session.add(_item(number, each))
    session.commit()
    new = NewLink(LinkScope.PROGRAMME, None, "Benchmark", LinkSettings(past_days=730))
    director = Actor(1, "D", 1, frozenset({Grant(Role.PROGRAMME_DIRECTOR)}))
    host = session.get_one(CalendarOrigin, 1).host
    made = make(session, director, new, Origin(host), now=NOW)
    return made.id, made.token


def _meeting(number: int) -> Meeting:
    return Meeting(
        id=number,
        public_id=uuid4(),
        workstream_id=1,
        kind=MeetingKind.MEETING,
        title="M",
        site_id=1,
        zone="Europe/London",
        day=NOW.date(),
        begins=clock(9),
        ends=clock(10),
        created_at=NOW,
        version=1,
    )


def _item(number: int, each: FeedEvent) -> CalendarItem:
    end = last_day(each)
    assert end is not None
    return CalendarItem(
        uid=each.uid,
        kind=each.kind.value,
        meeting_id=number,
        created_at=NOW,
        updated_at=NOW,
        starts_on=each.when.day,
        ends_on=max(end, NOW.date()),
        content=written(each),
        fragment=render(each, MAILBOX).body,
        renderer=RENDERER,
    )


def served(size: int, rival: float, rounds: int, folder: Path) -> list[Figure]:
    """Print what requests to the application cost, and return the figures."""
    world = World(folder, [event(number) for number in range(size)])
    world.get()
    tag = world.seen[1]["ETag"]
    body = 0.001 if size <= MOST_ITEMS else None  # a body has no more events than a link may show
    figures = [
        Figure("a fetch after a change, rebuilt and stored", cpu(world.rebuild, min(rounds, 3))),
        Figure(
            "a fetch of the stored body, compressed", cpu(lambda: world.get(HTTP_ACCEPT_ENCODING="gzip"), rounds), body
        ),
        Figure("a fetch answered 304", cpu(lambda: world.get(HTTP_IF_NONE_MATCH=tag), rounds), 0.0005),
    ]
    if world.get(HTTP_IF_NONE_MATCH=tag) != "304":
        raise SystemExit("A fetch that should have been answered 304 was not.")
    print("through the application, on SQLite:")
    for figure in figures:
        print(figure.line(rival))
    return figures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args(arguments)
    figures: list[Figure] = []
    too_dear = False
    for size in options.events:
        found = compare(size, options.rounds, rebuild_target=0.015 * size / 1000)
        figures.extend(found)
        with TemporaryDirectory() as folder:
            figures.extend(served(size, found[0].seconds, options.rounds, Path(folder)))
        too_dear = too_dear or found[0].seconds < 50 * found[1].seconds
    missed = [figure.what.strip() for figure in figures if figure.missed]
    if too_dear:
        missed.append("rebuilding at least 50 times cheaper than icalendar per request")
    print(f"\nMissed: {'; '.join(missed)}." if missed else "\nAll targets met.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
