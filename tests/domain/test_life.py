"""Thousands of random lives of a secondment, with people who try everything: no rule may break, nothing may be stuck.

The model below keeps what the database would: the state, who acted for which side, the agreement's versions.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from exchange.domain.actors import SYSTEM, Actor, Grant, Role
from exchange.domain.agreements import (
    AgreementContent,
    AgreementVersion,
    Approval,
    CostModel,
    Decision,
    Mode,
    may_approve,
    may_propose,
    may_roll_back,
    standing,
)
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import (
    BEFORE_ARRIVAL,
    FINAL,
    EndReason,
    SecondmentFacts,
    Side,
    State,
    SuspensionCode,
    Verb,
)
from exchange.domain.secondments import (
    BY_SOURCE_AND_VERB,
    MOVES,
    Move,
    acting_seat,
    decide,
    effective_state,
    may_edit,
    moves_open,
    seats,
)

HOME, HOST, PERSON, LEAD = 1, 2, 7, 8
BEGIN = date(2026, 6, 1)
STAY = Period(date(2026, 9, 1), date(2027, 2, 26))


def actor(person_id: int, *roles: tuple[Role, int]) -> Actor:
    return Actor(person_id, f"Person {person_id}", roles[0][1], frozenset(Grant(role, at) for role, at in roles))


HR, SO = Role.HR_COORDINATOR, Role.SECURITY_OFFICER
CAST = (
    actor(10, (HR, HOME)),
    actor(11, (HR, HOME)),
    actor(20, (HR, HOST)),
    actor(21, (HR, HOST)),
    actor(30, (HR, HOME), (HR, HOST), (SO, HOST)),  # sits on both sides
    actor(PERSON, (Role.RESEARCHER, HOME), (HR, HOME), (HR, HOST), (SO, HOST)),  # the secondee, with every key
    actor(12, (SO, HOME)),
    actor(22, (SO, HOST)),
    actor(LEAD, (Role.WORKSTREAM_LEAD, HOST)),
    actor(99, (HR, 3), (SO, 3)),  # of another institute
    SYSTEM,
)
KEYS = (Side.HOME, Side.HOST)
ACTORS = st.sampled_from(CAST)
OUT = frozenset({Verb.WITHDRAW, Verb.DECLINE, Verb.CANCEL, Verb.LAPSE, Verb.SEND_BACK})
CODES = {Verb.SUSPEND: SuspensionCode.LEAVE.value, Verb.END_EARLY: EndReason.PERSONAL.value}
REASONS = st.sampled_from(["", "Because.", *SuspensionCode, *EndReason])
FACTS = SecondmentFacts(
    State.DRAFT,
    PERSON,
    HOME,
    HOST,
    STAY,
    BEGIN,
    lead_ids=frozenset({LEAD}),
    access_removed=True,
    outcome_recorded=True,
    access_covered=True,
)
CONTENT = AgreementContent(
    secondment_id=1,
    number=1,
    person_id=PERSON,
    home_id=HOME,
    host_id=HOST,
    post="Evaluator",
    site="London",
    mode=Mode.IN_PERSON,
    start=STAY.start,
    end=STAY.end,
    host_fte=Decimal(1),
    home_fte=Decimal(0),
    legal_basis="other",
    cost_model=CostModel.HOME_PAYS,
    home_share=Decimal(100),
)


class Life(RuleBasedStateMachine):
    steps = 0  # of all lives together

    def __init__(self) -> None:
        super().__init__()
        self.facts = FACTS
        self.versions: list[AgreementVersion] = []
        self.today = BEGIN
        self.mutual_hashes: list[str] = []

    def known(self) -> SecondmentFacts:
        """The facts as they would be loaded for the next request."""
        now = standing(self.versions)
        agreed = now.in_force.content if now.in_force else None
        return replace(
            self.facts,
            agreed=agreed.period if agreed else None,
            version_agreed=agreed.number if agreed else None,
            agreement_pending=now.pending is not None,
            awaited=now.awaited,
            home_hands=self.hands(Side.HOME),
            host_hands=self.hands(Side.HOST),
        )

    def hands(self, side: Side) -> frozenset[int]:
        """Who has acted for this side: by an approving move, or by approving a version."""
        moved = {Side.HOME: self.facts.home_hands, Side.HOST: self.facts.host_hands}.get(side, frozenset())
        return moved | {
            given.person_id
            for version in self.versions
            for given in version.approvals
            if given.side is side and given.decision is Decision.APPROVE
        }

    def other_hands(self, side: Side) -> frozenset[int]:
        return self.hands({Side.HOME: Side.HOST, Side.HOST: Side.HOME}.get(side, side)) if side in KEYS else frozenset()

    @rule(verb=st.sampled_from(Verb), who=ACTORS, reason=REASONS)
    def try_anything(self, verb: Verb, who: Actor, reason: str) -> None:
        self._move(verb, who, reason)

    @rule(choice=st.integers(0, 1000), patience=st.integers(1, 5))
    def get_on(self, choice: int, patience: int) -> None:
        """Somebody makes a few moves that are theirs to make and lead on, waiting for the day where that is all."""
        for turn in range(patience):
            facts = self.known()
            ways = [
                (open_move.move.verb, who)
                for who in CAST
                for open_move in moves_open(facts, who, self.today)
                if open_move.verdict and open_move.move.verb not in OUT
            ]
            if ways:
                verb, who = ways[(choice + turn) % len(ways)]
                self._move(verb, who, CODES.get(verb, "Because."))
            elif facts.state in {State.READY, State.ACTIVE, State.CLOSING}:
                self.today += timedelta(days=30)

    @rule(choice=st.integers(0, 1000), parties=st.integers(1, 3))
    def sign(self, choice: int, parties: int) -> None:
        """Those who may approve what is pending do, one after another."""
        if standing(self.versions).pending is None and self.facts.state not in FINAL:
            self.propose(CAST[choice % 4], choice % 60, 1)
        for turn in range(parties):
            now = standing(self.versions).pending
            if now is None:
                return
            seen = now.content.hash
            ways = [
                (side, who)
                for side in Side
                for who in CAST
                if may_approve(self.versions, side, who, seen, Decision.APPROVE, other_hands=self.other_hands(side))
            ]
            if ways:
                side, who = ways[(choice + turn) % len(ways)]
                self.approve(side, who, 0, Decision.APPROVE, "")

    def _move(self, verb: Verb, who: Actor, reason: str) -> None:
        facts = self.known()
        verdict = decide(facts, verb, who, self.today, reason=reason)
        assert verdict.allowed or verdict.reasons
        if not verdict:
            return
        row = BY_SOURCE_AND_VERB[facts.state, verb]
        held = seats(facts, who, row)
        assert held
        assert who.person_id != PERSON or {seat.side for seat in held} == {Side.PERSON}
        self.facts = replace(self.facts, state=row.target, quiet_since=self.today)
        self._apply(row, who)
        if row.approves and who.person_id is not None:
            self._remember(facts, row, who)

    def _apply(self, row: Move, who: Actor) -> None:
        now = standing(self.versions)
        if row.verb is Verb.CONSENT:
            assert who.person_id == PERSON
            self.facts = replace(self.facts, consented=True)
        elif row.verb is Verb.RELEASE:
            self.facts = replace(self.facts, released=True)
        elif row.verb is Verb.SUPPORT:
            assert who.person_id == LEAD
            self.facts = replace(self.facts, supported=True)
        elif row.verb in {Verb.CONCLUDE, Verb.AMEND}:
            assert now.in_force is not None
            assert now.pending is None
            content = now.in_force.content
            self.facts = replace(self.facts, period=content.period, version_in_force=content.number)
        elif row.verb is Verb.END_EARLY:
            self.facts = replace(self.facts, period=Period(STAY.start, max(STAY.start, self.today)))
        elif row.verb is Verb.RESUME:
            assert any(who.has(SO, institute) for institute in (HOME, HOST))

    def _remember(self, facts: SecondmentFacts, row: Move, who: Actor) -> None:
        assert who.person_id is not None
        seat = acting_seat(facts, who, row)
        assert seat is not None
        if seat.side is Side.HOME:
            self.facts = replace(self.facts, home_hands=self.facts.home_hands | {who.person_id})
        elif seat.side is Side.HOST:
            self.facts = replace(self.facts, host_hands=self.facts.host_hands | {who.person_id})

    @rule(who=ACTORS, later=st.integers(0, 60), ahead=st.integers(1, 2))
    def try_to_propose(self, who: Actor, later: int, ahead: int) -> None:
        self.propose(who, later, ahead)

    def propose(self, who: Actor, later: int, ahead: int) -> None:
        number = len(self.versions) + ahead
        content = replace(CONTENT, number=number, end=STAY.end + timedelta(days=later))
        if self.facts.state in FINAL or not may_propose(self.versions, content, who):
            return
        assert number == len(self.versions) + 1
        assert who.person_id != PERSON
        self.versions.append(AgreementVersion(content, who.person_id))
        if may_edit(self.known()):
            self.facts = replace(self.facts, period=content.period)

    @rule(
        side=st.sampled_from(Side),
        who=ACTORS,
        back=st.integers(0, 3),
        decision=st.sampled_from([Decision.APPROVE, Decision.APPROVE, Decision.APPROVE, Decision.SEND_BACK]),
        reason=st.sampled_from(["", "Other dates, please."]),
    )
    def try_to_approve(self, side: Side, who: Actor, back: int, decision: Decision, reason: str) -> None:
        self.approve(side, who, back, decision, reason)

    def approve(self, side: Side, who: Actor, back: int, decision: Decision, reason: str) -> None:
        if not self.versions:
            return
        seen = self.versions[max(0, len(self.versions) - 1 - back)].content.hash
        if not may_approve(self.versions, side, who, seen, decision, reason, other_hands=self.other_hands(side)):
            return
        newest = self.versions[-1]
        assert seen == newest.content.hash
        assert not newest.abandoned
        assert who.person_id is not None
        given = Approval(side, who.person_id, decision, seen, reason)
        self.versions[-1] = replace(newest, approvals=(*newest.approvals, given))
        if self.versions[-1].mutual:
            self.mutual_hashes.append(seen)

    @rule(who=ACTORS)
    def go_back(self, who: Actor) -> None:
        before = standing(self.versions).in_force
        if may_roll_back(self.versions, who):
            self.versions[-1] = replace(self.versions[-1], abandoned=True)
            assert standing(self.versions).in_force is before
            assert standing(self.versions).pending is None

    @rule(days=st.sampled_from([1, 7, 30, 90]))
    def time_passes(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(lapse=st.none() | st.sampled_from(SuspensionCode), covered=st.booleans())
    def access_changes(self, lapse: SuspensionCode | None, covered: bool) -> None:
        self.facts = replace(self.facts, lapse=lapse, access_covered=covered)

    @invariant()
    def no_version_is_approved_by_its_proposer_or_beneficiary(self) -> None:
        for version in self.versions:
            for given in version.approvals:
                assert given.hash == version.content.hash
                if given.side is Side.PERSON:
                    assert given.person_id == PERSON
                elif given.decision is Decision.APPROVE:
                    assert given.person_id not in {PERSON, version.proposed_by}

    @invariant()
    def a_step_is_counted(self) -> None:
        Life.steps += 1

    @invariant()
    def nobody_turns_both_keys(self) -> None:
        assert self.hands(Side.HOME).isdisjoint(self.hands(Side.HOST))

    @invariant()
    def no_side_approves_a_version_twice(self) -> None:
        for version in self.versions:
            sides = [given.side for given in version.approvals if given.decision is Decision.APPROVE]
            assert len(sides) == len(set(sides))

    @invariant()
    def what_is_in_force_was_agreed_by_all(self) -> None:
        now = standing(self.versions)
        assert (now.in_force.content.hash if now.in_force else None) == (
            self.mutual_hashes[-1] if self.mutual_hashes else None
        )

    @invariant()
    def beyond_the_agreement_there_is_one(self) -> None:
        if self.facts.state not in BEFORE_ARRIVAL | FINAL | {State.DRAFT} or self.facts.state is State.READY:
            assert self.facts.version_in_force is not None
            assert not may_edit(self.known())

    @invariant()
    def no_lapsed_access_is_ever_in_use(self) -> None:
        if self.facts.lapse is not None:
            assert effective_state(self.facts) not in {State.ACTIVE, State.CLOSING}

    @invariant()
    def nothing_is_stuck(self) -> None:
        facts = self.known()
        days = (
            self.today,
            max(self.today, facts.period.start),
            max(self.today, facts.period.end) + timedelta(days=400),
        )
        possible = any(open_move.verdict for day in days for who in CAST for open_move in moves_open(facts, who, day))
        assert possible == (facts.state not in FINAL)


def test_no_rule_breaks_in_seven_thousand_steps() -> None:
    Life.steps = 0
    run_state_machine_as_test(Life, settings=settings(max_examples=200, stateful_step_count=40))
    assert Life.steps >= 7_000


@pytest.mark.parametrize("move", MOVES, ids=lambda move: f"{move.source}-{move.verb.name.lower()}")
def test_no_row_of_the_table_is_dead(move: Move) -> None:
    """For every move there are facts, a day and somebody for which it is allowed."""
    favourable = replace(
        FACTS,
        state=move.source,
        consented=move.verb is not Verb.CONSENT,
        released=move.verb is not Verb.RELEASE,
        supported=move.verb is not Verb.SUPPORT,
        agreed=STAY,
        version_agreed=2 if move.verb is Verb.AMEND else 1,
        version_in_force=1,
        access_covered=True,
    )
    days = (STAY.start, STAY.end, STAY.end + timedelta(days=400))
    assert any(
        decide(favourable, move.verb, who, day, reason=CODES.get(move.verb, "Because.")) for who in CAST for day in days
    )


def test_every_state_is_reached_by_allowed_moves_from_a_draft() -> None:
    """Following the table only through moves that somebody may make."""
    reached, new = {State.DRAFT}, {State.DRAFT}
    while new:
        new = {
            move.target
            for move in MOVES
            if move.source in new and any(seats(replace(FACTS, state=move.source), who, move) for who in CAST)
        } - reached
        reached |= new
    assert reached == set(State)
