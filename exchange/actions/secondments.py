"""Proposing a secondment and moving it through its life.

The rules are the domain's: here the facts are loaded, the verdict asked for, the columns set and the move recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.drafts import Proposal, add_draft, require_sense, terms
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access, agreements
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.secondment_facts import EndReason, State, Verb
from exchange.domain.verdict import Refusal
from exchange.store import secondment_facts as facts_of
from exchange.store import secondments as store
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Found, Secondment, SecondmentMove

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
STAMPS = {Verb.CONSENT: "consented_at", Verb.RELEASE: "released_at", Verb.SUPPORT: "supported_at"}


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
        require_sense(session, proposal, row.home_institute_id)
        before = terms(row)
        row.starts_on, row.ends_on = proposal.starts_on, proposal.ends_on
        row.mode, row.host_share, row.site_id = proposal.mode, proposal.host_share, proposal.site_id
        row.legal_basis, row.purpose = proposal.legal_basis, proposal.purpose
        publishing.publish_secondment(work, ident)
        work.record(
            f"{actor.name} changed {store.reference(ident)} ({found.person.full_name}).",
            {"before": before, "after": terms(row)},
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """A move as somebody asks for it. ``day`` is that of an arrival or an early end, today when it is left out."""

    verb: Verb
    reason: str = ""
    day: date | None = None


def move(
    session: Session, actor: Actor, ident: int, verb: Verb, *, reason: str = "", day: date | None = None, now: datetime
) -> None:
    """Make one move of the table.

    Raises:
        Refused: not found, not this actor's to make, or a guard stands in the way; the reasons say what opens it.
    """
    with writing(session, actor, verb.value, now=now) as work:
        found = fetched(work, ident)
        life = facts_of.load(session, found, now.date(), actor)
        work.require(rules.decide(life.facts, verb, actor, now.date(), reason=reason))
        step = rules.BY_SOURCE_AND_VERB[life.facts.state, verb]
        seat = rules.acting_seat(life.facts, actor, step)
        assert seat is not None  # the verdict was yes
        changed = _apply(work, found.secondment, life, Asked(verb, reason, day))
        _flush_unless_overlapping(session)
        session.add(
            SecondmentMove(
                secondment_id=ident,
                verb=verb,
                source=step.source,
                target=step.target,
                side=seat.side,
                person_id=actor.person_id,
                reason=reason,
                at=now,
            )
        )
        publishing.publish_secondment(work, ident)
        summary = f"{actor.name} {WORDS[verb]} {store.reference(ident)} ({found.person.full_name})."
        for receiver in facts_of.receivers(session, found, rules.told(step, reason)) - {actor.person_id}:
            work.notify(receiver, summary, f"/secondments/{ident}")
        work.record(summary, {"from": step.source.value, "to": step.target.value, "reason": reason, **changed})


def fetched(work: Work, ident: int) -> Found:
    """The secondment, if the actor may know of it; nobody else writes while this transaction is open."""
    work.subject("secondment", ident)
    found = store.find(work.session, ident, facts_of.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject("secondment", ident, found.secondment.home_institute_id, found.secondment.host_institute_id)
    return found


def _apply(work: Work, row: Secondment, life: Life, asked: Asked) -> dict[str, object]:
    """Set what the move changes; returns what the audit record says of it."""
    today, verb = work.now.date(), asked.verb
    target = rules.BY_SOURCE_AND_VERB[row.state, verb].target
    if target is not row.state:
        row.state_since = today
    row.state = target
    if verb in STAMPS:
        setattr(row, STAMPS[verb], work.now)
    elif verb in {Verb.CONCLUDE, Verb.AMEND}:
        return _take_over(row, life)
    elif verb is Verb.ARRIVE:
        row.arrived_on = asked.day or today
        work.require(rules.arrival_day(life.facts, row.arrived_on, today))
        return {"arrived_on": row.arrived_on.isoformat()}
    elif verb is Verb.END_EARLY:
        last = asked.day or today
        work.require(rules.early_end_day(life.facts, last))
        row.ended_reason, row.ends_on = EndReason(asked.reason), last
        return {"ends_on": last.isoformat()}
    elif verb is Verb.SEND_BACK and target is State.DRAFT:
        row.supported_at = None
    return {}


def _take_over(row: Secondment, life: Life) -> dict[str, object]:
    """Give the secondment the terms of the version that all three agreed."""
    agreed = agreements.last_mutual(life.agreement)
    assert agreed is not None  # a guard of both moves
    content, before = agreed.content, terms(row)
    row.starts_on, row.ends_on = content.start, content.end
    row.mode, row.host_share = content.mode, content.host_fte
    row.legal_basis, row.phased_access = content.legal_basis, content.phased_access
    row.version_in_force = content.number
    return {"version": content.number, "before": before, "after": terms(row)}


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
