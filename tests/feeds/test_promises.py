"""Every test that the list of promises names is there to hold its promise."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PROMISES = TESTS.parent / "docs" / "calendar-promises.md"


def test_each_promise_names_tests_that_exist() -> None:
    rows = [line for line in PROMISES.read_text(encoding="utf-8").splitlines() if "::" in line]
    assert len(rows) > 40
    for row in rows:
        for file, name in re.findall(r"`([\w/]+\.py)::(\w+)`", row):
            assert f"def {name}(" in (TESTS / file).read_text(encoding="utf-8"), f"{file}::{name}"
