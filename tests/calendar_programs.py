"""Calendar programs that people use, run as they are: khal, vdirsyncer, ical.js, and libical of GNOME and KDE.

A program that is not on the machine is skipped in capital letters: what it would have said is not known then.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.feeds.clock_changes import Occurrences

PROGRAMS = Path(sys.executable).parent
MODULES = Path.home() / ".cache" / "exchange-tests"  # kept from one run of the tests to the next
ICAL_JS = "ical.js@2.2.1"
VDIRSYNCER = """\
[general]
status_path = "{folder}/status"
[pair link]
a = "here"
b = "there"
collections = {collections}
conflict_resolution = "b wins"
partial_sync = "revert"
[storage here]
type = "filesystem"
path = "{folder}/{kept}"
fileext = ".ics"
[storage there]
{there}
"""
KHAL = """\
[calendars]
[[link]]
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


@dataclass
class Device:
    """One device with vdirsyncer and khal on it, and one calendar."""

    folder: Path

    def __post_init__(self) -> None:
        (self.folder / "calendar").mkdir(parents=True)
        (self.folder / "khal.conf").write_text(KHAL.format(folder=self.folder), encoding="utf-8")

    def follow(self, address: str) -> None:
        """Subscribe to the file at this address."""
        self._set_up(f'type = "http"\nurl = "{address}"', "null", "calendar")

    def follow_collection(self, address: str, user: str, password: str, name: str) -> None:
        """Find a server's calendars by its address alone, and keep this one of them."""
        there = f'type = "caldav"\nurl = "{address}"\nusername = "{user}"\npassword = "{password}"\nread_only = true'
        self._set_up(there, f'[["it", "calendar", "{name}"]]', "")

    def sync(self) -> None:
        self.run("vdirsyncer", "-c", "vdirsyncer.conf", "sync")

    def sync_fails(self) -> bool:
        return self._start("vdirsyncer", "-c", "vdirsyncer.conf", "sync").returncode != 0

    def read(self, feed: bytes) -> None:
        """Take a file over by hand."""
        (self.folder / "feed.ics").write_bytes(feed)
        self.run("khal", "-c", "khal.conf", "import", "--batch", "-a", "link", str(self.folder / "feed.ics"))

    def files(self) -> dict[str, int]:
        """Every file with the instant at which it was written."""
        return {path.name: path.stat().st_mtime_ns for path in (self.folder / "calendar").iterdir()}

    def agenda(self, first: str, last: str, *columns: str) -> set[tuple[str, ...]]:
        """Everything that khal shows on these days: start, title and state, or these columns."""
        form = "|".join(f"{{{column}}}" for column in columns or ("start", "title", "status"))
        shown = self.run("khal", "-c", "khal.conf", "list", "--format", form, "--day-format", "", first, last)
        return {tuple(line.strip().split("|")) for line in shown.splitlines() if line.strip()}

    def run(self, program: str, *arguments: str) -> str:
        done = self._start(program, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _set_up(self, there: str, collections: str, kept: str) -> None:
        written = VDIRSYNCER.format(folder=self.folder, there=there, collections=collections, kept=kept)
        (self.folder / "vdirsyncer.conf").write_text(written, encoding="utf-8")
        self.run("vdirsyncer", "-c", "vdirsyncer.conf", "discover")

    def _start(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = PROGRAMS / program
        if not path.exists():
            pytest.skip(f"{program.upper()} WAS NOT RUN: there is no {path}; install the development dependencies")
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            [str(path), *arguments], cwd=self.folder, capture_output=True, text=True, env=environment, check=False
        )


def read_by_ical_js(data: bytes, folder: Path) -> Occurrences:
    """What Thunderbird's and Nextcloud's parser finds in a feed."""
    node = shutil.which("node") or ""
    if not node or not _has_ical_js():
        pytest.skip(
            "ICAL.JS WAS NOT RUN, so Thunderbird's and Nextcloud's parser has not seen these feeds: it needs Node, and"
            " npm once to fetch it"
        )
    path = folder / "feed.ics"
    path.write_bytes(data)
    script = Path(__file__).parent / "feeds" / "expand.mjs"
    done = subprocess.run(
        [node, str(script), str(MODULES / "node_modules"), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {
        (uid, datetime.fromisoformat(start).astimezone(UTC), status) for uid, start, status in json.loads(done.stdout)
    }


@cache
def _has_ical_js() -> bool:
    """Whether ical.js is there, fetched now if it never was; each run of the tests tries once."""
    if (MODULES / "node_modules" / "ical.js").is_dir():
        return True
    npm = shutil.which("npm")
    if npm is None:
        return False
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--prefix", str(MODULES))
    MODULES.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run([npm, "install", *quiet, ICAL_JS], capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


class Libical:
    """libical, which GNOME's and KDE's calendars read by, and its check of what RFC 5546 demands of a method."""

    def __init__(self) -> None:
        name = ctypes.util.find_library("ical")
        if name is None:
            pytest.skip("LIBICAL WAS NOT RUN, so GNOME's and KDE's parser has not seen these feeds: install libical3")
        self._library = ctypes.CDLL(name)
        self._library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
        self._library.icalparser_parse_string.restype = ctypes.c_void_p
        for check in ("icalcomponent_count_errors", "icalrestriction_check", "icalcomponent_free"):
            getattr(self._library, check).argtypes = [ctypes.c_void_p]

    def accepts(self, data: bytes) -> bool:
        """Whether nothing in it is an error and its method has all that it needs and nothing that it must not have."""
        component = self._library.icalparser_parse_string(data)
        if component is None:
            return False
        try:
            errors = self._library.icalcomponent_count_errors(component)
            return bool(self._library.icalrestriction_check(component) == 1 and errors == 0)
        finally:
            self._library.icalcomponent_free(component)
