"""The daily round: what is over is ended, what nobody moved lapses, what draws to its end begins to close."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from exchange.actions import accounts, housekeeping, secondments
from exchange.actions.writing import Refused
from exchange.domain.actors import SYSTEM
from exchange.domain.secondment_facts import Verb
from exchange.domain.secondment_guards import DEFAULT_TIMING
from exchange.store import housekeeping as due

log = logging.getLogger(__name__)


def run(session: Session, now: datetime) -> None:
    housekeeping.tidy(session, idle=accounts.IDLE, absolute=accounts.ABSOLUTE, now=now)
    today = now.date()
    quiet_since = today - timedelta(days=DEFAULT_TIMING.lapse_days)
    _move(session, due.forgotten(session, quiet_since), Verb.LAPSE, now)
    last_day = today + timedelta(days=DEFAULT_TIMING.closing_days)
    _move(session, due.closing_due(session, last_day), Verb.BEGIN_CLOSING, now)


def _move(session: Session, idents: Iterable[int], verb: Verb, now: datetime) -> None:
    for ident in idents:
        try:
            secondments.move(session, SYSTEM, ident, verb, now=now)
        except Refused as refusal:  # somebody moved it a moment ago; the refusal is on record
            log.info("%s of secondment %d was refused: %s", verb, ident, refusal)
