"""The access strip: every day of a stay in every lane, once, and the gaps named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.access_strip import Cover, Gap, Lane, LaneDays, Run, lanes_of, strip
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period
from exchange.domain.recognitions import RecognitionStatus

STAY = Period(date(2026, 9, 1), date(2026, 9, 30))
OUT = LaneDays(needed=False)
NOTHING_NEEDED = dict.fromkeys(Lane, OUT)
DAYS = st.dates(STAY.start - timedelta(days=5), STAY.end + timedelta(days=5))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    return Period(*sorted((draw(DAYS), draw(DAYS))))


@given(st.lists(periods(), max_size=4), st.lists(periods(), max_size=4))
def test_every_day_stands_in_a_lane_exactly_once(covered: list[Period], unknown: list[Period]) -> None:
    runs = strip(STAY, {Lane.VISIT: LaneDays(tuple(covered), tuple(unknown))}).lanes[Lane.VISIT]
    assert [day for run in runs for day in run.period] == list(STAY)
    for run in runs:
        for day in run.period:
            if any(day in one for one in covered):
                assert run.cover is Cover.COVERED
            else:
                assert run.cover is (Cover.UNKNOWN if any(day in one for one in unknown) else Cover.GAP)


def test_a_gap_names_its_lane_and_days() -> None:
    half = LaneDays((Period(STAY.start, date(2026, 9, 20)),))
    found = strip(STAY, NOTHING_NEEDED | {Lane.PERMISSION: half})
    assert found.gaps == (Gap(Lane.PERMISSION, Period(date(2026, 9, 21), STAY.end), Cover.GAP),)
    assert found.open_days == (Period(STAY.start, date(2026, 9, 20)),)
    assert not found.whole
    assert not found.covers(Lane.PERMISSION)
    assert found.covers(Lane.VISIT, Lane.CLEARANCE)


def test_what_is_not_needed_is_said_to_be_so() -> None:
    found = strip(STAY, NOTHING_NEEDED)
    assert found.whole
    assert found.lanes[Lane.CLEARANCE] == (Run(STAY, Cover.NOT_NEEDED),)


def test_what_was_not_looked_up_covers_nothing() -> None:
    assert {gap.lane for gap in strip(STAY, {}).gaps} == set(Lane)


def test_the_strip_of_a_stay_in_order(eligible: EligibilityFacts) -> None:
    assert strip(eligible.period, lanes_of(eligible, eligible.period)).whole


def test_a_clearance_that_lapses_in_the_middle_opens_two_gaps(eligible: EligibilityFacts) -> None:
    ending = replace(eligible.candidate.clearances[0], expires_on=date(2026, 12, 31))
    facts = replace(eligible, candidate=replace(eligible.candidate, clearances=(ending,)))
    found = strip(facts.period, lanes_of(facts, facts.period))
    assert found.gaps == (Gap(Lane.CLEARANCE, Period(date(2027, 1, 1), facts.period.end), Cover.GAP),)


def test_an_undecided_recognition_is_unknown_in_two_lanes(eligible: EligibilityFacts) -> None:
    pending = replace(eligible.stay.recognitions[0], status=RecognitionStatus.PENDING)
    facts = replace(eligible, stay=replace(eligible.stay, recognitions=(pending,)))
    gaps = strip(facts.period, lanes_of(facts, facts.period)).gaps
    assert {(gap.lane, gap.cover) for gap in gaps} == {
        (Lane.CLEARANCE, Cover.UNKNOWN),
        (Lane.RECOGNITION, Cover.UNKNOWN),
    }


def test_without_an_agreement_no_day_is_open(eligible: EligibilityFacts) -> None:
    found = strip(eligible.period, lanes_of(eligible, None))
    assert found.open_days == ()
    assert found.covers(Lane.RECOGNITION, Lane.VISIT, Lane.PERMISSION)


def test_unrecorded_employment_is_unknown(eligible: EligibilityFacts) -> None:
    facts = replace(eligible, candidate=replace(eligible.candidate, employments=None))
    gaps = strip(facts.period, lanes_of(facts, facts.period)).gaps
    assert [(gap.lane, gap.cover) for gap in gaps] == [(Lane.EMPLOYMENT, Cover.UNKNOWN)]


def test_remote_unclassified_work_needs_only_employment_and_agreement(eligible: EligibilityFacts) -> None:
    facts = replace(
        eligible,
        offer=replace(eligible.offer, need=replace(eligible.offer.need, rank=0)),
        stay=replace(eligible.stay, city="", recognitions=(), visits=()),
        candidate=replace(eligible.candidate, clearances=(), permissions=()),
    )
    found = strip(facts.period, lanes_of(facts, facts.period))
    assert found.whole
    needed = {lane for lane, runs in found.lanes.items() if runs[0].cover is not Cover.NOT_NEEDED}
    assert needed == {Lane.EMPLOYMENT, Lane.AGREEMENT}
