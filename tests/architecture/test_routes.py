"""Every route says who may use it; the golden file shows all of them, so that a change of access is seen in review.

``python -m tests.golden`` writes the file anew.
"""

from __future__ import annotations

from flask import Flask

from tests.golden import FILE, render


def test_the_golden_file_shows_every_route_and_role(app: Flask) -> None:
    assert FILE.read_text() == render(app), "Access has changed. If that is meant: python -m tests.golden"
