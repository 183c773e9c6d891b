"""What programs that people use make of a rendered file: khal, ical.js and libical."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from exchange.feeds.assemble import Head, assemble, tombstone
from exchange.feeds.events import FeedEvent
from exchange.feeds.render import render
from exchange.feeds.views import Detail
from tests.feeds.clock_changes import EXPECTED, FEED, YEAR, YEAR_EXPECTED, renamed
from tests.feeds.samples import (
    CANCELLED,
    CHANGED,
    EVERYDAY,
    HOST,
    LONDON_SERIES,
    MAILBOX,
    MEETING,
    MILESTONE,
    NEW_YORK_SERIES,
    SECONDMENT,
)
from tests.programs.khal import Device
from tests.programs.parsers import Libical, read_by_ical_js

COLUMNS = ("start", "end", "title", "status")


def feed(*events: FeedEvent) -> bytes:
    return assemble(Head(name="Exchange"), [render(event, MAILBOX) for event in events])


def test_khal_shows_a_series_with_its_exceptions_across_a_clock_change(device: Device) -> None:
    device.read(feed(NEW_YORK_SERIES, LONDON_SERIES))
    series, desk = "Joint testing: Weekly joint run", "Meeting: Desk call"
    assert device.agenda("2026-02-20", "2026-05-01", *COLUMNS) == {
        ("2026-02-25 15:00", "2026-02-25 16:00", series, "CONFIRMED"),
        ("2026-03-11 17:00", "2026-03-11 18:00", f"{series} (moved)", "CONFIRMED"),
        ("2026-03-18 14:00", "2026-03-18 15:00", f"Cancelled: {series}", "CANCELLED"),
        *(
            (f"2026-{day} 14:00", f"2026-{day} 15:00", series, "CONFIRMED")
            for day in ("03-25", "04-01", "04-08", "04-15")
        ),
        *((f"2026-{day} 15:00", f"2026-{day} 15:45", desk, "CONFIRMED") for day in ("03-19", "03-26")),
        *((f"2026-{day} 14:00", f"2026-{day} 14:45", desk, "CONFIRMED") for day in ("04-02", "04-09", "04-16")),
    }


def test_khal_shows_the_last_day_of_a_span_and_not_the_next(device: Device) -> None:
    device.read(feed(SECONDMENT, MILESTONE))
    title = f"Secondment: {SECONDMENT.summary}"
    assert device.agenda("2026-08-31", "2026-08-31", *COLUMNS) == {("2026-03-02", "2026-08-31", title, "CONFIRMED")}
    assert device.agenda("2026-09-01", "2026-09-01", *COLUMNS) == set()
    leap_day = {("2028-02-29", "2028-02-29", f"Milestone: {MILESTONE.summary}", "CONFIRMED")}
    assert device.agenda("2028-02-29", "2028-02-29", *COLUMNS) == leap_day
    assert device.agenda("2028-03-01", "2028-03-01", *COLUMNS) == set()


def test_khal_takes_up_a_change_under_the_same_uid(device: Device) -> None:
    device.read(feed(MEETING))
    later = replace(MEETING, when=MEETING.when.on(MEETING.when.day.replace(day=4)), sequence=1)
    device.read(feed(later))
    assert device.agenda("2026-03-01", "2026-03-31", *COLUMNS) == {
        ("2026-03-04 09:30", "2026-03-04 12:00", "Meeting: Cyber range review", "CONFIRMED")
    }
    device.read(feed(replace(later, sequence=2, cancelled_on=CANCELLED.cancelled_on)))
    assert {(title, status) for _, _, title, status in device.agenda("2026-03-01", "2026-03-31", *COLUMNS)} == {
        ("Cancelled: Meeting: Cyber range review", "CANCELLED")
    }


def test_khal_finds_what_zoneinfo_expects_over_both_years(device: Device) -> None:
    device.read(FEED)
    shown = {(start, status) for start, _, _, status in device.agenda("2026-01-01", "2027-12-31", *COLUMNS)}
    assert shown == {(f"{start:%Y-%m-%d %H:%M}", status) for _, start, status in EXPECTED}


def test_ical_js_finds_what_zoneinfo_expects(tmp_path: Path) -> None:
    """By the zones that it knows, and by those of the feed where it knows none of the name."""
    assert read_by_ical_js(FEED, tmp_path) == EXPECTED
    assert read_by_ical_js(renamed(FEED), tmp_path) == EXPECTED
    assert read_by_ical_js(renamed(YEAR), tmp_path) == YEAR_EXPECTED


def test_libical_accepts_what_is_rendered_and_notices_faults() -> None:
    libical, everyday = Libical(), feed(*EVERYDAY)
    busy = assemble(Head(name="Busy", published=False), [render(event, MAILBOX, Detail.BUSY) for event in EVERYDAY])
    for whole in (everyday, busy, FEED, tombstone("1", HOST, MAILBOX, CHANGED)):
        assert libical.accepts(whole)
    many = [replace(EVERYDAY[number % 7], uid=f"many-{number}@{HOST}") for number in range(5000)]
    assert libical.accepts(feed(*many))
    for old, new in (
        (b"STATUS:CONFIRMED", b"STATUS:MAYBE"),
        (b"CATEGORIES:Cyber,UK AISI", b"CATEGORIES:"),
        (b"ORGANIZER;CN=Exchange:mailto:noreply@exchange.example\r\n", b""),
        (b"FREQ=WEEKLY;COUNT=8", b"FREQ=FORTNIGHTLY;COUNT=8"),
    ):
        assert old in everyday
        assert not libical.accepts(everyday.replace(old, new, 1)), new
