"""Seats that people are asked to take: the list, one of them, and the answers of the person and of their institute."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.actions.teams import answers
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.store import assignments as store
from exchange.store import institutes
from exchange.store.allocations import STANDING, AllocationStatus
from exchange.store.assignments import AssignmentRow
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form

pages = Blueprint("assignments", __name__)

STATUS_WORDS = {
    AllocationStatus.DRAFT: ("Draft", "proposed"),
    AllocationStatus.CONFIRMED: ("Confirmed", "confirmed"),
    AllocationStatus.DECLINED: ("Declined", "plain"),
    AllocationStatus.WITHDRAWN: ("Taken back", "plain"),
}


class ReasonForm(Form):
    reason = TextAreaField("Reason", [InputRequired("Give a reason in a few words"), Length(max=500)])


@pages.get("/assignments")
@allowed(Permission.ASSIGNMENTS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "assignments/index.html",
        rows=store.listed(db.session(), access.actor()),
        institutes=institutes.all_institutes(db.session()),
        status_words=STATUS_WORDS,
        waits=_waits_for_reader,
    )


@pages.get("/assignments/<int:ident>")
@allowed(Permission.ASSIGNMENTS_SEE)
def show(ident: int) -> ResponseReturnValue:
    return _page(_row(ident), ReasonForm())


@pages.post("/assignments/<int:ident>/confirm")
@allowed(Permission.ASSIGNMENTS_ANSWER)
def confirm(ident: int) -> ResponseReturnValue:
    status = answers.confirm(db.session(), access.actor(), ident, now=clock.now())
    both = status is AllocationStatus.CONFIRMED
    flash("Both sides have agreed: it is confirmed." if both else "Noted. The other side's answer is awaited.", "ok")
    return redirect(url_for("assignments.show", ident=ident), code=303)


@pages.post("/assignments/<int:ident>/decline")
@allowed(Permission.ASSIGNMENTS_ANSWER)
def decline(ident: int) -> ResponseReturnValue:
    return _end(ident, "decline")


@pages.post("/assignments/<int:ident>/withdraw")
@allowed(Permission.TEAMS_FILL)
def withdraw(ident: int) -> ResponseReturnValue:
    return _end(ident, "withdraw")


def _end(ident: int, verb: str) -> ResponseReturnValue:
    row = _row(ident)
    form = ReasonForm()
    if form.validate_on_submit():
        act = answers.decline if verb == "decline" else answers.withdraw
        try:
            act(db.session(), access.actor(), ident, form.reason.data, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Declined. The lead is told." if verb == "decline" else "Taken back. The person is told.", "ok")
            return redirect(url_for("assignments.show", ident=ident), code=303)
    return _page(row, form)


def _page(row: AssignmentRow, form: ReasonForm) -> ResponseReturnValue:
    actor = access.actor()
    standing = row.status in STANDING
    template = render_template(
        "assignments/show.html",
        row=row,
        form=form,
        institutes=institutes.all_institutes(db.session()),
        status_words=STATUS_WORDS,
        may_confirm=_waits_for_reader(row),
        may_decline=row.status is AllocationStatus.DRAFT and _answers(row),
        may_withdraw=standing
        and not _answers(row)
        and permissions.decide(actor, Permission.TEAMS_FILL, row.lead_institute_id).allowed,
    )
    return template, refusals.status(form)


def _answers(row: AssignmentRow) -> bool:
    """Whether the reader is one of the two sides."""
    actor = access.actor()
    return row.person_id == actor.person_id or actor.has(Role.HR_COORDINATOR, row.institute_id)


def _waits_for_reader(row: AssignmentRow) -> bool:
    if row.status is not AllocationStatus.DRAFT or not _answers(row):
        return False
    mine = row.person_id == access.actor().person_id
    return (row.person_agreed_at if mine else row.institute_agreed_at) is None


def _row(ident: int) -> AssignmentRow:
    row = store.find(db.session(), access.actor(), ident)
    if row is None:
        abort(404)
    return row
