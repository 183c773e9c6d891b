"""The seats of one exercise to come, filled by the solver; two people of the answer are asked, and one has agreed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session, sessionmaker

from exchange.actions.teams import accepting, answers, planning
from exchange.actions.teams.accepting import Taken
from exchange.demo.works import Places
from exchange.domain.actors import Actor
from exchange.domain.team_settings import TeamSettings
from exchange.jobs.runs import Solver
from exchange.store import assignments, teams
from exchange.store.people import actor_of, id_by_email

EXERCISE = "exercise-monitoring"


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """Start a run as the lead, let the solver do it, and ask the first two people of its answer."""
    lead = _actor(session, "lead@uk-aisi.example", today)
    settings = TeamSettings(workstreams=(places.works[EXERCISE],), seconds=5)
    run_id = planning.start(session, lead, settings, now=now)
    session.close()
    Solver(sessionmaker(session.get_bind()), lambda: now).work()
    run = teams.find(session, run_id, None)
    assert run is not None
    assert run.answer is not None, run.message
    first = [Taken(person, seat) for person, seat in run.answer["answer"]["chosen"]][:2]
    accepting.accept(session, lead, run_id, first, now=now)
    asked = assignments.listed(session, lead)[0]
    answers.confirm(session, actor_of(session, asked.person_id, today), asked.id, now=now)


def _actor(session: Session, email: str, today: date) -> Actor:
    ident = id_by_email(session, email)
    assert ident is not None
    return actor_of(session, ident, today)
