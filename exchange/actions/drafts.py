"""A secondment as somebody proposes it, and the draft it becomes inside a transaction that is open already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.agreements import Mode
from exchange.domain.secondment_facts import State
from exchange.domain.verdict import Refusal
from exchange.store import secondments as store
from exchange.store.openings import Opening
from exchange.store.people import Employment, Person
from exchange.store.secondments import Secondment
from exchange.store.workstreams import Workstream


@dataclass(frozen=True, slots=True)
class Proposal:
    """A secondment as proposed. The home institute is the person's employer; the host is the opening's or is named."""

    person_id: int
    host_id: int
    starts_on: date
    ends_on: date
    opening_id: int | None = None
    workstream_id: int | None = None
    site_id: int | None = None
    mode: Mode = Mode.IN_PERSON
    host_share: Decimal = Decimal(1)
    legal_basis: str = ""
    purpose: str = ""
    run_id: int | None = None


def add_draft(work: Work, proposal: Proposal) -> int:
    """Add a draft inside a transaction that is open already (one row of an accepted plan)."""
    session, actor = work.session, work.actor
    person = session.get(Person, proposal.person_id)
    home_id = session.scalar(
        select(Employment.institute_id)
        .where(Employment.person_id == proposal.person_id)
        .order_by(Employment.starts_on.desc())
    )
    if person is None or home_id is None:
        raise refuse(Refusal.INVALID, "This person has no employer here: record their employment first.")
    work.subject("secondment", None, home_id, proposal.host_id)
    work.require(access.decide(actor, Permission.SECONDMENTS_PROPOSE, home_id, proposal.host_id))
    require_sense(session, proposal, home_id)
    row = Secondment(
        public_id=uuid4(),
        person_id=proposal.person_id,
        home_institute_id=home_id,
        host_institute_id=proposal.host_id,
        opening_id=proposal.opening_id,
        workstream_id=proposal.workstream_id or _workstream_of(session, proposal.opening_id),
        site_id=proposal.site_id,
        mode=proposal.mode,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        host_share=proposal.host_share,
        legal_basis=proposal.legal_basis,
        purpose=proposal.purpose,
        run_id=proposal.run_id,
        state=State.DRAFT,
        state_since=work.now.date(),
        proposed_by_id=actor.person_id,
        created_at=work.now,
    )
    session.add(row)
    session.flush()
    work.subject("secondment", row.id, home_id, proposal.host_id)
    if person.id != actor.person_id:
        work.notify(
            person.id, f"You are proposed for a secondment ({store.reference(row.id)}).", f"/secondments/{row.id}"
        )
    work.record(f"{actor.name} proposed {store.reference(row.id)} ({person.full_name}).", {"after": terms(row)})
    return row.id


def _workstream_of(session: Session, opening_id: int | None) -> int | None:
    opening = session.get(Opening, opening_id) if opening_id is not None else None
    return opening.workstream_id if opening else None


def require_sense(session: Session, proposal: Proposal, home_id: int) -> None:
    """Refuse a proposal that makes no sense in itself, with every reason."""
    faults = []
    if proposal.ends_on < proposal.starts_on:
        faults.append("The last day is before the first day: correct one of them.")
    if proposal.host_id == home_id:
        faults.append("Home and host are the same institute: choose another host.")
    if not (proposal.host_share.is_finite() and 0 < proposal.host_share <= 1):
        faults.append("The share of time at the host is above 0 and at most 1.")
    if proposal.opening_id is not None:
        opening = session.get(Opening, proposal.opening_id)
        if opening is None or opening.host_institute_id != proposal.host_id:
            faults.append("The opening is not one of the host's: choose another.")
    if proposal.workstream_id is not None and session.get(Workstream, proposal.workstream_id) is None:
        faults.append("There is no such workstream: choose another.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def terms(row: Secondment) -> dict[str, str]:
    """What the audit record says of a secondment's terms."""
    return {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "mode": row.mode.value,
        "host_share": format(Decimal(row.host_share).normalize(), "f"),
        "legal_basis": row.legal_basis,
    }
