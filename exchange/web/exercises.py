"""The programme of a joint testing exercise: adding, changing and removing strands and phases."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import exercises as actions
from exchange.actions.exercises import PhaseTerms, StrandTerms
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.store import exercises as store
from exchange.store import institutes
from exchange.store import workstreams as workstream_store
from exchange.store.exercises import PhaseRow, Programme, StrandRow
from exchange.store.workstreams import WorkstreamKind, WorkstreamPage
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate

pages = Blueprint("exercises", __name__)


class StrandForm(Form):
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=200)])
    lead = SelectField("Led by", [InputRequired("Choose the institute that leads it")])
    languages = StringField(
        "Languages", [Length(max=200)], description="In which it tests, as codes between commas: ja, ta, fr"
    )


class PhaseForm(Form):
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=200)], description="For example Test runs")
    strand = SelectField("Strand", [Optional()])
    starts_on = TextDate("First day", [InputRequired("Enter the first day")])
    ends_on = TextDate("Last day", [InputRequired("Enter the last day")])
    zone = SelectField("On the calendar of", [InputRequired("Choose a time zone")])


@pages.route("/workstreams/<int:ident>/strands/new", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def new_strand(ident: int) -> ResponseReturnValue:
    return _put_strand(_page(ident), None, StrandForm())


@pages.route("/workstreams/<int:ident>/strands/<int:strand_id>/edit", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def edit_strand(ident: int, strand_id: int) -> ResponseReturnValue:
    page, row = _page(ident), _strand(ident, strand_id)
    data = {"title": row.title, "lead": str(row.lead_institute_id), "languages": ", ".join(row.languages)}
    return _put_strand(page, strand_id, StrandForm(data=data))


@pages.route("/workstreams/<int:ident>/strands/<int:strand_id>/remove", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def remove_strand(ident: int, strand_id: int) -> ResponseReturnValue:
    page, row = _page(ident), _strand(ident, strand_id)
    if request.method == "POST":
        actions.remove_strand(db.session(), access.actor(), ident, strand_id, now=clock.now())
        return _done(ident, f"{row.title} is removed.")
    return render_template("exercises/remove.html", page=page, title=row.title, what="strand")


@pages.route("/workstreams/<int:ident>/phases/new", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def new_phase(ident: int) -> ResponseReturnValue:
    page = _page(ident)
    lead = institutes.all_institutes(db.session())[page.workstream.lead_institute_id]
    return _put_phase(page, None, PhaseForm(data={"zone": lead.zone}))


@pages.route("/workstreams/<int:ident>/phases/<int:phase_id>/edit", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def edit_phase(ident: int, phase_id: int) -> ResponseReturnValue:
    page, row = _page(ident), _phase(ident, phase_id)
    data = {
        "title": row.title,
        "strand": str(row.strand_id or ""),
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "zone": row.zone,
    }
    return _put_phase(page, phase_id, PhaseForm(data=data))


@pages.route("/workstreams/<int:ident>/phases/<int:phase_id>/remove", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def remove_phase(ident: int, phase_id: int) -> ResponseReturnValue:
    page, row = _page(ident), _phase(ident, phase_id)
    if request.method == "POST":
        actions.remove_phase(db.session(), access.actor(), ident, phase_id, now=clock.now())
        return _done(ident, f"{row.title} is removed.")
    return render_template("exercises/remove.html", page=page, title=row.title, what="phase")


def _put_strand(page: WorkstreamPage, strand_id: int | None, form: StrandForm) -> ResponseReturnValue:
    ident = page.workstream.id
    taking_part = page.partners | {page.workstream.lead_institute_id}
    form.lead.choices = [
        SelectChoice(str(one.id), one.short_name)
        for one in institutes.all_institutes(db.session()).values()
        if one.id in taking_part
    ]
    if form.validate_on_submit():
        languages = tuple(part.strip() for part in (form.languages.data or "").split(",") if part.strip())
        terms = StrandTerms(form.title.data, int(form.lead.data), languages)
        try:
            actions.put_strand(db.session(), access.actor(), ident, strand_id, terms, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _done(ident, "Saved.")
    return render_template("exercises/part.html", form=form, page=page, what="strand"), refusals.status(form)


def _put_phase(page: WorkstreamPage, phase_id: int | None, form: PhaseForm) -> ResponseReturnValue:
    ident = page.workstream.id
    zones = {one.zone for one in institutes.all_institutes(db.session()).values()} | {form.zone.data or "UTC", "UTC"}
    form.zone.choices = [SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(zones)]
    form.strand.choices = [SelectChoice("", "The whole exercise")] + [
        SelectChoice(str(one.id), one.title) for one in _programme(ident).strands
    ]
    if form.validate_on_submit():
        assert form.starts_on.data is not None  # they were required
        assert form.ends_on.data is not None
        strand = int(form.strand.data) if form.strand.data else None
        terms = PhaseTerms(form.title.data, form.starts_on.data, form.ends_on.data, form.zone.data, strand)
        try:
            actions.put_phase(db.session(), access.actor(), ident, phase_id, terms, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _done(ident, "Saved.")
    return render_template("exercises/part.html", form=form, page=page, what="phase"), refusals.status(form)


def _done(ident: int, words: str) -> ResponseReturnValue:
    flash(words, "ok")
    return redirect(url_for("workstreams.show", ident=ident), code=303)


def _page(ident: int) -> WorkstreamPage:
    found = workstream_store.page(db.session(), ident)
    if found is None or found.workstream.kind is not WorkstreamKind.EXERCISE:
        abort(404)
    return found


def _programme(ident: int) -> Programme:
    return store.programme(db.session(), ident)


def _strand(ident: int, strand_id: int) -> StrandRow:
    return _programme(ident).strand(strand_id) or abort(404)


def _phase(ident: int, phase_id: int) -> PhaseRow:
    return _programme(ident).phase(phase_id) or abort(404)
