"""Secondments put straight into the database in the state that a test begins with, and the versions they need."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from exchange.actions import agreements
from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.agreements import AgreementContent, CostModel, Decision, Mode
from exchange.domain.papers import PaperKind
from exchange.domain.secondment_facts import Side, State
from exchange.store.agreements import AgreementVersion
from exchange.store.institutes import Institute
from exchange.store.papers import StayPaper
from exchange.store.people import Employment, Person, RoleGrant
from exchange.store.permissions import StayPermission
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, LONDON, NOW, PERSON, TODAY, UK, US, WASHINGTON

FIRST, LAST = TODAY + timedelta(days=72), TODAY + timedelta(days=252)
SIGNERS = (("uk_hr_2", Side.HOME), ("us_hr", Side.HOST), ("ada", Side.PERSON))


def add_stay(session: Session, state: State, first: date = FIRST, last: date = LAST, **columns: Any) -> int:  # noqa: ANN401 - columns of many kinds
    """A secondment of Ada from London to Washington, with the papers and the permission that its moves wait for."""
    fields: dict[str, Any] = {
        "public_id": uuid4(),
        "person_id": PERSON["ada"],
        "home_institute_id": UK,
        "host_institute_id": US,
        "site_id": WASHINGTON,
        "starts_on": first,
        "ends_on": last,
        "host_share": Decimal(1),
        "legal_basis": "j1_research_scholar",
        "state": state,
        "state_since": TODAY,
        "consented_at": NOW,
        "released_at": NOW,
        "created_at": NOW,
    }
    row = Secondment(**(fields | columns))
    session.add(row)
    session.flush()
    session.add_all(
        StayPaper(secondment_id=row.id, kind=kind, day=TODAY, recorded_by_id=PERSON["uk_hr"], recorded_at=NOW)
        for kind in (PaperKind.DECLARATION, PaperKind.FUNDING, PaperKind.EXPORT_BRIEF)
    )
    session.add(_permitted(session, row))
    session.commit()
    return row.id


def _permitted(session: Session, row: Secondment) -> StayPermission:
    """A permission to stay and work in the host's country, well past the last day."""
    return StayPermission(
        person_id=row.person_id,
        country=session.get_one(Institute, row.host_institute_id).country,
        route=row.legal_basis or "other",
        starts_on=row.starts_on - timedelta(days=30),
        ends_on=row.ends_on + timedelta(days=400),
        recorded_by_id=PERSON["us_hr"],
        recorded_at=NOW,
    )


def content(row: Secondment, number: int = 1, **changes: Any) -> AgreementContent:  # noqa: ANN401 - fields of many kinds
    """The agreement's next version: the terms the secondment has, but for the changes."""
    fields: dict[str, Any] = {
        "secondment_id": row.id,
        "number": number,
        "person_id": row.person_id,
        "home_id": row.home_institute_id,
        "host_id": row.host_institute_id,
        "post": "Evaluator",
        "site": "Washington DC",
        "mode": Mode.IN_PERSON,
        "start": row.starts_on,
        "end": row.ends_on,
        "host_fte": Decimal(1),
        "home_fte": Decimal(0),
        "legal_basis": row.legal_basis,
        "cost_model": CostModel.HOME_PAYS,
        "home_share": Decimal(100),
    }
    return AgreementContent(**(fields | changes))


def add_agreed(session: Session, state: State, first: date = FIRST, last: date = LAST, **columns: Any) -> int:  # noqa: ANN401 - as above
    """The same with a first version that all three approved and that is in force."""
    ident = add_stay(session, state, first, last, version_in_force=1, **columns)
    put = content(session.get_one(Secondment, ident))
    session.add(
        AgreementVersion(
            secondment_id=ident, number=1, content=put.canonical().decode(), sha256=put.hash, created_at=NOW
        )
    )
    session.commit()
    approve_all(session, ident, put)
    return ident


def approve_all(session: Session, ident: int, put: AgreementContent) -> None:
    for key, side in SIGNERS:
        agreements.decide(session, ACTOR[key], ident, side, Decision.APPROVE, seen_hash=put.hash, now=NOW)


def hire(session: Session, name: str, institute: int, *roles: tuple[Role, int]) -> Actor:
    """Somebody more than the cast, with these roles."""
    person = Person(
        public_id=UUID(int=uuid4().int),
        full_name=name,
        email=f"{name.lower().replace(' ', '.')}@example.org",
        zone="UTC",
        locale="en_GB",
        created_at=NOW,
    )
    session.add(person)
    session.flush()
    site = {UK: LONDON, US: WASHINGTON}.get(institute)
    session.add(
        Employment(
            person_id=person.id,
            institute_id=institute,
            site_id=site,
            title="Colleague",
            fte=Decimal(1),
            starts_on=date(2024, 1, 1),
        )
    )
    for role, at in roles:
        session.add(RoleGrant(person_id=person.id, role=role, institute_id=at, granted_at=NOW))
    session.commit()
    return Actor(person.id, name, institute, frozenset(Grant(role, at) for role, at in roles))
