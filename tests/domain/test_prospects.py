"""Where a planned stay is possible: the runs of starts found together are those that asking about each one finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.allocations import Commitment
from exchange.domain.clearances import Clearance, ClearanceStatus, Need
from exchange.domain.eligibility import Reader
from exchange.domain.eligibility_facts import (
    CandidateFacts,
    EligibilityFacts,
    Employment,
    OfferFacts,
    Permission,
    StayFacts,
)
from exchange.domain.periods import OPEN_END, Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.prospects import TOO_SOON, Spell, hindrance, possible, spells
from exchange.domain.round_settings import Weeks

TODAY = date(2026, 11, 2)
WEEKS = Weeks(date(2027, 1, 4), 14)
DAYS = st.integers(-60, 200).map(lambda days: WEEKS.first + timedelta(days=days))
STATUSES = st.sampled_from((ClearanceStatus.ACTIVE, ClearanceStatus.ACTIVE, *ClearanceStatus))
SHARES = st.sampled_from((Decimal("0.5"), Decimal(1)))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    return Period(first, first + timedelta(days=draw(st.integers(0, 200))))


@st.composite
def clearances(draw: st.DrawFn) -> tuple[Clearance, ...]:
    found: list[Clearance] = []
    for ident in range(1, draw(st.integers(0, 3)) + 1):
        found.append(
            Clearance(
                ident,
                draw(st.sampled_from(("UKSV:SC", "UKSV:CTC", "US:SECRET"))),
                draw(STATUSES),
                draw(DAYS) - timedelta(days=200),
                review_due_on=draw(st.none() | DAYS),
                expires_on=draw(st.none() | DAYS),
                confirmed_on=draw(st.sampled_from((TODAY, TODAY, TODAY - timedelta(days=100)))),
                supersedes=draw(st.sampled_from((None, found[-1].id if found else None))),
            )
        )
    return tuple(found)


@st.composite
def facts(draw: st.DrawFn) -> EligibilityFacts:
    employed = draw(st.sampled_from((Period(date(2020, 1, 1)), Period(date(2020, 1, 1), draw(DAYS)))))
    probation = draw(st.none() | DAYS)
    commitments = tuple(
        Commitment(f"work {n}", draw(periods()), draw(SHARES), draw(st.sampled_from(("", "Lyon"))))
        for n in range(draw(st.integers(0, 2)))
    )
    permissions = tuple(
        Permission(draw(st.sampled_from(("GB", "FR"))), "inward_secondment", draw(periods()))
        for _ in range(draw(st.integers(0, 1)))
    )
    return EligibilityFacts(
        CandidateFacts(
            7,
            (Employment(1, employed, draw(SHARES), probation),),
            citizenships=frozenset({"US"}),
            clearances=draw(clearances()),
            permissions=permissions,
            commitments=commitments,
        ),
        OfferFacts(2, "GB", Need("GB", draw(st.sampled_from((0, 2, 3))))),
        StayFacts(Period(WEEKS.first), 1, "US", city=draw(st.sampled_from(("", "London")))),
        SEED_BOOK,
        TODAY,
    )


def on(one: EligibilityFacts, start: int, weeks: int) -> EligibilityFacts:
    return replace(one, stay=replace(one.stay, period=WEEKS.stay(start, weeks)))


@settings(max_examples=150, deadline=None)
@given(facts())
def test_asking_about_runs_of_starts_is_asking_about_each(one: EligibilityFacts) -> None:
    found = spells(one, WEEKS)
    for start in range(WEEKS.count):
        lasting = [length for length in range(1, WEEKS.count - start + 1) if possible(on(one, start, length))]
        assert lasting == list(range(1, len(lasting) + 1)), "a longer stay is possible where a shorter one is not"
        end = next((spell.end for spell in found if spell.first <= start < spell.after), start)
        assert end == start + len(lasting), (start, found)


def test_what_rules_a_stay_out_is_said_as_the_reader_may_know_it() -> None:
    free = EligibilityFacts(
        CandidateFacts(7, (Employment(1, Period(date(2020, 1, 1))),)),
        OfferFacts(2, "GB", Need("GB", 0)),
        StayFacts(WEEKS.stay(8, 4), 1, "US", city="London"),
        SEED_BOOK,
        TODAY,
    )
    assert hindrance(free, Reader.OTHER) == ""
    assert spells(free, WEEKS) == (Spell(4, 14, 14),)  # sponsorship and permission take ninety days
    assert hindrance(on(free, 0, 4), Reader.OTHER) == TOO_SOON
    leaving = replace(free, candidate=CandidateFacts(7, (Employment(1, Period(date(2020, 1, 1), date(2027, 3, 5))),)))
    assert hindrance(leaving, Reader.OTHER) == "Not available for this role."
    assert "does not cover 6 March 2027" in hindrance(leaving, Reader.COORDINATOR)
    assert spells(leaving, WEEKS) == (Spell(4, 9, 9),)
    assert leaving.candidate.employments is not None
    assert leaving.candidate.employments[0].period.end < OPEN_END
