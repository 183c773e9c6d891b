"""Researchers who were written down twice: one within an institute, one anew when changing institutes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import people
from exchange.actions.merging import requests as merging
from exchange.actions.people import Details, Post
from exchange.demo.works import UK, US, Places
from exchange.domain.actors import Actor
from exchange.domain.people import Visibility
from exchange.store.people import Employment, Person, actor_of, id_by_email

SINCE = timedelta(days=30)


def add_all(session: Session, places: Places, *, today: date, now: datetime) -> None:
    """A second record of somebody at the UK institute, and of somebody who came from the US: there the UK has asked."""
    uk, us = (_coordinator(session, code, today) for code in (UK, US))
    _again(session, _known(session, places.institutes[UK], today), places.institutes[UK], uk, today=today, now=now)
    mover = _known(session, places.institutes[US], today)
    people.end_employment(session, us, mover.id, today - SINCE - timedelta(days=1), now=now)
    fresh = _again(session, mover, places.institutes[UK], uk, today=today, now=now)
    merging.ask(session, uk, fresh, mover.person_id, take_address=False, now=now)


def _known(session: Session, institute: int, today: date) -> Employment:
    """The job of the last of an institute's people who can be found and has been there for long."""
    job = session.scalars(
        select(Employment)
        .join(Person, Person.id == Employment.person_id)
        .where(
            Employment.institute_id == institute,
            Employment.starts_on < today - 3 * SINCE,
            Person.visibility == Visibility.NETWORK,
            Person.password_hash.is_(None),
        )
        .order_by(Person.id.desc())
    ).first()
    assert job is not None
    return job


def _again(session: Session, job: Employment, at: int, coordinator: Actor, *, today: date, now: datetime) -> int:
    """The person once more, as staff of an institute under another address; the new record's id."""
    person = session.get_one(Person, job.person_id)
    details = Details(person.full_name, person.email.replace("@", "@people."))
    return people.add(session, coordinator, details, Post(at, "Research scientist", today - SINCE), now=now)


def _coordinator(session: Session, code: str, today: date) -> Actor:
    ident = id_by_email(session, f"hr@{code.lower()}.example")
    assert ident is not None
    return actor_of(session, ident, today)
