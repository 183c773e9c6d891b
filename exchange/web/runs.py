"""A run of a round: its progress, its plan on a timeline, why somebody is placed or not, taking it over, replanning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from exchange.actions.rounds import following, planning, replanning, taking
from exchange.domain.access import Permission
from exchange.scheduling.binding import binding_limits
from exchange.scheduling.compare import Diff, compare_placements
from exchange.scheduling.conflicts import conflicts
from exchange.scheduling.plan import plan_from_json
from exchange.scheduling.problem import Placement, placements_from_json, plan_value
from exchange.scheduling.replan import recommend
from exchange.scheduling.swaps import counterparts, cycles
from exchange.store import institutes
from exchange.store.institutes import InstituteRow
from exchange.store.rounds import ExchangeRound, Run
from exchange.store.runs import RunStatus
from exchange.web import access, clock, plans
from exchange.web.access import allowed
from exchange.web.database import db
from exchange.web.paging import numbers_in
from exchange.web.plans import PlanView
from exchange.web.rounds import fetched_run
from exchange.web.run_words import RUNNING, STATUS_WORDS
from exchange.web.wording import counted

pages = Blueprint("runs", __name__)

LIMITS_SHOWN = 8


@pages.get("/runs/<int:run_id>")
@allowed(Permission.ROUNDS_SEE)
def show(run_id: int) -> ResponseReturnValue:
    run, row = fetched_run(run_id)
    plan = plan_from_json(run.plan) if run.plan else None
    if not run.problem:
        return _unprepared(run, row)
    known = institutes.all_institutes(db.session())
    view = _view(run, row, known)
    today = clock.today(access.signed_in().zone)
    return render_template(
        "rounds/run.html",
        run=run,
        row=row,
        running=run.status in RUNNING,
        status_words=STATUS_WORDS,
        percent=_percent(run),
        progress_words=_progress_words(run),
        problem=view.problem,
        plan=plan,
        view=view,
        before=view.before(),
        board=view.board(known, today) if view.placements else None,
        unplaced=view.unplaced(plan) if plan else (),
        limits=[view.words.binding(one) for one in binding_limits(plan)[:LIMITS_SHOWN]] if plan else (),
        conflicts=conflicts(view.problem) if plan and plan.warnings else (),
        cycles=cycles(view.problem, view.placements) if plan else (),
        changes=_changes(run, view),
        consequences=following.consequences(db.session(), access.actor(), run, row),
        longer=[{**one, "until": date.fromisoformat(one["until"])} for one in run.keys.get("longer", ())],
        happened=replanning.happened(db.session(), run, row) if plan else (),
        may_plan=access.may(Permission.ROUNDS_PLAN),
    )


def _unprepared(run: Run, row: ExchangeRound) -> str:
    """A run whose problem the worker has not built: it waits, is being prepared, or could not be planned."""
    return render_template(
        "rounds/unprepared.html",
        run=run,
        row=row,
        running=run.status in RUNNING,
        status_words=STATUS_WORDS,
        progress_words=_progress_words(run),
        reasons=run.progress.get("reasons", ()),
        may_plan=access.may(Permission.ROUNDS_PLAN),
    )


@pages.get("/runs/<int:run_id>/people/<int:person_id>")
@allowed(Permission.ROUNDS_SEE)
def person(run_id: int, person_id: int) -> ResponseReturnValue:
    """Everything about why somebody is not placed, what would change it, and where they could still go."""
    run, row = fetched_run(run_id)
    name: str = next((name for name, ident in run.keys["people"].items() if ident == person_id), "")
    plan = plan_from_json(run.plan) if run.plan else None
    if plan is None or name not in plan.unplaced:
        abort(404)
    view = _view(run, row, institutes.all_institutes(db.session()))
    reason = plan.unplaced[name]
    held_by_balance = "balance" in reason.blocks or any(one.limit == "balance" for one in reason.changes)
    return render_template(
        "rounds/person.html",
        run=run,
        row=row,
        name=name,
        person_id=person_id,
        reason=reason,
        words=view.words,
        free=recommend(view.problem, plan, name),
        counterparts=counterparts(view.problem, plan, name) if held_by_balance else (),
    )


@pages.post("/runs/<int:run_id>/stop")
@allowed(Permission.ROUNDS_PLAN)
def stop(run_id: int) -> ResponseReturnValue:
    planning.stop(db.session(), access.actor(), run_id, now=clock.now())
    flash("The run ends with the best plan it has.", "ok")
    return redirect(url_for("runs.show", run_id=run_id), code=303)


@pages.post("/runs/<int:run_id>/accept")
@allowed(Permission.ROUNDS_PLAN)
def accept(run_id: int) -> ResponseReturnValue:
    """Take ticked rows over, or with ``all`` every row, as draft secondments."""
    chosen = None if "all" in request.form else numbers_in(request.form.getlist("place"))
    drops = numbers_in(request.form.getlist("drop"))
    made, refused = taking.accept(db.session(), access.actor(), run_id, chosen, drops=drops, now=clock.now())
    flash(f"Taken over: {counted(made, 'row')} of the plan. Nothing is approved yet.", "ok")
    for sentence in refused:
        flash(f"Still open: {sentence}", "warning")
    return redirect(url_for("secondments.index", show="coming"), code=303)


@pages.post("/runs/<int:run_id>/replan")
@allowed(Permission.ROUNDS_PLAN)
def replan(run_id: int) -> ResponseReturnValue:
    agreed = "agreed" in request.form
    fresh = replanning.replan(db.session(), access.actor(), run_id, agreed=agreed, now=clock.now())
    return redirect(url_for("runs.show", run_id=fresh), code=303)


def _view(run: Run, row: ExchangeRound, known: Mapping[int, InstituteRow]) -> PlanView:
    """The plan, or before there is one the instant repair, or the best plan so far."""
    found: list[list[Any]] = (run.plan or run.repair or run.progress).get("placements") or []
    return PlanView.of(run, row, found, known)


def _changes(run: Run, view: PlanView) -> dict[str, object] | None:
    """What a replanned run changes of the published plan, in its instant repair and in what was found behind it."""
    if run.published is None or run.repair is None:
        return None
    published = placements_from_json(run.published)
    repaired = placements_from_json(run.repair["placements"])
    diff = _diff(published, view.placements)
    rows = plans.change_rows(diff, view.words)
    value = plan_value(view.problem, view.placements)
    free = run.repair.get("free_value")
    return {
        "rows": rows,
        "tally": plans.tally(rows, len(diff.kept)),
        "share": diff.unchanged_share,
        "seconds": run.repair["seconds"],
        "better": run.plan is not None and set(repaired) != set(view.placements),
        "gain": value - run.repair["value"],
        "price": max(0, free - value) if free is not None else None,
    }


def _diff(before: tuple[Placement, ...], after: tuple[Placement, ...]) -> Diff:
    return compare_placements(before, after, 0, 0)


def _percent(run: Run) -> int:
    if run.status not in RUNNING:
        return 100
    return min(99, round(100 * float(run.progress.get("seconds") or 0) / max(1, run.seconds)))


def _progress_words(run: Run) -> str:
    if run.status is RunStatus.WAITING:
        return "It begins as soon as the worker is free."
    if run.status is RunStatus.PREPARING:
        return "Reading the records, and asking the rules who may go where and when"
    if run.status is not RunStatus.RUNNING:
        return run.message or STATUS_WORDS[run.status][0]
    value, bound, gap = (run.progress.get(key) for key in ("value", "bound", "gap"))
    if value is None:
        return "Looking for a first plan" if run.base_id is None else "Looking for something better that stays as close"
    placed = len(run.progress.get("placements") or ())
    proven = f"; at most {bound:,.0f} are possible, a gap of {gap:.1%}" if gap is not None else ""
    return f"Best plan so far: {placed} placed, {value:,} points{proven}"
