"""What there is to tidy up, and which secondments time itself moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from exchange.domain.secondment_facts import State
from exchange.store.base import Base
from exchange.store.secondments import Secondment


def any_of(session: Session, *conditions: Mapping[type[Base], ColumnElement[bool]]) -> bool:
    """Whether any table has a row that meets its condition."""
    found = [exists().where(where) for of_tables in conditions for where in of_tables.values()]
    return bool(session.scalar(select(or_(*found))))


def forgotten(session: Session, cut: date) -> list[int]:
    """Secondments that nobody has moved since ``cut``; once agreed, waiting for the start does not count."""
    quiet = Secondment.state_since <= cut
    agreed = Secondment.state.in_((State.CLEARANCE, State.READY))
    proposed = Secondment.state.in_((State.DRAFT, State.NOMINATED, State.ACCEPTED, State.AGREEMENT))
    where = and_(quiet, or_(proposed, and_(agreed, Secondment.starts_on <= cut)))
    return list(session.scalars(select(Secondment.id).where(where).order_by(Secondment.id)))


def closing_due(session: Session, last_day: date) -> list[int]:
    """Stays that end by this day or have ended early, whose closing has not begun."""
    ending = and_(Secondment.state == State.ACTIVE, Secondment.ends_on <= last_day)
    where = or_(ending, Secondment.state == State.ENDED_EARLY)
    return list(session.scalars(select(Secondment.id).where(where).order_by(Secondment.id)))
