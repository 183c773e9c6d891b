"""One's own notices: what happened and what comes near."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions import notices as actions
from exchange.domain.access import Permission
from exchange.store import notices as store
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.paging import page_number

pages = Blueprint("notices", __name__)

PER_PAGE = 30


@pages.get("/notices")
@allowed(Permission.NOTICES_SEE)
def index() -> ResponseReturnValue:
    session, person_id = db.session(), access.actor().person_id
    assert person_id is not None  # a signed-in person
    total, unread = store.count_of_person(session, person_id)
    page = page_number(request.args.get("page"), total, PER_PAGE)
    rows = store.of_person(session, person_id, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    return render_template(
        "notices/index.html", rows=rows, total=total, unread=unread, page=page, per_page=PER_PAGE, now=clock.now()
    )


@pages.post("/notices/<int:ident>/open")
@allowed(Permission.NOTICES_SEE)
def open_one(ident: int) -> ResponseReturnValue:
    """Go where a notice leads; it counts as read from then on."""
    path = actions.read(db.session(), access.actor(), ident, now=clock.now())
    return redirect(access.safe_next(path), code=303)


@pages.post("/notices/read")
@allowed(Permission.NOTICES_SEE)
def read_all() -> ResponseReturnValue:
    actions.read_all(db.session(), access.actor(), now=clock.now())
    return redirect(url_for("notices.index"), code=303)
