"""The life of a secondment: the table of moves, who may make them, and what is said when one is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from exchange.domain.actors import SYSTEM, Actor, Grant, Role
from exchange.domain.periods import Period
from exchange.domain.policy_seeds import SEED_BOOK
from exchange.domain.secondment_facts import (
    BEFORE_ARRIVAL,
    FINAL,
    Audience,
    Block,
    EndReason,
    Seat,
    SecondmentFacts,
    Side,
    State,
    SuspensionCode,
    Verb,
)
from exchange.domain.secondment_guards import Timing, timing_of
from exchange.domain.secondments import (
    BY_SOURCE_AND_VERB,
    HOST_HR,
    HOST_LEAD,
    MOVES,
    acting_seat,
    arrival_day,
    ball,
    decide,
    early_end_day,
    effective_state,
    guard_answers,
    may_edit,
    moves_open,
    told,
)
from exchange.domain.verdict import Refusal

HOME, HOST, PERSON, LEAD = 1, 2, 7, 8
START, END = date(2026, 9, 1), date(2027, 2, 26)
TODAY = date(2026, 6, 1)


def someone(person_id: int, *roles: tuple[Role, int]) -> Actor:
    grants = frozenset(Grant(role, institute) for role, institute in roles)
    return Actor(person_id, f"Person {person_id}", roles[0][1] if roles else HOME, grants)


HOME_HR = someone(10, (Role.HR_COORDINATOR, HOME))
HOST_COORDINATOR = someone(20, (Role.HR_COORDINATOR, HOST))
HOST_SO = someone(21, (Role.SECURITY_OFFICER, HOST))
HOME_SO = someone(11, (Role.SECURITY_OFFICER, HOME))
THE_LEAD = someone(LEAD, (Role.WORKSTREAM_LEAD, HOST))
THE_PERSON = someone(PERSON, (Role.RESEARCHER, HOME))
OUTSIDER = someone(99, (Role.HR_COORDINATOR, 3))


def facts(state: State = State.DRAFT, **changes: object) -> SecondmentFacts:
    base = SecondmentFacts(
        state=state,
        person_id=PERSON,
        home_id=HOME,
        host_id=HOST,
        period=Period(START, END),
        quiet_since=TODAY,
        lead_ids=frozenset({LEAD}),
        consented=True,
        released=True,
        supported=True,
        agreed=Period(START, END),
        version_agreed=1,
        version_in_force=1,
        access_covered=True,
        access_removed=True,
        outcome_recorded=True,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


HAPPY_PATH = [
    (State.DRAFT, Verb.NOMINATE, HOME_HR, TODAY),
    (State.NOMINATED, Verb.ACCEPT, HOST_COORDINATOR, TODAY),
    (State.ACCEPTED, Verb.PREPARE, HOME_HR, TODAY),
    (State.AGREEMENT, Verb.CONCLUDE, SYSTEM, TODAY),
    (State.CLEARANCE, Verb.CLEAR, HOST_SO, TODAY),
    (State.READY, Verb.ARRIVE, HOST_COORDINATOR, START),
    (State.ACTIVE, Verb.BEGIN_CLOSING, SYSTEM, END - timedelta(days=60)),
    (State.CLOSING, Verb.COMPLETE, HOST_COORDINATOR, END),
    (State.COMPLETED, Verb.CLOSE, HOME_HR, END),
]


@pytest.mark.parametrize(("state", "verb", "actor", "day"), HAPPY_PATH)
def test_the_whole_life_from_draft_to_closed(state: State, verb: Verb, actor: Actor, day: date) -> None:
    assert decide(facts(state), verb, actor, day).reasons == ()
    position = [step[0] for step in HAPPY_PATH].index(state)
    expected = HAPPY_PATH[position + 1][0] if position + 1 < len(HAPPY_PATH) else State.CLOSED
    assert BY_SOURCE_AND_VERB[state, verb].target is expected


def test_the_table_has_one_row_for_each_state_and_verb() -> None:
    assert len(BY_SOURCE_AND_VERB) == len(MOVES)
    assert {move.verb for move in MOVES} == set(Verb)


def test_every_state_can_be_reached_and_every_one_but_the_final_ones_can_be_left() -> None:
    reached, new = {State.DRAFT}, {State.DRAFT}
    while new:
        new = {move.target for move in MOVES if move.source in new} - reached
        reached |= new
    assert reached == set(State)
    assert {move.source for move in MOVES} == set(State) - FINAL


def test_from_every_state_a_final_one_can_be_reached() -> None:
    can_end, grown = set(FINAL), True
    while grown:
        more = {move.source for move in MOVES if move.target in can_end} - can_end
        can_end |= more
        grown = bool(more)
    assert can_end == set(State)


def test_wherever_something_is_approved_before_arrival_it_can_be_sent_back() -> None:
    waiting = {State.NOMINATED, State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY, State.COMPLETED}
    for state in waiting:
        assert (state, Verb.SEND_BACK) in BY_SOURCE_AND_VERB
        assert BY_SOURCE_AND_VERB[state, Verb.SEND_BACK].reason


def test_a_sending_back_needs_a_reason() -> None:
    assert decide(facts(State.NOMINATED), Verb.SEND_BACK, HOST_COORDINATOR, TODAY).refusal is Refusal.INVALID
    assert decide(facts(State.NOMINATED), Verb.SEND_BACK, HOST_COORDINATOR, TODAY, reason="Which weeks?")


@pytest.mark.parametrize(
    ("state", "verb", "actor", "missing", "says"),
    [
        (State.DRAFT, Verb.NOMINATE, HOME_HR, {"consented": False}, "not consented yet: they confirm it"),
        (State.DRAFT, Verb.NOMINATE, HOME_HR, {"released": False}, "home HR coordinator records it"),
        (State.NOMINATED, Verb.ACCEPT, HOST_COORDINATOR, {"supported": False}, "ask them to do so"),
        (State.NOMINATED, Verb.ACCEPT, HOST_COORDINATOR, {"opening_open": False}, "open it again"),
        (State.NOMINATED, Verb.ACCEPT, HOST_COORDINATOR, {"seats_left": 0}, "add a seat"),
        (State.AGREEMENT, Verb.CONCLUDE, SYSTEM, {"agreed": None}, "approve the same version"),
        (State.AGREEMENT, Verb.CONCLUDE, SYSTEM, {"agreement_pending": True}, "newer version"),
        (State.AGREEMENT, Verb.CONCLUDE, SYSTEM, {"agreed": None, "awaited": frozenset({Side.HOST})}, "same version"),
        (State.CLEARANCE, Verb.CLEAR, HOST_SO, {"access_covered": False}, "close the gaps"),
        (State.CLEARANCE, Verb.CLEAR, HOST_SO, {"agreed": Period(START, START)}, "take the agreement over"),
        (State.CLEARANCE, Verb.CLEAR, HOST_SO, {"version_agreed": 2}, "take the agreement over"),
        (State.READY, Verb.ARRIVE, HOST_COORDINATOR, {"agreement_pending": True}, "newer version"),
        (State.CLEARANCE, Verb.AMEND, SYSTEM, {}, "nothing to take over"),
        (State.ACTIVE, Verb.END_EARLY, HOME_HR, {}, "from then on"),
        (State.READY, Verb.ARRIVE, HOST_COORDINATOR, {}, "from 29 August 2026"),
        (State.ACTIVE, Verb.BEGIN_CLOSING, SYSTEM, {}, "begins on 28 December 2026"),
        (State.CLOSING, Verb.COMPLETE, HOST_COORDINATOR, {}, "last day is 26 February 2027"),
        (State.CLOSING, Verb.COMPLETE, HOST_COORDINATOR, {"access_removed": False}, "badge and accounts"),
        (State.COMPLETED, Verb.CLOSE, HOME_HR, {"outcome_recorded": False}, "write them down"),
        (State.SUSPENDED, Verb.RESUME, HOST_SO, {"lapse": SuspensionCode.ACCESS}, "what restores it"),
        (State.DRAFT, Verb.LAPSE, SYSTEM, {}, "lapses on 28 November 2026"),
    ],
)
def test_a_refused_move_says_what_would_open_it(
    state: State, verb: Verb, actor: Actor, missing: dict[str, object], says: str
) -> None:
    reason = EndReason.PERSONAL.value if verb is Verb.END_EARLY else ""
    verdict = decide(facts(state, **missing), verb, actor, TODAY, reason=reason)
    assert verdict.refusal is Refusal.CONFLICT
    assert says in " ".join(verdict.reasons)


def test_all_the_reasons_are_given_at_once() -> None:
    verdict = decide(facts(consented=False, released=False), Verb.NOMINATE, HOME_HR, TODAY)
    assert len(verdict.reasons) == 2


def test_a_page_lists_every_guard_with_what_it_misses() -> None:
    move = BY_SOURCE_AND_VERB[State.DRAFT, Verb.NOMINATE]
    answers = guard_answers(facts(released=False), move, TODAY)
    assert [(answer.name, bool(answer.missing)) for answer in answers] == [
        ("consent_given", False),
        ("released", True),
        ("checks_open", False),
    ]


def test_blocks_of_the_eligibility_report_stop_the_verb_they_name_and_no_other() -> None:
    blocks = (Block(Verb.PREPARE, "Employment ends before the secondment does."),)
    assert decide(facts(State.ACCEPTED, blocks=blocks), Verb.PREPARE, HOME_HR, TODAY).reasons == (blocks[0].sentence,)
    assert decide(facts(State.NOMINATED, blocks=blocks), Verb.ACCEPT, HOST_COORDINATOR, TODAY)


def test_unfinished_tasks_of_a_gate_stop_the_arrival() -> None:
    tasks = (Block(Verb.ARRIVE, "Badge"),)
    verdict = decide(facts(State.READY, open_tasks=tasks), Verb.ARRIVE, HOST_COORDINATOR, START)
    assert "Task not done: Badge." in verdict.reasons[0]


@pytest.mark.parametrize("actor", [OUTSIDER, HOME_HR, THE_PERSON, SYSTEM, HOST_SO])
def test_only_the_host_accepts(actor: Actor) -> None:
    verdict = decide(facts(State.NOMINATED), Verb.ACCEPT, actor, TODAY)
    assert verdict.refusal is Refusal.FORBIDDEN


def test_nobody_accepts_their_own_secondment() -> None:
    both = someone(PERSON, (Role.HR_COORDINATOR, HOST))
    verdict = decide(facts(State.NOMINATED), Verb.ACCEPT, both, TODAY)
    assert verdict.refusal is Refusal.FORBIDDEN
    assert "your own secondment" in verdict.reasons[0]


def test_a_manager_does_not_release_themself() -> None:
    manager = someone(PERSON, (Role.HR_COORDINATOR, HOME))
    assert not decide(facts(released=False), Verb.RELEASE, manager, TODAY)
    assert decide(facts(released=False), Verb.RELEASE, HOME_HR, TODAY)


def test_one_person_never_acts_for_both_institutes() -> None:
    both = someone(30, (Role.HR_COORDINATOR, HOME), (Role.HR_COORDINATOR, HOST))
    assert decide(facts(State.NOMINATED), Verb.ACCEPT, both, TODAY)
    verdict = decide(facts(State.NOMINATED, home_hands=frozenset({30})), Verb.ACCEPT, both, TODAY)
    assert verdict.refusal is Refusal.FORBIDDEN
    assert "a colleague must act for this one" in verdict.reasons[0]


def test_whoever_sits_on_both_sides_acts_for_the_one_they_began_with() -> None:
    both = someone(30, (Role.HR_COORDINATOR, HOME), (Role.HR_COORDINATOR, HOST))
    cancel = BY_SOURCE_AND_VERB[State.READY, Verb.CANCEL]
    fresh = acting_seat(facts(State.READY), both, cancel)
    host = acting_seat(facts(State.READY, host_hands=frozenset({30})), both, cancel)
    assert fresh is not None
    assert host is not None
    assert (fresh.side, host.side) == (Side.HOME, Side.HOST)
    accept = BY_SOURCE_AND_VERB[State.NOMINATED, Verb.ACCEPT]
    assert acting_seat(facts(State.NOMINATED, home_hands=frozenset({30})), both, accept) is None
    assert acting_seat(facts(State.READY), OUTSIDER, cancel) is None


def test_before_arrival_a_new_version_goes_through_clearance_again() -> None:
    longer = facts(State.READY, version_agreed=2, agreed=Period(START, END + timedelta(days=30)))
    assert decide(longer, Verb.AMEND, HOST_COORDINATOR, TODAY)
    assert BY_SOURCE_AND_VERB[State.READY, Verb.AMEND].target is State.CLEARANCE
    assert not decide(longer, Verb.ARRIVE, HOST_COORDINATOR, START)


def test_a_lead_supports_nominations_for_their_own_workstream_only() -> None:
    other = someone(50, (Role.WORKSTREAM_LEAD, HOST))
    nominated = facts(State.NOMINATED, supported=False)
    assert decide(nominated, Verb.SUPPORT, THE_LEAD, TODAY)
    assert decide(nominated, Verb.SUPPORT, other, TODAY).refusal is Refusal.FORBIDDEN
    assert not decide(facts(State.NOMINATED), Verb.SUPPORT, THE_LEAD, TODAY)


@pytest.mark.parametrize("actor", [HOME_HR, HOST_COORDINATOR, THE_PERSON, SYSTEM])
def test_only_a_security_officer_resumes_a_suspended_stay(actor: Actor) -> None:
    assert decide(facts(State.SUSPENDED), Verb.RESUME, actor, START).refusal is Refusal.FORBIDDEN
    assert decide(facts(State.SUSPENDED), Verb.RESUME, HOST_SO, START)
    assert decide(facts(State.SUSPENDED), Verb.RESUME, HOME_SO, START)


def test_a_suspension_records_a_code_and_nothing_else() -> None:
    told_too_much = decide(facts(State.ACTIVE), Verb.SUSPEND, HOST_SO, START, reason="failed the interview")
    assert told_too_much.refusal is Refusal.INVALID
    assert decide(facts(State.ACTIVE), Verb.SUSPEND, HOST_SO, START, reason=SuspensionCode.ACCESS)
    assert decide(facts(State.CLOSING), Verb.SUSPEND, SYSTEM, START, reason=SuspensionCode.PERMISSION)
    assert not decide(facts(State.ACTIVE), Verb.SUSPEND, HOST_COORDINATOR, START, reason=SuspensionCode.ACCESS)


def test_a_lapse_suspends_at_once_without_any_job() -> None:
    assert effective_state(facts(State.ACTIVE, lapse=SuspensionCode.ACCESS)) is State.SUSPENDED
    assert effective_state(facts(State.CLOSING, lapse=SuspensionCode.ACCESS)) is State.SUSPENDED
    assert effective_state(facts(State.READY, lapse=SuspensionCode.ACCESS)) is State.READY
    assert effective_state(facts(State.ACTIVE)) is State.ACTIVE


def test_nobody_arrives_on_the_day_their_access_has_lapsed_and_nobody_learns_what_did() -> None:
    said = {
        decide(facts(State.READY, lapse=code), Verb.ARRIVE, HOST_COORDINATOR, START).reasons for code in SuspensionCode
    }
    assert len(said) == 1
    assert said != {()}


def test_a_no_show_is_cancelled_by_either_side_with_a_reason() -> None:
    verdict = decide(facts(State.READY), Verb.CANCEL, HOST_COORDINATOR, START + timedelta(days=9), reason="No show")
    assert verdict
    assert not decide(facts(State.READY), Verb.WITHDRAW, HOME_HR, TODAY, reason="Changed plans")


def test_when_one_half_of_a_swap_withdraws_the_other_is_told() -> None:
    assert Audience.SWAP_PARTNER in told(BY_SOURCE_AND_VERB[State.AGREEMENT, Verb.WITHDRAW])


def test_a_death_closes_quietly() -> None:
    move = BY_SOURCE_AND_VERB[State.ACTIVE, Verb.END_EARLY]
    assert Audience.PERSON not in told(move, EndReason.DEATH)
    assert Audience.LEAD not in told(move, EndReason.ILLNESS)
    assert Audience.PERSON in told(move, EndReason.HOST_NEEDS)
    assert decide(facts(State.ACTIVE), Verb.END_EARLY, HOME_HR, START, reason=EndReason.DEATH)


def test_an_early_end_lies_inside_the_stay() -> None:
    assert early_end_day(facts(State.ACTIVE), START)
    assert "begins on 1 September" in early_end_day(facts(State.ACTIVE), START - timedelta(days=1)).reasons[0]
    assert not early_end_day(facts(State.ACTIVE), END)
    assert not decide(facts(State.ACTIVE), Verb.END_EARLY, HOME_HR, END, reason=EndReason.PERSONAL)


def test_an_arrival_may_be_back_dated_but_not_post_dated() -> None:
    assert arrival_day(facts(State.READY), START, START + timedelta(days=5))
    assert not arrival_day(facts(State.READY), START + timedelta(days=6), START + timedelta(days=5))
    assert not arrival_day(facts(State.READY), START - timedelta(days=4), START)
    assert not arrival_day(facts(State.READY), END + timedelta(days=1), END + timedelta(days=1))


def test_a_new_version_is_taken_over_only_when_agreed_and_while_the_stay_lasts() -> None:
    newer = facts(State.CLOSING, version_agreed=2, agreed=Period(START, END + timedelta(days=90)))
    assert decide(newer, Verb.AMEND, SYSTEM, END)
    assert BY_SOURCE_AND_VERB[State.CLOSING, Verb.AMEND].target is State.ACTIVE
    assert "over" in decide(newer, Verb.AMEND, SYSTEM, END + timedelta(days=1)).reasons[0]
    assert not decide(facts(State.ACTIVE), Verb.AMEND, SYSTEM, START)
    assert not decide(facts(State.ACTIVE, version_agreed=2, agreement_pending=True), Verb.AMEND, SYSTEM, START)


def test_nothing_is_edited_in_place_once_agreed() -> None:
    for state in BEFORE_ARRIVAL:
        assert may_edit(facts(state, agreed=None))
        assert not may_edit(facts(state))
    assert "propose a new version" in may_edit(facts(State.ACTIVE)).reasons[0]
    assert "kept as it is" in may_edit(facts(State.CLOSED)).reasons[0]


def test_the_day_counts_are_policy_rows() -> None:
    assert timing_of(SEED_BOOK, TODAY) == Timing()
    rule = SEED_BOOK.rule("move.arrive_early_days", TODAY)
    a_week = timing_of(SEED_BOOK.replaced(rule, replace(rule, value=Decimal(7))), TODAY)
    early = START - timedelta(days=7)
    assert not decide(facts(State.READY), Verb.ARRIVE, HOST_COORDINATOR, early)
    assert decide(facts(State.READY), Verb.ARRIVE, HOST_COORDINATOR, early, timing=a_week)


def test_what_nobody_moves_lapses_but_a_start_far_ahead_is_no_neglect() -> None:
    half_a_year = TODAY + timedelta(days=180)
    assert decide(facts(State.NOMINATED), Verb.LAPSE, SYSTEM, half_a_year)
    assert not decide(facts(State.NOMINATED), Verb.LAPSE, SYSTEM, half_a_year - timedelta(days=1))
    assert not decide(facts(State.CLEARANCE), Verb.LAPSE, SYSTEM, half_a_year)
    assert decide(facts(State.READY), Verb.LAPSE, SYSTEM, START + timedelta(days=180))
    assert not decide(facts(State.NOMINATED), Verb.LAPSE, HOME_HR, half_a_year)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_nothing_moves_what_is_over(state: State) -> None:
    for actor in (HOME_HR, HOST_COORDINATOR, HOST_SO, THE_PERSON, SYSTEM):
        assert moves_open(facts(state), actor, TODAY) == ()
    assert decide(facts(state), Verb.NOMINATE, HOME_HR, TODAY).refusal is Refusal.CONFLICT


def test_the_page_lists_ones_own_moves_with_what_stands_in_their_way() -> None:
    found = {open_move.move.verb: open_move.verdict for open_move in moves_open(facts(released=False), HOME_HR, TODAY)}
    assert set(found) == {Verb.RELEASE, Verb.NOMINATE, Verb.WITHDRAW}
    assert found[Verb.RELEASE]
    assert not found[Verb.NOMINATE]
    assert moves_open(facts(), OUTSIDER, TODAY) == ()


def test_moves_open_and_decide_agree() -> None:
    cast = (HOME_HR, HOST_COORDINATOR, HOST_SO, HOME_SO, THE_LEAD, THE_PERSON, OUTSIDER, SYSTEM)
    reasons = {Verb.SUSPEND: SuspensionCode.ACCESS.value, Verb.END_EARLY: EndReason.PERSONAL.value}
    for state in State:
        for actor in cast:
            listed = {m.move.verb: m.verdict for m in moves_open(facts(state), actor, START)}
            for verb in Verb:
                verdict = decide(facts(state), verb, actor, START, reason=reasons.get(verb, "because"))
                assert verdict.allowed == (verb in listed and listed[verb].allowed)


def test_the_ball_is_with_the_person_until_they_consent() -> None:
    assert ball(facts(consented=False)) == (Seat(Side.PERSON),)


def test_the_ball_is_with_somebody_until_it_is_over() -> None:
    assert ball(facts(State.NOMINATED, supported=False)) == (HOST_LEAD,)
    assert ball(facts(State.NOMINATED)) == (HOST_HR,)
    waiting = facts(State.AGREEMENT, awaited=frozenset({Side.HOST, Side.PERSON}))
    assert [seat.side for seat in ball(waiting)] == [Side.HOST, Side.PERSON]
    assert ball(facts(State.CLOSED)) == ()
    for state in set(State) - FINAL - {State.ACTIVE}:
        assert ball(facts(state)), state
