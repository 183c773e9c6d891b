"""Bringing in a person with an account, from the command line or by an administrator.

It is how a new installation gets its first administrator; researchers come in through imports and their institute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.access import Permission, decide
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.store.institutes import Institute
from exchange.store.people import Employment, Person


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody with an account. Whoever has an ``institute_code`` is employed there from today on, full time."""

    email: str
    full_name: str
    institute_code: str = ""


def enrol(session: Session, actor: Actor, newcomer: Newcomer, *, now: datetime) -> int:
    """Add a person without a password and return the id.

    Raises:
        Refused: not the actor's to do, the address is taken or is none, the name is empty, or no such institute.
    """
    email = newcomer.email.strip().lower()
    with writing(session, actor, "person:create", now=now) as work:
        work.subject("person", None)
        work.require(decide(actor, Permission.ACCOUNTS_EDIT))
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


def _institute(session: Session, code: str) -> Institute:
    found = session.scalars(select(Institute).where(Institute.code == code)).one_or_none()
    if found is None:
        raise refuse(Refusal.NOT_FOUND, f"There is no institute {code}. Make it first with: exchange institute create")
    return found
