"""Time itself moves secondments: what nobody touched lapses, what draws to its end begins to close."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.domain.secondment_facts import State
from exchange.jobs import housekeeping
from exchange.store.audit import AuditEvent
from exchange.store.secondments import Secondment
from tests.cast import NOW, PERSON, TODAY, UK, US


@pytest.mark.parametrize(
    ("state", "quiet", "first", "last", "becomes"),
    [
        (State.DRAFT, 180, 30, 200, State.LAPSED),
        (State.DRAFT, 179, 30, 200, State.DRAFT),
        (State.AGREEMENT, 181, 30, 200, State.LAPSED),
        (State.READY, 300, 30, 200, State.READY),
        (State.READY, 300, -180, 10, State.LAPSED),
        (State.ACTIVE, 300, -100, 60, State.CLOSING),
        (State.ACTIVE, 300, -100, 61, State.ACTIVE),
        (State.SUSPENDED, 300, -100, 30, State.SUSPENDED),
        (State.ENDED_EARLY, 1, -100, -1, State.CLOSING),
        (State.CLOSED, 400, -500, -300, State.CLOSED),
    ],
)
def test_what_a_day_does(session: Session, state: State, quiet: int, first: int, last: int, becomes: State) -> None:
    row = Secondment(
        public_id=uuid4(),
        person_id=PERSON["tomas"],
        home_institute_id=US,
        host_institute_id=UK,
        starts_on=TODAY + timedelta(days=first),
        ends_on=TODAY + timedelta(days=last),
        host_share=Decimal(1),
        state=state,
        state_since=TODAY - timedelta(days=quiet),
        created_at=NOW,
    )
    session.add(row)
    session.commit()
    housekeeping.run(session, NOW)
    records = session.scalar(select(func.count()).select_from(AuditEvent))
    assert session.get_one(Secondment, row.id).state is becomes
    assert records == (0 if becomes is state else 1)
    housekeeping.run(session, NOW)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == records
