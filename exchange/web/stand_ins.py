"""Who could go on with the work of a suspended stay, asked when the page is opened."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from exchange.actions import stand_ins
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.store import institutes, secondment_facts
from exchange.store import secondments as store
from exchange.store.secondments import Secondment
from exchange.web import access, clock
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.matching import index_cache

pages = Blueprint("stand_ins", __name__)


@pages.get("/secondments/<int:ident>/stand-ins")
@allowed(Permission.MATCHES_SEE)
def show(ident: int) -> ResponseReturnValue:
    """Colleagues of the same home institute who meet what is asked, best fit first."""
    session, today = db.session(), clock.today(access.signed_in().zone)
    found = store.find(session, ident, secondment_facts.scope_of(access.actor()))
    if found is None or not may_look(found.secondment):
        abort(404)
    return render_template(
        "stand_ins/show.html",
        found=found,
        row=found.secondment,
        ref=store.reference(ident),
        result=stand_ins.for_stay(session, index_cache(), found, today=today),
        institutes=institutes.all_institutes(session),
    )


def may_look(row: Secondment) -> bool:
    """Coordinators and leads of the home institute and of the host, who may look at matches too; never for oneself."""
    actor = access.actor()
    sides = (row.home_institute_id, row.host_institute_id)
    return actor.person_id != row.person_id and permissions.decide(actor, Permission.MATCHES_SEE, *sides).allowed
