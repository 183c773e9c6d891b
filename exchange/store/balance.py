"""The secondments that the ledger of exchanges counts."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from exchange.domain.balance import Exchanged
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import OVER, PLANNED, UNDER_WAY
from exchange.store.secondments import Secondment


def exchanged(session: Session, institutes: frozenset[int] | None) -> list[Exchanged]:
    """What goes to or comes from these institutes (None: everything), drafts and what came to nothing left out."""
    own: ColumnElement[bool] = true()
    if institutes is not None:
        own = or_(Secondment.home_institute_id.in_(institutes), Secondment.host_institute_id.in_(institutes))
    rows = session.execute(
        select(
            Secondment.id,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.host_share,
            Secondment.state,
        )
        .where(own, Secondment.state.in_(PLANNED | UNDER_WAY | OVER))
        .order_by(Secondment.id)
    )
    return [
        Exchanged(ident, home, host, Period(first, last), Decimal(share), state)
        for ident, home, host, first, last, share, state in rows
    ]
