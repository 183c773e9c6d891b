"""One exchange round of the invented world, planned by the solver itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from exchange.actions import secondments
from exchange.actions.drafts import Proposal
from exchange.actions.rounds import planning, replanning, taking
from exchange.actions.rounds.planning import RoundTerms
from exchange.demo.works import CA, JP, SG, UK, US, Places
from exchange.domain.actors import Actor
from exchange.domain.round_settings import RoundSettings
from exchange.jobs.runs import Solver
from exchange.store.people import actor_of, id_by_email
from exchange.store.secondments import Secondment

STARTS_IN = timedelta(weeks=30)
SLIP = timedelta(weeks=4)


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
    solver = Solver(sessionmaker(session.get_bind()), lambda: now)
    ident = planning.create(session, actor, terms, now=now)
    run_id = planning.start(session, actor, ident, now=now)
    session.close()
    solver.work()
    _take_some_over(session, actor, run_id, now)
    replanning.replan(session, actor, run_id, now=now)
    session.close()
    solver.work()


def _take_some_over(session: Session, actor: Actor, run_id: int, now: datetime) -> None:
    """Make drafts of the plan's rows that are the planner's to propose; one of them then slips by some weeks."""
    taking.accept(session, actor, run_id, None, now=now)
    draft = session.scalars(select(Secondment).where(Secondment.run_id == run_id).order_by(Secondment.id)).first()
    assert draft is not None
    later = Proposal(
        draft.person_id,
        draft.host_institute_id,
        draft.starts_on + SLIP,
        draft.ends_on + SLIP,
        site_id=draft.site_id,
    )
    secondments.edit(session, actor, draft.id, later, version=draft.version, now=now)
