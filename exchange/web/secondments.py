"""Secondments: the list, proposing one, its page, and every move of its life."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions import secondments as actions
from exchange.actions.steps import WORDS
from exchange.actions.writing import Refused
from exchange.domain import agreements as agreement_rules
from exchange.domain import attention
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.secondment_facts import (
    BEFORE_ARRIVAL,
    FINAL,
    OVER,
    UNDER_WAY,
    State,
    Verb,
)
from exchange.store import institutes, secondment_facts, standing_states
from exchange.store import secondments as store
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Found
from exchange.web import (
    access,
    checklists,
    clock,
    eligibility_preview,
    move_forms,
    refusals,
    secondment_forms,
    stand_ins,
    stay_sections,
    wording,
)
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.paging import page_number

pages = Blueprint("secondments", __name__)

GROUPS: dict[str, tuple[str, frozenset[State] | None]] = {
    "all": ("All", None),
    "coming": ("Coming", BEFORE_ARRIVAL),
    "now": ("Under way", UNDER_WAY),
    "over": ("Over", OVER | FINAL),
}
CHECK = "check"  # the value of the button that only asks
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


PER_PAGE = 50


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
    session, today = db.session(), clock.today(access.signed_in().zone)
    words = request.args.get("name", "").strip()[:200]
    rows = store.listed(session, secondment_facts.scope_of(access.actor()), states=GROUPS[group][1])
    found = [row for row in rows if row.mentions(words)]
    page = page_number(request.args.get("page"), len(found), PER_PAGE)
    return render_template(
        "secondments/index.html",
        rows=standing_states.as_they_stand(session, found[(page - 1) * PER_PAGE : page * PER_PAGE], today),
        found=len(found),
        words=words,
        page=page,
        per_page=PER_PAGE,
        group=group,
        groups=GROUPS,
        institutes=institutes.all_institutes(session),
    )


@pages.route("/secondments/new", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_PROPOSE)
def new() -> ResponseReturnValue:
    """The form of a new secondment; its button "Check" answers without saving."""
    today = clock.today(access.signed_in().zone)
    page = secondment_forms.proposal_page(today)
    form = page.form
    if request.form.get("step") != CHECK and form.validate_on_submit():
        try:
            ident = actions.propose(db.session(), access.actor(), secondment_forms.proposal(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The draft is saved. The person is asked for their consent.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    preview = eligibility_preview.of_proposal(page, access.actor(), today)
    return render_template("secondments/new.html", form=form, preview=preview), refusals.status(form)


@pages.post("/secondments/check")
@allowed(Permission.SECONDMENTS_PROPOSE)
def check() -> ResponseReturnValue:
    """The same answer alone, for the form that is being filled in; nothing is written."""
    today = clock.today(access.signed_in().zone)
    preview = eligibility_preview.of_proposal(secondment_forms.proposal_page(today), access.actor(), today)
    return render_template("secondments/check.html", preview=preview, back=url_for("secondments.new"))


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
    row, state = found.secondment, rules.effective_state(life.facts)
    return render_template(
        "secondments/show.html",
        found=found,
        row=row,
        ref=store.reference(ident),
        life=life,
        stages=_stages(life),
        state=state,
        may_stand_in=state is State.SUSPENDED and access.may(Permission.MATCHES_SEE) and stand_ins.may_look(row),
        sections=stay_sections.sections(life, row, actor, today),
        open_moves=rules.moves_open(life.facts, actor, today),
        ball=rules.ball(life.facts),
        own_step=attention.next_step(life.facts, actor),
        standing=standing,
        sides=_sides_open(life, actor),
        may_edit=access.may(Permission.SECONDMENTS_PROPOSE) and rules.may_edit(life.facts).allowed,
        checklist=checklists.section(life, actor, today),
        asks=move_forms.asks,
        buttons=BUTTONS,
        words=WORDS,
        institutes=known,
        now=clock.now(),
    )


@pages.route("/secondments/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.SECONDMENTS_PROPOSE)
def edit(ident: int) -> ResponseReturnValue:
    found = _found(ident)
    row, today = found.secondment, clock.today(access.signed_in().zone)
    form = secondment_forms.edit_form(row)
    if request.form.get("step") != CHECK and form.validate_on_submit():
        try:
            actions.edit(
                db.session(),
                access.actor(),
                ident,
                secondment_forms.terms(form, row.person_id, row.host_institute_id),
                version=int(form.version.data or 0),
                now=clock.now(),
            )
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("Saved.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    preview = eligibility_preview.of_draft(form, found, access.actor(), today)
    page = render_template("secondments/edit.html", form=form, found=found, ref=store.reference(ident), preview=preview)
    return page, refusals.status(form)


@pages.post("/secondments/<int:ident>/check")
@allowed(Permission.SECONDMENTS_PROPOSE)
def check_draft(ident: int) -> ResponseReturnValue:
    """What eligibility says of the draft with the terms as they are typed; nothing is written."""
    found = _found(ident)
    form = secondment_forms.edit_form(found.secondment)
    preview = eligibility_preview.of_draft(form, found, access.actor(), clock.today(access.signed_in().zone))
    return render_template("secondments/check.html", preview=preview, back=url_for("secondments.edit", ident=ident))


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
