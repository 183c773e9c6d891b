"""Two-key agreements: one hash, three parties, no self-approval, nothing edited, nothing lost."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.actors import Actor, Grant, Role
from exchange.domain.agreements import (
    AgreementContent,
    AgreementVersion,
    Approval,
    CostModel,
    Decision,
    Mode,
    compare,
    content_verdict,
    last_mutual,
    may_approve,
    may_propose,
    may_roll_back,
    standing,
)
from exchange.domain.secondment_facts import Side
from exchange.domain.verdict import Refusal

HOME, HOST, PERSON, PROPOSER = 1, 2, 7, 10
CONTENT = AgreementContent(
    secondment_id=5,
    number=1,
    person_id=PERSON,
    home_id=HOME,
    host_id=HOST,
    post="Safeguards evaluator",
    site="Gaithersburg",
    mode=Mode.IN_PERSON,
    start=date(2026, 9, 1),
    end=date(2027, 2, 26),
    host_fte=Decimal("0.8"),
    home_fte=Decimal("0.2"),
    legal_basis="j1_research_scholar",
    cost_model=CostModel.HOME_PAYS,
    home_share=Decimal(100),
    terms=(("Leave", "As at home."), ("Insurance", "Home insures.")),
)


def coordinator(person_id: int, *institutes: int) -> Actor:
    grants = frozenset(Grant(Role.HR_COORDINATOR, institute) for institute in institutes)
    return Actor(person_id, "Coordinator", institutes[0], grants)


SECONDEE = Actor(PERSON, "Secondee", HOME, frozenset({Grant(Role.RESEARCHER, HOME)}))
HOME_TWO, HOST_ONE = coordinator(11, HOME), coordinator(20, HOST)


def approvals(content: AgreementContent, *sides: Side) -> tuple[Approval, ...]:
    people = {Side.HOME: 11, Side.HOST: 20, Side.PERSON: PERSON}
    return tuple(Approval(side, people[side], Decision.APPROVE, content.hash) for side in sides)


FIRST = AgreementVersion(CONTENT, PROPOSER)
SECOND_CONTENT = replace(CONTENT, number=2, end=date(2027, 5, 28))
MUTUAL = replace(FIRST, approvals=approvals(CONTENT, Side.HOME, Side.HOST, Side.PERSON))


def test_the_canonical_form_does_not_depend_on_spelling() -> None:
    same = replace(CONTENT, host_fte=Decimal("0.80"), home_share=Decimal("1E+2"), post="Safeguards evaluator ")
    assert same.hash == CONTENT.hash
    composed, decomposed = replace(CONTENT, site="Zürich"), replace(CONTENT, site="Zu\u0308rich")
    assert composed.hash == decomposed.hash
    assert json.loads(CONTENT.canonical())["start"] == "2026-09-01"


@pytest.mark.parametrize(
    "change",
    [
        {"end": date(2027, 2, 27)},
        {"host_fte": Decimal("0.7")},
        {"number": 2},
        {"site": "Washington"},
        {"terms": (("Leave", "As at home."),)},
        {"terms": (("Insurance", "Home insures."), ("Leave", "As at home."))},
        {"supervisor_id": 8},
    ],
)
def test_any_change_gives_another_hash(change: dict[str, object]) -> None:
    assert replace(CONTENT, **change).hash != CONTENT.hash  # type: ignore[arg-type]


def test_a_version_cannot_be_edited() -> None:
    with pytest.raises(FrozenInstanceError):
        CONTENT.end = date(2030, 1, 1)  # type: ignore[misc]


@pytest.mark.parametrize(("side", "actor"), [(Side.HOME, HOME_TWO), (Side.HOST, HOST_ONE), (Side.PERSON, SECONDEE)])
def test_each_party_approves_for_itself(side: Side, actor: Actor) -> None:
    assert may_approve([FIRST], side, actor, CONTENT.hash, Decision.APPROVE)


def test_all_three_make_it_mutual() -> None:
    two = replace(FIRST, approvals=approvals(CONTENT, Side.HOME, Side.HOST))
    assert last_mutual([two]) is None
    assert standing([two]).awaited == {Side.PERSON}
    assert last_mutual([MUTUAL]) is MUTUAL
    assert standing([MUTUAL]).pending is None


def test_the_proposer_does_not_approve() -> None:
    verdict = may_approve([FIRST], Side.HOME, coordinator(PROPOSER, HOME), CONTENT.hash, Decision.APPROVE)
    assert verdict.refusal is Refusal.FORBIDDEN
    assert "You proposed this version" in verdict.reasons[0]


def test_the_beneficiary_approves_for_no_institute() -> None:
    insider = Actor(PERSON, "Secondee", HOME, frozenset({Grant(Role.HR_COORDINATOR, HOME)}))
    assert may_approve([FIRST], Side.HOME, insider, CONTENT.hash, Decision.APPROVE).refusal is Refusal.FORBIDDEN


def test_one_person_never_turns_both_keys() -> None:
    both = coordinator(20, HOME, HOST)
    version = replace(FIRST, approvals=approvals(CONTENT, Side.HOST))
    verdict = may_approve([version], Side.HOME, both, CONTENT.hash, Decision.APPROVE)
    assert verdict.refusal is Refusal.FORBIDDEN
    assert "other institute" in verdict.reasons[0]


def test_whoever_moved_for_one_institute_does_not_approve_for_the_other() -> None:
    both = coordinator(20, HOME, HOST)
    assert may_approve([FIRST], Side.HOME, both, CONTENT.hash, Decision.APPROVE)
    verdict = may_approve([FIRST], Side.HOME, both, CONTENT.hash, Decision.APPROVE, other_hands=frozenset({20}))
    assert verdict.refusal is Refusal.FORBIDDEN
    assert may_approve(
        [FIRST], Side.HOME, both, CONTENT.hash, Decision.SEND_BACK, "Other dates.", other_hands=frozenset({20})
    )


def test_nor_across_versions() -> None:
    both = coordinator(20, HOME, HOST)
    older = replace(FIRST, approvals=approvals(CONTENT, Side.HOST))
    newer = AgreementVersion(SECOND_CONTENT, PROPOSER)
    assert not may_approve([older, newer], Side.HOME, both, SECOND_CONTENT.hash, Decision.APPROVE)
    assert may_approve([older, newer], Side.HOST, both, SECOND_CONTENT.hash, Decision.APPROVE)


def test_nobody_signs_for_the_person() -> None:
    assert not may_approve([FIRST], Side.PERSON, HOME_TWO, CONTENT.hash, Decision.APPROVE)
    assert not may_approve([FIRST], Side.SYSTEM, HOME_TWO, CONTENT.hash, Decision.APPROVE)


def test_a_stale_hash_is_refused() -> None:
    newer = AgreementVersion(SECOND_CONTENT, PROPOSER)
    verdict = may_approve([FIRST, newer], Side.HOME, HOME_TWO, CONTENT.hash, Decision.APPROVE)
    assert verdict.refusal is Refusal.CONFLICT
    assert "has changed since you opened it" in verdict.reasons[0]


def test_a_second_click_is_refused() -> None:
    version = replace(FIRST, approvals=approvals(CONTENT, Side.HOME))
    assert may_approve([version], Side.HOME, HOME_TWO, CONTENT.hash, Decision.APPROVE).refusal is Refusal.CONFLICT


def test_sending_back_needs_a_reason_and_stops_the_version() -> None:
    assert may_approve([FIRST], Side.HOST, HOST_ONE, CONTENT.hash, Decision.SEND_BACK).refusal is Refusal.INVALID
    assert may_approve([FIRST], Side.HOST, HOST_ONE, CONTENT.hash, Decision.SEND_BACK, "Start in October, please.")
    back = Approval(Side.HOST, 20, Decision.SEND_BACK, CONTENT.hash, "Start in October, please.")
    returned = replace(FIRST, approvals=(*approvals(CONTENT, Side.HOME), back))
    verdict = may_approve([returned], Side.PERSON, SECONDEE, CONTENT.hash, Decision.APPROVE)
    assert "was sent back" in verdict.reasons[0]
    assert standing([returned]).voided == ((1, returned.approvals[0]),)


def test_a_newer_version_voids_earlier_approvals_visibly() -> None:
    older = replace(FIRST, approvals=approvals(CONTENT, Side.HOME, Side.HOST))
    newer = AgreementVersion(SECOND_CONTENT, PROPOSER)
    now = standing([older, newer])
    assert now.pending is newer
    assert now.awaited == {Side.HOME, Side.HOST, Side.PERSON}
    assert [(number, approval.side) for number, approval in now.voided] == [(1, Side.HOME), (1, Side.HOST)]


def test_an_approval_of_other_content_does_not_count() -> None:
    forged = replace(FIRST, approvals=approvals(SECOND_CONTENT, Side.HOME, Side.HOST, Side.PERSON))
    assert forged.approved_by == frozenset()
    assert last_mutual([forged]) is None


def test_going_back_leaves_the_last_mutual_version_in_force() -> None:
    pending = AgreementVersion(SECOND_CONTENT, PROPOSER)
    assert may_roll_back([MUTUAL, pending], HOME_TWO)
    assert not may_roll_back([MUTUAL, pending], SECONDEE)
    assert not may_roll_back([FIRST], HOME_TWO)
    after = standing([MUTUAL, replace(pending, abandoned=True)])
    assert after.in_force is MUTUAL
    assert after.pending is None


def test_only_coordinators_propose_and_in_order() -> None:
    assert may_propose([], CONTENT, HOST_ONE)
    assert may_propose([], CONTENT, SECONDEE).refusal is Refusal.FORBIDDEN
    assert may_propose([], CONTENT, coordinator(40, 3)).refusal is Refusal.FORBIDDEN
    assert may_propose([FIRST], CONTENT, HOME_TWO).refusal is Refusal.CONFLICT
    assert may_propose([FIRST], replace(CONTENT, number=2), HOME_TWO).refusal is Refusal.INVALID
    assert may_propose([FIRST], SECOND_CONTENT, HOME_TWO)


def test_two_versions_are_compared_field_by_field() -> None:
    other = replace(SECOND_CONTENT, terms=(("Leave", "As at the host."), ("Conduct", "Host rules.")))
    assert [(change.field, change.before, change.after) for change in compare(CONTENT, other)] == [
        ("end", "2027-02-26", "2027-05-28"),
        ("terms: Leave", "As at home.", "As at the host."),
        ("terms: Insurance", "Home insures.", ""),
        ("terms: Conduct", "", "Host rules."),
    ]
    assert compare(CONTENT, replace(CONTENT, number=9)) == ()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"end": date(2026, 8, 31)}, "last day is before"),
        ({"host_id": HOME}, "same institute"),
        ({"host_fte": Decimal("0.9")}, "at most 1 together"),
        ({"host_fte": Decimal("NaN")}, "between 0 and 1"),
        ({"host_fte": Decimal(-1)}, "above 0"),
        ({"home_share": Decimal(101)}, "per cent"),
        ({"terms": (("Leave", "a"), ("Leave", "b"))}, "same heading"),
    ],
)
def test_content_that_makes_no_sense_is_refused(change: dict[str, object], says: str) -> None:
    assert says in content_verdict(replace(CONTENT, **change)).reasons[0]  # type: ignore[arg-type]


@given(st.text(max_size=40), st.text(max_size=40))
def test_equal_hashes_mean_equal_terms(one: str, other: str) -> None:
    first = replace(CONTENT, terms=(("Conduct", one),))
    second = replace(CONTENT, terms=(("Conduct", other),))
    assert (first.hash == second.hash) == (compare(first, second) == ())


def test_canonical_content_reads_back_as_itself() -> None:
    assert AgreementContent.read(CONTENT.canonical().decode()) == CONTENT
    with pytest.raises(ValueError, match="no agreement"):
        AgreementContent.read("{}")
