"""The parsers within calendar programs: ical.js of Thunderbird and Nextcloud, libical of GNOME and KDE."""

from __future__ import annotations

import ctypes
import ctypes.util
import json
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.feeds.clock_changes import Occurrences

MODULES = Path.home() / ".cache" / "exchange-tests"  # kept from one run of the tests to the next
ICAL_JS = "ical.js@2.2.1"


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
    script = Path(__file__).with_name("expand.mjs")
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
