"""Secondments: the list, proposing one, its page, and every move of its life."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DecimalField, HiddenField, RadioField, SelectChoice, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from exchange.actions import secondments as actions
from exchange.actions.drafts import Proposal
from exchange.actions.writing import Refused
from exchange.domain import agreements as agreement_rules
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.agreements import Mode
from exchange.domain.policy_seeds import ROUTES
from exchange.domain.secondment_facts import (
    BEFORE_ARRIVAL,
    FINAL,
    OVER,
    UNDER_WAY,
    State,
    Verb,
)
from exchange.store import institutes, secondment_facts, workstreams
from exchange.store import secondments as store
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Found
from exchange.web import access, checklists, clock, move_forms, refusals, stay_sections, wording
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form, TextDate

pages = Blueprint("secondments", __name__)

GROUPS: dict[str, tuple[str, frozenset[State] | None]] = {
    "all": ("All", None),
    "coming": ("Coming", BEFORE_ARRIVAL),
    "now": ("Under way", UNDER_WAY),
    "over": ("Over", OVER | FINAL),
}
MODES = [
    SelectChoice(Mode.IN_PERSON.value, "In person at the host"),
    SelectChoice(Mode.HYBRID.value, "Partly at the host, partly at home"),
    SelectChoice(Mode.REMOTE.value, "Remote"),
]
LEGAL_BASES = [SelectChoice("", "Not decided yet"), *(SelectChoice(key, words) for key, words in ROUTES.items())]
BUTTONS = {
    Verb.CONSENT: "Consent",
    Verb.RELEASE: "Record the release",
    Verb.NOMINATE: "Nominate",
    Verb.SUPPORT: "Support",
    Verb.ACCEPT: "Accept",
    Verb.PREPARE: "Begin the agreement",
    Verb.CONCLUDE: "Conclude the agreement",
    Verb.CLEAR: "Clear",
    Verb.ARRIVE: "Record the arrival",
    Verb.SUSPEND: "Suspend",
    Verb.RESUME: "Resume",
    Verb.AMEND: "Take over the new terms",
    Verb.BEGIN_CLOSING: "Begin to close",
    Verb.END_EARLY: "End early",
    Verb.COMPLETE: "Complete",
    Verb.CLOSE: "Close",
    Verb.SEND_BACK: "Send back",
    Verb.WITHDRAW: "Withdraw",
    Verb.DECLINE: "Decline",
    Verb.CANCEL: "Cancel the secondment",
}
STAGES = (
    ("Draft", (State.DRAFT,)),
    ("Nominated", (State.NOMINATED,)),
    ("Accepted", (State.ACCEPTED,)),
    ("Agreement", (State.AGREEMENT,)),
    ("Clearance", (State.CLEARANCE, State.READY)),
    ("Under way", (State.ACTIVE, State.SUSPENDED, State.CLOSING, State.ENDED_EARLY)),
    ("Completed", (State.COMPLETED, State.CLOSED)),
)


class TermsForm(Form):
    """What both a new and an edited draft say."""

    starts_on = TextDate("First day", [InputRequired("Enter the first day")], description="For example, 5 Jan 2027")
    ends_on = TextDate(
        "Last day", [InputRequired("Enter the last day")], description="The last working day at the host"
    )
    mode = RadioField("Where they work", choices=MODES, default=Mode.IN_PERSON.value)
    host_share = DecimalField(
        "Share of their time at the host",
        [InputRequired("Enter a share between 0 and 1"), NumberRange(0.05, 1, "Enter a share between 0.05 and 1")],
        default=1,
        description="1 is full time, 0.5 is half",
    )
    legal_basis = SelectField("Legal basis", [Optional()], choices=LEGAL_BASES)
    purpose = TextAreaField(
        "What they will do",
        [Length(max=2000, message="Keep it under 2,000 characters")],
        description="Both institutes see this.",
    )


class ProposalForm(TermsForm):
    person = SelectField("Person", [InputRequired("Choose who is going")])
    host = SelectField("Host institute", [InputRequired("Choose where they are going")])
    opening = SelectField("Opening", [Optional()])
    workstream = SelectField("Workstream", [Optional()], description="Its lead supports the nomination.")


class EditForm(TermsForm):
    version = HiddenField()


@dataclass(frozen=True, slots=True)
class Stage:
    label: str
    state: str  # "past", "here" or ""


@pages.get("/secondments")
@allowed(Permission.SECONDMENTS_SEE)
def index() -> ResponseReturnValue:
    group = request.args.get("show", "all")
    if group not in GROUPS:
        abort(404)
    rows = store.listed(db.session(), secondment_facts.scope_of(access.actor()), states=GROUPS[group][1])
    return render_template(
        "secondments/index.html",
        rows=rows,
        group=group,
        groups=GROUPS,
        institutes=institutes.all_institutes(db.session()),
    )


@pages.route("/secondments/new", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_PROPOSE)
def new() -> ResponseReturnValue:
    form = _proposal_form()
    if form.validate_on_submit():
        try:
            ident = actions.propose(db.session(), access.actor(), _proposal(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The draft is saved. The person is asked for their consent.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    return render_template("secondments/new.html", form=form), refusals.status(form)


@pages.get("/secondments/<int:ident>")
@allowed(Permission.SECONDMENTS_SEE)
def show(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    today = clock.today(access.signed_in().zone)
    actor = access.actor()
    life = secondment_facts.load(db.session(), found, today, actor)
    standing = agreement_rules.standing(life.agreement)
    known = institutes.all_institutes(db.session())
    zones = (known[found.secondment.host_institute_id].zone, known[found.secondment.home_institute_id].zone)
    g.reader = wording.facing(wording.current_reader(), *zones)
    return render_template(
        "secondments/show.html",
        found=found,
        row=found.secondment,
        ref=store.reference(ident),
        life=life,
        stages=_stages(life),
        state=rules.effective_state(life.facts),
        sections=stay_sections.sections(life, found.secondment, actor, today),
        open_moves=rules.moves_open(life.facts, actor, today),
        ball=rules.ball(life.facts),
        standing=standing,
        sides=_sides_open(life, actor),
        may_edit=access.may(Permission.SECONDMENTS_PROPOSE) and rules.may_edit(life.facts).allowed,
        checklist=checklists.section(life, actor, today),
        asks=move_forms.asks,
        buttons=BUTTONS,
        words=actions.WORDS,
        institutes=known,
        now=clock.now(),
    )


@pages.route("/secondments/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_PROPOSE)
def edit(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    row = found.secondment
    form = EditForm(obj=row, data={"mode": row.mode.value, "version": row.version})
    if form.validate_on_submit():
        try:
            actions.edit(
                db.session(),
                access.actor(),
                ident,
                _terms(form, row.person_id, row.host_institute_id),
                version=int(form.version.data or 0),
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    status = refusals.status(form)
    return render_template("secondments/edit.html", form=form, found=found, ref=store.reference(ident)), status


@pages.route("/secondments/<int:ident>/move/<verb>", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_APPROVE)
def move(ident: int, verb: str) -> ResponseReturnValue:
    """Make a move; those that need a reason, or cannot be undone, ask on a page of their own first."""
    found = _found(ident)
    asked = _verb(verb)
    form = move_forms.form_for(asked, found.secondment)
    if form is None and request.method == "GET":
        abort(405)
    if request.method == "POST" and (form is None or form.validate()):
        said = move_forms.said(form)
        try:
            actions.move(db.session(), access.actor(), ident, asked, reason=said.reason, day=said.day, now=clock.now())
        except Refused as refusal:
            if form is None:
                raise
            refusals.show(form, refusal)
        else:
            flash("Done. The others have been told.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    return (
        render_template(
            "secondments/move.html",
            form=form,
            found=found,
            ref=store.reference(ident),
            button=BUTTONS[asked],
            verb=verb,
            final=move_forms.is_final(asked, found.secondment),
        ),
        refusals.status(form),
    )


def _found(ident: int) -> Found:
    found = store.find(db.session(), ident, secondment_facts.scope_of(access.actor()))
    if found is None:
        abort(404)
    return found


def _verb(text: str) -> Verb:
    try:
        return Verb(f"secondment:{text}")
    except ValueError:
        abort(404)


def _stages(life: Life) -> list[Stage]:
    here = next((i for i, (_, states) in enumerate(STAGES) if life.facts.state in states), None)
    reached = {move.target for move in life.moves} | {State.DRAFT}
    return [
        Stage(
            label,
            "here"
            if i == here
            else "past"
            if (here is not None and i < here) or (here is None and reached & set(states))
            else "",
        )
        for i, (label, states) in enumerate(STAGES)
    ]


def _sides_open(life: Life, actor: Actor) -> list[str]:
    """The sides for which this reader may decide on the pending version now."""
    pending = agreement_rules.standing(life.agreement).pending
    if pending is None:
        return []
    seen, approve = pending.content.hash, agreement_rules.Decision.APPROVE
    return [
        side.value
        for side in agreement_rules.PARTIES
        if agreement_rules.may_approve(
            life.agreement, side, actor, seen, approve, other_hands=life.facts.other_hands(side)
        )
    ]


def _proposal_form() -> ProposalForm:
    today = clock.today(access.signed_in().zone)
    form = ProposalForm(
        data={key: request.args[key] for key in ("person", "host", "opening", "workstream") if key in request.args}
        or None
    )
    known = institutes.all_institutes(db.session())
    people = store.candidates(db.session(), today)
    form.person.choices = [SelectChoice("", "Choose a person")] + [
        SelectChoice(str(p.id), f"{p.name} ({known[p.institute_id].short_name})") for p in people
    ]
    form.host.choices = [SelectChoice("", "Choose an institute")] + [
        SelectChoice(str(i.id), i.short_name) for i in known.values()
    ]
    form.opening.choices = [SelectChoice("", "None yet")] + [
        SelectChoice(str(o.id), f"{o.title} ({known[o.host_institute_id].short_name})")
        for o in store.open_openings(db.session(), today)
    ]
    form.workstream.choices = [SelectChoice("", "None, or that of the opening")] + [
        SelectChoice(str(w.id), w.title) for w in workstreams.listed(db.session())
    ]
    return form


def _proposal(form: ProposalForm) -> Proposal:
    opening = int(form.opening.data) if form.opening.data else None
    workstream = int(form.workstream.data) if form.workstream.data else None
    return replace(_terms(form, int(form.person.data), int(form.host.data), opening), workstream_id=workstream)


def _terms(form: TermsForm, person_id: int, host_id: int, opening_id: int | None = None) -> Proposal:
    assert form.starts_on.data is not None  # both were required
    assert form.ends_on.data is not None
    assert form.host_share.data is not None
    return Proposal(
        person_id=person_id,
        host_id=host_id,
        opening_id=opening_id,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        mode=Mode(form.mode.data),
        host_share=form.host_share.data,
        legal_basis=form.legal_basis.data or "",
        purpose=form.purpose.data or "",
    )
