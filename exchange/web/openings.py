"""Openings: the seats that hosts offer, and their forms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, IntegerField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions import openings as actions
from exchange.actions.openings import OpeningTerms
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.skills import vocabulary
from exchange.store import institutes, workstreams
from exchange.store import openings as store
from exchange.store.openings import Opening, OpeningStatus, StartRule
from exchange.store.workstreams import RequirementRow, SkillRow
from exchange.web import access, choices, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import LARGEST_NUMBER, Form, TextDate

pages = Blueprint("openings", __name__)

START_WORDS = {
    StartRule.ANY_MONDAY: "Any Monday",
    StartRule.FIRST_MONDAY_OF_MONTH: "The first Monday of a month",
    StartRule.FIRST_MONDAY_OF_QUARTER: "The first Monday of a quarter",
}
WEEKS = NumberRange(1, 260, "Enter a number of weeks between 1 and 260")


class OpeningForm(Form):
    code = StringField(
        "Code", [InputRequired("Enter a short code"), Length(max=40)], description="For example UK-RED-1"
    )
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=200)])
    description = TextAreaField("What the secondee will do", [Length(max=4000)])
    host = SelectField("Host institute", [InputRequired("Choose the host")])
    site = SelectField("Site", [Optional()])
    workstream = SelectField("Workstream", [Optional()])
    seats = IntegerField(
        "Seats", [InputRequired("Enter how many"), NumberRange(1, 100, "Between 1 and 100")], default=1
    )
    opens_on = TextDate("First possible day", [InputRequired("Enter the first possible day")])
    closes_on = TextDate("Last possible day", [InputRequired("Enter the last possible day")])
    min_weeks = IntegerField("Shortest stay in weeks", [InputRequired("Enter the shortest stay"), WEEKS], default=8)
    preferred_weeks = IntegerField(
        "Preferred stay in weeks", [InputRequired("Enter the preferred stay"), WEEKS], default=26
    )
    max_weeks = IntegerField("Longest stay in weeks", [InputRequired("Enter the longest stay"), WEEKS], default=52)
    start_rule = SelectField(
        "Starts on", choices=[SelectChoice(rule.value, words) for rule, words in START_WORDS.items()]
    )
    clearance = SelectField("Clearance asked for", [Optional()], choices=choices.clearances)
    skills = choices.skill_rows()
    version = HiddenField()


@pages.get("/openings")
@allowed(Permission.OPENINGS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "openings/index.html",
        rows=store.listed(db.session()),
        institutes=institutes.all_institutes(db.session()),
        mine=permissions.reach(access.actor(), Permission.OPENINGS_EDIT),
    )


@pages.get("/openings/<int:ident>")
@allowed(Permission.OPENINGS_SEE)
def show(ident: int) -> ResponseReturnValue:
    row = _opening(ident)
    return render_template(
        "openings/show.html",
        row=row,
        skills=store.skills_of(db.session(), ident),
        vocabulary=vocabulary(),
        level_words=choices.LEVEL_WORDS,
        start_words=START_WORDS,
        institutes=institutes.all_institutes(db.session()),
        sites=institutes.all_sites(db.session()),
        may_edit=permissions.decide(access.actor(), Permission.OPENINGS_EDIT, row.host_institute_id).allowed,
    )


@pages.route("/openings/new", methods=["GET", "POST"])
@allowed(Permission.OPENINGS_EDIT)
def new() -> ResponseReturnValue:
    """A new opening; ``?requirement=`` fills it from what a workstream needs and has nobody for."""
    return _put(None, OpeningForm(data=_from_requirement(_asked_requirement())))


@pages.route("/openings/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.OPENINGS_EDIT)
def edit(ident: int) -> ResponseReturnValue:
    row = _opening(ident)
    if not permissions.decide(access.actor(), Permission.OPENINGS_EDIT, row.host_institute_id):
        abort(404)
    form = OpeningForm(
        obj=row,
        data={
            "host": str(row.host_institute_id),
            "site": str(row.site_id or ""),
            "workstream": str(row.workstream_id or ""),
            "start_rule": row.start_rule.value,
            "clearance": row.clearance_asked or "",
            "skills": choices.typed((skill, level, False) for skill, level in store.skills_of(db.session(), ident)),
        },
    )
    return _put(row, form)


@pages.post("/openings/<int:ident>/status")
@allowed(Permission.OPENINGS_EDIT)
def set_status(ident: int) -> ResponseReturnValue:
    wanted = OpeningStatus.CLOSED if request.form.get("status") == OpeningStatus.CLOSED else OpeningStatus.OPEN
    actions.set_status(db.session(), access.actor(), ident, wanted, now=clock.now())
    flash(f"The opening is {wanted.value} now.", "ok")
    return redirect(url_for("openings.show", ident=ident), code=303)


def _asked_requirement() -> int:
    asked = request.args.get("requirement", 0, type=int)
    return asked if 0 < asked <= LARGEST_NUMBER else 0


def _from_requirement(ident: int) -> dict[str, Any] | None:
    """The unfilled seats of a requirement as an opening; None where the address names none."""
    one = workstreams.requirement(db.session(), ident) if ident else None
    work = workstreams.page(db.session(), one.workstream_id) if one else None
    if one is None or work is None:
        return None
    row = work.workstream
    return {
        "code": f"{row.code}-R{one.id}",
        "title": f"{one.role}, {row.title}"[:200],
        "description": row.description,
        "host": str(row.lead_institute_id),
        "site": str(one.site_id or ""),
        "workstream": str(row.id),
        "seats": max(1, one.heads - one.filled),
        "opens_on": one.starts_on or row.starts_on,
        "closes_on": one.ends_on or row.ends_on,
        "clearance": one.clearance_asked or row.clearance_asked or "",
        "skills": choices.typed((skill.skill, skill.level, False) for skill in _asked_for(one)),
    }


def _asked_for(one: RequirementRow) -> list[SkillRow]:
    """What an opening must ask for: the skills that are a must, or where none is, the first one."""
    return [skill for skill in one.skills if skill.must] or list(one.skills[:1])


def _opening(ident: int) -> Opening:
    row = db.session.get(Opening, ident)
    if row is None:
        abort(404)
    return row


def _put(row: Opening | None, form: OpeningForm) -> ResponseReturnValue:
    _fill_choices(form)
    ident = row.id if row else None
    if form.validate_on_submit():
        try:
            version = int(form.version.data or 0) if row else None
            saved = actions.put(db.session(), access.actor(), ident, _terms(form), version=version, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("openings.show", ident=saved), code=303)
    return render_template("openings/form.html", form=form, row=row), refusals.status(form)


def _fill_choices(form: OpeningForm) -> None:
    session = db.session()
    mine = permissions.reach(access.actor(), Permission.OPENINGS_EDIT) or frozenset()
    known = institutes.all_institutes(session)
    form.host.choices = [SelectChoice(str(i.id), i.short_name) for i in known.values() if i.id in mine]
    form.site.choices = [SelectChoice("", "Not decided")] + [
        SelectChoice(str(s.id), s.name) for s in institutes.all_sites(session).values() if s.institute_id in mine
    ]
    form.workstream.choices = [SelectChoice("", "None")] + [
        SelectChoice(str(w.id), w.title) for w in workstreams.listed(session)
    ]


def _terms(form: OpeningForm) -> OpeningTerms:
    assert form.opens_on.data is not None  # both were required
    assert form.closes_on.data is not None
    return OpeningTerms(
        code=form.code.data.strip(),
        title=form.title.data.strip(),
        description=form.description.data or "",
        host_id=int(form.host.data),
        site_id=int(form.site.data) if form.site.data else None,
        workstream_id=int(form.workstream.data) if form.workstream.data else None,
        seats=form.seats.data,
        opens_on=form.opens_on.data,
        closes_on=form.closes_on.data,
        min_weeks=form.min_weeks.data,
        preferred_weeks=form.preferred_weeks.data,
        max_weeks=form.max_weeks.data,
        start_rule=StartRule(form.start_rule.data),
        clearance_asked=form.clearance.data or None,
        skills=tuple((skill, level) for skill, level, _ in choices.chosen(form.skills)),
    )
