"""The SQL that an act sends: pages may send at most eight statements, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from sqlalchemy import event

from exchange.web.lapsing import LOOKED_ON
from tests.cast import NOW

MOST = 8


def statements(app: Flask, act: Callable[[], object]) -> list[str]:
    """Every statement but the ones that open and close transactions."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    app.extensions[LOOKED_ON] = NOW.date()  # what the day's first request does besides is no page's own
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen
