"""What moves bring with them: new terms, the day of arrival, an early end, and what happens by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions import agreements, secondments
from exchange.actions.writing import Refused
from exchange.domain.agreements import Decision, Mode
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import EndReason, Side, State, Verb
from exchange.domain.verdict import Refusal
from exchange.jobs import housekeeping
from exchange.store import secondment_facts
from exchange.store import secondments as store
from exchange.store.audit import AuditEvent
from exchange.store.notices import Notice
from exchange.store.secondments import Secondment
from tests.actions.test_checklists import tick_gate
from tests.cast import ACTOR, NOW, PERSON, TODAY
from tests.lives import FIRST, add_agreed, add_stay, approve_all, content

DAY = timedelta(days=1)


def row_of(session: Session, ident: int) -> Secondment:
    return session.get_one(Secondment, ident, populate_existing=True)


def at(days: int) -> datetime:
    return NOW + days * DAY


def extend(session: Session, ident: int, days: int, *, now: datetime = NOW, **changes: object) -> None:
    """A second version that ends later, approved by all three."""
    row = row_of(session, ident)
    put = content(row, (row.version_in_force or 0) + 1, end=row.ends_on + days * DAY, **changes)
    agreements.propose(session, ACTOR["uk_hr"], put, now=now)
    approve_all(session, ident, put)


def test_concluding_gives_the_secondment_the_agreed_terms(session: Session) -> None:
    ident = add_stay(session, State.AGREEMENT)
    row = row_of(session, ident)
    put = content(row, end=row.ends_on - 7 * DAY, mode=Mode.HYBRID, host_fte=Decimal("0.8"), home_fte=Decimal("0.2"))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    approve_all(session, ident, put)
    secondments.move(session, ACTOR["us_hr"], ident, Verb.CONCLUDE, now=NOW)
    row = row_of(session, ident)
    assert (row.state, row.ends_on, row.mode, row.version_in_force) == (State.CLEARANCE, put.end, Mode.HYBRID, 1)
    assert row.host_share == Decimal("0.8")


def test_an_extension_waits_for_all_three_and_is_then_taken_over(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    last = row_of(session, ident).ends_on
    put = content(row_of(session, ident), 2, end=last + 28 * DAY)
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    assert row_of(session, ident).ends_on == last
    with pytest.raises(Refused, match="not agreed yet"):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)
    approve_all(session, ident, put)
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)
    row = row_of(session, ident)
    assert (row.state, row.ends_on, row.version_in_force) == (State.ACTIVE, last + 28 * DAY, 2)
    with pytest.raises(Refused, match="nothing to take over"):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)


def test_an_extension_that_is_given_up_leaves_the_agreed_version_in_force(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    row = row_of(session, ident)
    agreements.propose(session, ACTOR["uk_hr"], content(row, 2, end=row.ends_on + 28 * DAY), now=NOW)
    agreements.give_up(session, ACTOR["us_hr"], ident, now=NOW)
    with pytest.raises(Refused, match="nothing to take over"):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)
    assert row_of(session, ident).version_in_force == 1


@pytest.mark.parametrize(("left", "allowed"), [(120, True), (30, True), (29, False), (0, False), (-1, False)])
def test_an_extension_is_asked_for_in_time(session: Session, left: int, allowed: bool) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 60 * DAY, TODAY + left * DAY)
    row = row_of(session, ident)
    longer = content(row, 2, end=row.ends_on + 28 * DAY)
    if allowed:
        agreements.propose(session, ACTOR["uk_hr"], longer, now=NOW)
        return
    with pytest.raises(Refused, match=r"asked for at least|nominate the person anew") as raised:
        agreements.propose(session, ACTOR["uk_hr"], longer, now=NOW)
    assert raised.value.verdict.refusal is Refusal.CONFLICT


def test_a_stay_that_has_begun_keeps_its_first_day(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    moved = replace(content(row_of(session, ident), 2), start=TODAY)
    with pytest.raises(Refused, match="first day cannot change"):
        agreements.propose(session, ACTOR["uk_hr"], moved, now=NOW)


def test_an_extension_into_another_stay_is_refused(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    add_stay(session, State.ACCEPTED, TODAY + 130 * DAY, TODAY + 200 * DAY)
    extend(session, ident, 28)
    with pytest.raises(Refused):
        secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)
    assert row_of(session, ident).version_in_force == 1


def test_an_arrival_is_recorded_late_but_never_ahead(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY - 5 * DAY, TODAY + 120 * DAY, phased_access="Public work first.")
    tick_gate(session, ident, Verb.ARRIVE)
    for day, sentence in ((TODAY + DAY, "has not come yet"), (TODAY - 9 * DAY, "Arrival can be recorded from")):
        with pytest.raises(Refused, match=sentence) as raised:
            secondments.move(session, ACTOR["us_hr"], ident, Verb.ARRIVE, day=day, now=NOW)
        assert raised.value.verdict.refusal is Refusal.INVALID
    secondments.move(session, ACTOR["us_hr"], ident, Verb.ARRIVE, day=TODAY - 4 * DAY, now=NOW)
    row = row_of(session, ident)
    assert (row.state, row.arrived_on, row.starts_on) == (State.ACTIVE, TODAY - 4 * DAY, TODAY - 5 * DAY)


@pytest.mark.parametrize(("shift", "sentence"), [(-31, "begins on"), (120, "anyway"), (121, "anyway")])
def test_an_early_end_lies_within_the_stay(session: Session, shift: int, sentence: str) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    with pytest.raises(Refused, match=sentence) as raised:
        secondments.move(
            session, ACTOR["us_hr"], ident, Verb.END_EARLY, reason="personal", day=TODAY + shift * DAY, now=NOW
        )
    assert raised.value.verdict.refusal is Refusal.INVALID


def test_an_early_end_sets_the_last_day_and_the_checklist_follows(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    last = TODAY + 6 * DAY
    secondments.move(session, ACTOR["us_hr"], ident, Verb.END_EARLY, reason="work_finished", day=last, now=NOW)
    row = row_of(session, ident)
    assert (row.state, row.ends_on, row.ended_reason) == (State.ENDED_EARLY, last, EndReason.WORK_FINISHED)
    housekeeping.run(session, NOW)
    assert row_of(session, ident).state is State.CLOSING
    detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.verb == Verb.END_EARLY.value)).one()
    assert detail["ends_on"] == last.isoformat()


def judged_days(session: Session, ident: int) -> set[Period]:
    """The days on which eligibility, strip and caps of a secondment rest."""
    found = store.find(session, ident, secondment_facts.scope_of(ACTOR["director"]))
    assert found is not None
    life = secondment_facts.load(session, found, TODAY)
    return {life.eligible.period, life.strip.period}


def test_what_is_judged_follows_an_early_end_and_an_extension(session: Session) -> None:
    first, last = TODAY - 30 * DAY, TODAY + 120 * DAY
    ident = add_agreed(session, State.ACTIVE, first, last)
    assert judged_days(session, ident) == {Period(first, last)}
    extend(session, ident, 28)
    longer = Period(first, last + 28 * DAY)
    assert judged_days(session, ident) == {longer}, "the extension is looked at before it is taken over"
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.AMEND, now=NOW)
    assert judged_days(session, ident) == {longer}
    early = TODAY + 6 * DAY
    secondments.move(session, ACTOR["us_hr"], ident, Verb.END_EARLY, reason="work_finished", day=early, now=NOW)
    assert judged_days(session, ident) == {Period(first, early)}


def test_an_extension_agreed_before_an_early_end_is_not_taken_over_after_it(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    extend(session, ident, 28)
    early = TODAY + 6 * DAY
    secondments.move(session, ACTOR["us_hr"], ident, Verb.END_EARLY, reason="work_finished", day=early, now=at(0))
    secondments.move(session, ACTOR["us_hr"], ident, Verb.BEGIN_CLOSING, now=at(0))
    housekeeping.take_over(session, at(1))
    assert (row_of(session, ident).state, row_of(session, ident).ends_on) == (State.CLOSING, early)


@pytest.mark.parametrize("reason", ["illness", "death"])
def test_a_quiet_end_is_told_to_few(session: Session, reason: str) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    before = session.scalar(select(func.max(Notice.id))) or 0
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.END_EARLY, reason=reason, now=NOW)
    told = set(session.scalars(select(Notice.person_id).where(Notice.id > before)))
    assert PERSON["ada"] not in told
    assert told == {PERSON[key] for key in ("uk_hr_2", "us_hr", "us_hr_2", "uk_security", "us_security")}
    texts = session.scalars(select(Notice.text).where(Notice.id > before))
    assert not [text for text in texts if reason in text.lower()]


def test_what_all_three_agreed_is_concluded_without_a_click(session: Session) -> None:
    ident = add_stay(session, State.AGREEMENT)
    put = content(row_of(session, ident))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    for key, side in (("uk_hr_2", Side.HOME), ("us_hr", Side.HOST)):
        agreements.decide(session, ACTOR[key], ident, side, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    housekeeping.take_over(session, NOW)
    assert row_of(session, ident).state is State.AGREEMENT
    agreements.decide(session, ACTOR["ada"], ident, Side.PERSON, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    housekeeping.take_over(session, NOW)
    assert row_of(session, ident).state is State.CLEARANCE
    extend(session, ident, 28)
    housekeeping.take_over(session, NOW)
    assert row_of(session, ident).version_in_force == 2


def test_what_is_blocked_is_asked_for_each_minute_and_recorded_never(session: Session) -> None:
    ident = add_stay(session, State.AGREEMENT, FIRST, FIRST + 2000 * DAY)  # longer than any route allows
    put = content(row_of(session, ident))
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    approve_all(session, ident, put)
    before = session.scalar(select(func.count()).select_from(AuditEvent))
    for _ in range(3):
        housekeeping.take_over(session, NOW)
    assert row_of(session, ident).state is State.AGREEMENT
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_time_takes_a_stay_from_active_to_closing_sixty_days_before_its_end(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 61 * DAY)
    housekeeping.run(session, NOW)
    assert row_of(session, ident).state is State.ACTIVE
    housekeeping.run(session, at(1))
    assert row_of(session, ident).state is State.CLOSING
    assert row_of(session, ident).state_since == date(2026, 11, 22)
