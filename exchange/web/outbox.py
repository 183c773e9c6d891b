"""How outgoing mail stands, for administrators: to whom and how often it was tried, never what it says."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions import outbox as actions
from exchange.domain.access import Permission
from exchange.store import outbox as store
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.paging import page_number

pages = Blueprint("outbox", __name__)

PER_PAGE = 50


@pages.get("/outbox")
@allowed(Permission.MAIL_SEE)
def index() -> ResponseReturnValue:
    counts = store.counts(db.session())
    total = counts.waiting + counts.undeliverable
    page = page_number(request.args.get("page"), total, PER_PAGE)
    rows = store.unsent(db.session(), offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    return render_template(
        "outbox/index.html",
        rows=rows,
        counts=counts,
        total=total,
        page=page,
        per_page=PER_PAGE,
        tries=len(store.TRIES),
        has_server=bool(current_app.config["SETTINGS"].smtp_url),
        now=clock.now(),
    )


@pages.post("/outbox/<int:ident>/try-again")
@allowed(Permission.MAIL_SEE)
def try_again(ident: int) -> ResponseReturnValue:
    actions.try_again(db.session(), access.actor(), ident, now=clock.now())
    flash("The mail will be tried again within a minute or two.", "ok")
    return redirect(url_for("outbox.index"), code=303)
