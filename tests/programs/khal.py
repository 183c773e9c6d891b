"""vdirsyncer and khal, run as they are: one fetches and keeps, the other shows."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = Path(sys.executable).parent
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
