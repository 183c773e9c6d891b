"""Filling the seats of workstreams: starting a run, following it, its answer with the reasons, taking seats over."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from exchange.actions.teams import accepting, explaining, planning, showing
from exchange.actions.teams.accepting import Taken
from exchange.actions.teams.explaining import Explained
from exchange.actions.writing import Refused
from exchange.domain import access as permissions
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.seats import NOT_AVAILABLE
from exchange.domain.skills import vocabulary
from exchange.domain.team_settings import OBJECTIVES, TeamSettings
from exchange.store import institutes, team_facts
from exchange.store import teams as store
from exchange.store import workstreams as workstream_store
from exchange.store.runs import RunStatus
from exchange.store.team_facts import Named
from exchange.store.teams import TeamRun
from exchange.store.workstreams import WorkstreamPage
from exchange.web import access, choices, clock, refusals, run_words
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.forms import Form
from exchange.web.matching import index_cache
from exchange.web.paging import typed_number

pages = Blueprint("teams", __name__)

NAMES_SHOWN = 10
WITH_REASONS = 40  # people; above, the page of a role gives the reasons and the page of the run the names


class FillForm(Form):
    scope = RadioField(
        "Which seats",
        choices=[
            SelectChoice("this", "Those of this workstream"),
            SelectChoice("all", "Those of everything that my institute leads, at once"),
        ],
        default="this",
    )
    objective = RadioField("What is best", choices=[SelectChoice(*one) for one in OBJECTIVES.items()], default="floor")
    lend = IntegerField(
        "Most that an institute lends, in per cent",
        [Optional(), NumberRange(1, 100, "Between 1 and 100 per cent")],
        default=60,
        description="Of what its people have left in these weeks, for institutes that do not lead. Empty for no limit.",
    )
    seconds = IntegerField(
        "Seconds to compute",
        [InputRequired("Enter the seconds"), NumberRange(1, 600, "Between 1 and 600 seconds")],
        default=20,
    )


@pages.get("/teams")
@allowed(Permission.TEAMS_SEE)
def index() -> ResponseReturnValue:
    return render_template(
        "teams/index.html",
        rows=store.listed(db.session(), _reach()),
        institutes=institutes.all_institutes(db.session()),
        status_words=run_words.STATUS_WORDS,
    )


@pages.route("/workstreams/<int:ident>/fill", methods=["GET", "POST"])
@allowed(Permission.TEAMS_FILL)
def fill(ident: int) -> ResponseReturnValue:
    """Start a run for this workstream, or for all that the lead's institutes lead."""
    page = workstream_store.page(db.session(), ident)
    if page is None:
        abort(404)
    if not permissions.decide(access.actor(), Permission.TEAMS_FILL, page.workstream.lead_institute_id).allowed:
        abort(403, "Only a workstream lead of the leading institute fills its seats.")
    form = FillForm()
    if form.validate_on_submit():
        try:
            settings = _settings(form, page)
            run_id = planning.start(db.session(), access.actor(), settings, now=clock.now())
        except Refused as refusal:
            refusals.show(form, refusal)
        else:
            return redirect(url_for("teams.show", run_id=run_id), code=303)
    return render_template("teams/fill.html", form=form, page=page), refusals.status(form)


@pages.get("/teams/<int:run_id>")
@allowed(Permission.TEAMS_SEE)
def show(run_id: int) -> ResponseReturnValue:
    run = _run(run_id)
    result = showing.result(db.session(), index_cache(), run, today=_today())
    return render_template(
        "teams/run.html",
        run=run,
        running=run.status in run_words.RUNNING,
        status_words=run_words.STATUS_WORDS,
        percent=run_words.percent(run.status, float(run.progress.get("seconds") or 0), run.seconds),
        words=_progress_words(run),
        reasons=run.progress.get("reasons", ()),
        settings=TeamSettings.read(run.settings),
        objectives=OBJECTIVES,
        result=result,
        with_reasons=result is not None and result.filled <= WITH_REASONS,
        institutes=institutes.all_institutes(db.session()),
        may_fill=_may_fill(run),
        vocabulary=vocabulary(),
        level_words=choices.LEVEL_WORDS,
    )


@pages.get("/teams/<int:run_id>/seats/<int:requirement_id>")
@allowed(Permission.TEAMS_SEE)
def seat(run_id: int, requirement_id: int) -> ResponseReturnValue:
    """One role: its people with the reasons, what would help, and why somebody is not in it."""
    run = _run(run_id)
    if run.answer is None or str(requirement_id) not in run.problem["names"]["roles"]:
        abort(404)
    result = showing.result(db.session(), index_cache(), run, today=_today(), only=requirement_id)
    assert result is not None
    team = next(team for team in result.teams if team.roles)
    typed = request.args.get("who", "").strip()[:100]
    found = _typed(run, typed)
    explained = explaining.explain(run, found[0], requirement_id, access.actor()) if len(found) == 1 else None
    return render_template(
        "teams/seat.html",
        run=run,
        team=team,
        role=team.roles[0],
        typed=typed,
        found=found,
        explained=explained,
        moves=_moves(run, explained),
        worst=result.answer.worst,
        institutes=institutes.all_institutes(db.session()),
        vocabulary=vocabulary(),
        level_words=choices.LEVEL_WORDS,
        not_available=NOT_AVAILABLE,
    )


@pages.post("/teams/<int:run_id>/stop")
@allowed(Permission.TEAMS_FILL)
def stop(run_id: int) -> ResponseReturnValue:
    planning.stop(db.session(), access.actor(), run_id, now=clock.now())
    flash("The run ends with the best answer it has.", "ok")
    return redirect(url_for("teams.show", run_id=run_id), code=303)


@pages.post("/teams/<int:run_id>/accept")
@allowed(Permission.TEAMS_FILL)
def accept(run_id: int) -> ResponseReturnValue:
    """Take ticked people over, or with ``all`` everybody, as draft assignments."""
    ticked = None if "all" in request.form else {one for one in map(_taken, request.form.getlist("seat")) if one}
    made, left_out = accepting.accept(db.session(), access.actor(), run_id, ticked, now=clock.now())
    flash(f"{made} draft{'s are' if made > 1 else ' is'} made. The person and their institute answer each.", "ok")
    for sentence in left_out:
        flash(f"Left out: {sentence}", "warning")
    return redirect(url_for("teams.show", run_id=run_id), code=303)


def _settings(form: FillForm, page: WorkstreamPage) -> TeamSettings:
    streams: tuple[int, ...] = (page.workstream.id,)
    if form.scope.data == "all":
        mine = access.actor().institutes(Role.WORKSTREAM_LEAD)
        streams = tuple(team_facts.led_with_seats(db.session(), mine, _today()))
    return TeamSettings(
        workstreams=streams,
        objective=form.objective.data,
        lend_share=form.lend.data / 100 if form.lend.data is not None else None,
        seconds=form.seconds.data,
    )


def _taken(text: str) -> Taken | None:
    person, _, requirement = text.partition(":")
    who, where = typed_number(person), typed_number(requirement)
    return Taken(who, where) if who is not None and where is not None else None


def _typed(run: TeamRun, typed: str) -> list[Named]:
    """Who is meant: a number picks one person, words find those whose name holds them."""
    if not typed:
        return []
    if (number := typed_number(typed)) is not None:
        found = team_facts.names(db.session(), {number}, _today())
        considered = {person["id"] for person in run.problem["people"]}
        return [who for ident, who in found.items() if ident in considered]
    among = run.problem["names"]["institutes"]
    return team_facts.find_names(db.session(), typed, among, _today(), limit=NAMES_SHOWN)


def _moves(run: TeamRun, explained: Explained | None) -> list[tuple[str, str, str]]:
    """What else would change: "joins" or "leaves", who, which role."""
    if explained is None:
        return []
    both = [("joins", key) for key in explained.joins] + [("leaves", key) for key in explained.leaves]
    names = team_facts.names(db.session(), {person for _, (person, _) in both}, _today())
    roles = run.problem["names"]["roles"]
    return [
        (verb, names[person].name, roles[str(requirement)]["role"])
        for verb, (person, requirement) in both
        if person in names
    ]


def _run(run_id: int) -> TeamRun:
    found = store.find(db.session(), run_id, _reach())
    if found is None:
        abort(404)
    return found


def _may_fill(run: TeamRun) -> bool:
    return permissions.decide(access.actor(), Permission.TEAMS_FILL, run.institute_id).allowed


def _reach() -> frozenset[int] | None:
    return permissions.reach(access.actor(), Permission.TEAMS_SEE)


def _today() -> date:
    return clock.today(access.signed_in().zone)


def _progress_words(run: TeamRun) -> str:
    if run.status is RunStatus.WAITING:
        return "It begins as soon as the worker is free."
    if run.status is RunStatus.PREPARING:
        return "Reading the records: who may take which seat, and how well they fit"
    if run.status is not RunStatus.RUNNING:
        return run.message or run_words.STATUS_WORDS[run.status][0]
    if run.progress.get("phase") == "explaining":
        return "The seats are filled; now it is worked out what would help"
    value, bound = run.progress.get("value"), run.progress.get("bound")
    if value is None:
        return "Looking for a first answer"
    return f"Best answer so far {value:.2f}" + (f", at most {bound:.2f} is possible" if bound is not None else "")
