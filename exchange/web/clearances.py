"""Clearances, for the security officers who keep them: the list, a person's case, and every record that is appended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from exchange.actions import clearances as actions
from exchange.actions import lapses
from exchange.actions.writing import Refused
from exchange.domain import clearance_records
from exchange.domain.access import Permission, reach
from exchange.domain.clearance_records import Terms
from exchange.domain.policies import PolicyBook
from exchange.domain.secondment_facts import FINAL, State
from exchange.store import clearances as store
from exchange.store import institutes, policies, secondments, standing_states
from exchange.store.clearances import Clearance, ClearanceStatus, HistoryRow, Keepers, Shown
from exchange.store.people import Person
from exchange.store.secondments import Scope, SecondmentRow
from exchange.web import access, choices, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate
from exchange.web.markings import MarkedForm, unmarked
from exchange.web.paging import page_number

pages = Blueprint("clearances", __name__)

PER_PAGE = 50
ENDING_DAYS = 90
TILES: dict[Shown, tuple[str, str]] = {
    Shown.ALL: ("On record", ""),
    Shown.ENDING: (f"End within {ENDING_DAYS} days", "warn"),
    Shown.OVERDUE: ("Past their day", "bad"),
    Shown.UNCONFIRMED: ("Not confirmed lately", "warn"),
    Shown.STOPPED: ("Suspended, lapsed or withdrawn", ""),
    Shown.NONE: ("Without a record", ""),
}
STATUS_WORDS: dict[ClearanceStatus, tuple[str, str]] = {
    ClearanceStatus.ACTIVE: ("Active", "good"),
    ClearanceStatus.SUSPENDED: ("Suspended", "bad"),
    ClearanceStatus.LAPSED: ("Lapsed", "bad"),
    ClearanceStatus.WITHDRAWN: ("Withdrawn", "bad"),
}
STOPS = [
    SelectChoice(ClearanceStatus.SUSPENDED.value, "Suspended: it may be restored"),
    SelectChoice(ClearanceStatus.WITHDRAWN.value, "Withdrawn"),
    SelectChoice(ClearanceStatus.LAPSED.value, "Lapsed: its day passed, or its sponsor ended it"),
]


class TermsForm(MarkedForm):
    granted_on = TextDate("Stands from", [InputRequired("Enter the day from which it stands")])
    review_due_on = TextDate("Review due on", [Optional()], description="For levels that fall due for review")
    expires_on = TextDate("Last valid day", [Optional()], description="For levels that expire")
    continuous_vetting = BooleanField("Enrolled in continuous vetting, where the scheme has it", default=True)
    caveats = StringField(
        "Caveats",
        [Optional(), Length(max=200, message="Keep it under 200 characters"), unmarked],
        description=f"Codes with commas between them, such as {', '.join(list(clearance_records.CAVEATS)[:3])}. "
        "Never their reasons.",
    )
    sponsor = StringField(
        "Sponsor",
        [Optional(), Length(max=200, message="Keep it under 200 characters"), unmarked],
        description="Who sponsors it",
    )


class RecordForm(TermsForm):
    level = SelectField("Level", [InputRequired("Choose the level")], choices=choices.clearances)


class StopForm(Form):
    status = RadioField("What has happened", [InputRequired("Choose what has happened")], choices=STOPS)
    since = TextDate("Since", [InputRequired("Enter the day since when")])


@dataclass(frozen=True, slots=True)
class Case:
    """One of the actor's people, with the institute that employs them and the whole history of their clearances."""

    person: Person
    institute_id: int
    history: list[HistoryRow]

    @property
    def current(self) -> list[HistoryRow]:
        return [row for row in self.history if row.current]


@pages.get("/clearances")
@allowed(Permission.CLEARANCES_SEE)
def index() -> ResponseReturnValue:
    shown = _shown(request.args.get("show", Shown.ALL.value))
    text = request.args.get("name", "").strip()[:100]
    keepers = _keepers()
    counts = store.counts(db.session(), keepers)
    page = page_number(request.args.get("page"), counts[shown], PER_PAGE)
    rows, total = store.listed(db.session(), keepers, shown, text, offset=(page - 1) * PER_PAGE, limit=PER_PAGE)
    return render_template(
        "clearances/index.html",
        rows=rows,
        total=total,
        page=page,
        per_page=PER_PAGE,
        shown=shown,
        text=text,
        tiles=[(one, *TILES[one], counts[one]) for one in Shown],
        status_words=STATUS_WORDS,
        institutes=institutes.all_institutes(db.session()),
        today=keepers.today,
        now=clock.now(),
    )


@pages.get("/clearances/people/<int:ident>")
@allowed(Permission.CLEARANCES_SEE)
def case(ident: int) -> ResponseReturnValue:
    found = _case(ident)
    return render_template(
        "clearances/case.html",
        case=found,
        own=found.person.id == access.actor().person_id,
        institutes=institutes.all_institutes(db.session()),
        status_words=STATUS_WORDS,
        caveat_words=clearance_records.CAVEATS,
        stays=_stays(ident),
        confirm_days=_book().number("clearance.confirmation_days", clock.today()),
        today=clock.today(),
        now=clock.now(),
    )


def _stays(person_id: int) -> list[SecondmentRow]:
    """What may rest on the clearance: the person's secondments that are not over, as they stand today."""
    today = clock.today()
    known = secondments.listed(db.session(), Scope(frozenset(), person_id), states=frozenset(State) - FINAL)
    rows = [row for row in known if row.person_id == person_id and row.ends_on >= today]
    return standing_states.as_they_stand(db.session(), rows, today)


@pages.route("/clearances/people/<int:ident>/new", methods=["GET", "POST"])
@allowed(Permission.CLEARANCES_EDIT)
def new(ident: int) -> ResponseReturnValue:
    found = _case(ident)
    form = RecordForm()
    if form.validate_on_submit():
        try:
            actions.record(db.session(), access.actor(), ident, form.level.data or "", _terms(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _done(ident, "The clearance is on record.")
    return render_template("clearances/new.html", form=form, case=found), refusals.status(form)


@pages.route("/clearances/<int:ident>/renew", methods=["GET", "POST"])
@allowed(Permission.CLEARANCES_EDIT)
def renew(ident: int) -> ResponseReturnValue:
    found, row = _record(ident)
    form = TermsForm(data=_typed(row.record))
    if form.validate_on_submit():
        try:
            actions.renew(db.session(), access.actor(), ident, _terms(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _done(found.person.id, "The new record follows the one before.")
    return render_template("clearances/renew.html", form=form, case=found, row=row), refusals.status(form)


@pages.route("/clearances/<int:ident>/stop", methods=["GET", "POST"])
@allowed(Permission.CLEARANCES_EDIT)
def stop(ident: int) -> ResponseReturnValue:
    found, row = _record(ident)
    form = StopForm(data={"since": clock.today(access.signed_in().zone)})
    if form.validate_on_submit():
        assert form.since.data is not None  # it was required
        try:
            status = ClearanceStatus(form.status.data)
            actions.stop(db.session(), access.actor(), ident, status, form.since.data, now=clock.now())
            lapses.suspend_lapsed(db.session(), person_id=found.person.id, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return _done(found.person.id, "Recorded. What rests on it is suspended.")
    return render_template("clearances/stop.html", form=form, case=found, row=row), refusals.status(form)


@pages.post("/clearances/<int:ident>/confirm")
@allowed(Permission.CLEARANCES_EDIT)
def confirm(ident: int) -> ResponseReturnValue:
    actions.confirm(db.session(), access.actor(), ident, now=clock.now())
    found, _ = _record(ident)
    return _done(found.person.id, "Confirmed as it stands.")


def _done(person_id: int, words: str) -> ResponseReturnValue:
    flash(words, "ok")
    return redirect(url_for("clearances.case", ident=person_id), code=303)


def _shown(text: str) -> Shown:
    try:
        return Shown(text)
    except ValueError:
        abort(404)


def _keepers() -> Keepers:
    within = reach(access.actor(), Permission.CLEARANCES_SEE) or frozenset()
    today = clock.today()
    return Keepers(within, today, ENDING_DAYS, _book().number("clearance.confirmation_days", today))


def _book() -> PolicyBook:
    return policies.book(db.session())


def _case(person_id: int) -> Case:
    within = reach(access.actor(), Permission.CLEARANCES_SEE) or frozenset()
    found = store.holder_of(db.session(), person_id, within, clock.today())
    if found is None:
        abort(404)
    return Case(*found, store.history_of(db.session(), person_id))


def _record(ident: int) -> tuple[Case, HistoryRow]:
    """A record with the case it belongs to; a record of somebody else's people is not found."""
    row = db.session.get(Clearance, ident)
    if row is None:
        abort(404)
    found = _case(row.person_id)
    return found, next(one for one in found.history if one.record.id == ident)


def _typed(row: Clearance) -> dict[str, Any]:
    return {
        "continuous_vetting": row.continuous_vetting,
        "caveats": ", ".join(row.caveats),
        "sponsor": row.sponsor,
    }


def _terms(form: TermsForm) -> Terms:
    assert form.granted_on.data is not None  # it was required
    return Terms(
        granted_on=form.granted_on.data,
        review_due_on=form.review_due_on.data,
        expires_on=form.expires_on.data,
        continuous_vetting=bool(form.continuous_vetting.data),
        caveats=clearance_records.caveats_in(form.caveats.data or ""),
        sponsor=(form.sponsor.data or "").strip(),
    )
