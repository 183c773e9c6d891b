"""Two records that may be one person, side by side: what stands in the way, what moves, asking and answering."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from exchange.actions.merging import requests as actions
from exchange.actions.merging.requests import Compared
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.actors import Actor, Role
from exchange.store import institutes, people
from exchange.store import merging as store
from exchange.store.merging import OWNED, Found, PersonMerge
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form
from exchange.web.paging import typed_number

pages = Blueprint("merging", __name__)

FOR_OFFICERS = "clearances"


class OtherForm(Form):
    other = StringField(
        "The other record",
        [InputRequired("Enter the work e-mail, or the address of the other record's page"), Length(max=300)],
        description="Its work e-mail, or the address of its page in Exchange",
    )


class MergeForm(Form):
    take_address = BooleanField("Write to them at the work e-mail of the record that goes; they sign in with it too")


class DeclineForm(Form):
    reason = TextAreaField("Why they stay two", [InputRequired("Say why"), Length(max=1000)])


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of thing that records have; None where it is not for the reader."""

    what: str
    stays: int | None
    goes: int | None


@pages.route("/people/<int:ident>/merge", methods=["GET", "POST"])
@allowed(Permission.PEOPLE_MERGE)
def show(ident: int) -> ResponseReturnValue:
    """Compare with ``other``, and merge or ask; without it, say which record is meant."""
    other = typed_number(request.values.get("other", "")) or 0
    if not other:
        return _choose(ident)
    compared = actions.compare(db.session(), access.actor(), ident, other, now=clock.now())
    form = MergeForm()
    if form.validate_on_submit():
        try:
            merged = actions.ask(
                db.session(), access.actor(), ident, other, take_address=form.take_address.data, now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The two records are one now." if merged else "The other institute is asked.", "ok")
            return redirect(_after(ident) if merged else _here(ident, other), code=303)
    waits = store.open_request(db.session(), ident, other)
    return _page(compared, form, DeclineForm(formdata=None), waits), refusals.status(form)


@pages.post("/merges/<int:request_id>/agree")
@allowed(Permission.PEOPLE_MERGE)
def agree(request_id: int) -> ResponseReturnValue:
    ident = actions.agree(db.session(), access.actor(), request_id, now=clock.now())
    flash("The two records are one now.", "ok")
    return redirect(_after(ident), code=303)


@pages.post("/merges/<int:request_id>/decline")
@allowed(Permission.PEOPLE_MERGE)
def decline(request_id: int) -> ResponseReturnValue:
    form = DeclineForm()
    waits = db.session().get(PersonMerge, request_id)
    if waits is None:
        abort(404)
    compared = actions.compare(db.session(), access.actor(), waits.stays_id, waits.goes_id, now=clock.now())
    if form.validate_on_submit():
        try:
            actions.decline(db.session(), access.actor(), request_id, form.reason.data or "", now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("They stay two records.", "ok")
            return redirect(_after(compared.stays.record.person_id), code=303)
    return _page(compared, MergeForm(formdata=None), form, waits), refusals.status(form)


def _choose(ident: int) -> ResponseReturnValue:
    """Ask for the other record."""
    mine = people.standing_of(db.session(), ident, clock.today())
    actor = access.actor()
    keeps = mine is not None and (actor.has(Role.ADMINISTRATOR) or actor.has(Role.HR_COORDINATOR, mine.institute_id))
    if mine is None or mine.institute_id is None or not keeps:
        abort(404)
    form = OtherForm()
    if form.validate_on_submit():
        found = _meant(form.other.data or "")
        try:
            if found is None or found == ident:
                form.form_errors.append("No other record that you may see is meant by this. Check it.")
            else:
                actions.compare(db.session(), actor, ident, found, now=clock.now())
                return redirect(_here(ident, found), code=303)
        except Refused:
            form.form_errors.append("No other record that you may see is meant by this. Check it.")
    names = people.names_of(db.session(), [ident])
    return render_template("merging/choose.html", form=form, ident=ident, name=names[0]), refusals.status(form)


def _meant(typed: str) -> int | None:
    """The record that an address of a page, a number or an e-mail address means."""
    number = re.search(r"(?:people|staff)/(\d{1,9})|^\s*(\d{1,9})\s*$", typed)
    if number is not None:
        return int(number[1] or number[2])
    return people.id_by_email(db.session(), typed)


def _page(compared: Compared, form: MergeForm, refusing: DeclineForm, waits: PersonMerge | None) -> str:
    actor = access.actor()
    known = institutes.all_institutes(db.session())
    may_agree = waits is not None and waits.asked_by_id != actor.person_id
    may_agree = may_agree and not compared.missing - {waits.asked_for_id if waits else None}
    if waits is not None and waits.stays_id != compared.stays.record.person_id:
        may_agree = False  # it was asked the other way round
    return render_template(
        "merging/show.html",
        compared=compared,
        sides=(("Stays", compared.stays), ("Goes", compared.goes)),
        lines=_lines(actor, compared),
        known=[_knows(actor, one) for one in (compared.stays, compared.goes)],
        form=form,
        refusing=refusing,
        wrong=refusing if refusing.errors else form,
        waits=waits,
        may_agree=may_agree,
        institutes=known,
        missing=[known[one].short_name for one in sorted(compared.missing)],
        swapped=_here(compared.goes.record.person_id, compared.stays.record.person_id),
    )


def _lines(actor: Actor, compared: Compared) -> list[Line]:
    """How much of each kind both have, as far as the reader looks after them. Clearances are counted for officers."""
    sides = (compared.stays, compared.goes)
    found = []
    for what in OWNED:
        reader = _counts_clearances if what == FOR_OFFICERS else _knows
        counts = [one.counts[what] if reader(actor, one) else None for one in sides]
        if what != FOR_OFFICERS or counts != [None, None]:
            found.append(Line(what, *counts))
    return found


def _counts_clearances(actor: Actor, one: Found) -> bool:
    home = one.record.institute_id
    return home is not None and actor.has(Role.SECURITY_OFFICER, home)


def _knows(actor: Actor, one: Found) -> bool:
    home = one.record.institute_id
    return home is not None and actor.has(Role.HR_COORDINATOR, home)


def _here(stays: int, goes: int) -> str:
    return url_for("merging.show", ident=stays, other=goes)


def _after(ident: int) -> str:
    """Where whoever merged may look at the person."""
    may_see = access.may(Permission.PERSON_SEE)
    return url_for("people.show", ident=ident) if may_see else url_for("accounts.index")
