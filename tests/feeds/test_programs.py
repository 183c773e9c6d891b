"""What programs that people use make of a rendered file: khal, and ical.js as in Thunderbird and Nextcloud."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from exchange.feeds.assemble import Head, assemble
from exchange.feeds.events import FeedEvent
from exchange.feeds.render import render
from tests.feeds.clock_changes import EXPECTED, FEED, Occurrences, renamed
from tests.feeds.samples import CANCELLED, LONDON_SERIES, MAILBOX, MEETING, MILESTONE, NEW_YORK_SERIES, SECONDMENT

KHAL = Path(sys.executable).parent / "khal"
KHAL_CONFIGURATION = """\
[calendars]
[[feed]]
path = {folder}/calendar
type = calendar
[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = UTC
default_timezone = UTC
[sqlite]
path = {folder}/khal.db
"""


class Khal:
    """khal with a configuration and a collection of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "calendar").mkdir()
        (folder / "khal.conf").write_text(KHAL_CONFIGURATION.format(folder=folder), encoding="utf-8")

    def run(self, *arguments: str) -> str:
        command = [str(KHAL), "-c", str(self.folder / "khal.conf"), *arguments]
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def read(self, feed: bytes) -> None:
        (self.folder / "feed.ics").write_bytes(feed)
        self.run("import", "--batch", "-a", "feed", str(self.folder / "feed.ics"))

    def agenda(self, first: str, last: str) -> set[tuple[str, str, str, str]]:
        """Start, end, title and state of everything shown; khal marks a cancelled event after its state."""
        shown = self.run("list", "--format", "{start}|{end}|{title}|{status}", "--day-format", "", first, last)
        rows = [line.strip().split("|") for line in shown.splitlines() if line.strip()]
        return {(start, end, title, status) for start, end, title, status in rows}


@pytest.fixture
def khal(tmp_path: Path) -> Khal:
    if not KHAL.exists():
        pytest.skip(f"KHAL WAS NOT RUN: there is no {KHAL}; install the development dependencies")
    return Khal(tmp_path)


def feed(*events: FeedEvent) -> bytes:
    return assemble(Head(name="Exchange"), [render(event, MAILBOX) for event in events])


def test_khal_shows_a_series_with_its_exceptions_across_a_clock_change(khal: Khal) -> None:
    khal.read(feed(NEW_YORK_SERIES, LONDON_SERIES))
    series, desk = "Joint testing: Weekly joint run", "Meeting: Desk call"
    assert khal.agenda("2026-02-20", "2026-05-01") == {
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


def test_khal_shows_the_last_day_of_a_span_and_not_the_next(khal: Khal) -> None:
    khal.read(feed(SECONDMENT, MILESTONE))
    title = f"Secondment: {SECONDMENT.summary}"
    assert khal.agenda("2026-08-31", "2026-08-31") == {("2026-03-02", "2026-08-31", title, "CONFIRMED")}
    assert khal.agenda("2026-09-01", "2026-09-01") == set()
    leap_day = {("2028-02-29", "2028-02-29", f"Milestone: {MILESTONE.summary}", "CONFIRMED")}
    assert khal.agenda("2028-02-29", "2028-02-29") == leap_day
    assert khal.agenda("2028-03-01", "2028-03-01") == set()


def test_khal_takes_up_a_change_under_the_same_uid(khal: Khal) -> None:
    khal.read(feed(MEETING))
    later = replace(MEETING, when=MEETING.when.on(MEETING.when.day.replace(day=4)), sequence=1)
    khal.read(feed(later))
    assert khal.agenda("2026-03-01", "2026-03-31") == {
        ("2026-03-04 09:30", "2026-03-04 12:00", "Meeting: Cyber range review", "CONFIRMED")
    }
    khal.read(feed(replace(later, sequence=2, cancelled_on=CANCELLED.cancelled_on)))
    assert {(title, status) for _, _, title, status in khal.agenda("2026-03-01", "2026-03-31")} == {
        ("Cancelled: Meeting: Cyber range review", "CANCELLED")
    }


def test_khal_finds_what_zoneinfo_expects_over_both_years(khal: Khal) -> None:
    khal.read(FEED)
    shown = {(start, status) for start, _, _, status in khal.agenda("2026-01-01", "2027-12-31")}
    assert shown == {(f"{start:%Y-%m-%d %H:%M}", status) for _, start, status in EXPECTED}


def read_by_ical_js(data: bytes, folder: Path) -> Occurrences:
    node, modules = shutil.which("node"), os.environ.get("EXCHANGE_NODE_MODULES", "")
    if node is None or not (Path(modules) / "ical.js").is_dir():
        pytest.skip(
            "ICAL.JS WAS NOT RUN, so Thunderbird's and Nextcloud's parser has not seen these feeds: install Node, run"
            " `npm install ical.js` in a folder and set EXCHANGE_NODE_MODULES to its node_modules"
        )
    path = folder / "feed.ics"
    path.write_bytes(data)
    script = Path(__file__).with_name("expand.mjs")
    command = [node, str(script), modules, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {
        (uid, datetime.fromisoformat(start).astimezone(UTC), status) for uid, start, status in json.loads(done.stdout)
    }


def test_ical_js_finds_what_zoneinfo_expects(tmp_path: Path) -> None:
    assert read_by_ical_js(FEED, tmp_path) == EXPECTED


def test_ical_js_finds_the_same_when_it_has_to_read_the_zones_from_the_feed(tmp_path: Path) -> None:
    assert read_by_ical_js(renamed(FEED), tmp_path) == EXPECTED
