"""One step in the life of a secondment, inside a transaction that is open already: a move, or a new agreement version.

People make them one at a time, accepting a changed plan makes several; the rules are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.drafts import terms
from exchange.actions.writing import Work, refuse
from exchange.domain import agreements
from exchange.domain import secondments as rules
from exchange.domain.agreements import AgreementContent
from exchange.domain.periods import spoken
from exchange.domain.policies import Severity
from exchange.domain.secondment_facts import UNDER_WAY, Audience, EndReason, State, Verb
from exchange.domain.stay_rules import extension_in_time
from exchange.domain.verdict import Refusal
from exchange.store import agreements as agreement_store
from exchange.store import policies
from exchange.store import secondment_facts as facts_of
from exchange.store import secondments as store
from exchange.store.agreements import AgreementVersion
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Found, Secondment, SecondmentMove

PROPOSED_IN = frozenset({State.AGREEMENT, State.CLEARANCE, State.READY, State.ACTIVE, State.SUSPENDED, State.CLOSING})
TOLD = (Audience.PERSON, Audience.HOME_HR, Audience.HOST_HR)
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


@dataclass(frozen=True, slots=True)
class Asked:
    """A move as somebody asks for it. ``day`` is that of an arrival or an early end, today when it is left out."""

    verb: Verb
    reason: str = ""
    day: date | None = None


def make_move(work: Work, found: Found, asked: Asked) -> None:
    """Make one move of the table.

    Raises:
        Refused: not the actor's to make, or a guard stands in the way; the reasons say what opens it.
    """
    session, actor, now, verb, reason = work.session, work.actor, work.now, asked.verb, asked.reason
    ident = found.secondment.id
    life = facts_of.load(session, found, now.date(), actor)
    work.require(rules.decide(life.facts, verb, actor, now.date(), reason=reason))
    step = rules.BY_SOURCE_AND_VERB[life.facts.state, verb]
    seat = rules.acting_seat(life.facts, actor, step)
    assert seat is not None  # the verdict was yes
    changed = _apply(work, found.secondment, life, asked)
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


def put_forward(work: Work, found: Found, content: AgreementContent) -> int:
    """Put forward the next version of the agreement and return its id.

    Raises:
        Refused: not the actor's to propose, nothing changed, or another version came first.
    """
    session, actor, row = work.session, work.actor, found.secondment
    if row.state not in PROPOSED_IN:
        raise refuse(Refusal.CONFLICT, "An agreement is proposed once the nomination has been accepted and prepared.")
    content = replace(content, person_id=row.person_id)  # an older version may name a record that was merged since
    versions = [version.domain for version in agreement_store.versions_of(session, row.id)]
    work.require(agreements.may_propose(versions, content, actor))
    _require_in_time(session, row, content, work.now.date())
    version = AgreementVersion(
        secondment_id=row.id,
        number=content.number,
        content=content.canonical().decode(),
        sha256=content.hash,
        proposed_by_id=actor.person_id,
        created_at=work.now,
    )
    session.add(version)
    session.flush()
    tell(
        work,
        found,
        f"Version {content.number} of the agreement for {store.reference(row.id)} awaits approval.",
    )
    changes = agreements.compare(versions[-1].content, content) if versions else ()
    work.record(
        f"{actor.name} proposed version {content.number} of the agreement for {store.reference(row.id)}.",
        {"sha256": content.hash, "changes": [[c.field, c.before, c.after] for c in changes]},
    )
    return version.id


def tell(work: Work, found: Found, text: str) -> None:
    """A notice to everybody whose agreement it is, but for the actor."""
    for receiver in facts_of.receivers(work.session, found, TOLD) - {work.actor.person_id}:
        work.notify(receiver, text, f"/secondments/{found.secondment.id}")


def _require_in_time(session: Session, row: Secondment, content: AgreementContent, today: date) -> None:
    """Once the person is there, the first day stays as it was and an extension is asked for in time (rule 27)."""
    if row.state not in UNDER_WAY:
        return
    if content.start != row.starts_on:
        raise refuse(Refusal.INVALID, f"The stay began on {spoken(row.starts_on)}: its first day cannot change.")
    if content.end <= row.ends_on:
        return
    breaches = extension_in_time(row.ends_on, today, policies.book(session))
    if blocks := [breach.sentence for breach in breaches if breach.severity is Severity.BLOCK]:
        raise refuse(Refusal.CONFLICT, *blocks)


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
