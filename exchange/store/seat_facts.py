"""What the rules of eligibility look at for seats of workstreams, for any number of people in one statement.

A seat is work, not a stay: nobody moves for it. Who is at the leading institute on some of its days works there as part
of that stay, and what was decided for the stay counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from exchange.domain.agreements import Mode
from exchange.domain.clearances import Need
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period
from exchange.store.eligibility import Recorded, Scope, Subject, load_scope


@dataclass(frozen=True, slots=True)
class SeatAsked:
    """The seat that is asked about; ``need`` is what it and its workstream ask of clearances and citizenships."""

    lead_id: int
    workstream_id: int
    period: Period
    share: Decimal
    need: Need


@dataclass(frozen=True, slots=True)
class SeatRecords:
    """The records of these people, by the institute each comes from."""

    homes: Mapping[int, int]
    recorded: Recorded

    def country(self, institute_id: int) -> str:
        """The country of one of the institutes."""
        return self.recorded.institute(institute_id)[0]

    def facts(self, person_id: int, seat: SeatAsked) -> EligibilityFacts:
        """What the checks look at for this person in this seat."""
        subject = Subject(
            person_id=person_id,
            home_id=self.homes[person_id],
            host_id=seat.lead_id,
            period=seat.period,
            workstream_id=seat.workstream_id,
            mode=Mode.REMOTE,
            host_share=seat.share,
        )
        facts = self.recorded.facts(self.recorded.during_stay(subject))
        return replace(facts, offer=replace(facts.offer, need=seat.need))


def load(session: Session, homes: Mapping[int, int], leads: Collection[int], today: date) -> SeatRecords:
    """The records of these people for seats that these institutes lead."""
    scope = Scope(people=frozenset(homes), institutes=frozenset(homes.values()) | frozenset(leads))
    return SeatRecords(homes, load_scope(session, scope, today))
