"""The awkward cases of a secondment's life, one test each, in the order in which they were once listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from exchange.actions import agreements, clearances, secondments, stay_papers
from exchange.actions.drafts import Proposal
from exchange.actions.writing import Refused
from exchange.domain.actors import Role
from exchange.domain.agreements import Decision
from exchange.domain.clearance_records import Terms
from exchange.domain.dates import DateOrder, parse_date
from exchange.domain.eligibility import Check
from exchange.domain.periods import Period, add_months
from exchange.domain.secondment_facts import Side, State, Verb
from exchange.domain.secondments import effective_state
from exchange.domain.verdict import Refusal
from exchange.domain.workdays import is_working_day
from exchange.jobs import housekeeping
from exchange.store import checklists as checklist_store
from exchange.store import secondment_facts
from exchange.store import secondments as store
from exchange.store.audit import AuditEvent
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.institutes import Institute, Membership
from exchange.store.openings import Opening
from exchange.store.people import Employment, Person, PersonStatus
from exchange.store.secondment_facts import Life
from exchange.store.secondments import Secondment, SecondmentMove
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US, WASHINGTON
from tests.lives import add_agreed, add_stay, approve_all, content, hire

DAY = timedelta(days=1)
ADA = PERSON["ada"]
STAY = Proposal(ADA, US, date(2027, 2, 1), date(2027, 7, 30), legal_basis="j1_research_scholar")


def row_of(session: Session, ident: int) -> Secondment:
    return session.get_one(Secondment, ident, populate_existing=True)


def life_of(session: Session, ident: int, today: date = TODAY) -> Life:
    found = store.find(session, ident, secondment_facts.scope_of(ACTOR["director"]))
    assert found is not None
    return secondment_facts.load(session, found, today)


def classified(session: Session) -> int:
    """An opening at the host that asks for a clearance."""
    row = Opening(
        code="CAREFUL",
        title="Careful work",
        host_institute_id=US,
        site_id=WASHINGTON,
        opens_on=TODAY - 100 * DAY,
        closes_on=TODAY + 300 * DAY,
        min_weeks=4,
        max_weeks=100,
        preferred_weeks=26,
        clearance_asked="UKSV:SC",
    )
    session.add(row)
    session.commit()
    return row.id


def clear(session: Session, **terms: object) -> int:
    given = Terms(**({"granted_on": date(2025, 1, 6), "review_due_on": date(2034, 1, 5)} | terms))  # type: ignore[arg-type]  # of each field's kind
    return clearances.record(session, ACTOR["uk_security"], ADA, "UKSV:SC", given, now=NOW)


def refused(session: Session, key: str, ident: int, verb: Verb, **asked: object) -> Refused:
    with pytest.raises(Refused) as raised:
        secondments.move(session, ACTOR[key], ident, verb, now=NOW, **asked)  # type: ignore[arg-type]  # reason or day
    return raised.value


def test_a_clearance_that_is_withdrawn_mid_stay_suspends_it_at_the_next_look(session: Session) -> None:
    held = clear(session)
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 90 * DAY, opening_id=classified(session))
    clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, TODAY, now=NOW)
    assert effective_state(life_of(session, ident).facts) is State.SUSPENDED


def test_two_stays_may_not_share_their_boundary_day(session: Session) -> None:
    add_stay(session, State.ACCEPTED, TODAY + 10 * DAY, TODAY + 40 * DAY)
    second = add_stay(session, State.NOMINATED, TODAY + 40 * DAY, TODAY + 80 * DAY)
    refused(session, "us_hr", second, Verb.ACCEPT)
    assert row_of(session, second).state is State.NOMINATED


def test_the_day_after_is_free(session: Session) -> None:
    add_stay(session, State.ACCEPTED, TODAY + 10 * DAY, TODAY + 40 * DAY)
    second = add_stay(session, State.NOMINATED, TODAY + 41 * DAY, TODAY + 80 * DAY)
    secondments.move(session, ACTOR["us_hr"], second, Verb.ACCEPT, now=NOW)


def test_half_and_half_and_a_tenth_are_too_much(session: Session) -> None:
    for shift in (0, 1):
        half = {"mode": "remote", "host_share": Decimal("0.5")}
        add_stay(session, State.ACCEPTED, TODAY + (10 + shift) * DAY, TODAY + 90 * DAY, **half)
    tenth = {"mode": "remote", "host_share": Decimal("0.1")}
    third = add_stay(session, State.ACCEPTED, TODAY + 10 * DAY, TODAY + 90 * DAY, **tenth)
    assert "time" in " ".join(refused(session, "us_hr", third, Verb.PREPARE).verdict.reasons).lower()


@pytest.mark.parametrize("share", ["100", "NaN", "-0.5", "0", "Infinity"])
def test_a_share_that_is_none_gets_a_sentence(session: Session, share: str) -> None:
    with pytest.raises(Refused) as raised:
        secondments.propose(session, ACTOR["uk_hr"], replace(STAY, host_share=Decimal(share)), now=NOW)
    assert raised.value.verdict.refusal is Refusal.INVALID


def test_home_is_not_host(session: Session) -> None:
    with pytest.raises(Refused, match="same institute"):
        secondments.propose(session, ACTOR["uk_hr"], replace(STAY, host_id=UK), now=NOW)


def test_a_swap_outlives_the_half_that_withdraws(session: Session) -> None:
    there = add_stay(session, State.NOMINATED)
    back = add_stay(
        session,
        State.NOMINATED,
        person_id=PERSON["tomas"],
        home_institute_id=US,
        host_institute_id=UK,
        site_id=1,
        legal_basis="gae_research",
    )
    secondments.move(session, ACTOR["ada"], there, Verb.WITHDRAW, reason="Family.", now=NOW)
    assert row_of(session, there).state is State.WITHDRAWN
    secondments.move(session, ACTOR["uk_hr"], back, Verb.ACCEPT, now=NOW)
    assert row_of(session, back).state is State.ACCEPTED


def test_the_end_is_not_before_the_start(session: Session) -> None:
    with pytest.raises(Refused, match="before the first day"):
        secondments.propose(session, ACTOR["uk_hr"], replace(STAY, ends_on=date(2027, 1, 31)), now=NOW)


def test_the_31st_plus_a_month_and_the_29th_of_february_plus_a_year() -> None:
    assert add_months(date(2027, 1, 31), 1) == date(2027, 2, 28)
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)


def test_a_start_on_a_holiday_or_weekend_moves_what_is_due_to_a_working_day(session: Session) -> None:
    for first in (date(2027, 1, 1), date(2027, 1, 2), date(2027, 7, 4)):
        ident = add_stay(session, State.DRAFT, first, first + 100 * DAY)
        assert all(is_working_day(task.due_on) for task in checklist_store.of_secondment(session, ident))


def test_a_stay_over_new_year_is_one_stay(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, date(2026, 11, 1), date(2027, 2, 26))
    assert row_of(session, ident).period.days == Period(date(2026, 11, 1), date(2027, 2, 26)).days == 118


def test_an_institute_that_leaves_keeps_its_five_stays_under_way(session: Session) -> None:
    away = [hire(session, f"Away {number}", UK, (Role.RESEARCHER, UK)) for number in range(5)]
    stays = [
        add_stay(session, State.ACTIVE, TODAY - 60 * DAY, TODAY + 5 * DAY, person_id=one.person_id) for one in away
    ]
    session.get_one(Institute, US).membership = Membership.LEFT
    session.commit()
    for ident in stays:
        secondments.move(session, ACTOR["us_hr"], ident, Verb.END_EARLY, reason="host_needs", now=NOW)
        assert row_of(session, ident).state is State.ENDED_EARLY


def test_whoever_changes_employer_during_the_nomination_is_checked_again(session: Session) -> None:
    ident = add_stay(session, State.NOMINATED)
    job = session.scalars(select(Employment).where(Employment.person_id == ADA)).one()
    job.ends_on = TODAY - DAY
    session.add(Employment(person_id=ADA, institute_id=US, fte=Decimal(1), starts_on=TODAY))
    session.commit()
    assert "mploy" in " ".join(refused(session, "us_hr", ident, Verb.ACCEPT).verdict.reasons)


def test_two_people_of_the_same_name_have_their_own_stays(session: Session) -> None:
    other = hire(session, "Ada Lindqvist Twin", UK, (Role.RESEARCHER, UK))
    session.get_one(Person, other.person_id).full_name = "Ada Lindqvist"
    session.commit()
    add_stay(session, State.ACCEPTED)
    second = add_stay(session, State.NOMINATED, person_id=other.person_id)
    secondments.move(session, ACTOR["us_hr"], second, Verb.ACCEPT, now=NOW)


def test_a_manager_approves_no_stay_of_their_own(session: Session) -> None:
    chief = hire(session, "Own Chief", UK, (Role.HR_COORDINATOR, UK), (Role.RESEARCHER, UK))
    ident = add_stay(session, State.DRAFT, person_id=chief.person_id, released_at=None)
    with pytest.raises(Refused, match="your own secondment") as raised:
        secondments.move(session, chief, ident, Verb.RELEASE, now=NOW)
    assert raised.value.verdict.refusal is Refusal.FORBIDDEN


def test_an_approval_of_a_version_that_has_been_replaced_is_stale(session: Session) -> None:
    ident = add_stay(session, State.AGREEMENT)
    first = content(row_of(session, ident))
    agreements.propose(session, ACTOR["uk_hr"], first, now=NOW)
    agreements.propose(session, ACTOR["uk_hr"], replace(first, number=2, post="Lead evaluator"), now=NOW)
    with pytest.raises(Refused, match="changed since you opened it"):
        agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=first.hash, now=NOW)


def test_a_form_sent_twice_moves_once(session: Session) -> None:
    ident = add_stay(session, State.ACCEPTED)
    secondments.move(session, ACTOR["us_hr"], ident, Verb.PREPARE, now=NOW)
    assert refused(session, "us_hr", ident, Verb.PREPARE).verdict.refusal is Refusal.CONFLICT
    assert session.scalar(select(func.count()).select_from(SecondmentMove)) == 1


def test_two_writers_of_one_row_do_not_overwrite_each_other(session: Session) -> None:
    ident = add_stay(session, State.DRAFT)
    row = row_of(session, ident)
    session.connection().exec_driver_sql(f"UPDATE secondment SET version = version + 1 WHERE id = {ident}")
    row.purpose = "Mine"
    with pytest.raises(StaleDataError):
        session.flush()
    session.rollback()


def test_an_end_before_the_start_is_a_cancellation(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY + 20 * DAY, TODAY + 90 * DAY)
    assert refused(session, "us_hr", ident, Verb.END_EARLY, reason="personal").verdict.refusal is Refusal.CONFLICT
    secondments.move(session, ACTOR["us_hr"], ident, Verb.CANCEL, reason="Plans changed.", now=NOW)
    assert row_of(session, ident).state is State.CANCELLED


def test_an_extension_after_the_end_needs_a_new_secondment(session: Session) -> None:
    ident = add_agreed(session, State.CLOSING, TODAY - 90 * DAY, TODAY - DAY)
    with pytest.raises(Refused, match="nominate the person anew"):
        agreements.propose(session, ACTOR["uk_hr"], content(row_of(session, ident), 2, end=TODAY + 60 * DAY), now=NOW)


def test_whoever_never_came_is_cancelled_after_the_last_day(session: Session) -> None:
    ident = add_agreed(session, State.READY, TODAY - 90 * DAY, TODAY - DAY)
    assert "cancel the secondment" in " ".join(refused(session, "us_hr", ident, Verb.ARRIVE).verdict.reasons)
    secondments.move(session, ACTOR["us_hr"], ident, Verb.CANCEL, reason="Did not come.", now=NOW)


def test_a_death_closes_quietly_and_nothing_waits_for_the_person(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 90 * DAY)
    secondments.move(session, ACTOR["uk_hr"], ident, Verb.END_EARLY, reason="death", now=NOW)
    session.get_one(Person, ADA).status = PersonStatus.LEFT
    session.commit()
    housekeeping.run(session, NOW)
    assert row_of(session, ident).state is State.CLOSING
    summaries = " ".join(session.scalars(select(AuditEvent.summary)))
    assert "death" not in summaries.lower()


def test_a_citizenship_nobody_disclosed_is_unknown_and_never_a_pass(session: Session) -> None:
    ident = add_stay(session, State.NOMINATED)
    assert life_of(session, ident).eligible.candidate.citizenships in {None, frozenset()}


def test_a_waiver_that_has_run_out_waives_nothing(session: Session) -> None:
    ident = add_stay(session, State.NOMINATED, TODAY + 10 * DAY, TODAY + 14 * DAY, opening_id=classified(session))
    stay_papers.waive(session, ACTOR["us_hr"], ident, Check.WINDOW, reason="Agreed.", until=TODAY + 5 * DAY, now=NOW)
    before, after = (life_of(session, ident, day).report for day in (TODAY, TODAY + 6 * DAY))
    assert before != after


def test_dates_are_read_in_the_readers_own_order() -> None:
    assert parse_date("03/04/2026", DateOrder.DAY_FIRST) == date(2026, 4, 3)
    assert parse_date("03/04/2026", DateOrder.MONTH_FIRST) == date(2026, 3, 4)


def test_a_confirmation_older_than_ninety_days_is_no_proof(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 90 * DAY, opening_id=classified(session))
    clear(session)
    old = session.scalars(select(Clearance)).one()
    fresh, stale = (life_of(session, ident, old.confirmed_at.date() + days * DAY).report for days in (0, 120))
    assert fresh != stale


def test_terms_are_agreed_again_by_all_after_every_change(session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, TODAY - 30 * DAY, TODAY + 120 * DAY)
    put = content(row_of(session, ident), 2, site="Gaithersburg")
    agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    assert life_of(session, ident).facts.awaited == {Side.HOME, Side.HOST, Side.PERSON}
    approve_all(session, ident, put)
    assert life_of(session, ident).facts.awaited == frozenset()
