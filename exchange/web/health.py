"""Is the process alive, and can it serve? For whoever watches the service."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from exchange.web.access import public
from exchange.web.database import db

pages = Blueprint("health", __name__)


@pages.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    return "alive\n", 200, {"Content-Type": "text/plain; charset=utf-8"}


@pages.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answers 200 when the database answers; a failure becomes the ordinary 500."""
    db.session.execute(text("SELECT 1"))
    return "ready\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
