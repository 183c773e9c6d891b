"""Workstreams and joint testing exercises: the list, their pages, what they require, and who fits."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions import matches
from exchange.actions import workstreams as actions
from exchange.actions.workstreams import RequirementTerms, WorkstreamTerms
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.skills import vocabulary
from exchange.store import exercises, institutes
from exchange.store import workstreams as store
from exchange.store.workstreams import Publication, RequirementRow, WorkstreamKind, WorkstreamPage
from exchange.web import access, choices, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.matching import index_cache

pages = Blueprint("workstreams", __name__)


PUBLICATION_WORDS = {
    Publication.NONE: "None is planned",
    Publication.PLANNED: "Planned",
    Publication.DRAFTED: "Drafted",
    Publication.REVIEW: "In review by the institutes taking part",
    Publication.PUBLISHED: "Published",
}


class WorkstreamForm(Form):
    code = StringField("Code", [InputRequired("Enter a short code"), Length(max=40)], description="For example CYBER-2")
    title = StringField("Title", [InputRequired("Enter a title"), Length(max=200)])
    kind = RadioField(
        "Kind",
        choices=[
            SelectChoice(WorkstreamKind.WORKSTREAM.value, "Workstream: standing work"),
            SelectChoice(WorkstreamKind.EXERCISE.value, "Joint testing exercise: dated, with strands"),
        ],
        default=WorkstreamKind.WORKSTREAM.value,
    )
    area = StringField("Area", [Length(max=100)])
    description = TextAreaField(
        "What the work is",
        [Length(max=6000)],
        description="A few sentences. People are matched by this text, so describe methods and subjects.",
    )
    lead = SelectField("Leading institute", [InputRequired("Choose the leading institute")])
    partners = CheckboxList("Taking part")
    starts_on = TextDate("First day", [Optional()])
    ends_on = TextDate("Last day", [Optional()])
    clearance = SelectField("Clearance asked for", [Optional()], choices=choices.clearances)
    languages = StringField(
        "Languages", [Length(max=200)], description="For exercises: in which it tests, as codes between commas"
    )
    model_label = StringField(
        "Model under test", [Length(max=200)], description="For exercises: as it may be called, for example Model A"
    )
    publication = SelectField(
        "Public report",
        choices=[SelectChoice(one.value, words) for one, words in PUBLICATION_WORDS.items()],
        default=Publication.NONE.value,
    )
    report_on = TextDate("Day of the public report", [Optional()])
    version = HiddenField()


class RequirementForm(Form):
    role = StringField("Role", [InputRequired("Name the role"), Length(max=200)], description="For example Red teamer")
    strand = StringField("Strand", [Length(max=200)], description="For exercises: the strand this belongs to")
    heads = IntegerField(
        "People", [InputRequired("Enter how many"), NumberRange(1, 100, "Ask for 1 to 100 people")], default=1
    )
    share = DecimalField(
        "Share of their time",
        [InputRequired("Enter a share"), NumberRange(0.05, 1, "Enter a share between 0.05 and 1")],
        default=1,
        description="1 is full time, 0.5 is half",
    )
    starts_on = TextDate("From", [Optional()])
    ends_on = TextDate("To", [Optional()])
    site = SelectField("Site", [Optional()])
    clearance = SelectField("Clearance asked for", [Optional()], choices=choices.clearances)
    languages = StringField(
        "Languages", [Length(max=200)], description="Separated by commas; empty for none in particular"
    )
    citizenships = StringField(
        "Citizenship rule",
        [Length(max=100)],
        description="Countries of which one is enough, as two letters each: GB, US. Empty for no rule",
    )
    overlap_hours = IntegerField(
        "Shared hours of the working day",
        [Optional(), NumberRange(1, 8, "Enter 1 to 8 shared hours")],
        description="With the leading institute, at least. Empty for no rule",
    )
    from_each = CheckboxList("At least one from each of")
    most_from_one = IntegerField("Most from one institute", [Optional(), NumberRange(1, 100, "Enter 1 to 100 people")])
    skills = choices.skill_rows()


@pages.get("/workstreams")
@allowed(Permission.WORKSTREAMS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "workstreams/index.html",
        rows=store.listed(db.session()),
        institutes=institutes.all_institutes(db.session()),
    )


@pages.route("/workstreams/new", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def new() -> ResponseReturnValue:
    form = _workstream_form(WorkstreamForm())
    if form.validate_on_submit():
        try:
            ident = actions.create(db.session(), access.actor(), _terms(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The workstream is made. Say next what it needs.", "ok")
            return redirect(url_for("workstreams.show", ident=ident), code=303)
    return render_template("workstreams/form.html", form=form, page=None), refusals.status(form)


@pages.get("/workstreams/<int:ident>")
@allowed(Permission.WORKSTREAMS_SEE)
def show(ident: int) -> ResponseReturnValue:
    found = _page(ident)
    return render_template(
        "workstreams/show.html",
        page=found,
        row=found.workstream,
        institutes=institutes.all_institutes(db.session()),
        sites=institutes.all_sites(db.session()),
        vocabulary=vocabulary(),
        level_words=choices.LEVEL_WORDS,
        may_edit=_may_edit(found),
        programme=exercises.programme(db.session(), ident),
        publication_words=PUBLICATION_WORDS,
    )


@pages.route("/workstreams/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def edit(ident: int) -> ResponseReturnValue:
    found = _page(ident)
    row = found.workstream
    form = WorkstreamForm(
        data={
            "code": row.code,
            "title": row.title,
            "area": row.area,
            "description": row.description,
            "starts_on": row.starts_on,
            "ends_on": row.ends_on,
            "version": row.version,
            "languages": ", ".join(row.languages),
            "model_label": row.model_label,
            "publication": row.publication.value,
            "report_on": row.report_on,
            "kind": row.kind.value,
            "lead": str(row.lead_institute_id),
            "partners": [str(institute) for institute in found.partners],
            "clearance": row.clearance_asked or "",
        }
    )
    _workstream_form(form)
    if form.validate_on_submit():
        try:
            version = int(form.version.data or 0)
            actions.edit(
                db.session(), access.actor(), ident, _terms(form, row.lead_person_id), version=version, now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("workstreams.show", ident=ident), code=303)
    return render_template("workstreams/form.html", form=form, page=found), refusals.status(form)


@pages.route("/workstreams/<int:ident>/requirements/new", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def new_requirement(ident: int) -> ResponseReturnValue:
    return _put_requirement(_page(ident), None, RequirementForm())


@pages.route("/workstreams/<int:ident>/requirements/<int:requirement_id>/edit", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def edit_requirement(ident: int, requirement_id: int) -> ResponseReturnValue:
    found = _page(ident)
    one = _requirement(found, requirement_id)
    form = RequirementForm(
        data={
            "role": one.role,
            "strand": one.strand,
            "heads": one.heads,
            "share": one.share,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "overlap_hours": one.overlap_hours,
            "most_from_one": one.most_from_one,
            "site": str(one.site_id or ""),
            "clearance": one.clearance_asked or "",
            "languages": ", ".join(one.languages),
            "citizenships": ", ".join(one.citizenships),
            "from_each": [str(institute) for institute in one.from_each],
            "skills": choices.typed((s.skill, s.level, s.must) for s in one.skills),
        }
    )
    return _put_requirement(found, requirement_id, form)


@pages.route("/workstreams/<int:ident>/requirements/<int:requirement_id>/remove", methods=["GET", "POST"])
@allowed(Permission.WORKSTREAMS_EDIT)
def remove_requirement(ident: int, requirement_id: int) -> ResponseReturnValue:
    found = _page(ident)
    one = _requirement(found, requirement_id)
    if request.method == "POST":
        actions.remove_requirement(db.session(), access.actor(), ident, requirement_id, now=clock.now())
        flash(f"{one.role} is removed.", "ok")
        return redirect(url_for("workstreams.show", ident=ident), code=303)
    return render_template("workstreams/remove_requirement.html", page=found, requirement=one)


@pages.get("/workstreams/<int:ident>/requirements/<int:requirement_id>")
@allowed(Permission.MATCHES_SEE)
def match(ident: int, requirement_id: int) -> ResponseReturnValue:
    """Who fits this seat, best first, each with the reason."""
    found = _page(ident)
    one = _requirement(found, requirement_id)
    if not permissions.decide(
        access.actor(), Permission.MATCHES_SEE, found.workstream.lead_institute_id, *found.partners
    ):
        abort(404)
    today = clock.today(access.signed_in().zone)
    return render_template(
        "workstreams/match.html",
        page=found,
        row=found.workstream,
        requirement=one,
        matched=matches.for_requirement(db.session(), index_cache(), found, one, today=today),
        institutes=institutes.all_institutes(db.session()),
        vocabulary=vocabulary(),
        level_words=choices.LEVEL_WORDS,
    )


def _page(ident: int) -> WorkstreamPage:
    found = store.page(db.session(), ident)
    if found is None:
        abort(404)
    return found


def _requirement(found: WorkstreamPage, ident: int) -> RequirementRow:
    one = next((r for r in found.requirements if r.id == ident), None)
    if one is None:
        abort(404)
    return one


def _may_edit(found: WorkstreamPage) -> bool:
    lead = found.workstream.lead_institute_id
    return permissions.decide(access.actor(), Permission.WORKSTREAMS_EDIT, lead).allowed


def _workstream_form(form: WorkstreamForm) -> WorkstreamForm:
    known = [SelectChoice(str(i.id), i.short_name) for i in institutes.all_institutes(db.session()).values()]
    mine = access.actor().institutes(Role.WORKSTREAM_LEAD)
    form.lead.choices = [choice for choice in known if int(choice.value) in mine]
    form.partners.choices = known
    return form


def _terms(form: WorkstreamForm, lead_person_id: int | None = None) -> WorkstreamTerms:
    return WorkstreamTerms(
        code=form.code.data.strip(),
        title=form.title.data.strip(),
        kind=WorkstreamKind(form.kind.data),
        area=form.area.data or "",
        description=form.description.data or "",
        lead_institute_id=int(form.lead.data),
        lead_person_id=lead_person_id or access.actor().person_id,
        partners=frozenset(int(value) for value in form.partners.data or ()),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        clearance_asked=form.clearance.data or None,
        languages=_parts(form.languages.data),
        model_label=(form.model_label.data or "").strip(),
        report_on=form.report_on.data,
        publication=Publication(form.publication.data),
    )


def _put_requirement(found: WorkstreamPage, requirement_id: int | None, form: RequirementForm) -> ResponseReturnValue:
    ident = found.workstream.id
    form.site.choices = [SelectChoice("", "Any")] + [
        SelectChoice(str(site.id), site.name) for site in institutes.all_sites(db.session()).values()
    ]
    known = institutes.all_institutes(db.session())
    taking_part = found.partners | {found.workstream.lead_institute_id}
    form.from_each.choices = [SelectChoice(str(i.id), i.short_name) for i in known.values() if i.id in taking_part]
    if form.validate_on_submit():
        try:
            actions.put_requirement(
                db.session(), access.actor(), ident, requirement_id, _requirement_terms(form), now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("workstreams.show", ident=ident), code=303)
    template = render_template("workstreams/requirement.html", form=form, page=found, requirement_id=requirement_id)
    return template, refusals.status(form)


def _requirement_terms(form: RequirementForm) -> RequirementTerms:
    return RequirementTerms(
        role=form.role.data.strip(),
        heads=form.heads.data,
        share=form.share.data,
        skills=choices.chosen(form.skills),
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        site_id=int(form.site.data) if form.site.data else None,
        clearance_asked=form.clearance.data or None,
        languages=_parts(form.languages.data),
        strand=(form.strand.data or "").strip(),
        citizenships=tuple(code.upper() for code in _parts(form.citizenships.data)),
        overlap_hours=form.overlap_hours.data,
        from_each=tuple(int(value) for value in form.from_each.data or ()),
        most_from_one=form.most_from_one.data,
    )


def _parts(text: str | None) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
