"""The numbered rules about dates, length, employment, routes and fairness of a stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.domain import stay_rules as rules
from exchange.domain.allocations import Commitment
from exchange.domain.caps import caps_of
from exchange.domain.eligibility_facts import (
    CandidateFacts,
    EligibilityFacts,
    Employment,
    PastStay,
    Permission,
    StayFacts,
)
from exchange.domain.periods import Period, add_months, last_day_of
from exchange.domain.policies import Severity
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.stay_rules import Breaches

BLOCK, WARN, INFO = Severity.BLOCK, Severity.WARN, Severity.INFO


def candidate(facts: EligibilityFacts, **changes: object) -> EligibilityFacts:
    changed: CandidateFacts = replace(facts.candidate, **changes)  # type: ignore[arg-type]
    return replace(facts, candidate=changed)


def stay(facts: EligibilityFacts, **changes: object) -> EligibilityFacts:
    changed: StayFacts = replace(facts.stay, **changes)  # type: ignore[arg-type]
    return replace(facts, stay=changed)


def only(breaches: Breaches, rule: int, severity: Severity) -> str:
    """The sentence of the one breach there must be."""
    assert [(breach.rule, breach.severity) for breach in breaches] == [(rule, severity)]
    return breaches[0].sentence


def test_rule_1_home_is_not_host(eligible: EligibilityFacts) -> None:
    assert rules.home_is_not_host(eligible) == ()
    assert "same institute" in only(rules.home_is_not_host(stay(eligible, home_id=2)), 1, BLOCK)
    assert "same country" in only(rules.home_is_not_host(stay(eligible, home_country="US")), 1, WARN)


def test_rule_2_length(eligible: EligibilityFacts) -> None:
    start = eligible.period.start

    def of_days(days: int) -> Breaches:
        return rules.length_of_stay(stay(eligible, period=Period(start, start + timedelta(days=days - 1))))

    assert of_days(14) == ()
    assert "visit" in only(of_days(13), 2, WARN)
    assert of_days(1826) == ()
    assert "1826" in only(of_days(1827), 2, BLOCK)


def test_rule_3_two_halves_and_a_tenth_are_too_much(eligible: EligibilityFacts) -> None:
    halves = candidate(
        stay(eligible, host_fte=Decimal("0.5")),
        commitments=(Commitment("workstream", eligible.period, Decimal("0.5")),),
    )
    assert "spoken for" in only(rules.working_time(halves), 3, WARN)
    tenth = Commitment("another", Period(eligible.period.end, eligible.period.end), Decimal("0.1"))
    over = candidate(halves, commitments=(*halves.candidate.commitments, tenth))
    assert "110% of full time" in only(rules.working_time(over), 3, BLOCK)


def test_rule_3_other_days_do_not_count(eligible: EligibilityFacts) -> None:
    before = Commitment("earlier", Period(date(2026, 1, 1), eligible.period.start - timedelta(days=1)), Decimal(1))
    assert rules.working_time(candidate(eligible, commitments=(before,))) == ()


def test_rule_3_the_employment_is_the_limit(eligible: EligibilityFacts) -> None:
    part_time = candidate(eligible, employments=(Employment(1, Period(date(2020, 1, 1)), Decimal("0.8")),))
    assert "employment is for 80%" in only(rules.working_time(part_time), 3, BLOCK)
    assert rules.working_time(stay(part_time, host_fte=Decimal("0.6"), home_fte=Decimal("0.2"))) == ()


def test_rule_4_one_shared_boundary_day_in_another_city(eligible: EligibilityFacts) -> None:
    until_start = Period(date(2026, 3, 1), eligible.period.start)
    there = Commitment("Tokyo secondment", until_start, Decimal(0), "Tokyo")
    assert "Tokyo" in only(rules.one_city_at_a_time(candidate(eligible, commitments=(there,))), 4, BLOCK)
    same = replace(there, city="Gaithersburg")
    remote = replace(there, city="")
    earlier = replace(there, period=Period(date(2026, 3, 1), eligible.period.start - timedelta(days=1)))
    assert rules.one_city_at_a_time(candidate(eligible, commitments=(same, remote, earlier))) == ()
    assert rules.one_city_at_a_time(stay(candidate(eligible, commitments=(there,)), city="")) == ()


def test_rule_5_employment_covers_the_stay(eligible: EligibilityFacts) -> None:
    def until(end: date) -> Breaches:
        return rules.employed_throughout(
            candidate(eligible, employments=(Employment(1, Period(date(2020, 1, 1), end)),))
        )

    end = eligible.period.end
    assert until(end + timedelta(days=90)) == ()
    assert "less than 90 days" in only(until(end + timedelta(days=89)), 5, WARN)
    assert "26 February 2027 to 26 February 2027" in only(until(end - timedelta(days=1)), 5, BLOCK)


def test_rule_5_a_change_of_employer_during_nomination_fails(eligible: EligibilityFacts) -> None:
    moved = candidate(eligible, employments=(Employment(3, Period(date(2026, 6, 1))),))
    assert only(rules.employed_throughout(moved), 5, BLOCK)


def test_rule_6_probation(eligible: EligibilityFacts) -> None:
    def probation(until: date) -> Breaches:
        job = Employment(1, Period(date(2026, 3, 1)), probation_ends_on=until)
        return rules.probation_finished(candidate(eligible, employments=(job,)))

    assert probation(eligible.period.start - timedelta(days=1)) == ()
    assert "start after it" in only(probation(eligible.period.start), 6, BLOCK)


def ipa(eligible: EligibilityFacts, *past: Period) -> EligibilityFacts:
    earlier = tuple(PastStay("US", "ipa", period) for period in past)
    return stay(candidate(eligible, past=earlier), legal_basis="ipa")


def test_rule_7_a_short_gap_is_no_break(eligible: EligibilityFacts) -> None:
    start = eligible.period.start
    four_years = Period(add_months(start, -47), start - timedelta(days=31))
    assert "without a break" in only(rules.time_away(ipa(eligible, four_years)), 7, BLOCK)
    with_a_break = Period(add_months(start, -47), start - timedelta(days=61))
    assert rules.time_away(ipa(eligible, with_a_break)) == ()


def test_rule_7_twelve_months_at_home_after_four_years(eligible: EligibilityFacts) -> None:
    start = eligible.period.start
    ended = add_months(start, -6)
    full = Period(add_months(ended, -48), ended)
    assert "months at home" in only(rules.time_away(ipa(eligible, full)), 7, BLOCK)


def test_rule_7_six_years_in_a_career(eligible: EligibilityFacts) -> None:
    spells = [Period(date(year, 1, 1), date(year + 2, 12, 31)) for year in (2008, 2016)]
    assert "career" in only(rules.time_away(ipa(eligible, *spells)), 7, BLOCK)
    assert rules.time_away(ipa(eligible, spells[0])) == ()
    assert rules.time_away(stay(ipa(eligible, *spells), legal_basis="j1_research_scholar")) == ()


@pytest.mark.parametrize(
    ("route", "country", "months"),
    [("gae_research", "GB", 24), ("gae_work_experience", "GB", 12), ("international_agreement", "GB", 24),
     ("j1_research_scholar", "US", 60), ("nist_associate", "US", 36), ("uk_inward_secondment", "GB", 24),
     ("other", "US", 24)],
)  # fmt: skip
def test_rule_8_each_route_has_its_longest_stay(
    eligible: EligibilityFacts, route: str, country: str, months: int
) -> None:
    start = eligible.period.start
    last = last_day_of(start, months)
    facts = stay(candidate(eligible, permissions=()), legal_basis=route)
    facts = replace(facts, offer=replace(facts.offer, host_country=country))
    assert rules.within_caps(stay(facts, period=Period(start, last))) == ()
    beyond = rules.within_caps(stay(facts, period=Period(start, last + timedelta(days=1))))
    assert f"{months} months" in only(beyond, 8, BLOCK)


def test_rule_8_a_loan_between_departments_only_warns(eligible: EligibilityFacts) -> None:
    start = eligible.period.start
    long = stay(candidate(eligible, permissions=()), legal_basis="uk_loan", period=Period(start, add_months(start, 25)))
    only(rules.within_caps(replace(long, offer=replace(long.offer, host_country="GB"))), 8, WARN)


def test_rule_8_the_permission_caps_too_whatever_the_basis(eligible: EligibilityFacts) -> None:
    start = eligible.period.start
    period = Period(start, add_months(start, 18))
    work = Permission("GB", "gae_work_experience", period)
    facts = stay(candidate(eligible, permissions=(work,)), legal_basis="uk_inward_secondment", period=period)
    facts = replace(facts, offer=replace(facts.offer, host_country="GB"))
    assert "work experience" in only(rules.within_caps(facts), 8, BLOCK)


def test_rule_8_a_route_without_a_row_has_no_cap(eligible: EligibilityFacts) -> None:
    official = Permission("US", "a2_official_duty", eligible.period)
    facts = stay(candidate(eligible, permissions=(official,)), legal_basis="a2_official_duty")
    assert rules.within_caps(facts) == ()
    assert not any("a2" in cap.name for cap in caps_of(facts))


def test_rule_9_twenty_four_months_after_a_j1(eligible: EligibilityFacts) -> None:
    ended = add_months(eligible.period.start, -24)
    scholar = PastStay("US", "j1_research_scholar", Period(add_months(ended, -3), ended))
    assert rules.j1_bars(candidate(eligible, past=(scholar,))) == ()
    later = replace(scholar, period=Period(scholar.period.start, ended + timedelta(days=1)))
    assert "2 September 2026" in only(rules.j1_bars(candidate(eligible, past=(later,))), 9, BLOCK)


def test_rule_9_more_than_six_months_of_j_in_the_year_before(eligible: EligibilityFacts) -> None:
    begun = date(2025, 10, 1)
    exactly = PastStay("US", "j1_student", Period(begun, last_day_of(begun, 6)))
    assert rules.j1_bars(candidate(eligible, past=(exactly,))) == ()
    longer = replace(exactly, period=Period(begun, last_day_of(begun, 6) + timedelta(days=1)))
    assert "6 months in J" in only(rules.j1_bars(candidate(eligible, past=(longer,))), 9, BLOCK)
    assert rules.j1_bars(stay(candidate(eligible, past=(longer,), permissions=()), legal_basis="other")) == ()


def test_rule_10_two_years_at_home(eligible: EligibilityFacts) -> None:
    assert rules.two_year_home_stay(eligible) == ()
    only(rules.two_year_home_stay(stay(eligible, government_paid=True)), 10, WARN)


def test_rule_11_permission(eligible: EligibilityFacts) -> None:
    def until(end: date) -> Breaches:
        held = Permission("US", "j1_research_scholar", Period(eligible.period.start, end))
        return rules.permission_covers(candidate(eligible, permissions=(held,)))

    end = eligible.period.end
    assert until(end + timedelta(days=30)) == ()
    only(until(end + timedelta(days=29)), 11, WARN)
    only(until(end - timedelta(days=1)), 11, BLOCK)


def test_rule_12_passport(eligible: EligibilityFacts) -> None:
    six_months = add_months(eligible.period.end, 6)
    assert rules.passport_lasts(candidate(eligible, passport_until=six_months)) == ()
    only(rules.passport_lasts(candidate(eligible, passport_until=six_months - timedelta(days=1))), 12, WARN)
    assert rules.passport_lasts(candidate(eligible, passport_until=None)) == ()


def test_rule_21_days_of_presence(eligible: EligibilityFacts) -> None:
    start = eligible.period.start
    days_183 = stay(eligible, period=Period(start, start + timedelta(days=182)))
    assert rules.taxable_presence(days_183) == ()
    visit = PastStay("US", "other", Period(date(2026, 5, 4), date(2026, 5, 4)))
    assert "184 days" in only(rules.taxable_presence(candidate(days_183, past=(visit,))), 21, WARN)
    assert only(rules.taxable_presence(stay(candidate(days_183, past=(visit,)), government_paid=True)), 21, INFO)
    assert rules.taxable_presence(stay(candidate(days_183, past=(visit,)), home_country="US")) == ()


def test_rule_22_certificate_of_coverage(eligible: EligibilityFacts) -> None:
    missing = stay(eligible, coverage_certificate=False)
    assert rules.social_security(missing) == ()
    thirty_before = eligible.period.start - timedelta(days=30)
    only(rules.social_security(replace(missing, today=thirty_before)), 22, WARN)
    start = eligible.period.start
    assert rules.social_security(stay(eligible, period=Period(start, last_day_of(start, 60)))) == ()
    only(rules.social_security(stay(eligible, period=Period(start, add_months(start, 60)))), 22, BLOCK)


def test_rule_23_declaration(eligible: EligibilityFacts) -> None:
    assert rules.declaration_fresh(candidate(eligible, declared_on=date(2025, 9, 1))) == ()
    only(rules.declaration_fresh(candidate(eligible, declared_on=date(2025, 8, 31))), 23, BLOCK)


@pytest.mark.parametrize(
    ("days_left", "expected"), [(90, None), (89, WARN), (30, WARN), (29, BLOCK), (0, BLOCK), (-1, BLOCK)]
)
def test_rule_27_extensions_are_asked_for_in_time(days_left: int, expected: Severity | None) -> None:
    end = date(2027, 2, 26)
    breaches = rules.extension_in_time(end, end - timedelta(days=days_left), SEED_BOOK)
    assert [breach.severity for breach in breaches] == ([expected] if expected else [])


def test_rule_27_after_the_end_there_is_no_extension() -> None:
    end = date(2027, 2, 26)
    assert "nominate the person anew" in rules.extension_in_time(end, end + timedelta(days=1), SEED_BOOK)[0].sentence


def test_rule_28_a_fair_chance_for_others(eligible: EligibilityFacts) -> None:
    earlier = [PastStay("FR", "other", Period(date(year, 1, 1), date(year, 3, 1))) for year in (2022, 2024)]
    assert rules.fair_chance(candidate(eligible, past=(earlier[0],))) == ()
    assert "number 3 in 5 years" in only(rules.fair_chance(candidate(eligible, past=tuple(earlier))), 28, WARN)


def test_rule_29_the_post_to_return_to() -> None:
    end = date(2027, 2, 26)
    assert rules.return_post_decided(end, end - timedelta(days=61), decided=False, book=SEED_BOOK) == ()
    only(rules.return_post_decided(end, end - timedelta(days=60), decided=False, book=SEED_BOOK), 29, WARN)
    assert rules.return_post_decided(end, end, decided=True, book=SEED_BOOK) == ()


def test_rule_31_short_visits_without_agreement() -> None:
    short = Period(date(2026, 9, 1), date(2026, 9, 29))
    assert rules.short_visit_without_agreement(short, 0, recharged=False, book=SEED_BOOK) == ()
    for period, rank, recharged in (
        (short, 1, False),
        (short, 0, True),
        (Period(date(2026, 9, 1), date(2026, 9, 30)), 0, False),
    ):
        only(rules.short_visit_without_agreement(period, rank, recharged, SEED_BOOK), 31, BLOCK)


def test_rule_32_days_off_at_the_hosts_site() -> None:
    holiday = date(2026, 9, 7)
    assert rules.boundary_days(Period(date(2026, 9, 1), date(2026, 9, 4)), frozenset({holiday})) == ()
    found = rules.boundary_days(Period(holiday, date(2026, 9, 12)), frozenset({holiday}))
    assert [breach.sentence for breach in found] == [
        "The first day, 7 September 2026, is a holiday at the host's site.",
        "The last day, 12 September 2026, is a Saturday at the host's site.",
    ]
