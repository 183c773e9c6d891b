"""Filling an empty database with the invented world, through the same actions that people use."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import accounts, institutes, populations
from exchange.demo import (
    calendars,
    collaboration,
    files,
    meetings,
    rounds,
    seats,
    secured_stays,
    stays,
    teams,
    twins,
    works,
)
from exchange.demo.accounts import ask_for_a_role, read_notices
from exchange.demo.institutes import INSTITUTES
from exchange.demo.people import everybody
from exchange.demo.signins import PASSWORD
from exchange.demo.works import Places
from exchange.domain.actors import SYSTEM
from exchange.domain.answering import Answering
from exchange.store.institutes import ids_by_code


def fill(session: Session, answering: Answering, *, now: datetime) -> bool:
    """Bring the invented world into an empty database, dated around ``now``; False when somebody is there already."""
    if not populations.is_empty(session):
        return False
    today = now.date()
    there = ids_by_code(session)
    for institute in INSTITUTES:
        if institute.code not in there:
            institutes.create(session, SYSTEM, institute, now=now)
    hashed = accounts.hash_password(PASSWORD)  # once for all: each costs a fraction of a second on purpose
    populations.bring_in(session, SYSTEM, everybody(today, hashed), now=now)
    places = Places(ids_by_code(session))
    ask_for_a_role(session, places, now=now)
    works.add_all(session, places, today=today, now=now)
    seats.add_all(session, places, today=today, now=now)
    stays.add_all(session, places, today=today, now=now)
    secured_stays.add_all(session, places, now=now)
    read_notices(session, now=now)
    files.add_all(session, today=today, now=now)
    rounds.add_all(session, places, today=today, now=now)
    meetings.add_all(session, places, today=today, now=now)
    calendars.add_all(session, answering, today=today, now=now)
    teams.add_all(session, places, today=today, now=now)
    collaboration.add_all(session, now=now)
    twins.add_all(session, places, today=today, now=now)
    return True
