"""Seats filled: what is weighed, who is kept out and who learns why, bad requirements, drafts and their answers."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.teams import accepting, answers, explaining, planning
from exchange.actions.teams.accepting import Taken
from exchange.actions.writing import Refused
from exchange.domain.seats import NOT_AVAILABLE
from exchange.domain.team_settings import TeamSettings
from exchange.domain.verdict import Refusal
from exchange.matching.round_files import answer_from_json, problem_from_json
from exchange.store import team_facts
from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.audit import AuditEvent
from exchange.store.clearances import Clearance
from exchange.store.notices import Notice
from exchange.store.people import Absence, Citizenship, Employment, Person
from exchange.store.runs import RunStatus
from exchange.store.teams import TeamRun
from tests.cast import ACTOR, JP, NOW, PERSON, TODAY, UK, US
from tests.matching.rounds import check, value
from tests.teams import (
    LEAD,
    a_need,
    a_stream,
    filled,
    give_profiles,
    prepared,
    problem_of,
    run_of,
    solved,
    stands_on,
    started,
)

ADA, TOMAS = PERSON["ada"], PERSON["tomas"]


def chosen(run: TeamRun) -> list[tuple[int, int]]:
    assert run.answer is not None
    return [(person, seat) for person, seat in run.answer["answer"]["chosen"]]


def said(session: Session, run: TeamRun, key: str, need: int, reader: str = "uk_lead") -> tuple[str, ...]:
    who = team_facts.names(session, {PERSON[key]}, TODAY)[PERSON[key]]
    return explaining.explain(run, who, need, ACTOR[reader]).sentences


def allocated(session: Session) -> list[Allocation]:
    return list(session.scalars(select(Allocation).order_by(Allocation.id).execution_options(populate_existing=True)))


# ------------------------------------------------------------------------------- what is weighed


def test_the_best_who_passes_gets_the_seat_and_every_rule_is_kept(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    run = filled(session, stream)
    assert run.answer is not None
    check(problem_from_json(run.problem), answer_from_json(run.answer["answer"]))
    assert chosen(run) == [(ADA, need)]
    assert run.status is RunStatus.DONE
    notices = session.scalars(select(Notice.text).where(Notice.person_id == LEAD.person_id)).all()
    assert any("have a proposal" in text for text in notices)


def test_every_objective_gives_an_answer_that_keeps_the_rules(session: Session) -> None:
    give_profiles(session)
    streams = [a_stream(session, code=code) for code in ("ONE", "TWO")]
    for stream in streams:
        a_need(session, stream, share=Decimal(1))
    for objective in ("floor", "total", "lift"):
        run = filled(session, *streams, objective=objective)
        assert run.answer is not None
        check(problem_from_json(run.problem), answer_from_json(run.answer["answer"]))
        assert len({person for person, _ in chosen(run)}) == 2  # nobody works twice full time


def test_whoever_is_away_long_or_busy_elsewhere_is_not_taken(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    session.add(Absence(person_id=ADA, starts_on=date(2027, 3, 1), ends_on=date(2027, 4, 15)))
    session.commit()
    run = filled(session, stream)
    assert chosen(run) == [(TOMAS, need)]
    assert said(session, run, "ada", need) == (
        "Has 0% of their time left in the week of 1 March 2027, which is less than the seat asks.",
    )


def test_an_employment_that_ends_before_the_work_does_keeps_out(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    job = session.scalars(select(Employment).where(Employment.person_id == ADA)).one()
    job.ends_on = date(2027, 4, 30)
    session.commit()
    assert chosen(filled(session, stream)) == [(TOMAS, need)]


def test_an_institute_lends_no_more_than_its_share(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    a_need(session, stream, heads=2, skills=(("agent-scaffolds", 3, True),), share=Decimal(1))
    assert {person for person, _ in chosen(filled(session, stream, lend_share=1.0))} == {ADA, TOMAS}
    assert {person for person, _ in chosen(filled(session, stream, lend_share=0.01))} == {ADA}


def test_at_least_one_from_each_named_institute(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream, from_each=(US,))
    assert chosen(filled(session, stream)) == [(TOMAS, need)]


def test_no_more_than_so_many_from_one_institute(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream, heads=4, skills=(), most_from_one=2)
    run = filled(session, stream)
    homes = {person.id: person.institute_id for person in problem_from_json(run.problem).people}
    seats = [homes[person] for person, _ in chosen(run)]
    assert sorted(seats) == [UK, UK, US, US]


def test_each_language_is_covered_or_named_as_missing(session: Session) -> None:
    session.get_one(Person, ADA).languages = ["en", "ja"]
    session.commit()
    stream = a_stream(session)
    need = a_need(session, stream, heads=2, skills=(), languages=("ja", "ta"))
    run = filled(session, stream)
    assert chosen(run) == [(ADA, need)]
    assert run.answer is not None
    assert "somebody who speaks Tamil" in [short["label"] for short in run.answer["answer"]["shortfalls"]]
    assert said(session, run, "tomas", need) == ("Speaks none of the languages asked for: Japanese, Tamil.",)


def test_hours_of_the_working_day_are_shared(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream, heads=2, overlap_hours=6)
    run = filled(session, stream)
    assert chosen(run) == [(ADA, need)]
    assert said(session, run, "tomas", need)[0].startswith("Shares 3 hours of the working day")
    assert run.answer is not None
    assert "Do not ask for shared hours." in [one["sentence"] for one in run.answer["eased"]]


# ------------------------------------------------------------------------------- what stands


def test_a_confirmed_assignment_is_fixed_and_a_draft_has_a_small_bonus(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    row = Allocation(
        person_id=TOMAS,
        requirement_id=need,
        institute_id=US,
        share=Decimal("0.5"),
        starts_on=date(2027, 2, 1),
        ends_on=date(2027, 5, 28),
        status=AllocationStatus.CONFIRMED,
    )
    session.add(row)
    session.commit()
    run = filled(session, stream)
    assert chosen(run) == [(TOMAS, need)]
    assert said(session, run, "ada", need) == ("All seats of this role are held by people who are confirmed.",)
    row.status = AllocationStatus.DRAFT
    session.commit()
    pairs = {pair.person_id: pair for pair in problem_of(session, started(session, stream)).pairs}
    assert pairs[TOMAS].incumbent
    assert not pairs[TOMAS].confirmed


def test_whoever_declined_is_not_asked_again(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    run = filled(session, stream)
    accepting.accept(session, LEAD, run.id, None, now=NOW)
    answers.decline(session, ACTOR["ada"], allocated(session)[0].id, "I teach that term.", now=NOW)
    again = filled(session, stream)
    assert chosen(again) == [(TOMAS, need)]
    assert said(session, again, "ada", need) == ("Declined this seat before.",)


# ------------------------------------------------------------------------------- clearances and citizenship


def cleared(session: Session, key: str) -> None:
    session.add(
        Clearance(
            person_id=PERSON[key],
            scheme="UKSV",
            level="DV",
            granted_on=date(2024, 1, 1),
            review_due_on=date(2029, 3, 14),
            caveats=["CANARY-CAVEAT"],
            sponsor="CANARY-SPONSOR",
            confirmed_at=NOW,
        )
    )
    session.commit()


def test_a_clearance_is_a_yes_or_no_and_its_level_is_not_kept(session: Session) -> None:
    give_profiles(session)
    cleared(session, "ada")
    stream = a_stream(session)
    need = a_need(session, stream, heads=2, clearance_asked="UKSV:SC")
    run = filled(session, stream)
    assert chosen(run) == [(ADA, need)]
    kept = repr((run.problem, run.answer, run.notes, run.settings))
    for canary in ("CANARY", "UKSV", "DV", "Developed"):
        assert canary not in kept


def test_only_the_officer_who_keeps_the_records_learns_which_test_failed(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream, clearance_asked="UKSV:SC")
    other = a_need(session, stream, role="Another", citizenships=("GB",))
    run = filled(session, stream)
    assert said(session, run, "ada", need) == (NOT_AVAILABLE,)
    assert said(session, run, "ada", other) == (NOT_AVAILABLE,)
    assert said(session, run, "ada", need, "us_security") == (NOT_AVAILABLE,)
    assert "clearance" in said(session, run, "ada", need, "uk_security")[0]
    assert "citizenship" in said(session, run, "ada", other, "uk_security")[0]


def test_nothing_else_is_said_of_somebody_who_is_not_available_than_of_another(session: Session) -> None:
    """No change that was tried, no worth and no note tells whether a clearance, a nationality or nothing failed."""
    give_profiles(session)
    session.add_all((Citizenship(person_id=ADA, country="GB"), Citizenship(person_id=TOMAS, country="FR")))
    session.commit()
    stream = a_stream(session)
    a_need(session, stream, heads=2, citizenships=("GB",))
    run = filled(session, stream)
    assert run.answer is not None
    assert [person for person, _ in chosen(run)] == [ADA]
    text = repr((run.answer["eased"], run.answer["worths"], run.notes)).lower()
    assert "citizen" not in text
    assert "clearance" not in text


# ------------------------------------------------------------------------------- bad requirements


def test_a_level_that_nobody_has_leaves_the_seat_empty_and_names_the_cheapest_change(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    a_need(session, stream, skills=(("agent-scaffolds", 4, True),))
    run = filled(session, stream)
    assert chosen(run) == []
    assert run.answer is not None
    (eased,) = run.answer["eased"]
    assert eased["sentence"] == "Accept Agent scaffolds at the level practitioner instead of expert."
    assert eased["left"] == 0


def test_more_seats_than_people_fills_what_it_can(session: Session) -> None:
    stream = a_stream(session)
    need = a_need(session, stream, heads=40, skills=())
    run = filled(session, stream)
    people = problem_from_json(run.problem).people
    assert run.answer is not None
    (short,) = run.answer["answer"]["shortfalls"]
    assert (short["label"], short["missing"]) == ("people", 40 - len(people))
    assert len(chosen(run)) == len(people) > 0
    assert {seat for _, seat in chosen(run)} == {need}


def test_nobody_with_documents_and_no_text_are_said(session: Session) -> None:
    stream = a_stream(session, description="")
    a_need(session, stream, skills=())
    run = filled(session, stream)
    assert "Nobody has documents here: people are told apart by their skills alone." in run.notes
    assert any("has no description" in note for note in run.notes)
    assert len(chosen(run)) == 1


def test_a_text_that_is_not_english_is_said(session: Session) -> None:
    text = (
        "Aufgaben für Agenten mit Werkzeugen über lange Zeit, ihre Gerüste, die Bewertung der Ergebnisse, "
        "der Vergleich mit Menschen, und wie weit sich die Ergebnisse auf andere Aufgaben übertragen lassen."
    )
    stream = a_stream(session, description=text)
    a_need(session, stream, skills=())
    run_id = started(session, stream)
    prepared(session, run_id)
    run = run_of(session, run_id)
    assert any("does not look English" in note for note in run.notes)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({"starts_on": date(2027, 7, 1)}, "has an empty window"),
        ({"ends_on": date(2026, 1, 1)}, "is over since 1 January 2026"),
        ({"starts_on": date(2031, 1, 1), "ends_on": date(2031, 6, 1)}, "more than three years"),
    ],
)
def test_a_window_that_cannot_be_filled_is_refused_with_what_to_do(
    session: Session, days: dict[str, date], words: str
) -> None:
    stream = a_stream(session)
    stands_on(session, a_need(session, stream), **days)
    with pytest.raises(Refused, match=words) as refused:
        started(session, stream)
    assert refused.value.verdict.refusal is Refusal.INVALID


def test_a_workstream_that_asks_for_nobody_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="say first what the work needs"):
        started(session, a_stream(session))


@pytest.mark.parametrize(
    ("change", "words"),
    [({"objective": "best"}, "Choose what is best"), ({"lend_share": 2.0}, "lends"), ({"seconds": 0}, "seconds")],
)
def test_settings_that_make_no_sense_are_refused(session: Session, change: dict[str, object], words: str) -> None:
    stream = a_stream(session)
    a_need(session, stream)
    with pytest.raises(Refused, match=words):
        started(session, stream, **change)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"overlap_hours": 9}, "between 1 and 8"),
        ({"citizenships": ("Britain",)}, "two letters"),
        ({"from_each": (JP,)}, "does not take part"),
        ({"from_each": (UK, US)}, "cannot each send somebody"),
        ({"most_from_one": 0}, "at least 1"),
    ],
)
def test_a_requirement_that_makes_no_sense_is_refused(session: Session, change: dict[str, object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        a_need(session, a_stream(session), **change)


# ------------------------------------------------------------------------------- permissions


@pytest.mark.parametrize("key", ["us_lead", "uk_hr", "ada", "director", "admin"])
def test_only_a_lead_of_the_leading_institute_fills_its_seats(session: Session, key: str) -> None:
    give_profiles(session)
    stream = a_stream(session)
    a_need(session, stream)
    run = filled(session, stream)
    settings = TeamSettings.read(run.settings)
    with pytest.raises(Refused):
        planning.start(session, ACTOR[key], settings, now=NOW)
    with pytest.raises(Refused) as refused:
        accepting.accept(session, ACTOR[key], run.id, None, now=NOW)
    assert refused.value.verdict.refusal is Refusal.NOT_FOUND
    assert allocated(session) == []


def test_a_run_that_waits_is_stopped_at_once_and_only_once(session: Session) -> None:
    stream = a_stream(session)
    a_need(session, stream)
    run_id = started(session, stream)
    planning.stop(session, LEAD, run_id, now=NOW)
    assert run_of(session, run_id).status is RunStatus.STOPPED
    with pytest.raises(Refused, match="stopped already"):
        planning.stop(session, LEAD, run_id, now=NOW)
    with pytest.raises(Refused, match="nothing to take over yet"):
        accepting.accept(session, LEAD, run_id, None, now=NOW)


# ------------------------------------------------------------------------------- drafts and their answers


@pytest.fixture
def draft(session: Session) -> int:
    """Ada's seat, as the lead drafted it."""
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    run = filled(session, stream)
    made, left_out = accepting.accept(session, LEAD, run.id, {Taken(ADA, need)}, now=NOW)
    assert (made, left_out) == (1, ())
    return allocated(session)[0].id


def status(session: Session) -> AllocationStatus:
    return allocated(session)[0].status


def test_a_draft_asks_the_person_and_their_institute_and_is_recorded(session: Session, draft: int) -> None:
    row = allocated(session)[0]
    assert (row.person_id, row.institute_id, row.status) == (ADA, UK, AllocationStatus.DRAFT)
    assert (row.starts_on, row.ends_on, row.share) == (date(2027, 2, 1), date(2027, 5, 28), Decimal("0.5"))
    told = {
        notice.person_id for notice in session.scalars(select(Notice).where(Notice.path == f"/assignments/{draft}"))
    }
    assert told == {ADA, PERSON["uk_hr"], PERSON["uk_hr_2"]}
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_kind == "assignment")).all()
    assert "team:accept" in verbs


def test_a_seat_is_taken_over_once(session: Session, draft: int) -> None:
    assert draft
    run = session.scalars(select(TeamRun)).one()
    with pytest.raises(Refused, match="has this seat already"):
        accepting.accept(session, LEAD, run.id, None, now=NOW)


def test_nothing_ticked_is_refused(session: Session, draft: int) -> None:
    assert draft
    run = session.scalars(select(TeamRun)).one()
    with pytest.raises(Refused, match="tick the people"):
        accepting.accept(session, LEAD, run.id, set(), now=NOW)


def test_what_has_become_impossible_is_left_out_with_a_sentence(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    a_need(session, stream, heads=2)
    run = filled(session, stream)
    job = session.scalars(select(Employment).where(Employment.person_id == TOMAS)).one()
    job.ends_on = TODAY - timedelta(days=1)
    session.commit()
    made, left_out = accepting.accept(session, LEAD, run.id, None, now=NOW)
    assert made == 1
    assert "fill that seat anew" in left_out[0]


def test_both_sides_agree_and_it_is_confirmed(session: Session, draft: int) -> None:
    assert answers.confirm(session, ACTOR["ada"], draft, now=NOW) is AllocationStatus.DRAFT
    with pytest.raises(Refused, match="agreed already"):
        answers.confirm(session, ACTOR["ada"], draft, now=NOW)
    assert answers.confirm(session, ACTOR["uk_hr"], draft, now=NOW) is AllocationStatus.CONFIRMED
    with pytest.raises(Refused, match="confirmed already"):
        answers.decline(session, ACTOR["ada"], draft, "Too late", now=NOW)


@pytest.mark.parametrize("key", ["ada", "uk_hr"])
def test_either_side_declines_with_a_reason(session: Session, draft: int, key: str) -> None:
    with pytest.raises(Refused, match="Give a reason"):
        answers.decline(session, ACTOR[key], draft, "  ", now=NOW)
    answers.decline(session, ACTOR[key], draft, "Needed at home.", now=NOW)
    assert status(session) is AllocationStatus.DECLINED
    lead = session.scalars(select(Notice.text).where(Notice.person_id == LEAD.person_id)).all()
    assert any("does not take the seat" in text for text in lead)


@pytest.mark.parametrize(
    ("key", "refusal"),
    [
        ("tomas", Refusal.NOT_FOUND),
        ("us_hr", Refusal.NOT_FOUND),
        ("us_lead", Refusal.NOT_FOUND),
        ("uk_lead", Refusal.FORBIDDEN),
    ],
)
def test_nobody_else_answers(session: Session, draft: int, key: str, refusal: Refusal) -> None:
    with pytest.raises(Refused) as refused:
        answers.confirm(session, ACTOR[key], draft, now=NOW)
    assert refused.value.verdict.refusal is refusal
    assert status(session) is AllocationStatus.DRAFT


def test_the_lead_takes_a_seat_back(session: Session, draft: int) -> None:
    with pytest.raises(Refused):
        answers.withdraw(session, ACTOR["ada"], draft, "No", now=NOW)
    answers.withdraw(session, LEAD, draft, "The exercise is smaller now.", now=NOW)
    assert status(session) is AllocationStatus.WITHDRAWN


def test_the_loss_of_forcing_somebody_is_that_of_the_best_answer_with_them(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    need = a_need(session, stream)
    run = filled(session, stream)
    who = team_facts.names(session, {TOMAS}, TODAY)[TOMAS]
    explained = explaining.explain(run, who, need, LEAD)
    problem = problem_from_json(run.problem)
    lost = value(problem, ((ADA, need),)) - value(problem, ((TOMAS, need),))
    assert explained.loss == pytest.approx(lost, abs=1e-6)
    assert explained.joins == ((TOMAS, need),)
    assert explained.leaves == ((ADA, need),)
    assert explained.fit is not None
    assert explained.needed == pytest.approx(explained.fit + lost, abs=1e-6)


def test_the_answer_is_the_same_each_time(session: Session) -> None:
    give_profiles(session)
    stream = a_stream(session)
    a_need(session, stream, heads=3, skills=())
    first, second = filled(session, stream), solved(session, started(session, stream))
    assert first.answer == second.answer
