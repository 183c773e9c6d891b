"""A small exchange round for tests: two institutes, an opening at each, and a run that is solved in this process."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from exchange.actions import openings
from exchange.actions.affinity import IndexCache
from exchange.actions.openings import OpeningTerms
from exchange.actions.rounds import planning, preparing, runs
from exchange.actions.rounds.planning import RoundTerms
from exchange.actions.rounds.runs import Ready
from exchange.domain.round_settings import RoundSettings
from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Plan, plan_to_json
from exchange.scheduling.portfolio import solve
from tests.cast import ACTOR, NOW, TODAY, UK, US

START = date(2027, 6, 7)  # a Monday, far enough for every lead time
SETTINGS = RoundSettings(institutes=(UK, US), seconds=5)
TERMS = RoundTerms("Summer 2027", UK, START, 52, SETTINGS)


def opening(session: Session, host: int, code: str, **changes: object) -> int:
    """An opening of the whole window without a particular skill."""
    terms = OpeningTerms(
        code=code,
        title=f"Visiting evaluator {code}",
        host_id=host,
        opens_on=START,
        closes_on=date(2028, 6, 2),
        min_weeks=28,  # so that a seat is filled once in the window
        preferred_weeks=30,
        max_weeks=52,
    )
    who = "us_hr" if host == US else "uk_hr" if host == UK else "jp_hr"
    return openings.put(session, ACTOR[who], None, replace(terms, **changes), now=NOW)  # type: ignore[arg-type]


def a_round(session: Session, terms: RoundTerms = TERMS) -> int:
    return planning.create(session, ACTOR["uk_hr"], terms, now=NOW)


def prepared(session: Session, run_id: int) -> Ready | None:
    """Take the run from the queue and prepare it in this process."""
    assert runs.claim(session, now=NOW) == run_id
    made = preparing.prepare(session, run_id, IndexCache(), today=TODAY)
    return runs.ready(session, run_id, json.loads(json.dumps(made)), now=NOW)


def solved(session: Session, run_id: int) -> Plan:
    """Take the run from the queue and give it its plan, as the worker does."""
    ready = prepared(session, run_id)
    assert ready is not None
    plan = solve(ready.problem, Options(seconds=5, reproducible=True))
    runs.finish(session, run_id, plan_to_json(plan), stopped=False, now=NOW)
    return plan


def a_plan(session: Session, round_id: int) -> tuple[int, Plan]:
    """A run of the round, with its plan."""
    run_id = planning.start(session, ACTOR["uk_hr"], round_id, now=NOW)
    return run_id, solved(session, run_id)
