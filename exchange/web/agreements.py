"""The agreement of a secondment: proposing a version, deciding on it, and reading what differs between two."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from exchange.actions import agreements as actions
from exchange.actions.writing import Refused
from exchange.domain import agreements as rules
from exchange.domain.access import Permission
from exchange.domain.agreements import AgreementContent, CostModel, Decision, Mode
from exchange.domain.secondment_facts import Side
from exchange.store import agreements as store
from exchange.store import institutes, secondment_facts, secondments
from exchange.store.secondments import Found
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Share, TextDate
from exchange.web.markings import MarkedForm, unmarked
from exchange.web.secondment_forms import LEGAL_BASES, MODES

pages = Blueprint("agreements", __name__)

COST_MODELS = [
    SelectChoice(CostModel.HOME_PAYS.value, "The home institute pays"),
    SelectChoice(CostModel.HOST_REIMBURSES.value, "The host reimburses the home institute"),
    SelectChoice(CostModel.SHARED.value, "Both share the cost"),
]
HEADINGS = (
    ("leave", "Leave and working time"),
    ("insurance", "Insurance and liability"),
    ("confidentiality", "Confidentiality and publication"),
    ("ending", "Early termination and return"),
)
FIELD_WORDS = {
    "post": "Post",
    "site": "Site",
    "mode": "Where they work",
    "start": "First day",
    "end": "Last day",
    "host_fte": "Share of time at the host",
    "home_fte": "Share of time at home",
    "legal_basis": "Legal basis",
    "cost_model": "Cost model",
    "home_share": "Home's part of the cost, per cent",
    "phased_access": "Phased access",
}


class VersionForm(MarkedForm):
    post = StringField("Post", [InputRequired("Enter the post at the host"), Length(max=200), unmarked])
    site = StringField("Site", [InputRequired("Enter the place of work"), Length(max=200)])
    mode = RadioField("Where they work", choices=MODES)
    start = TextDate("First day", [InputRequired("Enter the first day")], description="For example, 5 Jan 2027")
    end = TextDate("Last day", [InputRequired("Enter the last day")])
    host_fte = Share("Share of time at the host", [InputRequired("Enter a share"), NumberRange(0, 1)])
    home_fte = Share("Share of time at home", [InputRequired("Enter a share, 0 for none"), NumberRange(0, 1)])
    legal_basis = SelectField("Legal basis", choices=LEGAL_BASES)
    cost_model = SelectField("Cost model", choices=COST_MODELS)
    home_share = Share("Home's part of the cost, per cent", [InputRequired("Enter 0 to 100"), NumberRange(0, 100)])
    phased_access = TextAreaField(
        "Phased access",
        [Length(max=2000), unmarked],
        description="How the work begins while an access is still missing. Leave empty when none is.",
    )
    leave = TextAreaField(HEADINGS[0][1], [Length(max=4000), unmarked])
    insurance = TextAreaField(HEADINGS[1][1], [Length(max=4000), unmarked])
    confidentiality = TextAreaField(HEADINGS[2][1], [Length(max=4000), unmarked])
    ending = TextAreaField(HEADINGS[3][1], [Length(max=4000), unmarked])


class ReturnForm(MarkedForm):
    reason = TextAreaField("What should change", [InputRequired("Say what should change"), Length(max=1000), unmarked])


@pages.route("/secondments/<int:ident>/agreement/new", methods=["GET", "POST"])
@allowed(Permission.AGREEMENTS_PROPOSE)
def propose(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    versions = store.versions_of(db.session(), ident)
    base = versions[-1].domain.content if versions else _from_draft(found)
    number = len(versions) + 1
    form = VersionForm(data=_typed(base) | _days_asked())
    if form.validate_on_submit():
        try:
            actions.propose(db.session(), access.actor(), _content(form, base, number), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash(f"Version {number} is proposed. Earlier approvals do not count for it.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    ref = secondments.reference(ident)
    page = render_template("agreements/propose.html", form=form, found=found, ref=ref, number=number, headings=HEADINGS)
    return page, refusals.status(form)


@pages.post("/secondments/<int:ident>/agreement/approve")
@allowed(Permission.SECONDMENTS_APPROVE)
def approve(ident: int) -> ResponseReturnValue:
    actions.decide(
        db.session(),
        access.actor(),
        ident,
        _side(request.form.get("side", "")),
        Decision.APPROVE,
        seen_hash=request.form.get("hash", ""),
        now=clock.now(),
    )
    flash("Your approval is recorded against exactly this version.", "ok")
    return redirect(url_for("secondments.show", ident=ident), code=303)


@pages.route("/secondments/<int:ident>/agreement/return/<side>", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_APPROVE)
def send_back(ident: int, side: str) -> ResponseReturnValue:
    found = _found(ident)
    versions = store.versions_of(db.session(), ident)
    if not versions:
        abort(404)
    form = ReturnForm()
    if form.validate_on_submit():
        try:
            actions.decide(
                db.session(),
                access.actor(),
                ident,
                _side(side),
                Decision.SEND_BACK,
                seen_hash=request.form.get("hash", ""),
                reason=form.reason.data or "",
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The version is sent back with your reason.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    ref = secondments.reference(ident)
    page = render_template(
        "agreements/send_back.html", form=form, found=found, ref=ref, side=side, sha256=versions[-1].sha256
    )
    return page, refusals.status(form)


@pages.route("/secondments/<int:ident>/agreement/give-up", methods=["GET", "POST"])
@allowed(Permission.AGREEMENTS_PROPOSE)
def give_up(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    if request.method == "POST":
        actions.give_up(db.session(), access.actor(), ident, now=clock.now())
        flash("The pending version is given up; the one agreed before stays in force.", "ok")
        return redirect(url_for("secondments.show", ident=ident), code=303)
    return render_template("agreements/give_up.html", found=found, ref=secondments.reference(ident))


@pages.get("/secondments/<int:ident>/agreement/<int:number>")
@allowed(Permission.SECONDMENTS_SEE)
def show(ident: int, number: int) -> ResponseReturnValue:
    """One version in full, with what differs from the one before or from ``?against=N``."""
    found = _found(ident)
    versions = {version.domain.content.number: version for version in store.versions_of(db.session(), ident)}
    if number not in versions:
        abort(404)
    against = request.args.get("against", default=number - 1, type=int)
    other = versions.get(against)
    content = versions[number].domain.content
    return render_template(
        "agreements/show.html",
        found=found,
        ref=secondments.reference(ident),
        version=versions[number],
        content=content,
        numbers=sorted(versions),
        other=other,
        changes=rules.compare(other.domain.content, content) if other else (),
        institutes=institutes.all_institutes(db.session()),
        words=FIELD_WORDS,
        now=clock.now(),
    )


def _days_asked() -> dict[str, date]:
    """The days that the address asks for (the timeline does, after a bar was moved)."""
    found = {}
    for name in ("start", "end"):
        with suppress(ValueError):
            found[name] = date.fromisoformat(request.args.get(name, ""))
    return found


def _found(ident: int) -> Found:
    found = secondments.find(db.session(), ident, secondment_facts.scope_of(access.actor()))
    if found is None:
        abort(404)
    return found


def _side(text: str) -> Side:
    try:
        return Side(text)
    except ValueError:
        abort(404)


def _from_draft(found: Found) -> AgreementContent:
    """The first version's terms: those of the draft."""
    row = found.secondment
    return AgreementContent(
        secondment_id=row.id,
        number=1,
        person_id=row.person_id,
        home_id=row.home_institute_id,
        host_id=row.host_institute_id,
        post=found.opening.title if found.opening else "",
        site="",
        mode=row.mode,
        start=row.starts_on,
        end=row.ends_on,
        host_fte=Decimal(row.host_share),
        home_fte=1 - Decimal(row.host_share),
        legal_basis=row.legal_basis,
        cost_model=CostModel.HOME_PAYS,
        home_share=Decimal(100),
        phased_access=row.phased_access,
    )


def _typed(base: AgreementContent) -> dict[str, object]:
    terms = dict(base.terms)
    values: dict[str, object] = {key: terms.get(heading, "") for key, heading in HEADINGS}
    for name in ("post", "site", "start", "end", "host_fte", "home_fte", "legal_basis", "home_share", "phased_access"):
        values[name] = getattr(base, name)
    return values | {"mode": base.mode.value, "cost_model": base.cost_model.value}


def _content(form: VersionForm, base: AgreementContent, number: int) -> AgreementContent:
    terms = tuple((heading, str(form[key].data).strip()) for key, heading in HEADINGS if str(form[key].data).strip())
    assert form.host_fte.data is not None  # all of these were required
    assert form.home_fte.data is not None
    assert form.home_share.data is not None
    assert form.start.data is not None
    assert form.end.data is not None
    return replace(
        base,
        number=number,
        post=form.post.data,
        site=form.site.data,
        mode=Mode(form.mode.data),
        start=form.start.data,
        end=form.end.data,
        host_fte=form.host_fte.data,
        home_fte=form.home_fte.data,
        legal_basis=form.legal_basis.data or "",
        cost_model=CostModel(form.cost_model.data),
        home_share=form.home_share.data,
        phased_access=form.phased_access.data or "",
        terms=terms,
    )
