"""Searches that the reader keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions import searches as actions
from exchange.domain.access import Permission
from exchange.domain.people import OPEN_TO_WORDS, OpenTo
from exchange.store import institutes
from exchange.store import searches as store
from exchange.store.institutes import InstituteRow
from exchange.store.search import Asked
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.people import skill_label
from exchange.web.people_search import asked_for
from exchange.web.wording import current_reader, written_date

pages = Blueprint("searches", __name__)


@pages.get("/people/searches")
@allowed(Permission.PEOPLE_SEARCH)
def index() -> ResponseReturnValue:
    mine = access.actor().person_id
    assert mine is not None  # whoever is signed in is somebody
    known = institutes.all_institutes(db.session())
    kept = [(row, _address(row.query, known)) for row in store.of_person(db.session(), mine)]
    return render_template("people/searches.html", kept=kept)


@pages.post("/people/searches")
@allowed(Permission.PEOPLE_SEARCH)
def save() -> ResponseReturnValue:
    known = institutes.all_institutes(db.session())
    asked = asked_for(known.values(), request.form)
    actions.save(db.session(), access.actor(), _name(asked, known), asked, now=clock.now())
    flash("Kept. You get a notice when somebody new matches.", "ok")
    return redirect(url_for("searches.index"), code=303)


@pages.get("/people/searches/<int:ident>")
@allowed(Permission.PEOPLE_SEARCH)
def show(ident: int) -> ResponseReturnValue:
    """The people whom a kept search finds; those alone whom a notice tells of, where it leads here."""
    mine = access.actor().person_id
    assert mine is not None  # whoever is signed in is somebody
    row = store.one_of(db.session(), mine, ident)
    if row is None:
        abort(404)
    address = _address(row.query, institutes.all_institutes(db.session()), request.args.get("new"))
    return redirect(address, code=303)


@pages.post("/people/searches/<int:ident>/remove")
@allowed(Permission.PEOPLE_SEARCH)
def remove(ident: int) -> ResponseReturnValue:
    actions.remove(db.session(), access.actor(), ident, now=clock.now())
    flash("The search is no longer kept.", "ok")
    return redirect(url_for("searches.index"), code=303)


def _name(asked: Asked, known: Mapping[int, InstituteRow]) -> str:
    """What is asked for, in words."""
    parts = [f"“{asked.text}”"] if asked.text else []
    parts += sorted(known[ident].short_name for ident in asked.institutes)
    parts += sorted(skill_label(code) for code in asked.skills)
    parts += [OPEN_TO_WORDS[kind] for kind in OpenTo if kind in asked.open_to]
    if asked.free:
        parts.append(f"free from {written_date(asked.free.start, current_reader(), 'month_year')}")
    return "; ".join(parts) or "Everybody"


def _address(query: dict[str, Any], known: Mapping[int, InstituteRow], new: str | None = None) -> str:
    """Where the search is shown."""
    values: dict[str, Any] = {
        "q": query["text"] or None,
        "home": [known[ident].code for ident in query["institutes"] if ident in known],
        "skill": query["skills"],
        "open": query["open_to"],
        "free": query["free"][0][:7] if query["free"] else None,
        "new": new,
    }
    return url_for("people.index", **values)
