"""The scoped fetch of a secondment inside a transaction: what the actor may not know of is not found."""

from __future__ import annotations

from exchange.actions.writing import Work, refuse
from exchange.domain.secondment_facts import Audience
from exchange.domain.verdict import Refusal
from exchange.store import secondment_facts, secondments
from exchange.store.secondments import Found


def secondment(work: Work, ident: int) -> Found:
    """The secondment, if the actor may know of it; nobody else writes while this transaction is open."""
    kind = work.verb.partition(":")[0]
    work.subject(kind, ident)
    found = secondments.find(work.session, ident, secondment_facts.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject(kind, ident, found.secondment.home_institute_id, found.secondment.host_institute_id)
    return found


def tell(work: Work, found: Found, audiences: tuple[Audience, ...], text: str) -> None:
    """Leave the same notice with everybody of these audiences but the actor."""
    for receiver in secondment_facts.receivers(work.session, found, audiences) - {work.actor.person_id}:
        work.notify(receiver, text, f"/secondments/{found.secondment.id}")
