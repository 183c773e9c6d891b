"""Exchange rounds: the list, deciding one, its runs, and two runs side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from exchange.actions.rounds import planning as actions
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.scheduling.compare import compare_placements
from exchange.scheduling.problem import Placement, placements_from_json
from exchange.store import institutes, matches, openings
from exchange.store import rounds as store
from exchange.store.institutes import InstituteRow
from exchange.store.rounds import ExchangeRound, Run
from exchange.web import access, clock, plans, refusals, round_forms
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.paging import numbers_in, typed_number
from exchange.web.plans import PlanView
from exchange.web.round_forms import RoundForm
from exchange.web.run_words import STATUS_WORDS

pages = Blueprint("rounds", __name__)

SETTING_WORDS = {
    "tolerance_weeks": "Tolerance of the balance in weeks",
    "team_share": "Share away at once",
    "desks": "Visitor desks",
    "min_weeks": "Shortest stay",
    "preferred_weeks": "Preferred stay",
    "max_weeks": "Longest stay",
    "seconds": "Seconds to compute",
    "home_week_cost": "Cost to the home institute, each week",
    "host_week_cost": "Cost to the host, each week",
    "travel_cost": "Travel",
    "placement_points": "Points for each placement",
    "off_length_points": "Points off for each week from the preferred stay",
    "late_points": "Points off for each week of waiting",
}


@pages.get("/rounds")
@allowed(Permission.ROUNDS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "rounds/index.html",
        rows=store.listed(db.session(), reach()),
        institutes=institutes.all_institutes(db.session()),
    )


@pages.route("/rounds/new", methods=["GET", "POST"])
@allowed(Permission.ROUNDS_PLAN)
def new() -> ResponseReturnValue:
    form = RoundForm(data={"starts_on": clock.today(access.signed_in().zone) + timedelta(weeks=17)})
    round_forms.with_institutes(form, institutes.all_institutes(db.session()), {})
    form.without_openings.choices, form.without_people.choices = [], []
    if form.validate_on_submit():
        mine = sorted(access.actor().institutes(Role.HR_COORDINATOR))
        try:
            terms = round_forms.terms(form, mine[0])
            ident = actions.create(db.session(), access.actor(), terms, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return redirect(url_for("rounds.show", ident=ident), code=303)
    return render_template("rounds/form.html", form=form, groups=round_forms.GROUPS, row=None), refusals.status(form)


@pages.route("/rounds/<int:ident>/edit", methods=["GET", "POST"])
@allowed(Permission.ROUNDS_PLAN)
def edit(ident: int) -> ResponseReturnValue:
    """Decide anew. Here openings and the planner's own people can be left out."""
    row = fetched(ident)
    settings = RoundSettings.read(row.settings)
    known = institutes.all_institutes(db.session())
    form = RoundForm(data=round_forms.filled(row))
    round_forms.with_institutes(form, known, dict(settings.budgets))
    _offer_what_may_be_left_out(form, row, settings, known)
    if form.validate_on_submit():
        try:
            terms = round_forms.terms(form, row.institute_id)
            version = int(form.version.data or 0)
            actions.change(db.session(), access.actor(), ident, terms, version=version, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return redirect(url_for("rounds.show", ident=ident), code=303)
    return render_template("rounds/form.html", form=form, groups=round_forms.GROUPS, row=row), refusals.status(form)


@pages.get("/rounds/<int:ident>")
@allowed(Permission.ROUNDS_SEE)
def show(ident: int) -> ResponseReturnValue:
    row = fetched(ident)
    runs = store.runs_of(db.session(), row.id)
    return render_template(
        "rounds/show.html",
        row=row,
        weeks=Weeks(row.starts_on, row.weeks),
        settings=RoundSettings.read(row.settings),
        runs=runs,
        comparable=[one for one in runs if one.value is not None],
        status_words=STATUS_WORDS,
        institutes=institutes.all_institutes(db.session()),
    )


@pages.post("/rounds/<int:ident>/runs")
@allowed(Permission.ROUNDS_PLAN)
def start(ident: int) -> ResponseReturnValue:
    """Start a run; ``lock`` names places of the plan of ``from_run`` that the new run keeps as they are."""
    run_id = actions.start(db.session(), access.actor(), ident, locks=_locks(fetched(ident)), now=clock.now())
    return redirect(url_for("runs.show", run_id=run_id), code=303)


@pages.get("/rounds/<int:ident>/compare")
@allowed(Permission.ROUNDS_SEE)
def compare(ident: int) -> ResponseReturnValue:
    """Two runs of a round side by side: what was decided otherwise, and what comes of it."""
    row = fetched(ident)
    views = [_view_of(row, request.args.get(name, type=int) or 0) for name in ("a", "b")]
    one, other = views
    assert one.run.plan is not None  # both were looked for
    assert other.run.plan is not None
    diff = compare_placements(one.placements, other.placements, one.run.plan["value"], other.run.plan["value"])
    rows = plans.change_rows(diff, one.words)
    return render_template(
        "rounds/compare.html",
        row=row,
        views=views,
        settings=_differences(one.run, other.run),
        rows=rows,
        tally=plans.tally(rows, len(diff.kept)),
    )


def reach() -> frozenset[int] | None:
    return permissions.reach(access.actor(), Permission.ROUNDS_SEE)


def fetched(ident: int) -> ExchangeRound:
    row = store.find(db.session(), ident, reach())
    if row is None:
        abort(404)
    return row


def fetched_run(run_id: int) -> tuple[Run, ExchangeRound]:
    found = store.find_run(db.session(), run_id, reach())
    if found is None:
        abort(404)
    return found


def _offer_what_may_be_left_out(
    form: RoundForm, row: ExchangeRound, settings: RoundSettings, known: Mapping[int, InstituteRow]
) -> None:
    hosts, today = frozenset(settings.institutes), clock.today(access.signed_in().zone)
    form.without_openings.choices = [
        SelectChoice(one.id, f"{one.title} ({known[one.host_institute_id].short_name})")
        for one in openings.listed(db.session())
        if one.host_institute_id in hosts
    ]
    form.without_people.choices = [
        SelectChoice(ident, who.name)
        for ident, who in matches.considered(db.session(), today).items()
        if who.institute_id == row.institute_id
    ]


def _view_of(row: ExchangeRound, run_id: int) -> PlanView:
    run, of_round = fetched_run(run_id)
    if of_round.id != row.id or run.plan is None:
        abort(404)
    return PlanView.of(run, row, run.plan["placements"], institutes.all_institutes(db.session()))


def _differences(one: Run, other: Run) -> list[tuple[str, object, object]]:
    """What was decided otherwise for the two runs, in words, with both values."""
    if one.settings is None or other.settings is None:
        return []
    first, second = RoundSettings.read(one.settings), RoundSettings.read(other.settings)
    changed = [name.name for name in fields(RoundSettings) if getattr(first, name.name) != getattr(second, name.name)]
    named = [name for name in changed if name in SETTING_WORDS]
    shown = [(SETTING_WORDS[name], getattr(first, name), getattr(second, name)) for name in named]
    others = len(changed) > len(named)
    return shown + ([("Who or what takes part, or its money", "as then", "otherwise")] if others else [])


def _locks(row: ExchangeRound) -> tuple[Placement, ...]:
    places = numbers_in(request.form.getlist("lock"))
    source = typed_number(request.form.get("from_run"))
    if not places or source is None:
        return ()
    found, of_round = fetched_run(source)
    if of_round.id != row.id or found.plan is None:
        abort(404)
    planned = placements_from_json(found.plan["placements"])
    return tuple(placement for place, placement in enumerate(planned) if place in places)
