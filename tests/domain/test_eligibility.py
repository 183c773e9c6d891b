"""Eligibility: unknown is never pass, checks block where they must, and nobody reads more than they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.allocations import Commitment
from exchange.domain.clearances import ClearanceStatus, Need
from exchange.domain.eligibility import (
    FORWARD,
    HIDDEN,
    MENDED_LATER,
    NEEDED_AT,
    SECURITY_CHECKS,
    SOURCES,
    TITLES,
    Check,
    Finding,
    Reader,
    Report,
    Result,
    Waiver,
    may_waive,
    reader_of,
    with_waivers,
)
from exchange.domain.eligibility_checks import report
from exchange.domain.eligibility_facts import CandidateFacts, EligibilityFacts, MustSkill, OfferFacts, StayFacts
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.recognitions import RecognitionStatus
from exchange.domain.secondment_facts import Verb

PASS, FAIL, UNKNOWN = Result.PASS, Result.FAIL, Result.UNKNOWN
ALL_CHECKS = [check for check in Check if check is not Check.ACCESS]


def candidate(facts: EligibilityFacts, **changes: object) -> EligibilityFacts:
    changed: CandidateFacts = replace(facts.candidate, **changes)  # type: ignore[arg-type]
    return replace(facts, candidate=changed)


def stay(facts: EligibilityFacts, **changes: object) -> EligibilityFacts:
    changed: StayFacts = replace(facts.stay, **changes)  # type: ignore[arg-type]
    return replace(facts, stay=changed)


def offer(facts: EligibilityFacts, **changes: object) -> EligibilityFacts:
    changed: OfferFacts = replace(facts.offer, **changes)  # type: ignore[arg-type]
    return replace(facts, offer=changed)


def test_all_eighteen_answer_in_order_and_this_one_passes(eligible: EligibilityFacts) -> None:
    found = report(eligible)
    assert [finding.check for finding in found.findings] == ALL_CHECKS
    assert found.result is PASS, [f for f in found.findings if f.result is not PASS]
    assert found.blocks(Reader.SECURITY) == ()
    assert found.until == date(2027, 2, 26)


def test_every_check_has_a_title_a_source_and_a_move() -> None:
    assert set(TITLES) == set(SOURCES) == set(Check)
    assert set(NEEDED_AT) == set(ALL_CHECKS)
    assert set(NEEDED_AT.values()) <= set(FORWARD)


def test_what_is_not_recorded_is_unknown_and_never_a_pass() -> None:
    blank = EligibilityFacts(
        CandidateFacts(person_id=7),
        OfferFacts(
            2, "US", Need("US", 3, citizenships=frozenset({"US"})), overlap_hours_needed=Decimal(2), window=None
        ),
        StayFacts(Period(date(2027, 1, 4), date(2027, 6, 30)), home_id=1, home_country="GB", city="Gaithersburg"),
        SEED_BOOK,
        date(2026, 6, 1),
    )
    results = {finding.check: finding.result for finding in report(blank).findings}
    for check in (
        Check.EMPLOYMENT, Check.RELEASE, Check.CONSENT, Check.DECLARATION, Check.WORKING_TIME, Check.LEGAL_BASIS,
        Check.CITIZENSHIP, Check.CLEARANCE, Check.RECOGNITION, Check.PERMISSION, Check.EXPORT_BRIEF, Check.FUNDING,
        Check.SITE,
    ):  # fmt: skip
        assert results[check] is UNKNOWN, check
    assert report(blank).result is UNKNOWN


@pytest.mark.parametrize(
    ("check", "part", "change", "says"),
    [
        (Check.RELEASE, candidate, {"released": False}, "refused"),
        (Check.CONSENT, candidate, {"consented": False}, "does not consent"),
        (Check.DECLARATION, candidate, {"declared_on": date(2025, 1, 1)}, "renew it"),
        (Check.INSTITUTES, stay, {"home_active": False}, "home institute is not an active member"),
        (Check.INSTITUTES, offer, {"host_active": False}, "host institute is not an active member"),
        (Check.INSTITUTES, stay, {"home_id": 2}, "same institute"),
        (Check.SKILLS, offer, {"musts": (MustSkill("Virology", 3, 0),)}, "Virology (level 3 asked, none held)"),
        (Check.WINDOW, offer, {"window": Period(date(2026, 9, 2), date(2027, 9, 1))}, "move the dates"),
        (Check.WINDOW, offer, {"min_days": 200}, "asks for 200"),
        (Check.WINDOW, offer, {"max_days": 100}, "allows 100"),
        (Check.LEGAL_BASIS, stay, {"legal_basis": "gae_research"}, "for work in GB"),
        (Check.CITIZENSHIP, candidate, {"citizenships": frozenset({"IE"})}, "citizenship rule is not met"),
        (Check.CITIZENSHIP, candidate, {"citizenships": frozenset[str]()}, "citizenship rule is not met"),
        (Check.PERMISSION, stay, {"period": Period(date(2026, 9, 1), date(2027, 9, 1))}, "No permission to work"),
        (Check.EXPORT_BRIEF, stay, {"export_brief": False}, "not given"),
        (Check.FUNDING, stay, {"funded": False}, "not funded"),
        (Check.SITE, candidate, {"languages": frozenset({"fr"})}, "asked and not given: en"),
        (Check.SITE, offer, {"overlap_hours": Decimal(1)}, "share 1 working hours"),
    ],
)
def test_a_failed_check_says_why(
    eligible: EligibilityFacts, check: Check, part: object, change: dict[str, object], says: str
) -> None:
    found = report(part(eligible, **change)).of(check)  # type: ignore[operator]
    assert found.result is FAIL
    assert says in found.reason
    assert found.origin


def test_a_clearance_that_ends_during_the_stay_fails_and_says_until_when(eligible: EligibilityFacts) -> None:
    ending = replace(eligible.candidate.clearances[0], expires_on=date(2026, 12, 31))
    found = report(candidate(eligible, clearances=(ending,))).of(Check.CLEARANCE)
    assert (found.result, found.until) == (FAIL, date(2026, 12, 31))


def test_a_review_due_during_the_stay_passes_with_a_warning(eligible: EligibilityFacts) -> None:
    due = replace(eligible.candidate.clearances[0], review_due_on=date(2026, 12, 31))
    found = report(candidate(eligible, clearances=(due,))).of(Check.CLEARANCE)
    assert (found.result, found.until) == (PASS, date(2026, 12, 31))
    assert "renewal begins by 5 November 2026" in found.warnings[0]


def test_no_finding_ever_names_a_level(eligible: EligibilityFacts) -> None:
    record = eligible.candidate.clearances[0]
    for status in ClearanceStatus:
        for level in ("UKSV:SC", "UKSV:DV", "UKSV:eSC"):
            text = repr(report(candidate(eligible, clearances=(replace(record, level=level, status=status),))))
            assert "SC" not in text
            assert "DV" not in text
            assert "UKSV" not in text


def test_an_undecided_recognition_is_unknown_until_the_start_is_too_near(eligible: EligibilityFacts) -> None:
    pending = replace(eligible.stay.recognitions[0], status=RecognitionStatus.PENDING)
    waiting = stay(eligible, recognitions=(pending,))
    assert report(waiting).of(Check.RECOGNITION).result is UNKNOWN
    late = replace(waiting, today=eligible.period.start - timedelta(days=10))
    found = report(late).of(Check.RECOGNITION)
    assert found.result is FAIL
    assert "start later" in found.reason


def test_rule_13_the_decision_must_cover_every_day_and_rank(eligible: EligibilityFacts) -> None:
    decision = eligible.stay.recognitions[0]
    lower = replace(decision, rank=2)
    shorter = replace(decision, period=Period(decision.period.start, date(2027, 1, 31)))
    assert report(stay(eligible, recognitions=(lower,))).of(Check.RECOGNITION).result is FAIL
    found = report(stay(eligible, recognitions=(shorter,))).of(Check.RECOGNITION)
    assert "1 February 2027 to 26 February 2027" in found.reason


def test_rule_15_the_visit_must_cover_every_day(eligible: EligibilityFacts) -> None:
    half = Period(eligible.period.start, date(2026, 12, 31))
    found = report(stay(eligible, visits=(half,))).of(Check.RECOGNITION)
    assert "No granted visit request covers 1 January 2027" in found.reason
    assert report(stay(eligible, visits=(), visit_pending=True)).of(Check.RECOGNITION).result is UNKNOWN
    assert report(stay(eligible, visits=(), visit_needed=False)).of(Check.RECOGNITION).result is PASS


def test_rule_30_a_site_that_is_not_built_for_the_work_warns(eligible: EligibilityFacts) -> None:
    found = report(offer(eligible, site_rank=1)).of(Check.SITE)
    assert found.result is PASS
    assert "not built for" in found.warnings[0]


def test_hours_that_are_not_known_are_unknown(eligible: EligibilityFacts) -> None:
    assert report(offer(eligible, overlap_hours=None)).of(Check.SITE).result is UNKNOWN
    assert report(offer(eligible, overlap_hours=None, overlap_hours_needed=Decimal(0))).of(Check.SITE).result is PASS


def test_an_institute_that_leaves_blocks_new_terms_but_not_the_stay_under_way(eligible: EligibilityFacts) -> None:
    blocks = report(offer(eligible, host_active=False)).blocks(Reader.COORDINATOR)
    assert {block.verb for block in blocks} == {*FORWARD, Verb.AMEND}


def test_overlapping_stays_of_merged_records_are_found(eligible: EligibilityFacts) -> None:
    other = Commitment("SEC-9", Period(date(2026, 12, 1), date(2027, 6, 1)), Decimal(1), "Tokyo")
    found = report(candidate(eligible, commitments=(other,))).of(Check.WORKING_TIME)
    assert found.result is FAIL
    assert "200% of full time" in found.reason
    assert "Tokyo" in found.reason


def test_a_citizen_of_the_host_country_needs_no_permission(eligible: EligibilityFacts) -> None:
    dual = candidate(eligible, citizenships=frozenset({"GB", "US"}), permissions=())
    assert report(dual).of(Check.PERMISSION).result is PASS


def test_unclassified_remote_work_needs_no_access_at_all(eligible: EligibilityFacts) -> None:
    remote = stay(
        offer(candidate(eligible, clearances=(), permissions=()), need=Need("US", 0)),
        city="", recognitions=(), visits=(), export_brief=None,
    )  # fmt: skip
    found = report(remote)
    assert {found.of(check).result for check in (Check.CLEARANCE, *MENDED_LATER)} == {PASS}


def blocked(facts: EligibilityFacts) -> set[Verb]:
    return {block.verb for block in report(facts).blocks(Reader.SECURITY)}


def test_unknown_blocks_only_at_the_move_that_needs_to_know(eligible: EligibilityFacts) -> None:
    assert blocked(candidate(eligible, declared_on=None)) == {Verb.NOMINATE}
    assert blocked(candidate(eligible, released=None, consented=None)) == set(), "nominating names these by itself"
    assert blocked(stay(eligible, funded=None)) == {Verb.CONCLUDE}
    assert blocked(stay(eligible, export_brief=None)) == {Verb.CLEAR}


def test_a_fail_blocks_from_its_move_on_and_the_agreement_in_any_case(eligible: EligibilityFacts) -> None:
    assert blocked(candidate(eligible, released=False)) == {*FORWARD, Verb.AMEND}
    unskilled = offer(eligible, musts=(MustSkill("Virology", 3, 0),))
    assert blocked(unskilled) == {Verb.ACCEPT, Verb.PREPARE, Verb.CONCLUDE, Verb.CLEAR, Verb.AMEND}
    uncleared = candidate(eligible, clearances=(replace(eligible.candidate.clearances[0], level="UKSV:CTC"),))
    decided = stay(uncleared, recognitions=(replace(eligible.stay.recognitions[0], rank=1),))
    assert blocked(decided) >= {Verb.PREPARE, Verb.CONCLUDE, Verb.CLEAR}


def test_what_a_later_move_mends_does_not_hold_up_the_agreement(eligible: EligibilityFacts) -> None:
    assert blocked(stay(eligible, visits=())) == {Verb.CLEAR, Verb.AMEND}


def test_a_waiver_opens_until_its_day_and_no_longer(eligible: EligibilityFacts) -> None:
    failed = report(stay(eligible, funded=False))
    waiver = Waiver(Check.FUNDING, granted_by=10, reason="Bridged by the programme.", until=eligible.today)
    waived = with_waivers(failed, [waiver])
    assert waived.of(Check.FUNDING).waived_until == eligible.today
    assert waived.blocks(Reader.COORDINATOR) == ()
    assert waived.result is PASS
    expired = with_waivers(failed, [replace(waiver, until=eligible.today - timedelta(days=1))])
    assert expired.blocks(Reader.COORDINATOR) != ()
    assert replace(waived, as_of=eligible.today + timedelta(days=1)).blocks(Reader.COORDINATOR) != ()


def test_a_waiver_never_turns_unknown_into_known(eligible: EligibilityFacts) -> None:
    unknown = report(stay(eligible, funded=None))
    waiver = Waiver(Check.FUNDING, granted_by=10, reason="Surely.", until=date(2027, 1, 1))
    assert with_waivers(unknown, [waiver]).of(Check.FUNDING).waived_until is None


def actor(role: Role, institute: int, person_id: int = 50) -> Actor:
    return Actor(person_id, "Somebody", institute, frozenset({Grant(role, institute)}))


def test_who_may_waive_what() -> None:
    coordinator, officer = actor(Role.HR_COORDINATOR, 1), actor(Role.SECURITY_OFFICER, 2)
    assert may_waive(Check.FUNDING, coordinator, 1, 2, 7)
    assert not may_waive(Check.CLEARANCE, coordinator, 1, 2, 7)
    assert may_waive(Check.CLEARANCE, officer, 1, 2, 7)
    assert not may_waive(Check.CLEARANCE, actor(Role.SECURITY_OFFICER, 1), 1, 2, 7)
    assert not may_waive(Check.FUNDING, actor(Role.HR_COORDINATOR, 1, person_id=7), 1, 2, 7)


def test_through_whose_eyes() -> None:
    assert reader_of(actor(Role.SECURITY_OFFICER, 2), 7, 1, 2) is Reader.SECURITY
    assert reader_of(actor(Role.SECURITY_OFFICER, 3), 7, 1, 2) is Reader.OTHER
    assert reader_of(actor(Role.HR_COORDINATOR, 1), 7, 1, 2) is Reader.COORDINATOR
    assert reader_of(actor(Role.WORKSTREAM_LEAD, 2), 7, 1, 2) is Reader.OTHER
    assert reader_of(actor(Role.SECURITY_OFFICER, 1, person_id=7), 7, 1, 2) is Reader.PERSON


@pytest.mark.parametrize("reader", [Reader.COORDINATOR, Reader.OTHER])
def test_others_cannot_tell_which_security_check_failed(eligible: EligibilityFacts, reader: Reader) -> None:
    stateless = candidate(eligible, citizenships=frozenset({"IE"}))
    uncleared = candidate(
        eligible, clearances=(replace(eligible.candidate.clearances[0], expires_on=date(2026, 6, 2)),)
    )
    unrecognised = stay(eligible, recognitions=(replace(eligible.stay.recognitions[0], rank=1),))
    seen = {report(facts).redacted(reader).of(Check.ACCESS) for facts in (stateless, uncleared, unrecognised)}
    assert seen == {Finding(Check.ACCESS, FAIL, "Not available for this role.")}


@pytest.mark.parametrize("reader", Reader)
def test_hidden_checks_are_not_in_the_redacted_report(eligible: EligibilityFacts, reader: Reader) -> None:
    shown = {finding.check for finding in report(eligible).redacted(reader).findings}
    assert shown.isdisjoint(HIDDEN[reader])
    assert shown | HIDDEN[reader] >= set(ALL_CHECKS)


def test_a_lead_sees_until_when_and_nothing_else_of_access(eligible: EligibilityFacts) -> None:
    seen = report(eligible).redacted(Reader.OTHER)
    assert {finding.check for finding in seen.findings} == {
        Check.INSTITUTES, Check.SKILLS, Check.WINDOW, Check.WORKING_TIME, Check.SITE, Check.ACCESS,
    }  # fmt: skip
    assert seen.of(Check.ACCESS).reason == "Meets what is asked until 26 February 2027."
    unknown = candidate(eligible, clearances=())
    assert report(unknown).redacted(Reader.OTHER).of(Check.ACCESS).result is UNKNOWN


def test_blocks_speak_to_each_reader_only_of_what_they_may_know(eligible: EligibilityFacts) -> None:
    stateless = candidate(eligible, citizenships=frozenset({"IE"}))
    for reader in (Reader.COORDINATOR, Reader.OTHER):
        sentences = {block.sentence for block in report(stateless).blocks(reader)}
        assert sentences == {"Not available for this role."}
    assert any("citizenship" in block.sentence for block in report(stateless).blocks(Reader.SECURITY))


def test_security_checks_are_hidden_from_everybody_but_security_and_partly_the_person() -> None:
    assert HIDDEN[Reader.COORDINATOR] >= SECURITY_CHECKS
    assert HIDDEN[Reader.OTHER] >= SECURITY_CHECKS
    assert Check.RECOGNITION in HIDDEN[Reader.PERSON]


def test_an_empty_report_is_no_pass() -> None:
    assert Report((), date(2026, 6, 1)).result is UNKNOWN
