"""Two-key agreements: propose a version, approve it or send it back, give one up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.steps import put_forward, tell
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import agreements as rules
from exchange.domain.actors import Actor
from exchange.domain.agreements import AgreementContent, Decision
from exchange.domain.secondment_facts import Audience, Side, State
from exchange.domain.verdict import Refusal
from exchange.store import agreements as store
from exchange.store import secondment_facts, secondments
from exchange.store.agreements import AbandonedVersion, Approval
from exchange.store.secondments import Found

PROPOSED_IN = frozenset({State.AGREEMENT, State.CLEARANCE, State.READY, State.ACTIVE, State.SUSPENDED, State.CLOSING})
TOLD = (Audience.PERSON, Audience.HOME_HR, Audience.HOST_HR)


def propose(session: Session, actor: Actor, content: AgreementContent, *, now: datetime) -> int:
    """Put forward the next version and return its id. Approvals of the one before stay with that one.

    Raises:
        Refused: not found, not the actor's to propose, nothing changed, or another version came first.
    """
    with writing(session, actor, "agreement:propose", now=now) as work:
        found = _fetched(work, content.secondment_id)
        return put_forward(work, found, content)


def decide(
    session: Session,
    actor: Actor,
    secondment_id: int,
    side: Side,
    decision: Decision,
    *,
    seen_hash: str,
    reason: str = "",
    now: datetime,
) -> None:
    """Approve the pending version for one side, or send it back with a reason.

    Raises:
        Refused: not found, not this actor's to decide, decided already, or the version is not the one they saw.
    """
    with writing(session, actor, f"agreement:{decision.value}", now=now) as work:
        found = _fetched(work, secondment_id)
        row = found.secondment
        life = secondment_facts.load(session, found, now.date())
        work.require(
            rules.may_approve(
                life.agreement, side, actor, seen_hash, decision, reason, other_hands=life.facts.other_hands(side)
            )
        )
        assert actor.person_id is not None  # the system holds no seat, so the verdict was no
        pending = life.versions[-1]
        institute = {Side.HOME: row.home_institute_id, Side.HOST: row.host_institute_id}.get(side)
        session.add(
            Approval(
                version_id=pending.id,
                side=side,
                institute_id=institute,
                person_id=actor.person_id,
                decision=decision,
                sha256=seen_hash,
                reason=reason,
                decided_at=now,
            )
        )
        session.flush()
        did = "approved" if decision is Decision.APPROVE else "sent back"
        number = pending.domain.content.number
        summary = f"{actor.name} {did} version {number} of the agreement for {secondments.reference(row.id)}."
        tell(work, found, summary)
        work.record(summary, {"sha256": seen_hash, "side": side.value, "reason": reason})


def give_up(session: Session, actor: Actor, secondment_id: int, *, now: datetime) -> None:
    """Abandon the pending version: the last one that all three approved stays in force.

    Raises:
        Refused: not found, nothing pending or nothing agreed before it, or not the actor's to give up.
    """
    with writing(session, actor, "agreement:give_up", now=now) as work:
        found = _fetched(work, secondment_id)
        row = found.secondment
        versions = store.versions_of(session, row.id)
        work.require(rules.may_roll_back([version.domain for version in versions], actor))
        assert actor.person_id is not None  # the verdict allows coordinators only
        session.add(AbandonedVersion(version_id=versions[-1].id, person_id=actor.person_id, at=now))
        number = versions[-1].domain.content.number
        summary = f"{actor.name} gave up version {number} of the agreement for {secondments.reference(row.id)}."
        tell(work, found, summary)
        work.record(summary)


def _fetched(work: Work, ident: int) -> Found:
    work.subject("secondment", ident)
    found = secondments.find(work.session, ident, secondment_facts.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject("secondment", ident, found.secondment.home_institute_id, found.secondment.host_institute_id)
    return found
