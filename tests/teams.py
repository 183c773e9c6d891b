"""A small workstream with seats for tests, and a run of it that is solved in this process."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from exchange.actions import workstreams
from exchange.actions.affinity import IndexCache
from exchange.actions.teams import planning, runs
from exchange.actions.teams.runs import Task
from exchange.actions.workstreams import RequirementTerms, WorkstreamTerms
from exchange.domain.team_settings import TeamSettings
from exchange.matching.assignment import assign
from exchange.matching.easing import cheapest
from exchange.matching.highs import Effort
from exchange.matching.problem import Objective, Problem
from exchange.matching.round_files import eases_from_json, problem_from_json
from exchange.matching.worths import worths
from exchange.store.publications import Publication
from exchange.store.skills import SkillClaim
from exchange.store.teams import TeamRun
from exchange.store.workstreams import Requirement, WorkstreamKind
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US

LEAD = ACTOR["uk_lead"]
STREAM = WorkstreamTerms(
    code="AGENTS",
    title="Frontier agent evaluations",
    kind=WorkstreamKind.EXERCISE,
    area="Autonomy",
    description="Long-horizon tasks for language model agents with tools: scaffolds, sandboxes and scoring.",
    lead_institute_id=UK,
    lead_person_id=PERSON["uk_lead"],
    partners=frozenset({US}),
    starts_on=date(2027, 2, 1),
    ends_on=date(2027, 5, 28),
)
NEED = RequirementTerms(role="Agent evaluator", heads=1, share=Decimal("0.5"), skills=(("agent-scaffolds", 3, True),))


def a_stream(session: Session, **change: object) -> int:
    return workstreams.create(session, LEAD, replace(STREAM, **change), now=NOW)  # type: ignore[arg-type]


def a_need(session: Session, stream_id: int, **change: object) -> int:
    terms = replace(NEED, **change)  # type: ignore[arg-type]
    return workstreams.put_requirement(session, LEAD, stream_id, None, terms, now=NOW)


def stands_on(session: Session, requirement_id: int, **days: object) -> None:
    """Give a seat days that its workstream no longer has, as when the work was moved afterwards."""
    row = session.get_one(Requirement, requirement_id)
    for name, day in days.items():
        setattr(row, name, day)
    session.commit()


def give_profiles(session: Session) -> None:
    """Ada and Tomas know agents, Ada better; nobody else has written or claims anything."""
    texts = {
        "ada": "Scaffolds for language model agents on long-horizon tool tasks with sandboxes",
        "tomas": "A survey of agents and of groundwater chemistry in coastal plains",
    }
    for key, title in texts.items():
        session.add(Publication(person_id=PERSON[key], title=title, digest=key, year=2025, added_at=NOW))
        session.add(SkillClaim(person_id=PERSON[key], skill="agent-scaffolds", level=3, confirmed_on=TODAY))
    session.commit()


def started(session: Session, *streams: int, **change: object) -> int:
    settings = replace(TeamSettings(workstreams=streams, seconds=5), **change)  # type: ignore[arg-type]
    return planning.start(session, LEAD, settings, now=NOW)


def prepared(session: Session, run_id: int) -> Task | None:
    """Take the run from the queue and prepare it in this process."""
    assert runs.claim(session, now=NOW) == run_id
    made = runs.prepare(session, run_id, IndexCache(), today=TODAY)
    return runs.ready(session, run_id, json.loads(json.dumps(made)), now=NOW)


def run_of(session: Session, run_id: int) -> TeamRun:
    return session.get_one(TeamRun, run_id, populate_existing=True)


def problem_of(session: Session, run_id: int) -> Problem:
    if not run_of(session, run_id).problem:
        prepared(session, run_id)
    return problem_from_json(run_of(session, run_id).problem)


def solved(session: Session, run_id: int) -> TeamRun:
    """Take the run from the queue and give it its answer, as the worker does."""
    task = prepared(session, run_id)
    assert task is not None
    problem = problem_from_json(task.problem)
    answer = assign(problem, Objective(task.objective), Effort(seconds=5))
    eased = cheapest(problem, answer, eases_from_json(task.problem["eases"]), 5)
    raw = {
        "answer": asdict(answer),
        "eased": [asdict(one) for one in eased],
        "worths": [asdict(one) for one in worths(problem, answer, 5)],
    }
    runs.finish(session, run_id, raw, stopped=False, now=NOW)
    return run_of(session, run_id)


def filled(session: Session, *streams: int, **change: object) -> TeamRun:
    """A run for these workstreams, with its answer."""
    return solved(session, started(session, *streams, **change))
