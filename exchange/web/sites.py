"""The sites of one's institute and what each is built for; the checks of a secondment compare the work with it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, SelectField

from exchange.actions import sites as actions
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.sites import NOT_RECORDED, RANK_WORDS, built_for
from exchange.store import institutes
from exchange.store.institutes import SiteRow
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form

pages = Blueprint("sites", __name__)


class SiteForm(Form):
    rank = SelectField(
        "Built for",
        choices=[
            SelectChoice("", NOT_RECORDED),
            *(SelectChoice(str(rank), words) for rank, words in RANK_WORDS.items()),
        ],
        description="The most sensitive work that may be done there. Nothing about rooms or guards.",
    )


@pages.get("/sites")
@allowed(Permission.SITES_EDIT)
def index() -> ResponseReturnValue:
    known = institutes.all_institutes(db.session())
    return render_template("sites/index.html", sites=list(_own().values()), institutes=known, built_for=built_for)


@pages.route("/sites/<int:ident>", methods=["GET", "POST"])
@allowed(Permission.SITES_EDIT)
def edit(ident: int) -> ResponseReturnValue:
    site = _own().get(ident)
    if site is None:
        abort(404)
    form = SiteForm(data={"rank": "" if site.max_rank is None else str(site.max_rank)})
    if form.validate_on_submit():
        rank = int(form.rank.data) if form.rank.data else None
        try:
            actions.record(db.session(), access.actor(), ident, rank, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Recorded.", "ok")
            return redirect(url_for("sites.index"), code=303)
    return render_template("sites/edit.html", form=form, site=site), refusals.status(form)


def _own() -> dict[int, SiteRow]:
    """The sites of the institutes whose security officer the reader is."""
    within = permissions.reach(access.actor(), Permission.SITES_EDIT) or frozenset()
    return {ident: site for ident, site in institutes.all_sites(db.session()).items() if site.institute_id in within}
