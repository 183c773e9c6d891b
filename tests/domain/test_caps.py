"""The latest possible end with the cap that binds, and the earliest feasible start with its critical path."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.caps import Cap, Chain, Step, caps_of, chains_of, earliest_start, latest_end, next_j1
from exchange.domain.eligibility_facts import EligibilityFacts, Employment, PastStay, Permission
from exchange.domain.periods import Period
from exchange.domain.recognitions import Instrument

TODAY = date(2026, 6, 1)


def test_the_binding_cap_is_named_with_its_source(eligible: EligibilityFacts) -> None:
    start = date(2026, 3, 15)
    facts = replace(
        eligible,
        offer=replace(eligible.offer, host_country="GB", window=None),
        stay=replace(
            eligible.stay, home_country="US", legal_basis="gae_research", period=Period(start, date(2027, 3, 14))
        ),
        candidate=replace(eligible.candidate, permissions=()),
    )
    found = latest_end(caps_of(facts))
    assert str(found) == (
        "Latest possible end 14 March 2028, "
        "bound by UK Government Authorised Exchange, research or training, 24 months."
    )
    assert found.binding is not None
    assert found.binding.source_url.startswith("https://")
    assert [cap.name for cap in found.considered][1:] == ["the longest stay of 1826 days"]


def test_every_record_with_an_end_is_considered(eligible: EligibilityFacts) -> None:
    limited = replace(eligible.stay.recognitions[0], instrument=Instrument.LIMITED_ACCESS)
    facts = replace(
        eligible,
        candidate=replace(
            eligible.candidate, employments=(Employment(1, Period(date(2020, 1, 1), date(2027, 5, 31))),)
        ),
        stay=replace(eligible.stay, recognitions=(limited,)),
        offer=replace(eligible.offer, max_days=400),
    )
    found = latest_end(caps_of(facts))
    assert {cap.name: cap.last_day for cap in found.considered} == {
        "the programme of the limited access authorisation": date(2027, 2, 26),
        "the employment at the home institute": date(2027, 5, 31),
        "the permission to stay and work": date(2027, 8, 1),
        "the longest stay of the opening": date(2027, 10, 5),
        "the opening": date(2027, 12, 31),
        "US J-1 research scholar, 60 months": date(2031, 8, 31),
        "the longest stay of 1826 days": date(2031, 8, 31),
    }
    assert found.binding is found.considered[0]


def test_an_advisory_cap_is_shown_and_does_not_bind(eligible: EligibilityFacts) -> None:
    facts = replace(
        eligible,
        offer=replace(eligible.offer, host_country="GB", window=None),
        stay=replace(eligible.stay, legal_basis="uk_loan"),
        candidate=replace(eligible.candidate, permissions=()),
    )
    found = latest_end(caps_of(facts))
    assert found.considered[0].advisory
    assert found.binding is not None
    assert found.binding.name == "the longest stay of 1826 days"


def test_time_away_counts_from_where_it_began(eligible: EligibilityFacts) -> None:
    earlier = PastStay("US", "ipa", Period(date(2024, 9, 1), date(2026, 7, 31)))
    facts = replace(
        eligible,
        candidate=replace(eligible.candidate, past=(earlier,), permissions=()),
        stay=replace(eligible.stay, legal_basis="ipa"),
        offer=replace(eligible.offer, window=None),
    )
    binding = latest_end(caps_of(facts)).binding
    assert binding is not None
    assert binding.last_day == date(2028, 8, 31)
    assert "since 1 September 2024" in binding.name


def test_nothing_limits() -> None:
    assert str(latest_end([])) == "Nothing limits the end of the stay."


def test_the_next_j1(eligible: EligibilityFacts) -> None:
    assert next_j1(eligible) == date(2029, 2, 26)
    other = replace(eligible, candidate=replace(eligible.candidate, permissions=()))
    assert next_j1(replace(other, stay=replace(other.stay, legal_basis="other"))) is None


def unprepared(eligible: EligibilityFacts) -> EligibilityFacts:
    return replace(
        eligible,
        candidate=replace(eligible.candidate, clearances=(), permissions=()),
        stay=replace(eligible.stay, recognitions=(), visits=()),
    )


def test_the_earliest_start_is_the_longest_of_parallel_chains(eligible: EligibilityFacts) -> None:
    found = earliest_start(chains_of(unprepared(eligible)), TODAY)
    assert {chain.name: day for chain, day in found.chains} == {
        "agreement": date(2026, 7, 27),  # 14 and 42 days
        "vetting": date(2026, 6, 26),  # 25 days for SECRET in the United Kingdom
        "visit": date(2026, 7, 21),  # 20 and 30 days
        "permission": date(2026, 8, 30),  # 30 and 60 days
    }
    assert str(found) == (
        "Earliest feasible start 30 August 2026, bound by permission: sponsorship (30 days), then permission (60 days)."
    )


def test_what_if_the_work_began_at_a_lower_rank(eligible: EligibilityFacts) -> None:
    names = {chain.name for chain in chains_of(unprepared(eligible), rank=0)}
    assert names == {"agreement", "permission"}


def test_what_the_records_cover_is_done(eligible: EligibilityFacts) -> None:
    found = earliest_start(chains_of(eligible), TODAY)
    assert found.critical is not None
    assert found.critical.name == "agreement"
    over = earliest_start(chains_of(eligible, done=frozenset({"eligibility", "agreement"})), TODAY)
    assert str(over) == "Could start on 1 June 2026: nothing is left to wait for."


def test_a_citizen_needs_no_permission(eligible: EligibilityFacts) -> None:
    dual = replace(eligible, candidate=replace(eligible.candidate, citizenships=frozenset({"US"}), permissions=()))
    assert "permission" not in {chain.name for chain in chains_of(dual)}


def test_a_step_under_way_counts_from_its_beginning_and_an_overdue_one_from_today() -> None:
    under_way = Chain("visit", (Step("visit", 30, begun_on=date(2026, 5, 20)),))
    assert under_way.ready_on(TODAY) == date(2026, 6, 19)
    overdue = Chain("visit", (Step("visit", 30, begun_on=date(2026, 1, 1)), Step("badge", 5)))
    assert overdue.ready_on(TODAY) == date(2026, 6, 6)


@given(st.lists(st.dates(), min_size=1, max_size=6))
def test_the_binding_cap_is_the_least(days: list[date]) -> None:
    found = latest_end([Cap(f"cap {number}", day) for number, day in enumerate(days)])
    assert found.binding is not None
    assert found.binding.last_day == min(days)
    assert len(found.considered) == len(days)


def test_a_permission_of_another_country_caps_nothing(eligible: EligibilityFacts) -> None:
    elsewhere = Permission("FR", "other", Period(date(2026, 1, 1), date(2026, 12, 31)))
    facts = replace(eligible, candidate=replace(eligible.candidate, permissions=(elsewhere,)))
    assert "the permission to stay and work" not in {cap.name for cap in caps_of(facts)}
