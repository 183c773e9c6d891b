"""One exchange round of the invented world, planned by the solver itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds import planning
from exchange.actions.rounds.planning import RoundTerms
from exchange.demo.works import CA, JP, SG, UK, US, Places
from exchange.domain.round_settings import RoundSettings
from exchange.jobs.runs import Solver
from exchange.store.people import actor_of, id_by_email

STARTS_IN = timedelta(weeks=30)


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """Make the round, put a run in the queue and let the solver do it."""
    planner = id_by_email(session, "hr@uk-aisi.example")
    assert planner is not None
    actor = actor_of(session, planner, today)
    taking_part = tuple(sorted(places.institutes[code] for code in (UK, US, JP, CA, SG)))
    terms = RoundTerms(
        title=f"Exchange {(today + STARTS_IN).year}",
        institute_id=places.institutes[UK],
        starts_on=today + STARTS_IN,
        weeks=52,
        settings=RoundSettings(institutes=taking_part, seconds=5),
    )
    ident = planning.create(session, actor, terms, now=now)
    planning.start(session, actor, ident, IndexCache(), now=now)
    session.close()
    Solver(sessionmaker(session.get_bind()), lambda: now).work()
