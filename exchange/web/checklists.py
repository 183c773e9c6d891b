"""The tasks of a secondment: the section on its page, each task's own page, and ticking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField
from wtforms.validators import Length

from exchange.actions import checklists as actions
from exchange.actions.writing import Refused
from exchange.domain import checklists as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.checklists import Owner, Task, Turn
from exchange.domain.secondment_facts import FINAL, SecondmentFacts, State, Verb
from exchange.store import secondment_facts, secondments
from exchange.store.checklists import BEGUN
from exchange.store.secondment_facts import Life
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.markings import MarkedForm, unmarked

pages = Blueprint("checklists", __name__)

OWNERS = {
    Owner.HOME: "Home institute",
    Owner.HOST: "Host institute",
    Owner.PERSON: "The person",
    Owner.HOME_SECURITY: "Security officer at home",
    Owner.HOST_SECURITY: "Security officer at the host",
}
GATES = {Verb.CLEAR: "clearing", Verb.ARRIVE: "the arrival", Verb.COMPLETE: "completing", Verb.CLOSE: "closing"}


class TickForm(MarkedForm):
    evidence = TextAreaField(
        "What shows that it is done",
        [Length(max=2000, message="Keep it under 2,000 characters"), unmarked],
        description="A reference, a link or a sentence. Write down no marking, level or health matter.",
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A task as this reader sees it. ``quick`` when a click is enough; ``mine`` when the reader may tick it."""

    task: Task
    owner: str
    gate: str
    overdue: bool
    mine: bool
    quick: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class Section:
    """The checklist as the secondment's page shows it."""

    waiting: tuple[Line, ...]
    done: tuple[Line, ...]
    turns: tuple[tuple[str, Turn], ...]


def section(life: Life, actor: Actor, today: date) -> Section | None:
    """None before there is anything to do, and when it came to nothing."""
    state = life.facts.state
    if state not in BEGUN and state is not State.CLOSED:
        return None
    lines = [_line(task, life.facts, actor, today) for task in life.tasks]
    turns = rules.turns(life.tasks, today, life.facts.quiet_since) if state not in FINAL else ()
    return Section(
        tuple(line for line in lines if line.task.done_on is None),
        tuple(line for line in lines if line.task.done_on is not None),
        tuple((OWNERS[turn.owner], turn) for turn in turns),
    )


@pages.route("/secondments/<int:ident>/tasks/<key>", methods=["GET", "POST"])
@allowed(Permission.CHECKLISTS_TICK)
def tick(ident: int, key: str) -> ResponseReturnValue:
    form = TickForm()
    if form.validate_on_submit():
        try:
            actions.tick(db.session(), access.actor(), ident, key, evidence=form.evidence.data or "", now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            flash("The task is done.", "ok")
            return redirect(url_for("secondments.show", ident=ident), code=303)
    return _page(ident, key, form), refusals.status(form)


@pages.post("/secondments/<int:ident>/tasks/<key>/open")
@allowed(Permission.CHECKLISTS_TICK)
def untick(ident: int, key: str) -> ResponseReturnValue:
    actions.untick(db.session(), access.actor(), ident, key, now=clock.now())
    flash("The task is open again.", "ok")
    return redirect(url_for("secondments.show", ident=ident), code=303)


def _page(ident: int, key: str, form: TickForm) -> str:
    actor, today = access.actor(), clock.today(access.signed_in().zone)
    found = secondments.find(db.session(), ident, secondment_facts.scope_of(actor))
    if found is None:
        abort(404)
    life = secondment_facts.load(db.session(), found, today, actor)
    line = next((one for one in _lines(life, actor, today) if one.task.key == key), None)
    if line is None:
        abort(404)
    ref = secondments.reference(ident)
    return render_template(
        "checklists/task.html", form=form, found=found, ref=ref, line=line, today=today, posted=request.method == "POST"
    )


def _lines(life: Life, actor: Actor, today: date) -> Iterable[Line]:
    return (_line(task, life.facts, actor, today) for task in life.tasks)


def _line(task: Task, facts: SecondmentFacts, actor: Actor, today: date) -> Line:
    mine = rules.seat_of(task, facts, actor) is not None and facts.state not in FINAL
    return Line(
        task,
        OWNERS[task.template.owner],
        GATES.get(task.template.gate, "") if task.template.gate else "",
        task.overdue(today),
        mine,
        mine and rules.may_tick(task, facts, actor, "", today).allowed,
        task.evidence if rules.sees_evidence(task, facts, actor) else "",
    )
