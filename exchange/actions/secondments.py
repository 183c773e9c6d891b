"""Proposing a secondment and moving it through its life.

The rules are the domain's: here the facts are loaded, the verdict asked for, the columns set and the move recorded.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.drafts import Proposal, add_draft, require_sense, terms
from exchange.actions.steps import Asked, make_move
from exchange.actions.writing import Work, refuse, writing
from exchange.domain import access
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.secondment_facts import Verb
from exchange.domain.verdict import Refusal
from exchange.store import secondment_facts as facts_of
from exchange.store import secondments as store
from exchange.store.secondments import Found


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


def move(
    session: Session, actor: Actor, ident: int, verb: Verb, *, reason: str = "", day: date | None = None, now: datetime
) -> None:
    """Make one move of the table.

    Raises:
        Refused: not found, not this actor's to make, or a guard stands in the way; the reasons say what opens it.
    """
    with writing(session, actor, verb.value, now=now) as work:
        found = fetched(work, ident)
        make_move(work, found, Asked(verb, reason, day))


def fetched(work: Work, ident: int) -> Found:
    """The secondment, if the actor may know of it; nobody else writes while this transaction is open."""
    work.subject("secondment", ident)
    found = store.find(work.session, ident, facts_of.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject("secondment", ident, found.secondment.home_institute_id, found.secondment.host_institute_id)
    return found
