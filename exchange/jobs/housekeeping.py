"""What time moves: daily, what is over ends, what nobody moved lapses, what draws to its end begins to close.

Each minute, what all three parties have agreed is taken over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from exchange.actions import accounts, housekeeping, secondments
from exchange.actions.writing import Refused
from exchange.domain import secondments as rules
from exchange.domain.actors import SYSTEM
from exchange.domain.secondment_facts import State, Verb
from exchange.domain.secondment_guards import DEFAULT_TIMING
from exchange.store import housekeeping as due
from exchange.store import secondment_facts
from exchange.store import secondments as secondments_found

log = logging.getLogger(__name__)


def run(session: Session, now: datetime) -> None:
    housekeeping.tidy(session, idle=accounts.IDLE, absolute=accounts.ABSOLUTE, now=now)
    today = now.date()
    quiet_since = today - timedelta(days=DEFAULT_TIMING.lapse_days)
    _move(session, due.forgotten(session, quiet_since), Verb.LAPSE, now)
    last_day = today + timedelta(days=DEFAULT_TIMING.closing_days)
    _move(session, due.closing_due(session, last_day), Verb.BEGIN_CLOSING, now)


def take_over(session: Session, now: datetime) -> None:
    """What all three have agreed is taken over without a further click, as soon as nothing stands in its way."""
    for ident in due.agreed_anew(session):
        _move_if_open(session, ident, now)


def _move_if_open(session: Session, ident: int, now: datetime) -> None:
    """Ask first: a refusal would be recorded, and this asks again every minute."""
    found = secondments_found.find(session, ident, secondment_facts.scope_of(SYSTEM))
    if found is None:
        return
    facts = secondment_facts.load(session, found, now.date(), SYSTEM).facts
    verb = Verb.CONCLUDE if facts.state is State.AGREEMENT else Verb.AMEND
    if rules.decide(facts, verb, SYSTEM, now.date()):
        _move(session, [ident], verb, now)


def _move(session: Session, idents: Iterable[int], verb: Verb, now: datetime) -> None:
    for ident in idents:
        try:
            secondments.move(session, SYSTEM, ident, verb, now=now)
        except Refused as refusal:  # somebody moved it a moment ago; the refusal is on record
            log.info("%s of secondment %d was refused: %s", verb, ident, refusal)
