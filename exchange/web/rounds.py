"""Exchange rounds: the list, making one, its runs with live progress, the plan, and taking rows of it over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DecimalField, IntegerField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds import planning as actions
from exchange.actions.rounds import taking
from exchange.actions.rounds.planning import RoundTerms
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.periods import Period
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.scheduling.plan import Plan, plan_from_json
from exchange.scheduling.problem import Placement, placements_from_json, problem_from_json
from exchange.scheduling.reasons import Reason
from exchange.store import institutes
from exchange.store import rounds as store
from exchange.store.rounds import ExchangeRound, Run, RunStatus
from exchange.web import access, clock, refusals
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import CheckboxList, Form, TextDate

pages = Blueprint("rounds", __name__)

RUNNING = frozenset({RunStatus.WAITING, RunStatus.RUNNING})
STATUS_WORDS = {
    RunStatus.WAITING: ("Waiting for the worker", "proposed"),
    RunStatus.RUNNING: ("Running", "active"),
    RunStatus.DONE: ("Done", "good"),
    RunStatus.STOPPED: ("Stopped", "plain"),
    RunStatus.FAILED: ("Failed", "bad"),
    RunStatus.INTERRUPTED: ("Interrupted", "bad"),
}


class RoundForm(Form):
    title = StringField(
        "Title", [InputRequired("Enter a title"), Length(max=200)], description="For example Spring 2027"
    )
    starts_on = TextDate("First day of the window", [InputRequired("Enter the first day")])
    weeks = IntegerField(
        "Length of the window in weeks",
        [InputRequired("Enter a number of weeks"), NumberRange(1, 260, "Between 1 and 260 weeks")],
        default=52,
    )
    institutes = CheckboxList("Institutes taking part")
    min_weeks = IntegerField("Shortest stay in weeks", [InputRequired("Enter the shortest stay")], default=8)
    preferred_weeks = IntegerField("Preferred stay in weeks", [InputRequired("Enter the preferred stay")], default=26)
    max_weeks = IntegerField("Longest stay in weeks", [InputRequired("Enter the longest stay")], default=52)
    tolerance_weeks = IntegerField(
        "Tolerance of the balance in person-weeks",
        [InputRequired("Enter a number of weeks")],
        default=52,
        description="How far what a pair of institutes sends and receives may differ",
    )
    team_share = DecimalField(
        "Share of an institute's people away at once",
        [InputRequired("Enter a share"), NumberRange(0.01, 1, "Between 0.01 and 1")],
        default=0.25,
        description="0.25 is one in four",
    )
    desks = IntegerField("Visitor desks per institute", [InputRequired("Enter a number of desks")], default=20)
    seconds = IntegerField(
        "Seconds to compute",
        [InputRequired("Enter the seconds"), NumberRange(1, 600, "Between 1 and 600 seconds")],
        default=10,
    )


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A placement as the page shows it; ``place`` is its place in the plan, ``fixed`` ones stand already.

    Somebody whose stay the planner may not know of, and a seat outside the round, have no record to open.
    """

    place: int
    person: str
    person_id: int | None
    opening: str
    opening_id: int | None
    days: Period
    weeks: int
    fixed: bool


@dataclass(frozen=True, slots=True)
class Unplaced:
    person: str
    person_id: int
    reason: Reason


@pages.get("/rounds")
@allowed(Permission.ROUNDS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "rounds/index.html",
        rows=store.listed(db.session(), _reach()),
        institutes=institutes.all_institutes(db.session()),
    )


@pages.route("/rounds/new", methods=["GET", "POST"])
@allowed(Permission.ROUNDS_PLAN)
def new() -> ResponseReturnValue:
    form = RoundForm(data={"starts_on": clock.today(access.signed_in().zone) + timedelta(weeks=17)})
    form.institutes.choices = [
        SelectChoice(str(i.id), i.short_name) for i in institutes.all_institutes(db.session()).values()
    ]
    if form.validate_on_submit():
        try:
            ident = actions.create(db.session(), access.actor(), _terms(form), now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return redirect(url_for("rounds.show", ident=ident), code=303)
    return render_template("rounds/new.html", form=form), refusals.status(form)


@pages.get("/rounds/<int:ident>")
@allowed(Permission.ROUNDS_SEE)
def show(ident: int) -> ResponseReturnValue:
    row = _round(ident)
    return render_template(
        "rounds/show.html",
        row=row,
        weeks=Weeks(row.starts_on, row.weeks),
        settings=RoundSettings.read(row.settings),
        runs=store.runs_of(db.session(), ident),
        status_words=STATUS_WORDS,
        institutes=institutes.all_institutes(db.session()),
        refused=(),
    )


@pages.post("/rounds/<int:ident>/runs")
@allowed(Permission.ROUNDS_PLAN)
def start(ident: int) -> ResponseReturnValue:
    """Start a run; ``lock`` names places of the plan of ``from_run`` that the new run keeps as they are."""
    row = _round(ident)
    try:
        run_id = actions.start(db.session(), access.actor(), ident, _index_cache(), locks=_locks(row), now=clock.now())
    except Refused as refusal:
        page = render_template(
            "rounds/show.html",
            row=row,
            weeks=Weeks(row.starts_on, row.weeks),
            settings=RoundSettings.read(row.settings),
            runs=store.runs_of(db.session(), ident),
            status_words=STATUS_WORDS,
            institutes=institutes.all_institutes(db.session()),
            refused=refusal.verdict.reasons,
        )
        return page, 422
    return redirect(url_for("rounds.run", run_id=run_id), code=303)


@pages.get("/runs/<int:run_id>")
@allowed(Permission.ROUNDS_SEE)
def run(run_id: int) -> ResponseReturnValue:
    found, row = _run(run_id)
    problem = problem_from_json(found.problem)
    plan = plan_from_json(found.plan) if found.plan else None
    return render_template(
        "rounds/run.html",
        run=found,
        row=row,
        running=found.status in RUNNING,
        status_words=STATUS_WORDS,
        percent=_percent(found),
        words=_progress_words(found),
        problem=problem,
        plan=plan,
        rows=_plan_rows(found, row, plan) if plan else (),
        unplaced=_unplaced(found, plan) if plan else (),
        may_plan=access.may(Permission.ROUNDS_PLAN),
    )


@pages.post("/runs/<int:run_id>/stop")
@allowed(Permission.ROUNDS_PLAN)
def stop(run_id: int) -> ResponseReturnValue:
    actions.stop(db.session(), access.actor(), run_id, now=clock.now())
    flash("The run ends with the best plan it has.", "ok")
    return redirect(url_for("rounds.run", run_id=run_id), code=303)


@pages.post("/runs/<int:run_id>/accept")
@allowed(Permission.ROUNDS_PLAN)
def accept(run_id: int) -> ResponseReturnValue:
    """Take ticked rows over, or with ``all`` every row, as draft secondments."""
    chosen = None if "all" in request.form else {int(text) for text in request.form.getlist("place") if text.isdigit()}
    made, refused = taking.accept(db.session(), access.actor(), run_id, chosen, now=clock.now())
    flash(f"{made} draft{'s are' if made > 1 else ' is'} made. Nothing is approved yet.", "ok")
    for sentence in refused:
        flash(f"Left out: {sentence}", "warning")
    return redirect(url_for("secondments.index", show="coming"), code=303)


def _reach() -> frozenset[int] | None:
    return permissions.reach(access.actor(), Permission.ROUNDS_SEE)


def _round(ident: int) -> ExchangeRound:
    row = store.find(db.session(), ident, _reach())
    if row is None:
        abort(404)
    return row


def _run(run_id: int) -> tuple[Run, ExchangeRound]:
    found = store.find_run(db.session(), run_id, _reach())
    if found is None:
        abort(404)
    return found


def _index_cache() -> IndexCache:
    cache: IndexCache = current_app.extensions.setdefault("index_cache", IndexCache())
    return cache


def _terms(form: RoundForm) -> RoundTerms:
    mine = sorted(access.actor().institutes(Role.HR_COORDINATOR))
    assert form.starts_on.data is not None  # it was required
    return RoundTerms(
        title=form.title.data,
        institute_id=mine[0],
        starts_on=form.starts_on.data,
        weeks=form.weeks.data,
        settings=RoundSettings(
            institutes=tuple(sorted(int(value) for value in form.institutes.data or ())),
            tolerance_weeks=form.tolerance_weeks.data,
            team_share=float(form.team_share.data),
            desks=form.desks.data,
            min_weeks=form.min_weeks.data,
            preferred_weeks=form.preferred_weeks.data,
            max_weeks=form.max_weeks.data,
            seconds=form.seconds.data,
        ),
    )


def _locks(row: ExchangeRound) -> tuple[Placement, ...]:
    places = {int(text) for text in request.form.getlist("lock") if text.isdigit()}
    source = request.form.get("from_run", "")
    if not places or not source.isdigit():
        return ()
    found, of_round = _run(int(source))
    if of_round.id != row.id or found.plan is None:
        abort(404)
    planned = placements_from_json(found.plan["placements"])
    return tuple(placement for place, placement in enumerate(planned) if place in places)


def _percent(found: Run) -> int:
    if found.status not in RUNNING:
        return 100
    return min(99, round(100 * float(found.progress.get("seconds") or 0) / max(1, found.seconds)))


def _progress_words(found: Run) -> str:
    if found.status is RunStatus.WAITING:
        return "It begins as soon as the worker is free."
    if found.status is not RunStatus.RUNNING:
        return found.message or STATUS_WORDS[found.status][0]
    value, gap = found.progress.get("value"), found.progress.get("gap")
    if value is None:
        return "Looking for a first plan"
    proven = f", at most {gap:.1%} below the best there can be" if gap is not None else ""
    return f"Best plan so far: {value:,} points{proven}"


def _plan_rows(found: Run, row: ExchangeRound, plan: Plan) -> list[PlanRow]:
    weeks = Weeks(row.starts_on, row.weeks)
    fixed = taking.fixed_in(found)
    return [
        PlanRow(
            place,
            placement.candidate,
            found.keys["people"].get(placement.candidate),
            placement.opening,
            found.keys["openings"].get(placement.opening),
            weeks.stay(placement.start, placement.weeks),
            placement.weeks,
            placement in fixed,
        )
        for place, placement in enumerate(plan.placements)
    ]


def _unplaced(found: Run, plan: Plan) -> list[Unplaced]:
    people = found.keys["people"]
    return [Unplaced(name, people[name], reason) for name, reason in sorted(plan.unplaced.items()) if name in people]
