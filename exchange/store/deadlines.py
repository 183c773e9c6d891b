"""What ends or is due in secondments under way or coming: visits, permissions, extensions, papers, approvals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, literal, select
from sqlalchemy.orm import Session, aliased

from exchange.domain.papers import PaperKind
from exchange.domain.periods import add_months
from exchange.domain.policies import PolicyBook
from exchange.domain.reminders import MANNERS, Topic
from exchange.domain.secondment_facts import PLANNED, UNDER_WAY, Side, State
from exchange.store.agreements import AbandonedVersion, AgreementVersion, awaited_by, decided_on, newest_of
from exchange.store.institutes import Institute
from exchange.store.papers import StayPaper
from exchange.store.people import Person
from exchange.store.permissions import StayPermission
from exchange.store.recognitions import VisitRequest
from exchange.store.secondments import Secondment

OPEN = PLANNED | UNDER_WAY
PERSON_PARTS = (
    Secondment.id,
    Secondment.person_id,
    Person.full_name,
    Secondment.home_institute_id,
    Secondment.host_institute_id,
    Institute.short_name,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``source`` is the id of the record that ends on ``day``: a renewed one is spoken of anew."""

    topic: Topic
    source: int
    secondment_id: int
    person_id: int
    person_name: str
    home_id: int
    host_id: int
    host_name: str
    day: date


@dataclass(frozen=True, slots=True)
class Awaited:
    """A version that still awaits these sides."""

    version_id: int
    secondment_id: int
    person_id: int
    person_name: str
    home_id: int
    host_id: int
    since: date
    sides: frozenset[Side]


def near(session: Session, today: date, book: PolicyBook) -> list[Deadline]:
    """Every deadline that lies within the greatest distance at which its topic is spoken of."""
    found = [*_visits(session), *_permissions(session), *_extensions(session, book, today)]
    found += _papers(session, book, today)
    return [one for one in found if timedelta() <= one.day - today <= timedelta(days=max(MANNERS[one.topic].days))]


def awaited(session: Session) -> list[Awaited]:
    """The newest version of each agreement that awaits somebody, with whom."""
    rows = session.execute(
        select(AgreementVersion.id, *PERSON_PARTS[:5], AgreementVersion.created_at, decided_on(AgreementVersion.id))
        .join(Secondment, Secondment.id == AgreementVersion.secondment_id)
        .join(Person, Person.id == Secondment.person_id)
        .outerjoin(AbandonedVersion, AbandonedVersion.version_id == AgreementVersion.id)
        .where(
            AgreementVersion.id == newest_of(Secondment.id),
            AbandonedVersion.version_id.is_(None),
            Secondment.state.in_(UNDER_WAY | {State.AGREEMENT, State.CLEARANCE, State.READY}),
        )
        .order_by(AgreementVersion.id)
    )
    return [
        Awaited(version, stay, person, name, home, host, since.date(), missing)
        for version, stay, person, name, home, host, since, decided in rows
        if (missing := awaited_by(decided))
    ]


def _of_stays(topic: Topic, source: Any, day: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - columns of any record
    return (
        select(literal(topic.value), source, *PERSON_PARTS, day)
        .select_from(Secondment)
        .join(Person, Person.id == Secondment.person_id)
        .join(Institute, Institute.id == Secondment.host_institute_id)
        .where(Secondment.state.in_(OPEN))
    )


def _deadline(row: Sequence[Any], day: date) -> Deadline:
    """From a row of ``_of_stays``."""
    return Deadline(Topic(row[0]), row[1], row[2], row[3], row[4], row[5], row[6], row[7], day)


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Deadline]:
    for row in session.execute(query):
        yield _deadline(row, row[8])


def _visits(session: Session) -> Iterator[Deadline]:
    """Granted visits that end before the stay does, the one that lasts longest for each stay."""
    last = func.max(VisitRequest.ends_on)
    query = (
        _of_stays(Topic.VISIT, Secondment.id, last)
        .join(VisitRequest, VisitRequest.secondment_id == Secondment.id)
        .where(VisitRequest.granted.is_(True))
        .group_by(*PERSON_PARTS, Secondment.ends_on)
        .having(last < Secondment.ends_on)
    )
    return _read(session, query)


def _permissions(session: Session) -> Iterator[Deadline]:
    """Permissions for the host's country that nothing supersedes."""
    later = aliased(StayPermission)
    query = (
        _of_stays(Topic.PERMISSION, StayPermission.id, StayPermission.ends_on)
        .join(
            StayPermission,
            and_(StayPermission.person_id == Secondment.person_id, StayPermission.country == Institute.country),
        )
        .outerjoin(later, later.supersedes_id == StayPermission.id)
        .where(StayPermission.withdrawn.is_(False), later.id.is_(None), StayPermission.ends_on >= Secondment.starts_on)
    )
    return _read(session, query)


def _extensions(session: Session, book: PolicyBook, today: date) -> Iterator[Deadline]:
    notice = timedelta(days=book.number("extension.min_days", today))
    query = _of_stays(Topic.EXTENSION, Secondment.id, Secondment.ends_on).where(Secondment.state == State.ACTIVE)
    for row in session.execute(query):
        yield _deadline(row, row[8] - notice)


def _papers(session: Session, book: PolicyBook, today: date) -> Iterator[Deadline]:
    """The latest declaration and passport of each stay: a declaration has to be fresh on the first day."""
    months = book.number("declaration.max_age_months", today)
    latest = (
        select(func.max(StayPaper.id))
        .where(StayPaper.kind.in_((PaperKind.DECLARATION, PaperKind.PASSPORT)))
        .group_by(StayPaper.secondment_id, StayPaper.kind)
    )
    query = (
        _of_stays(Topic.PASSPORT, StayPaper.id, StayPaper.day)
        .add_columns(StayPaper.kind, Secondment.starts_on)
        .join(StayPaper, StayPaper.secondment_id == Secondment.id)
        .where(StayPaper.id.in_(latest))
    )
    for row in session.execute(query):
        day, kind, first = row[8:11]
        if kind is PaperKind.PASSPORT:
            yield _deadline(row, day)
        elif today <= first and add_months(day, months) < first:
            yield replace(_deadline(row, add_months(day, months)), topic=Topic.DECLARATION)
