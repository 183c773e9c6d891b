"""Proposing a secondment and moving it through its life.

The rules are the domain's: here the facts are loaded, the verdict asked for, the columns set and the move recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.agreements import Mode
from exchange.domain.secondment_facts import EndReason, State, Verb
from exchange.domain.verdict import Refusal
from exchange.store import secondment_facts as facts_of
from exchange.store import secondments as store
from exchange.store.openings import Opening
from exchange.store.people import Employment, Person
from exchange.store.secondments import Found, Secondment, SecondmentMove
from exchange.store.workstreams import Workstream

WORDS = {
    Verb.CONSENT: "consented to",
    Verb.RELEASE: "recorded the release for",
    Verb.NOMINATE: "nominated",
    Verb.SUPPORT: "supported",
    Verb.ACCEPT: "accepted",
    Verb.PREPARE: "began the agreement for",
    Verb.CONCLUDE: "concluded the agreement for",
    Verb.CLEAR: "cleared",
    Verb.ARRIVE: "recorded the arrival for",
    Verb.SUSPEND: "suspended",
    Verb.RESUME: "resumed",
    Verb.AMEND: "took over the new terms for",
    Verb.BEGIN_CLOSING: "began to close",
    Verb.END_EARLY: "ended early",
    Verb.COMPLETE: "completed",
    Verb.CLOSE: "closed",
    Verb.SEND_BACK: "sent back",
    Verb.WITHDRAW: "withdrew",
    Verb.DECLINE: "declined",
    Verb.LAPSE: "let lapse",
    Verb.CANCEL: "cancelled",
}


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


def propose(session: Session, actor: Actor, proposal: Proposal, *, now: datetime) -> int:
    """Make a draft and return its id.

    Raises:
        Refused: not the actor's to propose, or the proposal makes no sense.
    """
    with writing(session, actor, "secondment:propose", now=now) as work:
        return add_draft(work, proposal)


def edit(session: Session, actor: Actor, ident: int, proposal: Proposal, *, version: int, now: datetime) -> None:
    """Change a draft's terms in place; after both have agreed this is refused: a new agreement version does it.

    Raises:
        Refused: not found, changed by somebody else since ``version`` was read, or no longer to be edited.
    """
    with writing(session, actor, "secondment:edit", now=now) as work:
        found = fetched(work, ident)
        row = found.secondment
        work.require(access.decide(actor, Permission.SECONDMENTS_PROPOSE, row.home_institute_id, row.host_institute_id))
        work.require(rules.may_edit(facts_of.load(session, found, now.date()).facts))
        if row.version != version:
            raise refuse(Refusal.CONFLICT, "Somebody else has changed this secondment since you opened it. Look again.")
        _require_sense(session, proposal, row.home_institute_id)
        before = _terms(row)
        row.starts_on, row.ends_on = proposal.starts_on, proposal.ends_on
        row.mode, row.host_share, row.site_id = proposal.mode, proposal.host_share, proposal.site_id
        row.legal_basis, row.purpose = proposal.legal_basis, proposal.purpose
        session.flush()
        work.record(
            f"{actor.name} changed {store.reference(ident)} ({found.person.full_name}).",
            {"before": before, "after": _terms(row)},
        )


def move(session: Session, actor: Actor, ident: int, verb: Verb, *, reason: str = "", now: datetime) -> None:
    """Make one move of the table.

    Raises:
        Refused: not found, not this actor's to make, or a guard stands in the way; the reasons say what opens it.
    """
    with writing(session, actor, verb.value, now=now) as work:
        found = fetched(work, ident)
        row, today = found.secondment, now.date()
        facts = facts_of.load(session, found, today).facts
        work.require(rules.decide(facts, verb, actor, today, reason=reason))
        step = rules.BY_SOURCE_AND_VERB[row.state, verb]
        side = next(seat.side for seat in step.who if facts.sits(actor, seat))
        _apply(row, verb, step.target, reason, now)
        _flush_unless_overlapping(session)
        session.add(
            SecondmentMove(
                secondment_id=ident,
                verb=verb,
                source=step.source,
                target=step.target,
                side=side,
                person_id=actor.person_id,
                reason=reason,
                at=now,
            )
        )
        summary = f"{actor.name} {WORDS[verb]} {store.reference(ident)} ({found.person.full_name})."
        for receiver in facts_of.receivers(session, found, rules.told(step, reason)) - {actor.person_id}:
            work.notify(receiver, summary, f"/secondments/{ident}")
        work.record(summary, {"from": step.source.value, "to": step.target.value, "reason": reason})


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
    _require_sense(session, proposal, home_id)
    row = Secondment(
        public_id=uuid4(),
        person_id=proposal.person_id,
        home_institute_id=home_id,
        host_institute_id=proposal.host_id,
        opening_id=proposal.opening_id,
        workstream_id=proposal.workstream_id,
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
    work.record(f"{actor.name} proposed {store.reference(row.id)} ({person.full_name}).", {"after": _terms(row)})
    return row.id


def fetched(work: Work, ident: int) -> Found:
    """The secondment, if the actor may know of it; nobody else writes while this transaction is open."""
    work.subject("secondment", ident)
    found = store.find(work.session, ident, facts_of.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject("secondment", ident, found.secondment.home_institute_id, found.secondment.host_institute_id)
    return found


def _require_sense(session: Session, proposal: Proposal, home_id: int) -> None:
    faults = []
    if proposal.ends_on < proposal.starts_on:
        faults.append("The last day is before the first day: correct one of them.")
    if proposal.host_id == home_id:
        faults.append("Home and host are the same institute: choose another host.")
    if not 0 < proposal.host_share <= 1:
        faults.append("The share of time at the host is above 0 and at most 1.")
    if proposal.opening_id is not None:
        opening = session.get(Opening, proposal.opening_id)
        if opening is None or opening.host_institute_id != proposal.host_id:
            faults.append("The opening is not one of the host's: choose another.")
    if proposal.workstream_id is not None and session.get(Workstream, proposal.workstream_id) is None:
        faults.append("There is no such workstream: choose another.")
    if faults:
        raise refuse(Refusal.INVALID, *faults)


def _apply(row: Secondment, verb: Verb, target: State, reason: str, now: datetime) -> None:
    if target is not row.state:
        row.state_since = now.date()
    row.state = target
    if verb is Verb.CONSENT:
        row.consented_at = now
    elif verb is Verb.RELEASE:
        row.released_at = now
    elif verb is Verb.SUPPORT:
        row.supported_at = now
    elif verb is Verb.END_EARLY:
        row.ended_reason, row.ends_on = EndReason(reason), min(row.ends_on, now.date())
    elif verb is Verb.SEND_BACK and target is State.DRAFT:
        row.supported_at = None


def _flush_unless_overlapping(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if "secondment_no_overlap" not in str(error.orig):
            raise
        raise refuse(
            Refusal.CONFLICT,
            "The person is on another secondment in person on some of these days: change the dates of one of them.",
        ) from error


def _terms(row: Secondment) -> dict[str, str]:
    return {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "mode": row.mode.value,
        "host_share": format(Decimal(row.host_share).normalize(), "f"),
        "legal_basis": row.legal_basis,
    }
