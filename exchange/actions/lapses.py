"""What lapsed acts at once: a stay whose access today certainly lacks something is suspended, with no job needed.

The first request of a day looks for what ended overnight, and whatever records an end looks for what rests on it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import fetching, publishing
from exchange.actions.writing import writing
from exchange.domain import secondments as rules
from exchange.domain.actors import SYSTEM
from exchange.domain.secondment_facts import SuspensionCode, Verb
from exchange.store import secondment_facts
from exchange.store import secondments as store
from exchange.store.secondments import SecondmentMove


def suspend_lapsed(session: Session, *, person_id: int | None = None, now: datetime) -> list[int]:
    """Suspend every stay under way, or those of one person, that has lapsed by now; returns their ids."""
    found = []
    for ident in store.on_site(session, person_id):
        code = _lapse(session, ident, now)
        if code is not None and _suspend(session, ident, now):
            found.append(ident)
    return found


def _lapse(session: Session, ident: int, now: datetime) -> SuspensionCode | None:
    found = store.find(session, ident, secondment_facts.scope_of(SYSTEM))
    return secondment_facts.load(session, found, now.date()).facts.lapse if found else None


def _suspend(session: Session, ident: int, now: datetime) -> bool:
    """Make the move; False when another request was quicker."""
    with writing(session, SYSTEM, Verb.SUSPEND.value, now=now) as work:
        found = fetching.secondment(work, ident)
        row = found.secondment
        facts = secondment_facts.load(session, found, now.date()).facts
        reference = store.reference(ident)
        if facts.lapse is None or (row.state, Verb.SUSPEND) not in rules.BY_SOURCE_AND_VERB:
            work.record(f"Exchange looked at {reference}: nothing is left to suspend.")
            return False
        step = rules.BY_SOURCE_AND_VERB[row.state, Verb.SUSPEND]
        work.require(rules.decide(facts, Verb.SUSPEND, SYSTEM, now.date(), reason=facts.lapse.value))
        session.add(
            SecondmentMove(
                secondment_id=ident,
                verb=Verb.SUSPEND,
                source=step.source,
                target=step.target,
                side=step.who[-1].side,
                person_id=None,
                reason=facts.lapse.value,
                at=now,
            )
        )
        row.state, row.state_since = step.target, now.date()
        publishing.publish_secondment(work, ident)
        summary = f"Exchange suspended {reference} ({found.person.full_name}): access does not cover today."
        fetching.tell(work, found, rules.told(step), summary)
        work.record(summary, {"from": step.source.value, "to": step.target.value, "reason": facts.lapse.value})
        return True
