"""The numbered rules about clearances and citizenship, and time away counted day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain import access_rules as rules
from exchange.domain.away_time import continuous, days_within, most_in_any_window
from exchange.domain.clearances import Answer, Meets
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period, add_months
from exchange.domain.policies import Severity
from exchange.domain.recognitions import RecognitionStatus

STAY = Period(date(2026, 9, 1), date(2027, 2, 26))


def test_rule_16_a_review_during_the_stay_or_so_soon_after_that_it_begins_in_it() -> None:
    def warned(until: date) -> bool:
        return bool(rules.review_not_inside(Meets(Answer.MEETS, until), STAY, lead_days=95))

    assert warned(STAY.start + timedelta(days=30))
    assert warned(STAY.end + timedelta(days=95))
    assert not warned(STAY.end + timedelta(days=96))
    assert not rules.review_not_inside(Meets(Answer.MEETS), STAY, 95)
    assert not rules.review_not_inside(Meets(Answer.UNKNOWN), STAY, 95)


def test_rule_18_an_appraisal_needs_an_owner() -> None:
    assert rules.appraisal_has_owner(date(2026, 12, 1), STAY, owner_named=False)[0].rule == 18
    assert not rules.appraisal_has_owner(date(2026, 12, 1), STAY, owner_named=True)
    assert not rules.appraisal_has_owner(date(2027, 12, 1), STAY, owner_named=False)
    assert not rules.appraisal_has_owner(None, STAY, owner_named=False)


def test_rule_13_what_the_host_opens(eligible: EligibilityFacts) -> None:
    assert rules.recognised_on_every_day(eligible) == ()
    elsewhere = replace(eligible.stay.recognitions[0], host_country="CA")
    withdrawn = replace(eligible.stay.recognitions[0], status=RecognitionStatus.WITHDRAWN)
    for decisions in ((), (elsewhere,), (withdrawn,)):
        facts = replace(eligible, stay=replace(eligible.stay, recognitions=decisions))
        assert [(b.rule, b.severity) for b in rules.recognised_on_every_day(facts)] == [(13, Severity.BLOCK)]


def test_rule_15_two_requests_may_follow_each_other(eligible: EligibilityFacts) -> None:
    first, second = Period(STAY.start, date(2026, 12, 31)), Period(date(2027, 1, 1), STAY.end)
    assert rules.visit_covers(replace(eligible, stay=replace(eligible.stay, visits=(first, second)))) == ()
    assert rules.visit_covers(replace(eligible, stay=replace(eligible.stay, visits=(second,))))[0].rule == 15


def test_rule_19_a_changed_citizenship_counts_at_once(eligible: EligibilityFacts) -> None:
    assert rules.citizenship_allowed(eligible) == ()
    changed = replace(eligible, candidate=replace(eligible.candidate, citizenships=frozenset({"IE"})))
    assert rules.citizenship_allowed(changed)[0].rule == 19


def test_rule_30_only_work_on_site_asks_for_the_site(eligible: EligibilityFacts) -> None:
    lower = replace(eligible, offer=replace(eligible.offer, site_rank=1))
    assert rules.site_fits_work(lower)[0].rule == 30
    assert rules.site_fits_work(replace(lower, stay=replace(lower.stay, city=""))) == ()


def test_gaps_shorter_than_sixty_days_join_stays() -> None:
    first = Period(date(2024, 1, 1), date(2024, 6, 30))
    second = Period(date(2024, 8, 1), date(2024, 12, 31))
    assert continuous(Period(date(2025, 1, 15), date(2025, 2, 1)), [first, second], 60).start == first.start
    assert continuous(Period(date(2025, 3, 15), date(2025, 4, 1)), [first, second], 60).start == date(2025, 3, 15)


def test_the_gap_itself_has_fewer_than_sixty_days() -> None:
    before = Period(date(2026, 1, 1), date(2026, 1, 31))
    after_59_days = Period(date(2026, 4, 1), date(2026, 4, 30))
    after_60_days = Period(date(2026, 4, 2), date(2026, 4, 30))
    assert continuous(after_59_days, [before], 60).start == before.start
    assert continuous(after_60_days, [before], 60).start == after_60_days.start


DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(st.lists(st.builds(lambda a, b: Period(min(a, b), max(a, b)), DAYS, DAYS), min_size=1, max_size=3))
def test_the_densest_window_is_found(periods: list[Period]) -> None:
    days = sorted({day for period in periods for day in period})
    by_hand = max(
        sum(1 for day in days if add_months(last, -12) < day <= last) for last in {period.end for period in periods}
    )
    assert most_in_any_window(periods, 12) == by_hand
    assert days_within(periods, Period(days[0], days[-1])) == len(days)
