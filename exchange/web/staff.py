"""The people of one's own institute, kept by its HR coordinators: details, employment, days away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, DecimalField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions import people as actions
from exchange.actions.merging import likenesses
from exchange.actions.people import Details, Post
from exchange.actions.writing import Refused
from exchange.domain.access import Permission, decide, reach
from exchange.domain.people import may_see_profile
from exchange.domain.verdict import Refusal
from exchange.store import institutes
from exchange.store import people as store
from exchange.store.people import EmploymentKind, PersonStatus
from exchange.store.profiles import ProfilePage, profile
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate
from exchange.web.paging import typed_number

pages = Blueprint("staff", __name__)

PER_PAGE = 50
KINDS = [
    SelectChoice(EmploymentKind.PERMANENT.value, "Permanent"),
    SelectChoice(EmploymentKind.FIXED_TERM.value, "Fixed term"),
    SelectChoice(EmploymentKind.CONTRACTOR.value, "Contractor"),
    SelectChoice(EmploymentKind.FELLOW.value, "Fellow"),
]


class DetailsForm(Form):
    full_name = StringField(
        "Full name",
        [InputRequired("Enter the name"), Length(max=300, message="Keep it under 300 characters")],
        description="The whole name as the person writes it, in any script.",
    )
    latin_name = StringField(
        "Name in Latin letters",
        [Optional(), Length(max=300)],
        description="A transcription the person chose, where the name is in another script.",
    )
    email = StringField("Work e-mail", [InputRequired("Enter the work e-mail"), Length(max=254)])
    code = StringField("Staff code", [Optional(), Length(max=40, message="Keep it under 40 characters")])
    zone = StringField(
        "Time zone", [Optional(), Length(max=64)], description="For example Europe/London. Empty: the institute's own."
    )
    languages = StringField("Languages", [Optional(), Length(max=300)], description="Separated by commas")


class PostForm(Form):
    institute = SelectField("Institute", [InputRequired("Choose the institute")])
    title = StringField("Job title", [Optional(), Length(max=200, message="Keep it under 200 characters")])
    kind = SelectField("Kind of employment", choices=KINDS, default=EmploymentKind.PERMANENT.value)
    fte = DecimalField(
        "Share of full time",
        [InputRequired("Enter a share, such as 1 or 0.8"), NumberRange(0.01, 1, "Enter a share above 0 and up to 1")],
        default=1,
        description="1 is full time, 0.5 is half",
    )
    starts_on = TextDate("First day", [InputRequired("Enter the first day")], description="For example, 5 Jan 2027")
    ends_on = TextDate("Last day", [Optional()], description="Empty where no end is set")


class NewForm(DetailsForm, PostForm):
    """A person with the first employment."""


class EditForm(DetailsForm):
    has_left = BooleanField("Has left: no longer in any search or list")
    version = HiddenField()


class AbsenceForm(Form):
    away_from = TextDate("First day away", [InputRequired("Enter the first day away")])
    away_until = TextDate("Last day away", [InputRequired("Enter the last day away")])


@pages.get("/staff")
@allowed(Permission.PERSON_EDIT)
def index() -> ResponseReturnValue:
    text = request.args.get("name", "").strip()[:100]
    within = reach(access.actor(), Permission.PERSON_EDIT) or frozenset()
    rows = store.staff(db.session(), within, text)
    alike = likenesses.likely(db.session(), access.actor(), within, clock.today()) if not text else []
    page = request.args.get("page", 1, int)
    page = max(1, min(page, -(-len(rows) // PER_PAGE)))
    return render_template(
        "staff/index.html",
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        total=len(rows),
        page=page,
        per_page=PER_PAGE,
        text=text,
        alike=alike,
        institutes=institutes.all_institutes(db.session()),
        today=clock.today(),
    )


@pages.route("/staff/new", methods=["GET", "POST"])
@allowed(Permission.PERSON_EDIT)
def new() -> ResponseReturnValue:
    form = NewForm()
    _offer_institutes(form)
    if form.validate_on_submit():
        try:
            ident = actions.add(db.session(), access.actor(), _details(form), _post(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The person is added.", "ok")
            return redirect(url_for("staff.edit", ident=ident), code=303)
    return render_template("staff/new.html", form=form), refusals.status(form)


@pages.route("/staff/<int:ident>", methods=["GET", "POST"])
@allowed(Permission.PERSON_EDIT)
def edit(ident: int) -> ResponseReturnValue:
    taken_over = store.merged_into(db.session(), ident)
    if taken_over is not None:
        _of_own_institute(taken_over)
        return redirect(url_for("staff.edit", ident=taken_over), code=303)
    person = _of_own_institute(ident)
    form = EditForm(data=_values(person))
    now_stands: dict[str, Any] | None = None
    if form.validate_on_submit():
        try:
            actions.edit(
                db.session(),
                access.actor(),
                ident,
                _details(form),
                version=_version(form),
                has_left=form.has_left.data,
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
            if refusal.verdict.refusal is Refusal.CONFLICT and _version(form) != person.version:
                now_stands = _values(person)
                form.version.data = form.version.raw_data = None
                form.version.data = person.version
        else:
            flash("Saved.", "ok")
            return redirect(url_for("staff.edit", ident=ident), code=303)
    return _page(person, form, now_stands=now_stands), refusals.status(form)


@pages.post("/staff/<int:ident>/employment")
@allowed(Permission.PERSON_EDIT)
def employ(ident: int) -> ResponseReturnValue:
    person = _of_own_institute(ident)
    form = PostForm()
    _offer_institutes(form)
    if form.validate_on_submit():
        try:
            actions.record_employment(db.session(), access.actor(), ident, _post(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The employment is recorded.", "ok")
            return redirect(url_for("staff.edit", ident=ident), code=303)
    return _page(person, EditForm(formdata=None, data=_values(person)), post=form), refusals.status(form)


@pages.post("/staff/<int:ident>/absences")
@allowed(Permission.PERSON_EDIT)
def add_absence(ident: int) -> ResponseReturnValue:
    person = _of_own_institute(ident)
    form = AbsenceForm()
    if form.validate_on_submit():
        assert form.away_from.data is not None  # both were required
        assert form.away_until.data is not None
        try:
            actions.add_absence(
                db.session(), access.actor(), ident, form.away_from.data, form.away_until.data, now=clock.now()
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The days away are recorded.", "ok")
            return redirect(url_for("staff.edit", ident=ident), code=303)
    return _page(person, EditForm(formdata=None, data=_values(person)), absence=form), refusals.status(form)


@pages.post("/staff/absences/<int:ident>/remove")
@allowed(Permission.PERSON_EDIT)
def remove_absence(ident: int) -> ResponseReturnValue:
    person_id = actions.remove_absence(db.session(), access.actor(), ident, now=clock.now())
    flash("The days away are removed.", "ok")
    return redirect(url_for("staff.edit", ident=person_id), code=303)


def _of_own_institute(ident: int) -> ProfilePage:
    """The person, where the reader keeps their institute's people; anybody else's is not found."""
    found = profile(db.session(), ident, today=clock.today())
    actor = access.actor()
    if found is None or not may_see_profile(actor, found.standing):
        abort(404)
    institute = found.standing.institute_id
    if institute is None or not decide(actor, Permission.PERSON_EDIT, institute):
        abort(404)
    return found


def _page(
    person: ProfilePage,
    form: EditForm,
    *,
    post: PostForm | None = None,
    absence: AbsenceForm | None = None,
    now_stands: dict[str, Any] | None = None,
) -> str:
    if post is None:
        post = PostForm(formdata=None)
        _offer_institutes(post)
    today = clock.today(person.zone)
    wrong = next((one for one in (form, post, absence) if one is not None and one.errors), form)
    return render_template(
        "staff/edit.html",
        person=person,
        details=form,
        post=post,
        absence=absence or AbsenceForm(formdata=None),
        form=wrong,
        now_stands=now_stands,
        absences=person.absences,
        today=today,
    )


def _offer_institutes(form: PostForm) -> None:
    within = reach(access.actor(), Permission.PERSON_EDIT) or frozenset()
    known = institutes.all_institutes(db.session())
    form.institute.choices = [SelectChoice(str(one), known[one].name) for one in sorted(within) if one in known]


def _details(form: DetailsForm) -> Details:
    return Details(
        full_name=form.full_name.data or "",
        email=form.email.data or "",
        latin_name=form.latin_name.data or "",
        code=form.code.data or "",
        zone=form.zone.data or "",
        languages=tuple(part.strip() for part in (form.languages.data or "").split(",") if part.strip()),
    )


def _post(form: PostForm) -> Post:
    assert form.starts_on.data is not None  # it was required
    return Post(
        institute_id=int(form.institute.data),
        title=form.title.data or "",
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        fte=form.fte.data if form.fte.data is not None else Decimal(1),
        kind=EmploymentKind(form.kind.data),
    )


def _values(person: ProfilePage) -> dict[str, Any]:
    return {
        "full_name": person.full_name,
        "latin_name": person.latin_name,
        "email": person.email,
        "code": person.code,
        "zone": person.zone,
        "languages": ", ".join(person.languages),
        "has_left": person.status is PersonStatus.LEFT,
        "version": person.version,
    }


def _version(form: EditForm) -> int:
    return typed_number(str(form.version.data)) or 0
