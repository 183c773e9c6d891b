"""The pages of rounds: who sees them, deciding a round, its plan with reasons, taking over, comparing, replanning."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.actions import openings, secondments
from exchange.actions.affinity import IndexCache
from exchange.actions.drafts import Proposal
from exchange.actions.rounds import preparing, runs, taking
from exchange.domain.secondment_facts import State, Verb
from exchange.jobs.runs import Solver
from exchange.store.openings import OpeningStatus
from exchange.store.rounds import Run
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import add_stay
from tests.rounds import START, a_plan, a_round, opening, prepared
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
TYPED = {
    "title": "Summer 2027",
    "starts_on": "7 Jun 2027",
    "weeks": "52",
    "institutes": [str(UK), str(US)],
    "min_weeks": "4",
    "preferred_weeks": "26",
    "max_weeks": "52",
    "tolerance_weeks": "52",
    "team_share": "0.25",
    "desks": "20",
    "placement_points": "100",
    "off_length_points": "4",
    "late_points": "1",
    "seconds": "5",
    "home_week_cost": "0",
    "host_week_cost": "0",
    "travel_cost": "0",
}


@pytest.fixture
def planned(database: Database) -> tuple[int, int]:
    """A round and its run with a plan: one to each institute."""
    with database.session() as session:
        opening(session, US, "US-1")
        opening(session, UK, "UK-1")
        round_id = a_round(session)
        return round_id, a_plan(session, round_id)[0]


@pytest.mark.parametrize(
    ("key", "status"),
    [("uk_hr", 200), ("director", 200), ("us_hr", 404), ("jp_hr", 404), ("uk_lead", 403), ("ada", 403), ("", 303)],
)
def test_who_may_see_a_round_and_its_runs(as_: As, planned: tuple[int, int], key: str, status: int) -> None:
    client, (round_id, run_id) = as_(key), planned
    assert client.get(f"/rounds/{round_id}").status_code == status
    assert client.get(f"/runs/{run_id}").status_code == status
    assert client.get(f"/rounds/{round_id}/compare?a={run_id}&b={run_id}").status_code == status
    if status in {200, 404}:
        assert ("Summer 2027" in client.get("/rounds").text) == (status == 200)


def test_a_round_is_decided_changed_and_started(as_: As, database: Database) -> None:
    with database.session() as session:
        opening(session, US, "US-1")
    client = as_("uk_hr")
    made = client.send("/rounds/new", TYPED)
    assert made.status_code == 303
    edit = f"{made.location}/edit"
    assert "Visiting evaluator US-1" in client.get(edit).text
    budget = {"budgets-0-institute": str(US), "budgets-0-amount": "9000", "version": "1"}
    assert client.send(edit, {**TYPED, **budget, "desks": "3"}).status_code == 303
    page = client.get(made.location).text
    assert "3 at each institute" in page
    assert "US CAISI 9,000" in page
    assert client.send(edit, {**TYPED, "version": "1"}).status_code == 409
    assert client.send(f"{made.location}/runs").status_code == 303


def test_what_was_typed_stays_when_it_is_refused(as_: As) -> None:
    answer = as_("uk_hr").send("/rounds/new", {**TYPED, "institutes": [str(UK)], "title": "Keep me"})
    assert answer.status_code == 422
    assert "at least two institutes" in answer.text
    assert "Keep me" in answer.text


def test_a_round_without_openings_says_so_on_its_page(as_: As, database: Database) -> None:
    with database.session() as session:
        round_id = a_round(session)
    client = as_("uk_hr")
    address = client.send(f"/rounds/{round_id}/runs").location
    assert "It begins as soon as the worker is free." in client.get(address).text
    assert Solver(database.session, lambda: NOW).work() == 1
    page = client.get(address).text
    assert "It could not be planned" in page
    assert "There are no openings in this round: add at least one." in page
    assert "data-poll" not in page


def test_the_plan_stands_on_a_board_with_reasons(as_: As, planned: tuple[int, int]) -> None:
    page = as_("uk_hr").get(f"/runs/{planned[1]}").text
    assert page.count('class="bar proposed"') == 3  # two placements and the legend
    assert "points a week" in page
    assert "Not placed, and why" in page
    assert "Limits that bind" in page
    assert "Balance after" in page


def test_everybody_who_is_not_placed_has_a_page_of_reasons(
    as_: As, database: Database, planned: tuple[int, int]
) -> None:
    with database.session() as session:
        run = session.get_one(Run, planned[1])
        assert run.plan is not None
        left = [(run.keys["people"][name], name) for name in run.plan["unplaced"]]
        placed = run.keys["people"][run.plan["placements"][0][0]]
    client = as_("uk_hr")
    for ident, name in left[:3]:
        page = client.get(f"/runs/{planned[1]}/people/{ident}").text
        assert f"Why {name} is not placed" in page
        assert "What would change it" in page
        assert "week 0" not in page  # dates, never numbers of weeks
    assert client.get(f"/runs/{planned[1]}/people/{placed}").status_code == 404


def test_a_running_run_shows_its_best_plan_so_far(as_: As, database: Database, planned: tuple[int, int]) -> None:
    round_id, first = planned
    client = as_("uk_hr")
    second = client.send(f"/rounds/{round_id}/runs").location
    with database.session() as session:
        assert runs.claim(session, now=NOW) == first + 1
        page = client.get(second).text
        assert "asking the rules who may go where" in page
        assert "data-poll" in page
        assert "Stop" in page
        made = preparing.prepare(session, first + 1, IndexCache(), today=NOW.date())
        runs.ready(session, first + 1, made, now=NOW)
        plan = session.get_one(Run, first).plan
        assert plan is not None
        progress = {"seconds": 1, "value": 400, "bound": 420.0, "gap": 0.05, "placements": plan["placements"]}
        runs.note(session, first + 1, progress, now=NOW)
    page = client.get(second).text
    assert "2 placed, 400 points; at most 420 are possible, a gap of 5.0%" in page
    assert "data-poll" in page
    assert "The best plan so far" in page
    assert client.send(f"{second}/stop").status_code == 303
    assert client.send(f"{second}/accept", {"all": "yes"}).status_code == 409


def test_rows_are_locked_and_taken_over(as_: As, database: Database, planned: tuple[int, int]) -> None:
    round_id, run_id = planned
    client = as_("uk_hr")
    again = client.send(f"/rounds/{round_id}/runs", {"lock": ["0"], "from_run": str(run_id)})
    assert again.status_code == 303
    assert Solver(database.session, lambda: NOW).work() == 1
    page = client.get(again.location).text
    assert 'aria-label="Lock ' in page
    assert " checked" in page
    answer = client.send(f"{again.location}/accept", {"place": ["0"]})
    assert answer.status_code == 303
    assert "Taken over: 1 row of the plan" in client.get(answer.location).text


def test_two_runs_stand_side_by_side(as_: As, database: Database, planned: tuple[int, int]) -> None:
    round_id, run_id = planned
    client = as_("uk_hr")
    client.send(f"/rounds/{round_id}/edit", {**TYPED, "version": "1", "tolerance_weeks": "0", "max_weeks": "40"})
    client.send(f"/rounds/{round_id}/runs")
    Solver(database.session, lambda: NOW).work()
    assert "Compare" in client.get(f"/rounds/{round_id}").text
    page = client.get(f"/rounds/{round_id}/compare?a={run_id}&b={run_id + 1}").text
    assert "Tolerance of the balance in weeks" in page
    assert client.get(f"/rounds/{round_id}/compare?a={run_id}&b=99").status_code == 404


def test_a_slip_is_answered_by_the_smallest_change(as_: As, database: Database, planned: tuple[int, int]) -> None:
    run_id = planned[1]
    client = as_("uk_hr")
    assert "What has happened since" not in client.get(f"/runs/{run_id}").text
    with database.session() as session:
        taking.accept(session, ACTOR["uk_hr"], run_id, None, now=NOW)
        draft = session.scalars(select(Secondment).order_by(Secondment.id)).first()
        assert draft is not None
        slip = timedelta(weeks=2)
        later = Proposal(draft.person_id, draft.host_institute_id, draft.starts_on + slip, draft.ends_on + slip)
        secondments.edit(session, ACTOR["uk_hr"], draft.id, later, version=draft.version, now=NOW)
    page = client.get(f"/runs/{run_id}").text
    assert " now goes from " in page
    fresh = client.send(f"/runs/{run_id}/replan").location
    with database.session() as session:
        prepared(session, int(fresh.rsplit("/", 1)[1]))
    page = client.get(fresh).text
    assert "1 kept, 1 moved, 0 dropped, 0 new." in page
    assert "The instant repair" in page
    fresh = client.send(f"/runs/{run_id}/replan").location
    Solver(database.session, lambda: NOW).work()
    page = client.get(fresh).text
    assert "The price of stability" in page
    assert "Nothing better that stays as close was found" in page


def test_a_withdrawn_secondment_and_a_closed_opening_are_named(
    as_: As, database: Database, planned: tuple[int, int]
) -> None:
    run_id = planned[1]
    with database.session() as session:
        taking.accept(session, ACTOR["uk_hr"], run_id, None, now=NOW)
        draft = session.scalars(select(Secondment).order_by(Secondment.id)).first()
        assert draft is not None
        home = "uk_hr" if draft.home_institute_id == UK else "us_hr"
        secondments.move(session, ACTOR[home], draft.id, Verb.WITHDRAW, reason="Plans changed", now=NOW)
        other = session.get_one(Run, run_id).keys["openings"]["Visiting evaluator UK-1"]
        openings.set_status(session, ACTOR["uk_hr"], other, OpeningStatus.CLOSED, now=NOW)
    client = as_("uk_hr")
    page = client.get(f"/runs/{run_id}").text
    assert re.search(r"The secondment of .+ was withdrawn\.", page)
    assert "The opening Visiting evaluator UK-1 has closed." in page
    assert client.send(f"/runs/{run_id}/replan").status_code == 303


def test_a_planner_reads_who_could_stay_longer(as_: As, database: Database) -> None:
    with database.session() as session:
        seat = opening(session, US, "US-1")
        there = add_stay(session, State.ACTIVE, START, START + timedelta(weeks=40, days=-3), opening_id=seat)
        run_id, _ = a_plan(session, a_round(session))
    page = as_("uk_hr").get(f"/runs/{run_id}").text
    assert "Who could stay longer" in page
    assert f"/secondments/{there}" in page
    assert "by 12 weeks" in " ".join(page.split())
    assert "Who could stay longer" not in as_("director").get(f"/runs/{run_id}").text


def test_only_the_planner_stops_accepts_and_replans(as_: As, planned: tuple[int, int]) -> None:
    for act in ("stop", "accept", "replan"):
        assert as_("director").send(f"/runs/{planned[1]}/{act}").status_code == 403
        assert as_("us_hr").send(f"/runs/{planned[1]}/{act}").status_code == 404


def test_the_pages_cost_few_statements(as_: As, app: Flask, planned: tuple[int, int]) -> None:
    client, (round_id, run_id) = as_("uk_hr"), planned
    for path in (f"/rounds/{round_id}", f"/rounds/{round_id}/edit", f"/runs/{run_id}", "/rounds"):
        sent = statements(app, lambda path=path: client.get(path))  # type: ignore[misc]  # mypy reads no defaults
        assert len(sent) <= MOST, "\n".join(sent)
