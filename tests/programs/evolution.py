"""Evolution Data Server, which keeps calendars for Evolution and GNOME Calendar, on a bus and in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.programs.whole import Link, Shown, instant

# What has to be there, with Debian's package that brings it.
PARTS = {
    "dbus": "usr/bin/dbus-run-session",
    "evolution-data-server": "usr/libexec/evolution-calendar-factory",
    "gir1.2-ecal-2.0": "usr/lib/*/girepository-1.0/ECal-2.0.typelib",
    "python3-gi": "usr/lib/python3/dist-packages/gi",
}
READER = Path(__file__).with_name("evolution_reader.py")


class Evolution:
    """One subscription in an Evolution that looks only when it is told to."""

    name = "GNOME Calendar or Evolution"
    reads_feed = True
    keeps_series = False

    def __init__(self, reader: subprocess.Popen[str], said: Path) -> None:
        self._reader, self._said = reader, said

    def refresh(self) -> None:
        self._ask("refresh")

    def shows(self, first: date, last: date) -> set[Shown]:
        return {Shown(*entry) for entry in self._ask([instant(first), instant(last)])}

    def _ask(self, question: object) -> Any:  # noqa: ANN401 - JSON
        assert self._reader.stdin
        assert self._reader.stdout
        print(json.dumps(question), file=self._reader.stdin, flush=True)
        answer = self._reader.stdout.readline()
        assert answer, self._said.read_text()
        return json.loads(answer)


@contextmanager
def evolution(folder: Path, link: Link) -> Iterator[Evolution]:
    """An Evolution that follows this link's feed, in this folder from one start to the next."""
    missing = [package for package, path in PARTS.items() if not any(Path("/").glob(path))]
    if missing:
        pytest.skip(f"EVOLUTION WAS NOT RUN as a whole program: install {' '.join(missing)} (Debian)")
    homes = {f"XDG_{name}": folder / name for name in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "RUNTIME_DIR")}
    for home in homes.values():
        home.mkdir(parents=True, mode=0o700, exist_ok=True)
    own = {"HOME": str(folder), "GSETTINGS_BACKEND": "memory", **{name: str(home) for name, home in homes.items()}}
    command = ["dbus-run-session", "--", "/usr/bin/python3", str(READER), link.feed]
    with (
        (folder / "said").open("w") as said,
        subprocess.Popen(
            command,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **own},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as reader,
    ):  # it ends when nothing is asked any more, and with it the bus and all that was started on it
        yield Evolution(reader, folder / "said")
