"""The calendar of one link: kinds, windows, details and what fits, and what its owner is shown of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from exchange.feeds.assemble import Head, assemble
from exchange.feeds.building import Plan, Published, build, events
from exchange.feeds.events import EventKind, FeedEvent
from exchange.feeds.lint import lint
from exchange.feeds.moments import AllDay
from exchange.feeds.render import render
from exchange.feeds.settings import KINDS, LinkSettings, read_settings
from exchange.feeds.values import Stamps, written
from exchange.feeds.views import Detail
from exchange.feeds.visibility import MOST_BYTES, MOST_ITEMS, CancelledEvents, last_day, retire_cancelled
from tests.feeds.samples import CANCELLED, MAILBOX, MEETING, MILESTONE, NEW_YORK_SERIES, SECONDMENT

TODAY = date(2026, 3, 10)
MADE = datetime(2026, 3, 1, tzinfo=UTC)


def plan(**settings: object) -> Plan:
    chosen = LinkSettings(**settings)  # type: ignore[arg-type]  # a test's choice
    return Plan(Head(name="Exchange"), chosen, MAILBOX, TODAY, MADE, b"secret")


def stored(event: FeedEvent) -> Published:
    stamps = Stamps(event.uid, event.sequence, event.created_at, event.updated_at)
    end = last_day(event)
    assert end is not None
    return Published(event.kind, stamps, written(event), render(event, MAILBOX).body, end, event.cancelled_on)


EVERYTHING = [stored(event) for event in (MEETING, SECONDMENT, MILESTONE, NEW_YORK_SERIES, CANCELLED)]


def test_the_usual_calendar_is_its_stored_fragments() -> None:
    fragments = [render(event, MAILBOX) for event in (MEETING, SECONDMENT, MILESTONE)]
    built = build(plan(), [stored(event) for event in (MEETING, SECONDMENT, MILESTONE)])
    assert built.body == assemble(Head(name="Exchange"), fragments)
    assert (built.items, built.dropped) == (3, 0)


@pytest.mark.parametrize("today", [date(2026, 3, 1), date(2026, 3, 20), date(2026, 6, 1)])
def test_occurrences_cancelled_long_ago_are_left_out_whatever_the_way(today: date) -> None:
    """Stored bytes serve as long as nothing of them has to go; either way the calendar is the same."""
    chosen = replace(plan(past_days=200), today=today)
    expected = render(retire_cancelled(NEW_YORK_SERIES, today), MAILBOX)
    assert build(chosen, [stored(NEW_YORK_SERIES)]).body == assemble(chosen.head, [expected])


def test_cancelled_occurrences_go_at_once_where_the_link_hides_them() -> None:
    built = build(replace(plan(cancelled=CancelledEvents.HIDE), today=date(2026, 2, 20)), [stored(NEW_YORK_SERIES)])
    assert b"STATUS:CANCELLED" in render(NEW_YORK_SERIES, MAILBOX).body
    assert b"STATUS:CANCELLED" not in built.body


@pytest.mark.parametrize("kind", [EventKind.MEETING, EventKind.SECONDMENT, EventKind.MILESTONE])
def test_a_link_shows_its_kinds_alone(kind: EventKind) -> None:
    chosen = plan(kinds=frozenset({kind}))
    assert {event.kind for event in events(chosen, EVERYTHING)} == {kind}


@pytest.mark.parametrize("detail", list(Detail))
@pytest.mark.parametrize("cancelled", list(CancelledEvents))
@pytest.mark.parametrize("expanded", [False, True])
def test_no_setting_makes_a_faulty_calendar(detail: Detail, cancelled: CancelledEvents, *, expanded: bool) -> None:
    chosen = plan(detail=detail, cancelled=cancelled, expanded=expanded, alarm_minutes=60, kind_prefix=expanded)
    built = build(replace(chosen, head=replace(chosen.head, published=detail is not Detail.BUSY)), EVERYTHING)
    assert not lint(built.body)
    assert built.items == built.body.count(b"\r\nUID:") - built.body.count(b"RECURRENCE-ID")


@pytest.mark.parametrize("detail", list(Detail))
def test_no_event_is_older_than_the_settings_by_which_it_is_shown(detail: Detail) -> None:
    """Evolution takes nothing up unless a stamp moves. The events are the same, and so are their SEQUENCEs."""
    quoting = replace(MEETING, uid="quoting@exchange.example", description="Was\nDTSTAMP:20260105T093000Z\r\n")
    published = [*EVERYTHING, stored(quoting)]
    chosen = plan(detail=detail)
    chosen = replace(chosen, head=replace(chosen.head, published=detail is not Detail.BUSY))
    before, stamp = build(chosen, published).body, datetime(2026, 3, 9, 8, 0, 1, tzinfo=UTC)
    after = build(replace(chosen, settings_changed_at=stamp), published).body
    was: list[Any] = Calendar.from_ical(before).walk("VEVENT")
    now: list[Any] = Calendar.from_ical(after).walk("VEVENT")
    assert was
    for old, new in zip(was, now, strict=True):
        assert new["DTSTAMP"].dt == new["LAST-MODIFIED"].dt == max(stamp, old["DTSTAMP"].dt)
        for kept in (name for name in old if name not in {"DTSTAMP", "LAST-MODIFIED"}):
            assert new[kept] == old[kept]
    assert not lint(after)
    long_ago = replace(chosen, settings_changed_at=datetime(2020, 1, 1, tzinfo=UTC))
    assert build(long_ago, published).body == before


def test_what_the_owner_is_shown_is_what_is_served() -> None:
    for chosen in (plan(), plan(detail=Detail.TITLES), plan(expanded=True), plan(cancelled=CancelledEvents.HIDE)):
        shown = {event.uid for event in events(chosen, EVERYTHING)}
        body = build(chosen, EVERYTHING).body.replace(b"\r\n ", b"")
        assert {line[4:].decode() for line in body.split(b"\r\n") if line.startswith(b"UID:")} == shown


def test_a_calendar_that_shows_nothing_says_so_in_one_event() -> None:
    built = build(plan(), [])
    assert built.items == 0
    assert built.body.count(b"BEGIN:VEVENT") == 1
    assert b"SUMMARY:Nothing to show in this calendar" in built.body
    assert not lint(built.body)


def many(count: int, first: date, size: int = 400) -> list[Published]:
    """Milestones on following days, each with a description of that many characters."""
    days = (first + timedelta(days=number) for number in range(count))
    return [
        stored(
            replace(
                MILESTONE,
                uid=f"milestone-{day:%Y%m%d}-{number}@exchange.example",
                when=AllDay(day, day),
                description="x" * size,
                related_to="",
            )
        )
        for number, day in enumerate(days)
    ]


def test_a_calendar_too_large_drops_its_oldest_past_and_no_future() -> None:
    past, future = many(700, TODAY - timedelta(days=700), 1200), many(400, TODAY, 1200)
    built = build(plan(past_days=730), [*past, *future])
    assert len(built.body) <= MOST_BYTES + 2000  # the head and the end are not counted
    assert built.items <= MOST_ITEMS
    assert built.dropped == 1100 - built.items > 0
    served = built.body.replace(b"\r\n ", b"")
    assert all(one.stamps.uid.encode() in served for one in future)
    assert past[0].stamps.uid.encode() not in served
    assert past[-1].stamps.uid.encode() in served


def test_settings_come_back_as_they_were_written() -> None:
    chosen = LinkSettings(
        kinds=frozenset({EventKind.MEETING}),
        detail=Detail.BUSY,
        past_days=30,
        cancelled=CancelledEvents.HIDE,
        alarm_minutes=15,
        expanded=True,
        kind_prefix=False,
        admin_words=True,
    )
    assert read_settings(chosen.written()) == chosen
    assert read_settings({}) == LinkSettings()
    assert read_settings({"kinds": [kind.value for kind in KINDS], "of later": 1}) == LinkSettings()


@pytest.mark.parametrize(
    "change", [{"kinds": frozenset()}, {"kinds": frozenset({EventKind.SWITCHED_OFF})}, {"past_days": 731}]
)
def test_settings_that_show_nothing_or_too_much_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"A link that shows nothing|The past that a link shows"):
        LinkSettings(**change)  # type: ignore[arg-type]  # what is refused
