"""What the worker does before it solves a run: read the records at one instant and build the problem from them.

This asks the rules of eligibility about everybody and every opening, and takes seconds for a large round; so nobody
waits for it in a page. It writes nothing: what comes out is kept by ``runs.ready``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from time import perf_counter
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds import problem as building
from exchange.actions.rounds import replanning
from exchange.actions.rounds.inputs import Question
from exchange.actions.rounds.prolonging import running
from exchange.scheduling import validity
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem, placements_from_json, problem_to_json
from exchange.scheduling.replan import repair
from exchange.store.engine import begin_snapshot
from exchange.store.rounds import ExchangeRound, Run


def prepare(session: Session, run_id: int, cache: IndexCache, *, today: date) -> dict[str, Any]:
    """What the run is to solve, as plain values; or ``faults``, why it cannot be planned, each with what to do."""
    begin_snapshot(session)
    run = session.get_one(Run, run_id)
    row = session.get_one(ExchangeRound, run.round_id)
    try:
        build = _planned if run.base_id is None else _replanned
        return build(session, run, row, cache, today)
    finally:
        session.rollback()


def _planned(session: Session, run: Run, row: ExchangeRound, cache: IndexCache, today: date) -> dict[str, Any]:
    locks = placements_from_json(run.asked.get("locks", []))
    asked = Question.asked(run, row)
    problem, keys = building.build(session, cache, asked, locks=locks, today=today)
    if faults := validity.sentences(problem) or _lock_faults(problem, locks):
        return {"faults": list(faults)}
    return {
        "problem": problem_to_json(problem),
        "keys": {
            **keys.to_json(),
            "locked": [lock.to_json() for lock in locks],
            "running": [one.to_json() for one in running(session, asked, problem, keys, today)],
        },
        "detail": {"problem": problem.digest()},
    }


def _replanned(session: Session, run: Run, row: ExchangeRound, cache: IndexCache, today: date) -> dict[str, Any]:
    """The problem of a run that changes an older plan as little as possible, with the repair that is there at once."""
    base = session.get_one(Run, run.base_id)
    what = replanning.changed(session, base, row, agreed=bool(run.asked.get("agreed")))
    asked = Question.asked(run, row)
    problem, keys = building.build(session, cache, asked, free=what.free, left=what.left, today=today)
    if faults := validity.sentences(problem):
        return {"faults": list(faults)}
    published = replanning.published(what, keys, problem, asked.weeks)
    begun = perf_counter()
    repaired = repair(problem, published)
    diff = repaired.diff
    return {
        "problem": problem_to_json(problem),
        "keys": {
            **keys.to_json(),
            "running": [one.to_json() for one in running(session, asked, problem, keys, today)],
        },
        "published": [one.to_json() for one in published],
        "repair": {
            "placements": [one.to_json() for one in repaired.placements],
            "value": repaired.value,
            "seconds": round(perf_counter() - begun, 3),
        },
        "detail": {
            "problem": problem.digest(),
            "changes": {
                "kept": len(diff.kept),
                "moved": len(diff.moved),
                "dropped": len(diff.dropped),
                "new": len(diff.new),
            },
        },
    }


def _lock_faults(problem: Problem, locks: tuple[Placement, ...]) -> tuple[str, ...]:
    """Why the locks cannot all be kept beside what stands already."""
    stands = tuple(placement for placement in problem.confirmed if placement not in locks)
    broken = check(replace(problem, confirmed=stands), problem.confirmed)
    return tuple(f"{one.sentence} Unlock one of them." for one in broken if not one.inherited)
