"""Bringing in a person with an account, and granting roles, from the command line.

It is how a new installation gets its first administrator; afterwards people come in through imports and pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.actors import PROGRAMME_WIDE, Actor, Role
from exchange.domain.verdict import Refusal
from exchange.store.institutes import Institute
from exchange.store.people import Employment, Person, RoleGrant


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with an account. Whoever has an ``institute_code`` is employed there from today on, full time."""

    email: str
    full_name: str
    institute_code: str = ""


def enrol(session: Session, actor: Actor, newcomer: Newcomer, *, now: datetime) -> int:
    """Add a person without a password and return the id.

    Raises:
        Refused: the address is taken or is none, the name is empty, or there is no such institute.
    """
    email = newcomer.email.strip().lower()
    with writing(session, actor, "person:create", now=now) as work:
        work.subject("person", None)
        if "@" not in email or not newcomer.full_name.strip():
            raise refuse(Refusal.INVALID, "A person needs a name and an e-mail address with an @ in it.")
        if session.scalar(select(Person.id).where(Person.email == email)) is not None:
            raise refuse(Refusal.CONFLICT, f"Somebody has the address {email} already.")
        institute = _institute(session, newcomer.institute_code) if newcomer.institute_code else None
        person = Person(
            public_id=uuid4(),
            full_name=newcomer.full_name.strip(),
            email=email,
            zone=institute.zone if institute else "UTC",
            locale="en_US" if institute and institute.country == "US" else "en_GB",
            created_at=now,
        )
        session.add(person)
        session.flush()
        if institute is not None:
            session.add(
                Employment(
                    person_id=person.id, institute_id=institute.id, fte=Decimal(1), starts_on=now.date(), ends_on=None
                )
            )
        ident = person.id
        work.subject("person", ident, institute.id if institute else None)
        work.record(f"{person.full_name} was given an account.")
    return ident


def grant(session: Session, actor: Actor, email: str, role: Role, institute_code: str, *, now: datetime) -> None:
    """Give a person a role, within an institute unless it is one for the whole programme.

    Raises:
        Refused: there is no such person or institute, the role is held already, or the institute is missing.
    """
    with writing(session, actor, "roles:grant", now=now) as work:
        work.subject("person", None)
        person = session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
        if person is None:
            raise refuse(Refusal.NOT_FOUND, f"Nobody has the address {email}.")
        wide = role in PROGRAMME_WIDE
        if not wide and not institute_code:
            raise refuse(Refusal.INVALID, f"The role {role.value} is held within an institute: name its code.")
        institute_id = None if wide else _institute(session, institute_code).id
        work.subject("person", person.id, institute_id)
        held = select(RoleGrant.id).where(
            RoleGrant.person_id == person.id,
            RoleGrant.role == role,
            RoleGrant.institute_id.is_(None) if wide else RoleGrant.institute_id == institute_id,
        )
        if session.scalar(held) is not None:
            raise refuse(Refusal.CONFLICT, f"{person.full_name} holds this role already.")
        session.add(RoleGrant(person_id=person.id, role=role, institute_id=institute_id, granted_at=now))
        where = "across the programme" if wide else f"at {institute_code}"
        work.record(f"{person.full_name} was granted the role {role.value} {where}.")


def _institute(session: Session, code: str) -> Institute:
    found = session.scalars(select(Institute).where(Institute.code == code)).one_or_none()
    if found is None:
        raise refuse(Refusal.NOT_FOUND, f"There is no institute {code}. Make it first with: exchange institute create")
    return found
