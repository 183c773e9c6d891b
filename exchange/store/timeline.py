"""What the timeline shows: the stays that a reader may know of, and the seats that are open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from exchange.domain.agreements import Mode
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import State
from exchange.store.agreements import AgreementVersion
from exchange.store.openings import Opening, OpeningStatus
from exchange.store.people import Person
from exchange.store.secondments import HOLDING, Scope, Secondment
from exchange.store.workstreams import Workstream

HIDDEN = frozenset({State.WITHDRAWN, State.DECLINED, State.LAPSED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class StayRow:
    """A secondment as the timeline draws it; ``proposed_terms``: there is a version of the agreement for it."""

    id: int
    person_id: int
    person_name: str
    home_id: int
    host_id: int
    workstream_id: int | None
    workstream_title: str
    opening_title: str
    starts_on: date
    ends_on: date
    state: State
    version: int
    proposed_terms: bool
    opening_id: int | None
    mode: Mode
    phased: bool

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """An opening with seats that nobody holds."""

    id: int
    title: str
    host_id: int
    workstream_title: str
    opens_on: date
    closes_on: date
    seats: int
    taken: int

    @property
    def free(self) -> int:
        return self.seats - self.taken


def stays(session: Session, scope: Scope, within: Period) -> list[StayRow]:
    """The stays that touch these days, by person and first day, in one statement."""
    proposed = exists().where(AgreementVersion.secondment_id == Secondment.id)
    rows = session.execute(
        select(
            Secondment.id,
            Secondment.person_id,
            Person.full_name,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            Secondment.workstream_id,
            func.coalesce(Workstream.title, ""),
            func.coalesce(Opening.title, ""),
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.state,
            Secondment.version,
            proposed,
            Secondment.opening_id,
            Secondment.mode,
            Secondment.phased_access != "",
        )
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(Opening, Opening.id == Secondment.opening_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .where(scope.where(), Secondment.state.not_in(HIDDEN), *_touching(within))
        .order_by(Person.full_name, Secondment.starts_on, Secondment.id)
    )
    return [StayRow(*tuple(row)) for row in rows]


def open_seats(session: Session, within: Period) -> list[SeatRow]:
    """The openings that take somebody in these days and have a seat that nobody holds, in one statement."""
    taken = (
        select(func.count())
        .where(Secondment.opening_id == Opening.id, Secondment.state.in_(HOLDING))
        .correlate(Opening)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Opening.id,
            Opening.title,
            Opening.host_institute_id,
            func.coalesce(Workstream.title, ""),
            Opening.opens_on,
            Opening.closes_on,
            Opening.seats,
            taken,
        )
        .outerjoin(Workstream, Workstream.id == Opening.workstream_id)
        .where(Opening.status == OpeningStatus.OPEN, Opening.opens_on <= within.end, Opening.closes_on >= within.start)
        .order_by(Opening.opens_on, Opening.title, Opening.id)
    )
    return [seat for seat in (SeatRow(*tuple(row)) for row in rows) if seat.free > 0]


def _touching(within: Period) -> tuple[ColumnElement[bool], ...]:
    return (Secondment.starts_on <= within.end, Secondment.ends_on >= within.start)
