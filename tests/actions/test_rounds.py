"""Exchange rounds: made, run, stopped, taken over; what stands already counts; every bad input has its sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from exchange.actions import openings, people, secondments
from exchange.actions.affinity import IndexCache
from exchange.actions.drafts import Proposal
from exchange.actions.rounds import following, planning, replanning, runs, taking
from exchange.actions.rounds import problem as building
from exchange.actions.rounds.inputs import Question
from exchange.actions.writing import Refused
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import State, Verb
from exchange.domain.verdict import Refusal
from exchange.jobs.runs import Solver
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem, placements_from_json, problem_from_json
from exchange.store.agreements import AgreementVersion, versions_of
from exchange.store.audit import AuditEvent
from exchange.store.institutes import Institute, Membership
from exchange.store.notices import Notice
from exchange.store.openings import Opening, OpeningStatus
from exchange.store.people import Employment
from exchange.store.rounds import ExchangeRound, Run
from exchange.store.runs import SILENT_FOR, RunStatus
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, JP, NOW, PERSON, TODAY, UK, US
from tests.lives import add_stay, content
from tests.rounds import SETTINGS, START, TERMS, a_plan, a_round, opening, prepared
from tests.stays import shorter_than_offered, with_papers

HR = ACTOR["uk_hr"]


def started(session: Session, round_id: int, *locks: Placement) -> int:
    return planning.start(session, HR, round_id, locks=locks, now=NOW)


def problem_of(session: Session, round_id: int) -> Problem:
    row = session.get_one(ExchangeRound, round_id)
    return building.build(session, None, Question.of(row), today=TODAY)[0]


def run_of(session: Session, run_id: int) -> Run:
    return session.get_one(Run, run_id, populate_existing=True)


def drafts(session: Session) -> list[Secondment]:
    return list(session.scalars(select(Secondment).order_by(Secondment.id)))


def told(raised: pytest.ExceptionInfo[Refused]) -> str:
    return str(raised.value)


@pytest.fixture
def round_id(session: Session) -> int:
    opening(session, US, "US-1")
    opening(session, UK, "UK-1")
    return a_round(session)


def agreed(session: Session, who: str, opening_id: int | None, stay: Period, host: int = US) -> int:
    """A secondment that both institutes have agreed to, so that it stands in every plan."""
    home, other = ("uk_hr", "us_hr") if host == US else ("us_hr", "uk_hr")
    proposal = Proposal(PERSON[who], host, stay.start, stay.end, opening_id=opening_id)
    ident = secondments.propose(session, ACTOR[home], proposal, now=NOW)
    with_papers(session, ident, person=ACTOR[who], coordinator=ACTOR[home])
    if opening_id is not None:
        shorter_than_offered(session, ident, ACTOR[home])
    steps = ((who, Verb.CONSENT), (home, Verb.RELEASE), (home, Verb.NOMINATE), (other, Verb.ACCEPT))
    for key, verb in steps:
        secondments.move(session, ACTOR[key], ident, verb, now=NOW)
    return ident


# ---------------------------------------------------------------- making and changing a round


def test_a_round_starts_on_a_monday(session: Session) -> None:
    ident = a_round(session, replace(TERMS, starts_on=START + timedelta(days=1)))
    assert session.get_one(ExchangeRound, ident).starts_on == START + timedelta(days=7)


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (replace(TERMS, title=" "), "Give the round a title."),
        (replace(TERMS, starts_on=date(2025, 1, 6), weeks=10), "The window lies in the past"),
        (replace(TERMS, weeks=0), "between 1 and 260 weeks"),
        (replace(TERMS, settings=replace(SETTINGS, institutes=(UK,))), "at least two institutes"),
        (
            replace(TERMS, settings=replace(SETTINGS, budgets=((UK, 0), (US, 0)), travel_cost=3000)),
            "Every institute has a budget of zero",
        ),
        (replace(TERMS, settings=replace(SETTINGS, budgets=((UK, -1),))), "Budgets and costs are zero or more."),
    ],
)
def test_terms_without_sense_get_a_sentence(session: Session, terms: planning.RoundTerms, sentence: str) -> None:
    with pytest.raises(Refused) as raised:
        a_round(session, terms)
    assert sentence in told(raised)
    assert raised.value.verdict.refusal is Refusal.INVALID


def test_only_the_institutes_own_coordinator_plans_for_it(session: Session) -> None:
    for key in ("us_hr", "uk_lead", "ada", "director", "uk_security"):
        with pytest.raises(Refused):
            planning.create(session, ACTOR[key], TERMS, now=NOW)
    assert session.scalar(select(ExchangeRound.id)) is None


def test_a_round_is_changed_and_its_runs_keep_what_was_decided(session: Session, round_id: int) -> None:
    run_id = started(session, round_id)
    other = replace(TERMS, settings=replace(SETTINGS, tolerance_weeks=8))
    planning.change(session, HR, round_id, other, version=1, now=NOW)
    with pytest.raises(Refused) as raised:
        planning.change(session, HR, round_id, TERMS, version=1, now=NOW)
    assert raised.value.verdict.refusal is Refusal.CONFLICT
    assert session.get_one(ExchangeRound, round_id).settings["tolerance_weeks"] == 8
    kept = run_of(session, run_id).settings
    assert kept is not None
    assert kept["tolerance_weeks"] == 52


# ---------------------------------------------------------------- what goes into the problem


def test_a_stay_that_stands_is_fixed_and_takes_the_seat(session: Session) -> None:
    seat = opening(session, US, "US-1")
    opening(session, UK, "UK-1")
    agreed(session, "ada", seat, Period(START, START + timedelta(weeks=20, days=-3)))
    problem = problem_of(session, a_round(session))
    assert problem.confirmed == (Placement("Ada Lindqvist", "Visiting evaluator US-1", 0, 20),)


def test_a_stay_outside_the_rounds_openings_still_takes_desk_and_quota(session: Session) -> None:
    opening(session, US, "US-1")
    opening(session, UK, "UK-1")
    agreed(session, "ada", None, Period(START, START + timedelta(weeks=20, days=-3)))
    tight = replace(TERMS, settings=replace(SETTINGS, desks=1))
    problem = problem_of(session, a_round(session, tight))
    assert problem.confirmed == (Placement("Ada Lindqvist", "At US CAISI already", 0, 20),)
    another = Placement("Hannah Stein", "Visiting evaluator US-1", 5, 26)
    broken = {one.rule for one in check(problem, (*problem.confirmed, another)) if not one.inherited}
    assert "desk" in broken


def test_stays_that_the_planner_may_not_know_of_have_no_name(session: Session) -> None:
    seat = opening(session, JP, "JP-1")
    opening(session, UK, "UK-1")
    stay = Proposal(PERSON["tomas"], JP, START, START + timedelta(weeks=20, days=-3), opening_id=seat)
    ident = secondments.propose(session, ACTOR["us_hr"], stay, now=NOW)
    with_papers(session, ident, person=ACTOR["tomas"], coordinator=ACTOR["us_hr"])
    shorter_than_offered(session, ident, ACTOR["us_hr"])
    steps = (("tomas", Verb.CONSENT), ("us_hr", Verb.RELEASE), ("us_hr", Verb.NOMINATE), ("jp_hr", Verb.ACCEPT))
    for key, verb in steps:
        secondments.move(session, ACTOR[key], ident, verb, now=NOW)
    everybody = replace(TERMS, settings=replace(SETTINGS, institutes=(UK, US, JP)))
    problem = problem_of(session, a_round(session, everybody))
    assert problem.confirmed == (Placement("Somebody of US CAISI", "Visiting evaluator JP-1", 0, 20),)
    named = next(one for one in problem.candidates if one.id == "Tomas Rivera")
    assert named.availability
    assert all(first >= 20 for first, _ in named.availability)


def test_lead_times_run_from_today_not_from_the_first_week(session: Session, round_id: int) -> None:
    assert problem_of(session, round_id).now == -28


def test_what_was_exchanged_before_counts_in_the_balance(session: Session) -> None:
    opening(session, UK, "UK-1")
    add_stay(session, State.COMPLETED, TODAY - timedelta(weeks=20), TODAY - timedelta(weeks=10))
    add_stay(
        session, State.READY, START - timedelta(weeks=4), START + timedelta(weeks=4)
    )  # half of it before the round
    add_stay(session, State.WITHDRAWN, TODAY - timedelta(weeks=90), TODAY - timedelta(weeks=30))
    problem = problem_of(session, a_round(session))
    assert [(row.from_institute, row.to_institute, row.history_weeks) for row in problem.balance] == [
        ("UK AISI", "US CAISI", 14)
    ]


def test_people_and_openings_can_be_left_out(session: Session) -> None:
    seat = opening(session, US, "US-1")
    opening(session, UK, "UK-1")
    settings = replace(SETTINGS, without_people=(PERSON["ada"],), without_openings=(seat,))
    problem = problem_of(session, a_round(session, replace(TERMS, settings=settings)))
    assert "Ada Lindqvist" not in {one.id for one in problem.candidates}
    assert [one.id for one in problem.openings] == ["Visiting evaluator UK-1"]


def test_nobody_arrives_on_a_public_holiday_and_budgets_follow_the_fiscal_year(session: Session, round_id: int) -> None:
    row = session.get_one(ExchangeRound, round_id)
    row.settings = replace(SETTINGS, budgets=((US, 9000),), home_week_cost=10).to_json()
    problem = problem_of(session, round_id)
    us = next(one for one in problem.institutes if one.id == "US CAISI")
    assert 4 in us.no_arrival  # 5 July 2027, when Independence Day is observed
    assert [(year.from_week, year.to_week, year.amount) for year in us.budget_years] == [(0, 17, 9000), (17, 52, 9000)]


# ---------------------------------------------------------------- running


def test_a_run_is_taken_solved_and_announced(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    assert run_of(session, run_id).status is RunStatus.DONE
    assert len(plan.placements) == 2
    problem = problem_from_json(run_of(session, run_id).problem)
    assert check(problem, plan.placements) == ()
    notice = session.scalars(select(Notice).where(Notice.person_id == PERSON["uk_hr"])).one()
    assert notice.path == f"/runs/{run_id}"


@pytest.mark.parametrize("hosts", [(), (UK,)])
def test_a_round_that_cannot_be_planned_says_what_to_do(session: Session, hosts: tuple[int, ...]) -> None:
    for host in hosts:
        opening(session, host, f"{host}-1")
    settings = SETTINGS
    if hosts:
        american = tuple(ident for key, ident in PERSON.items() if ACTOR[key].institute_id == US)
        settings = replace(SETTINGS, without_people=american)
    round_id = a_round(session, replace(TERMS, settings=settings))
    run_id = started(session, round_id)
    assert prepared(session, run_id) is None
    run = run_of(session, run_id)
    assert run.status is RunStatus.FAILED
    assert run.message.startswith("It could not be planned: ")
    assert any(("belongs to UK AISI" if hosts else "no openings") in one for one in run.progress["reasons"])
    notice = session.scalars(select(Notice).where(Notice.person_id == PERSON["uk_hr"])).one()
    assert notice.text == "Your exchange round Summer 2027 could not be planned."


def test_locks_that_contradict_each_other_are_refused_by_name(session: Session, round_id: int) -> None:
    one = Placement("Ada Lindqvist", "Visiting evaluator US-1", 1, 30)
    for other, words in (
        (replace(one, candidate="Hannah Stein"), "Visiting evaluator US-1 has 2 seats in use"),
        (replace(one, opening="Visiting evaluator UK-1"), "Ada Lindqvist has 2 placements"),
    ):
        run_id = started(session, round_id, one, other)
        assert prepared(session, run_id) is None
        assert words in run_of(session, run_id).message


def test_what_is_locked_stays_in_the_next_plan(session: Session, round_id: int) -> None:
    lock = Placement("Rhys Bevan", "Visiting evaluator US-1", 10, 30)
    run_id = started(session, round_id, lock)
    ready = prepared(session, run_id)
    assert ready is not None
    assert lock in ready.problem.confirmed
    assert lock not in taking.fixed_in(run_of(session, run_id))


def test_a_waiting_run_stops_at_once_and_a_running_one_is_asked(session: Session, round_id: int) -> None:
    waiting, second = started(session, round_id), started(session, round_id)
    planning.stop(session, HR, waiting, now=NOW)
    assert run_of(session, waiting).status is RunStatus.STOPPED
    assert runs.claim(session, now=NOW) == second
    assert run_of(session, second).status is RunStatus.PREPARING
    planning.stop(session, HR, second, now=NOW)
    assert runs.note(session, second, {"value": 1}, now=NOW)
    with pytest.raises(Refused) as raised:
        planning.stop(session, HR, waiting, now=NOW)
    assert "stopped already" in told(raised)


def test_a_run_whose_worker_went_away_says_that_it_was_interrupted(session: Session, round_id: int) -> None:
    run_id = started(session, round_id)
    runs.claim(session, now=NOW)
    assert runs.end_silent_ones(session, now=NOW + SILENT_FOR) == 0
    assert runs.end_silent_ones(session, now=NOW + SILENT_FOR + timedelta(seconds=1)) == 1
    row = run_of(session, run_id)
    assert row.status is RunStatus.INTERRUPTED
    assert "Start it again" in row.message


@pytest.mark.parametrize("key", ["us_hr", "jp_hr", "director", "uk_lead", "ada"])
def test_others_find_no_round_and_no_run(session: Session, round_id: int, key: str) -> None:
    run_id, _ = a_plan(session, round_id)
    for attempt in (
        lambda: planning.start(session, ACTOR[key], round_id, now=NOW),
        lambda: planning.stop(session, ACTOR[key], run_id, now=NOW),
        lambda: taking.accept(session, ACTOR[key], run_id, None, now=NOW),
        lambda: planning.change(session, ACTOR[key], round_id, TERMS, version=1, now=NOW),
    ):
        with pytest.raises(Refused) as raised:
            attempt()
        assert raised.value.verdict.refusal in {Refusal.NOT_FOUND, Refusal.FORBIDDEN}
    assert drafts(session) == []


# ---------------------------------------------------------------- taking over


def test_all_rows_become_drafts_in_one_transaction(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    assert taking.accept(session, HR, run_id, None, now=NOW) == (2, ())
    rows = drafts(session)
    assert {row.state for row in rows} == {State.DRAFT}
    assert {row.run_id for row in rows} == {run_id}
    starts = {START + timedelta(weeks=placement.start) for placement in plan.placements}
    assert {row.starts_on for row in rows} == starts
    assert all(row.ends_on.weekday() == 4 for row in rows)
    records = session.scalars(select(AuditEvent.summary).where(AuditEvent.verb == "round:accept")).all()
    assert len(records) == 3  # one for each draft and one for the plan
    assert "took 2 rows" in records[-1]


def test_nobody_is_planned_for_days_for_which_they_are_proposed_already(session: Session) -> None:
    opening(session, US, "US-1", min_weeks=4, preferred_weeks=10)
    opening(session, UK, "UK-1", min_weeks=4, preferred_weeks=10)
    days = Period(START, START + timedelta(weeks=30, days=-3))
    for who, home, host in (("ada", "uk_hr", US), ("tomas", "us_hr", UK)):
        secondments.propose(session, ACTOR[home], Proposal(PERSON[who], host, days.start, days.end), now=NOW)
    terms = replace(TERMS, settings=replace(SETTINGS, min_weeks=4, preferred_weeks=10))
    run_id, plan = a_plan(session, a_round(session, terms))
    busy = {"Ada Lindqvist", "Tomás Rivera Ortiz"}
    assert all(row.start >= 30 for row in plan.placements if row.candidate in busy)
    assert taking.accept(session, HR, run_id, None, now=NOW) == (len(plan.placements), ())


def test_some_rows_become_drafts(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    assert taking.accept(session, HR, run_id, {1}, now=NOW) == (1, ())
    assert [row.person_id for row in drafts(session)] == [
        run_of(session, run_id).keys["people"][plan.placements[1].candidate]
    ]


def test_none_chosen_is_refused_and_leaves_nothing(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    with pytest.raises(Refused) as raised:
        taking.accept(session, HR, run_id, set(), now=NOW)
    assert "tick the rows" in told(raised)
    assert drafts(session) == []


def test_a_plan_that_is_not_there_yet_cannot_be_taken_over(session: Session, round_id: int) -> None:
    with pytest.raises(Refused) as raised:
        taking.accept(session, HR, started(session, round_id), None, now=NOW)
    assert "wait for the run to end" in told(raised)


def test_a_row_that_has_become_impossible_is_left_out_by_name(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    away, kept = plan.placements
    person_id = run_of(session, run_id).keys["people"][away.candidate]
    home = "uk_hr" if away.opening.endswith("US-1") else "us_hr"
    first = START + timedelta(weeks=away.start)
    people.add_absence(session, ACTOR[home], person_id, first, first + timedelta(days=30), now=NOW)
    made, left_out = taking.accept(session, HR, run_id, None, now=NOW)
    assert made == 1
    assert left_out == (f"{away.candidate}: they are not free on all of these days any more.",)
    assert drafts(session)[0].person_id == run_of(session, run_id).keys["people"][kept.candidate]


def test_rows_of_an_opening_that_has_closed_are_left_out(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    closed = next(one for one in plan.placements if one.opening.endswith("US-1"))
    seat = run_of(session, run_id).keys["openings"][closed.opening]
    openings.set_status(session, ACTOR["us_hr"], seat, OpeningStatus.CLOSED, now=NOW)
    made, left_out = taking.accept(session, HR, run_id, None, now=NOW)
    assert made == 1
    assert left_out == (f"{closed.candidate}: the opening {closed.opening} is closed or gone.",)


def test_a_row_is_not_taken_over_twice(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    taking.accept(session, HR, run_id, None, now=NOW)
    with pytest.raises(Refused) as raised:
        taking.accept(session, HR, run_id, None, now=NOW)
    assert "a draft of one" in told(raised)
    assert len(drafts(session)) == 2


def test_a_seat_taken_since_is_named(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    row = next(one for one in plan.placements if one.opening.endswith("US-1"))
    seat = run_of(session, run_id).keys["openings"][row.opening]
    free = next(who for who in ("ada", "uk_lead", "uk_security") if ACTOR[who].name != row.candidate)
    first = START + timedelta(weeks=row.start)
    agreed(session, free, seat, Period(first, first + timedelta(weeks=9, days=-3)))
    _, left_out = taking.accept(session, HR, run_id, None, now=NOW)
    assert left_out == (f"{row.candidate}: the seat is taken on some of these days.",)


def test_others_rows_are_left_to_their_own_coordinators(session: Session) -> None:
    opening(session, US, "US-1")
    opening(session, JP, "JP-1")
    everybody = replace(TERMS, settings=replace(SETTINGS, institutes=(UK, US, JP)))
    run_id, plan = a_plan(session, a_round(session, everybody))
    foreign = [one for one in plan.placements if {UK} & _institutes(session, run_id, one) == set()]
    try:
        _, left_out = taking.accept(session, HR, run_id, None, now=NOW)
    except Refused as refusal:
        left_out = refusal.verdict.reasons
    assert len([line for line in left_out if "neither institute is yours" in line]) == len(foreign)


def _institutes(session: Session, run_id: int, placement: Placement) -> set[int]:
    problem = problem_from_json(run_of(session, run_id).problem)
    by_name = {"UK AISI": UK, "US CAISI": US, "JP AISI": JP}
    home = next(one.institute for one in problem.candidates if one.id == placement.candidate)
    host = next(one.institute for one in problem.openings if one.id == placement.opening)
    return {by_name[home], by_name[host]}


def test_the_plan_that_is_kept_passes_the_checker(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    row = run_of(session, run_id)
    assert row.plan is not None
    assert check(problem_from_json(row.problem), placements_from_json(row.plan["placements"])) == ()


# ---------------------------------------------------------------- replanning


def slipped(session: Session, run_id: int, weeks: int) -> Secondment:
    """Take the plan over and let the first draft slip."""
    taking.accept(session, HR, run_id, None, now=NOW)
    draft = drafts(session)[0]
    slip = timedelta(weeks=weeks)
    later = Proposal(draft.person_id, draft.host_institute_id, draft.starts_on + slip, draft.ends_on + slip)
    secondments.edit(session, HR, draft.id, later, version=draft.version, now=NOW)
    return draft


def mended(session: Session, run_id: int) -> Run:
    """A replan of the run, as far as its instant repair."""
    fresh = replanning.replan(session, HR, run_id, now=NOW)
    assert prepared(session, fresh) is not None
    return run_of(session, fresh)


def test_a_slip_is_kept_and_the_rest_stays_as_it_was(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    draft = slipped(session, run_id, 2)
    row = session.get_one(ExchangeRound, round_id)
    said = [one.sentence for one in replanning.happened(session, run_of(session, run_id), row)]
    assert len(said) == 1
    assert "now goes from" in said[0]
    fresh = mended(session, run_id)
    assert fresh.repair is not None
    assert fresh.published is not None
    assert fresh.repair["seconds"] < 5
    repaired = placements_from_json(fresh.repair["placements"])
    assert check(problem_from_json(fresh.problem), repaired) == ()
    assert len(set(repaired) & set(plan.placements)) == len(plan.placements) - 1
    moved = next(one for one in repaired if fresh.keys["people"][one.candidate] == draft.person_id)
    assert START + timedelta(weeks=moved.start) == draft.starts_on


def test_who_withdrew_is_out_and_the_seat_is_filled_again(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    taking.accept(session, HR, run_id, None, now=NOW)
    gone = drafts(session)[0]
    home = "uk_hr" if gone.home_institute_id == UK else "us_hr"
    secondments.move(session, ACTOR[home], gone.id, Verb.WITHDRAW, reason="Plans changed", now=NOW)
    fresh = mended(session, run_id)
    assert fresh.repair is not None
    people = {fresh.keys["people"][one[0]] for one in fresh.repair["placements"]}
    assert gone.person_id not in people
    assert len(people) == len(plan.placements)


def test_taking_a_replan_over_moves_drafts_in_place(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    taking.accept(session, HR, run_id, None, now=NOW)
    first, second = drafts(session)
    seat = session.get_one(Opening, second.opening_id)
    seat.opens_on = second.starts_on + timedelta(weeks=3)
    session.commit()
    fresh = replanning.replan(session, HR, run_id, now=NOW)
    assert Solver(sessionmaker(session.get_bind()), lambda: NOW).work() == 1
    before = (first.starts_on, first.ends_on)
    made, left_out = taking.accept(session, HR, fresh, None, now=NOW)
    session.expire_all()
    assert (made, left_out) == (2, ())
    assert len(drafts(session)) == 2
    assert (first.starts_on, first.ends_on) == before
    assert second.starts_on >= seat.opens_on


def replanned(session: Session, run_id: int, *, agreed: bool = False) -> Run:
    """A replan of the run, with its plan."""
    fresh = replanning.replan(session, HR, run_id, agreed=agreed, now=NOW)
    assert Solver(sessionmaker(session.get_bind()), lambda: NOW).work() == 1
    session.expire_all()
    return run_of(session, fresh)


def outgoing(session: Session) -> Secondment:
    """The draft of somebody whom the planner's institute sends."""
    return next(one for one in drafts(session) if one.home_institute_id == UK)


def close_opening(session: Session, ident: int | None) -> None:
    session.get_one(Opening, ident).status = OpeningStatus.CLOSED
    session.commit()


def test_what_a_changed_plan_has_no_place_for_is_withdrawn_or_named(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    taking.accept(session, HR, run_id, None, now=NOW)
    ours = outgoing(session)
    theirs = next(one for one in drafts(session) if one.home_institute_id == US)
    close_opening(session, ours.opening_id)
    close_opening(session, theirs.opening_id)
    opening(session, US, "US-9", skills=(("debate", 4),))  # so that there is something to plan
    opening(session, UK, "UK-9", skills=(("debate", 4),))
    fresh, row = replanned(session, run_id), session.get_one(ExchangeRound, round_id)
    said = {one.secondment_id: one for one in following.consequences(session, HR, fresh, row)}
    assert said[ours.id].sentence == "the plan has no place for it: it is withdrawn."
    assert "the coordinators of US CAISI are told to withdraw it" in said[theirs.id].sentence
    made, left_out = taking.accept(session, HR, fresh.id, [], drops=[ours.id], now=NOW)
    assert (made, left_out) == (1, ())
    session.expire_all()
    assert (ours.state, theirs.state) == (State.WITHDRAWN, State.DRAFT)
    made, left_out = taking.accept(session, HR, fresh.id, None, now=NOW)
    assert made == 1
    assert "the coordinators of US CAISI are told" in left_out[0]
    told_of = session.scalars(select(Notice.person_id).where(Notice.key.like("no-place-%"))).all()
    assert set(told_of) == {PERSON["us_hr"], PERSON["us_hr_2"]}
    assert theirs.state is State.DRAFT


def agreed_in_a_version(session: Session, row: Secondment) -> None:
    """Both institutes are agreed: the draft is ready, with a first version of its agreement."""
    row.state, put = State.READY, content(row)
    session.add(
        AgreementVersion(
            secondment_id=row.id, number=1, content=put.canonical().decode(), sha256=put.hash, created_at=NOW
        )
    )
    session.commit()


def test_agreed_days_are_changed_by_a_version_of_the_agreement_only(session: Session, round_id: int) -> None:
    run_id, _ = a_plan(session, round_id)
    taking.accept(session, HR, run_id, None, now=NOW)
    ours, row = outgoing(session), session.get_one(ExchangeRound, round_id)
    agreed_in_a_version(session, ours)
    seat = session.get_one(Opening, ours.opening_id)
    seat.opens_on = ours.starts_on + timedelta(weeks=3)
    session.commit()
    days = ours.period
    assert following.consequences(session, HR, replanned(session, run_id), row) == []
    fresh = replanned(session, run_id, agreed=True)
    said = following.consequences(session, HR, fresh, row)
    assert [one.secondment_id for one in said] == [ours.id]
    assert "proposed as a version of the agreement" in said[0].sentence
    assert taking.accept(session, HR, fresh.id, None, now=NOW)[1] == ()
    session.expire_all()
    assert ours.period == days, "what was agreed holds until all have approved the new version"
    newest = versions_of(session, ours.id)[-1].domain.content
    assert newest.number == 2
    assert newest.start >= seat.opens_on
    close_opening(session, ours.opening_id)
    dropping = replanned(session, run_id, agreed=True)
    assert "both institutes have agreed" in following.consequences(session, HR, dropping, row)[0].sentence
    _, left_out = taking.accept(session, HR, dropping.id, None, now=NOW)
    assert any("the coordinators of UK AISI and US CAISI are told" in one for one in left_out)
    session.expire_all()
    assert ours.state is State.READY


def test_a_plan_of_nobody_cannot_be_changed(session: Session, round_id: int) -> None:
    run_id = started(session, round_id)
    with pytest.raises(Refused) as raised:
        replanning.replan(session, HR, run_id, now=NOW)
    assert "no plan to change yet" in told(raised)
    with pytest.raises(Refused) as raised:
        replanning.replan(session, ACTOR["us_hr"], run_id, now=NOW)
    assert raised.value.verdict.refusal is Refusal.NOT_FOUND


def test_a_plan_that_breaks_a_rule_is_not_kept(session: Session, round_id: int) -> None:
    run_id = started(session, round_id)
    prepared(session, run_id)
    unlawful = {"placements": [["Ada Lindqvist", "Visiting evaluator UK-1", 0, 30]], "value": 1, "gap": 0.0}
    runs.finish(session, run_id, unlawful, stopped=False, now=NOW)
    row = run_of(session, run_id)
    assert row.status is RunStatus.FAILED
    assert row.plan is None
    assert "own institute" in row.message


def test_who_is_there_may_stay_as_long_as_rules_and_plan_allow(session: Session, round_id: int) -> None:
    seat = next(one for one in session.scalars(select(Opening)) if one.code == "US-1")
    last = START + timedelta(weeks=30, days=-3)
    there = add_stay(session, State.ACTIVE, START, last, opening_id=seat.id)
    run_id, _ = a_plan(session, round_id)
    (found,) = run_of(session, run_id).keys["longer"]
    assert (found["secondment"], found["who"], found["opening"]) == (there, "Ada Lindqvist", "Visiting evaluator US-1")
    assert found["weeks"] == 22, "the opening allows 52 weeks"
    assert found["until"] == (last + timedelta(weeks=22)).isoformat()
    session.get_one(Secondment, there).state = State.CLOSING
    employed = session.scalars(select(Employment).where(Employment.person_id == PERSON["ada"])).one()
    employed.ends_on = last + timedelta(weeks=5)
    session.commit()
    assert run_of(session, a_plan(session, round_id)[0]).keys["longer"][0]["weeks"] == 5
    seat.closes_on, employed.ends_on = last, None
    session.commit()
    assert run_of(session, a_plan(session, round_id)[0]).keys["longer"] == []
    seat.closes_on = START + timedelta(weeks=52)
    then = (last + timedelta(weeks=4), last + timedelta(weeks=18))
    add_stay(session, State.READY, *then, person_id=PERSON["uk_lead"], opening_id=seat.id)
    assert run_of(session, a_plan(session, round_id)[0]).keys["longer"][0]["weeks"] == 3, "the seat is taken then"


# ---------------------------------------------------------------- eligibility


def test_rows_that_the_rules_of_eligibility_bar_are_left_out(session: Session, round_id: int) -> None:
    run_id, plan = a_plan(session, round_id)
    session.get_one(Institute, US).membership = Membership.LEFT
    session.commit()
    with pytest.raises(Refused) as raised:
        taking.accept(session, HR, run_id, None, now=NOW)
    assert len(raised.value.verdict.reasons) == len(plan.placements)
    assert "institute is not an active member of the network" in told(raised)
    assert drafts(session) == []


def test_a_round_is_built_by_the_rules_of_eligibility(session: Session, round_id: int) -> None:
    opening(session, US, "US-2", clearance_asked="US:SECRET")
    people = {one.person_id: one for one in session.scalars(select(Employment))}
    ada, lead, tomas = (people[PERSON[key]] for key in ("ada", "uk_lead", "tomas"))
    ada.fte, lead.probation_ends_on = Decimal("0.5"), START + timedelta(days=20)
    tomas.ends_on = START + timedelta(weeks=30)
    session.commit()
    row, plain, asking = session.get_one(ExchangeRound, round_id), "Visiting evaluator US-1", "Visiting evaluator US-2"
    problem, _ = building.build(session, IndexCache(), Question.of(row), today=TODAY)
    assert problem.eligible is not None
    assert problem.barred["Ada Lindqvist", plain].startswith("Host and home together ask for 100% of")
    assert problem.eligible["Priya Raman", plain] == ((3, 52, 52),)
    assert problem.eligible["Priya Raman", asking] == ((3, 52, 52),)
    assert problem.eligible["Tomas Rivera", "Visiting evaluator UK-1"] == ((0, 30, 30),)
    run_id = started(session, round_id)
    prepared(session, run_id)
    assert problem_from_json(run_of(session, run_id).problem).eligible == problem.eligible
    assert {one.rule for one in check(problem, [Placement("Tomas Rivera", "Visiting evaluator UK-1", 2, 30)])} == {
        "eligibility"
    }
    # vetting, recognition and visit take longer than the agreement does
    early = replace(TERMS, starts_on=TODAY + timedelta(days=30))
    planning.change(session, HR, round_id, early, version=1, now=NOW)
    session.refresh(row)
    problem, _ = building.build(session, IndexCache(), Question.of(row), today=TODAY)
    assert problem.eligible is not None
    assert problem.eligible["Owen Pryce", plain][0][0] == 9
