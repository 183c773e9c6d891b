"""One person, one seat and one stay that pass every check; tests change what they are about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import settings

from exchange.domain.clearances import Clearance, ClearanceStatus, Need
from exchange.domain.eligibility_facts import (
    CandidateFacts,
    EligibilityFacts,
    Employment,
    MustSkill,
    OfferFacts,
    Permission,
    StayFacts,
)
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.recognitions import Instrument, Recognition, RecognitionStatus

settings.register_profile("untimed", deadline=None)  # how long an example takes is no matter of right or wrong
settings.load_profile("untimed")

TODAY = date(2026, 6, 1)
STAY = Period(date(2026, 9, 1), date(2027, 2, 26))  # a Tuesday to a Friday


@pytest.fixture
def eligible() -> EligibilityFacts:
    """From London (institute 1, GB) to Gaithersburg (institute 2, US), at SECRET, as a J-1 research scholar."""
    candidate = CandidateFacts(
        person_id=7,
        employments=(Employment(1, Period(date(2020, 1, 1))),),
        released=True,
        consented=True,
        declared_on=date(2026, 5, 1),
        citizenships=frozenset({"GB"}),
        clearances=(
            Clearance(
                id=1,
                level="UKSV:SC",
                status=ClearanceStatus.ACTIVE,
                granted_on=date(2020, 1, 1),
                review_due_on=date(2030, 1, 1),
                confirmed_on=TODAY,
            ),
        ),
        permissions=(Permission("US", "j1_research_scholar", Period(date(2026, 8, 1), date(2027, 8, 1))),),
        passport_until=date(2031, 1, 1),
        languages=frozenset({"en"}),
    )
    offer = OfferFacts(
        host_id=2,
        host_country="US",
        need=Need("US", 3, citizenships=frozenset({"US", "GB"})),
        window=Period(date(2026, 7, 1), date(2027, 12, 31)),
        musts=(MustSkill("Red teaming", 3, 4),),
        site_rank=3,
        languages=frozenset({"en"}),
        overlap_hours_needed=Decimal(2),
        overlap_hours=Decimal(3),
    )
    stay = StayFacts(
        period=STAY,
        home_id=1,
        home_country="GB",
        city="Gaithersburg",
        legal_basis="j1_research_scholar",
        government_paid=False,
        recognitions=(
            Recognition(
                5, 1, "US", Instrument.NOTES_1961, 3, frozenset({"safeguards"}), STAY, RecognitionStatus.GRANTED
            ),
        ),
        visits=(STAY,),
        export_brief=True,
        coverage_certificate=True,
        funded=True,
    )
    return EligibilityFacts(candidate, offer, stay, SEED_BOOK, TODAY)
