"""The first page: what needs the reader, each role with its own."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from exchange.domain.access import Permission
from exchange.web import access, clock
from exchange.web.access import allowed

pages = Blueprint("dashboard", __name__)


@pages.get("/")
@allowed(Permission.DASHBOARD_SEE)
def show() -> ResponseReturnValue:
    who = access.signed_in()
    return render_template("dashboard/show.html", who=who, now=clock.now(), today=clock.today(who.zone))
