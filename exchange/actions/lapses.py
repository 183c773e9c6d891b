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
from exchange.domain.secondment_facts import ON_SITE, State, Verb
from exchange.store import secondment_facts, standing_states
from exchange.store import secondments as store
from exchange.store.secondments import SecondmentMove


def suspend_lapsed(session: Session, *, person_id: int | None = None, now: datetime) -> list[int]:
    """Suspend every stay under way, or those of one person, that has lapsed by now; returns their ids."""
    rows = store.listed(session, secondment_facts.scope_of(SYSTEM), states=ON_SITE)
    asked = [row for row in rows if person_id is None or row.person_id == person_id]
    standing = standing_states.as_they_stand(session, asked, now.date())
    return [row.id for row in standing if row.state is State.SUSPENDED and _suspend(session, row.id, now)]


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
