"""What there is to tidy up, and which secondments time itself moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from exchange.domain.agreements import PARTIES, Decision
from exchange.domain.secondment_facts import State
from exchange.store.agreements import AgreementVersion, Approval
from exchange.store.base import Base
from exchange.store.secondments import Secondment

TAKES_OVER = (State.AGREEMENT, State.CLEARANCE, State.READY, State.ACTIVE, State.CLOSING)


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


def agreed_anew(session: Session) -> list[int]:
    """Secondments whose newest version all three approved and whose terms are not taken over yet."""
    newest = (
        select(func.max(AgreementVersion.number))
        .where(AgreementVersion.secondment_id == Secondment.id)
        .correlate(Secondment)
        .scalar_subquery()
    )
    approved = (
        select(func.count())
        .where(Approval.version_id == AgreementVersion.id, Approval.decision == Decision.APPROVE)
        .correlate(AgreementVersion)
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Secondment.id)
        .join(AgreementVersion, AgreementVersion.secondment_id == Secondment.id)
        .where(
            Secondment.state.in_(TAKES_OVER),
            AgreementVersion.number == newest,
            or_(Secondment.version_in_force.is_(None), Secondment.version_in_force < AgreementVersion.number),
            approved == len(PARTIES),
        )
        .order_by(Secondment.id)
    )
    return list(rows)
