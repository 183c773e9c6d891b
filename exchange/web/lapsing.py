"""The first request of a day looks for access that ended overnight, so that nothing waits for a job to run."""

from __future__ import annotations

from flask import Flask, current_app, request
from flask_login import current_user

from exchange.actions import lapses
from exchange.web import clock
from exchange.web.database import db

LOOKED_ON = "exchange.lapses_looked_on"


def register(app: Flask) -> None:
    app.before_request(_look_once_a_day)


def _look_once_a_day() -> None:
    """Each process looks once; who comes second finds nothing left to suspend."""
    today = clock.today()
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    if current_app.extensions.get(LOOKED_ON) == today:
        return
    current_app.extensions[LOOKED_ON] = today
    lapses.suspend_lapsed(db.session(), now=clock.now())
