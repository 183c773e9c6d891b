"""What is recorded for a secondment's access: the host's decision, visits, permissions, papers, waivers.

Each page holds one short form. Who may record is the action's to say; the gate only keeps out roles that never do.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import lapses, recognitions, stay_papers
from exchange.actions.recognitions import Decision, Visit
from exchange.actions.stay_papers import Permit
from exchange.actions.writing import Refused
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.eligibility import TITLES, Check, may_waive
from exchange.domain.papers import PAPERS, PaperKind, kinds_open_to
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import ROUTES
from exchange.domain.recognitions import Instrument, RecognitionStatus, VisitKind
from exchange.store import clearances, institutes, secondment_facts, secondments
from exchange.store.clearances import ClearanceStatus
from exchange.store.secondments import Found
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form, TextDate
from exchange.web.markings import MarkedForm, unmarked

pages = Blueprint("stay_access", __name__)

INSTRUMENTS = [
    SelectChoice(Instrument.ASSURANCE.value, "Security assurance with a visit request"),
    SelectChoice(Instrument.NOTES_1961.value, "Exchange of notes of 1961, United Kingdom and United States"),
    SelectChoice(Instrument.LIMITED_ACCESS.value, "Limited access authorisation, United States"),
    SelectChoice(Instrument.EU_DECISION.value, "Council Decision 2013/488/EU"),
    SelectChoice(Instrument.BILATERAL.value, "Another general security agreement"),
]
DECISIONS = [
    SelectChoice(RecognitionStatus.GRANTED.value, "Granted"),
    SelectChoice(RecognitionStatus.PENDING.value, "Not decided yet"),
    SelectChoice(RecognitionStatus.REFUSED.value, "Refused"),
    SelectChoice(RecognitionStatus.WITHDRAWN.value, "Withdrawn from the first day given below"),
]
RANKS = [
    SelectChoice("0", "Unclassified work only"),
    SelectChoice("1", "Sensitive, not classified"),
    SelectChoice("2", "Confidential"),
    SelectChoice("3", "Secret"),
    SelectChoice("4", "Top secret"),
]
VISITS = [
    SelectChoice(VisitKind.ATTACHMENT.value, "Attachment or extended visit"),
    SelectChoice(VisitKind.ONE_TIME.value, "One visit"),
    SelectChoice(VisitKind.RECURRING.value, "Recurring visits"),
    SelectChoice(VisitKind.EMERGENCY.value, "Emergency visit"),
]
LONG = [Optional(), Length(max=1000, message="Keep it under 1,000 characters"), unmarked]


class DaysForm(MarkedForm):
    starts_on = TextDate("First day", [InputRequired("Enter the first day")])
    ends_on = TextDate("Last day", [InputRequired("Enter the last day")])


class DecisionForm(DaysForm):
    clearance = SelectField("Which clearance it is about", [InputRequired("Choose the clearance")])
    status = RadioField("The decision", [InputRequired("Choose the decision")], choices=DECISIONS)
    instrument = SelectField("It rests on", [InputRequired("Choose what it rests on")], choices=INSTRUMENTS)
    rank = SelectField("It opens, in the host's own terms", choices=RANKS, default="3")
    programme = StringField("Programme", [Optional(), Length(max=200), unmarked])
    conditions = TextAreaField("Conditions", LONG)


class VisitForm(DaysForm):
    kind = SelectField("Kind", choices=VISITS)
    programme = StringField("Programme", [InputRequired("Name the programme"), Length(max=200), unmarked])
    sites = CheckboxList("Sites", [InputRequired("Choose at least one site")])
    submitted_on = TextDate("Submitted on", [InputRequired("Enter the day on which it was submitted")])


class VisitAnswerForm(MarkedForm):
    answer = RadioField(
        "The answer",
        [InputRequired("Choose the answer")],
        choices=[SelectChoice("granted", "Granted"), SelectChoice("refused", "Refused")],
    )
    conditions = TextAreaField("Conditions", LONG)


class PermitForm(DaysForm):
    route = SelectField(
        "Route",
        [InputRequired("Choose the route")],
        choices=[SelectChoice("", "Choose a route"), *(SelectChoice(key, words) for key, words in ROUTES.items())],
    )
    document = StringField(
        "Document",
        [Optional(), Length(max=4, message="Enter the last four characters only")],
        description="The last four characters, nothing more",
    )
    conditions = TextAreaField("Conditions", LONG)


class EndForm(Form):
    since = TextDate("Ended from", [InputRequired("Enter the first day on which it no longer holds")])


class PaperForm(MarkedForm):
    day = TextDate("Day", [InputRequired("Enter the day")])
    note = TextAreaField("Note", LONG, description="Where it is kept. Never what it says.")


class WaiverForm(MarkedForm):
    reason = TextAreaField("Reason", [InputRequired("Give the reason"), Length(max=1000), unmarked])
    until = TextDate("Until", [InputRequired("Enter the last day on which it holds")])


@pages.route("/secondments/<int:ident>/access/decision", methods=["GET", "POST"])
@allowed(Permission.RECOGNITIONS_EDIT)
def decide(ident: int) -> ResponseReturnValue:
    found = _secured(ident, host_only=True)
    form = DecisionForm(data=_days(found))
    form.clearance.choices = [
        SelectChoice(str(row.record.id), f"{row.level.name if row.level else row.record.level}, {row.record.status}")
        for row in clearances.history_of(db.session(), found.secondment.person_id)
        if row.current and row.record.status is ClearanceStatus.ACTIVE
    ]

    def record(days: Period) -> None:
        recognitions.decide(
            db.session(),
            access.actor(),
            ident,
            Decision(
                clearance_id=int(form.clearance.data),
                instrument=Instrument(form.instrument.data),
                status=RecognitionStatus(form.status.data),
                rank=int(form.rank.data),
                period=days,
                programmes=tuple(part.strip() for part in (form.programme.data or "").split(",") if part.strip()),
                conditions=form.conditions.data or "",
            ),
            now=clock.now(),
        )

    lead = "The host decides, for this secondment alone. Nothing follows from the level by itself."
    return _answer(found, form, "Decide on access", lead, lambda: record(_period(form)))


@pages.route("/secondments/<int:ident>/access/visit", methods=["GET", "POST"])
@allowed(Permission.RECOGNITIONS_EDIT)
def visit(ident: int) -> ResponseReturnValue:
    found = _secured(ident)
    form = VisitForm(data={**_days(found), "submitted_on": clock.today()})
    form.sites.choices = [
        SelectChoice(str(site.id), site.name)
        for site in institutes.all_sites(db.session()).values()
        if site.institute_id == found.secondment.host_institute_id
    ]

    def record() -> None:
        assert form.submitted_on.data is not None  # it was required
        sites = frozenset(int(one) for one in form.sites.data)
        typed = Visit(VisitKind(form.kind.data), form.programme.data, sites, _period(form), form.submitted_on.data)
        recognitions.submit_visit(db.session(), access.actor(), ident, typed, now=clock.now())

    lead = "One person, one country, one programme; a year at most, submitted 90 days ahead at most."
    return _answer(found, form, "Record a visit request", lead, record)


@pages.route("/secondments/<int:ident>/access/visit/<int:visit_id>", methods=["GET", "POST"])
@allowed(Permission.RECOGNITIONS_EDIT)
def answer_visit(ident: int, visit_id: int) -> ResponseReturnValue:
    found = _secured(ident, host_only=True)
    form = VisitAnswerForm()

    def record() -> None:
        recognitions.decide_visit(
            db.session(),
            access.actor(),
            ident,
            visit_id,
            granted=form.answer.data == "granted",
            conditions=form.conditions.data or "",
            now=clock.now(),
        )

    return _answer(found, form, "Answer to the visit request", "What the receiving authority answered.", record)


@pages.route("/secondments/<int:ident>/access/permission", methods=["GET", "POST"])
@allowed(Permission.PERMISSIONS_EDIT)
def permit(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    route = found.secondment.legal_basis if found.secondment.legal_basis in ROUTES else ""
    form = PermitForm(data={**_days(found), "route": route})

    def record() -> None:
        typed = Permit(form.route.data, _period(form), form.document.data or "", form.conditions.data or "")
        stay_papers.record_permission(db.session(), access.actor(), ident, typed, now=clock.now())

    lead = "The permission to stay and work in the host's country, as its document says."
    return _answer(found, form, "Record a permission", lead, record)


@pages.route("/secondments/<int:ident>/access/permission/<int:permission_id>/end", methods=["GET", "POST"])
@allowed(Permission.PERMISSIONS_EDIT)
def end_permit(ident: int, permission_id: int) -> ResponseReturnValue:
    found = _found(ident)
    form = EndForm()

    def record() -> None:
        assert form.since.data is not None  # it was required
        stay_papers.end_permission(db.session(), access.actor(), ident, permission_id, form.since.data, now=clock.now())

    return _answer(found, form, "End the permission", "A stay that rests on it is suspended from that day.", record)


@pages.route("/secondments/<int:ident>/access/paper/<kind>", methods=["GET", "POST"])
@allowed(Permission.PAPERS_EDIT)
def paper(ident: int, kind: str) -> ResponseReturnValue:
    found = _found(ident)
    row = found.secondment
    known = {one.value: one for one in PaperKind}
    open_to = kinds_open_to(access.actor(), row.person_id, row.home_institute_id, row.host_institute_id)
    if known.get(kind) not in open_to:
        abort(404)
    form = PaperForm(data={"day": clock.today()})
    title, meaning = PAPERS[known[kind]]
    form.day.label.text = meaning.capitalize()

    def record() -> None:
        assert form.day.data is not None  # it was required
        note = form.note.data or ""
        stay_papers.record_paper(
            db.session(), access.actor(), ident, known[kind], form.day.data, note=note, now=clock.now()
        )

    return _answer(found, form, title, "Only that it exists, and its day.", record)


@pages.route("/secondments/<int:ident>/access/waive/<check>", methods=["GET", "POST"])
@allowed(Permission.WAIVERS_GRANT)
def waive(ident: int, check: str) -> ResponseReturnValue:
    found = _found(ident)
    row = found.secondment
    known = {one.value: one for one in TITLES}
    asked = known.get(check, Check.ACCESS)
    mine = may_waive(asked, access.actor(), row.home_institute_id, row.host_institute_id, row.person_id)
    if asked is Check.ACCESS or not mine:
        abort(404)
    form = WaiverForm()

    def record() -> None:
        assert form.until.data is not None  # it was required
        reason = form.reason.data or ""
        stay_papers.waive(
            db.session(), access.actor(), ident, asked, reason=reason, until=form.until.data, now=clock.now()
        )

    return _answer(found, form, f"Waive: {TITLES[asked].lower()}", "The reason is kept with your name.", record)


def _answer(found: Found, form: Form, title: str, lead: str, record: Callable[[], None]) -> ResponseReturnValue:
    """The page with its form; sent and sound, it is recorded, and what lapsed by it is suspended at once."""
    ident = found.secondment.id
    if form.validate_on_submit() and _days_in_order(form):
        try:
            record()
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            lapses.suspend_lapsed(db.session(), person_id=found.secondment.person_id, now=clock.now())
            flash("Recorded.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    page = render_template(
        "stay_access/record.html", form=form, found=found, ref=secondments.reference(ident), title=title, lead=lead
    )
    return page, refusals.status(form)


def _days_in_order(form: Form) -> bool:
    if not isinstance(form, DaysForm):
        return True
    assert form.starts_on.data is not None  # both were required
    assert form.ends_on.data is not None
    if form.ends_on.data >= form.starts_on.data:
        return True
    form.ends_on.errors = ["The last day is before the first day: correct one of them."]
    return False


def _period(form: DaysForm) -> Period:
    assert form.starts_on.data is not None  # both were required
    assert form.ends_on.data is not None
    return Period(form.starts_on.data, form.ends_on.data)


def _days(found: Found) -> dict[str, object]:
    return {"starts_on": found.secondment.starts_on, "ends_on": found.secondment.ends_on}


def _found(ident: int) -> Found:
    found = secondments.find(db.session(), ident, secondment_facts.scope_of(access.actor()))
    if found is None:
        abort(404)
    return found


def _secured(ident: int, *, host_only: bool = False) -> Found:
    """The secondment, for a security officer of either side, or of the host's alone; never for their own stay."""
    found = _found(ident)
    row = found.secondment
    sides = {row.host_institute_id} if host_only else {row.host_institute_id, row.home_institute_id}
    actor = access.actor()
    if actor.person_id == row.person_id or not any(actor.has(Role.SECURITY_OFFICER, side) for side in sides):
        abort(404)
    return found
