"""Each rule of the round has a plan that breaks it, and the checker says so."""

import dataclasses

import pytest

from exchange.scheduling.checker import check
from exchange.scheduling.plan import Plan
from exchange.scheduling.problem import Placement, Problem


def rules(problem: Problem, placements: tuple[Placement, ...]) -> set[str]:
    return {violation.rule for violation in check(problem, placements)}


def test_the_reference_plan_is_lawful(reference: Problem, reference_plan: Plan) -> None:
    assert check(reference, reference_plan.placements) == ()


def changed_person(problem: Problem, name: str, **changes: object) -> Problem:
    people = tuple(
        dataclasses.replace(row, **changes) if row.id == name else row  # type: ignore[arg-type]
        for row in problem.candidates
    )
    return dataclasses.replace(problem, candidates=people)


def changed_opening(problem: Problem, name: str, **changes: object) -> Problem:
    openings = tuple(
        dataclasses.replace(row, **changes) if row.id == name else row  # type: ignore[arg-type]
        for row in problem.openings
    )
    return dataclasses.replace(problem, openings=openings)


def changed_institute(problem: Problem, name: str, **changes: object) -> Problem:
    institutes = tuple(
        dataclasses.replace(row, **changes) if row.id == name else row  # type: ignore[arg-type]
        for row in problem.institutes
    )
    return dataclasses.replace(problem, institutes=institutes)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"skills": {}}, "skills"),
        ({"clearance": -1}, "clearance level"),
        ({"availability": ((0, 1),)}, "availability"),
        ({"latest_start": -1}, "start window"),
        ({"lead_weeks": {"I0": 99, "I1": 99}}, "lead time"),
        ({"max_weeks": 1, "min_weeks": 1}, "length"),
        ({"max_placements": 0}, "placements per person"),
    ],
)
def test_a_person_who_changed_breaks_the_rule(
    reference: Problem, reference_plan: Plan, changes: dict[str, object], rule: str
) -> None:
    name = reference_plan.placements[0].candidate
    assert rule in rules(changed_person(reference, name, **changes), reference_plan.placements)


def test_a_clearance_that_ends_too_soon_breaks_the_rule(reference: Problem, reference_plan: Plan) -> None:
    levels = {row.id: row.min_clearance for row in reference.openings}
    guarded = next(row for row in reference_plan.placements if levels[row.opening] > 0)
    ended = changed_person(reference, guarded.candidate, clearance_ends=guarded.end - 1)
    assert "clearance ends" in rules(ended, reference_plan.placements)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [({"seats": 0}, "seat"), ({"window": (0, 1)}, "opening's window"), ({"start_weeks": ()}, "start day")],
)
def test_an_opening_that_changed_breaks_the_rule(
    reference: Problem, reference_plan: Plan, changes: dict[str, object], rule: str
) -> None:
    name = reference_plan.placements[0].opening
    assert rule in rules(changed_opening(reference, name, **changes), reference_plan.placements)


def test_an_institute_that_changed_breaks_the_rule(reference: Problem, reference_plan: Plan) -> None:
    plan = reference_plan.placements
    host = next(row.institute for row in reference.openings if row.id == plan[0].opening)
    week = plan[0].start
    assert "closed weeks" in rules(changed_institute(reference, host, closed=(week,)), plan)
    assert "start day" in rules(changed_institute(reference, host, no_arrival=(week,)), plan)
    assert "desk" in rules(changed_institute(reference, host, desks=(0,) * reference.weeks), plan)
    assert "budget" in rules(changed_institute(reference, host, budget=0), plan)


def test_teams_balances_and_missing_or_doubled_placements_are_seen(reference: Problem, reference_plan: Plan) -> None:
    plan = reference_plan.placements
    teams = tuple(dataclasses.replace(row, max_away=0) for row in reference.teams)
    assert "away" in rules(dataclasses.replace(reference, teams=teams), plan)
    balance = tuple(dataclasses.replace(row, history_weeks=500) for row in reference.balance)
    assert "balance" in rules(dataclasses.replace(reference, balance=balance), plan)
    assert "confirmed" in rules(dataclasses.replace(reference, confirmed=plan[:1]), plan[1:])
    assert "twice" in rules(reference, (*plan, plan[0]))
    twice = changed_person(reference, plan[0].candidate, max_placements=2)
    again = dataclasses.replace(plan[0], start=plan[0].end)
    assert "time at home" in rules(twice, (*plan, again))


def test_a_limit_that_only_confirmed_placements_break_is_inherited(reference: Problem, reference_plan: Plan) -> None:
    plan = reference_plan.placements
    closed = changed_opening(dataclasses.replace(reference, confirmed=plan), plan[0].opening, seats=0)
    found = check(closed, plan)
    assert found
    assert all(violation.inherited for violation in found)
