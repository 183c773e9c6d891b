"""Who is not free in a stretch of days: at a host already, or away for long. Every profile page says as much."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Date, null, select, union_all
from sqlalchemy.orm import Session

from exchange.domain.periods import Period
from exchange.store.people import Absence
from exchange.store.secondments import HOLDING, Secondment

LONG = timedelta(days=27)  # between the first and the last of four weeks; a holiday keeps nobody from a secondment


def away(session: Session, days: Period) -> list[int]:
    """People with a standing secondment in these days, or four weeks or more away that touch them."""
    at_a_host = select(Secondment.person_id, null().cast(Date), null().cast(Date)).where(
        Secondment.state.in_(HOLDING), Secondment.starts_on <= days.end, Secondment.ends_on >= days.start
    )
    absent = select(Absence.person_id, Absence.starts_on, Absence.ends_on).where(
        Absence.starts_on <= days.end, Absence.ends_on >= days.start
    )
    rows = session.execute(union_all(at_a_host, absent))
    return sorted({ident for ident, first, last in rows if first is None or last - first >= LONG})
