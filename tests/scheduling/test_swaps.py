"""Cycles of institutes, missing counterparts, and what binding limits are worth."""

import dataclasses

from exchange.scheduling.binding import binding_limits
from exchange.scheduling.effort import Options
from exchange.scheduling.plan import Plan
from exchange.scheduling.portfolio import solve
from exchange.scheduling.problem import Placement, Problem
from exchange.scheduling.swaps import counterparts, cycles


def three_institutes(problem: Problem) -> Problem:
    """The reference round with its people and openings dealt out to three institutes."""
    third = dataclasses.replace(problem.institutes[0], id="I2")
    names = ("I0", "I1", "I2")
    people = tuple(dataclasses.replace(row, institute=names[k % 3]) for k, row in enumerate(problem.candidates[:3]))
    openings = tuple(dataclasses.replace(row, institute=names[k % 3]) for k, row in enumerate(problem.openings[:3]))
    return dataclasses.replace(problem, institutes=(*problem.institutes, third), candidates=people, openings=openings)


def test_a_triangle_is_found_once(reference: Problem) -> None:
    problem = three_institutes(reference)
    people, openings = problem.candidates, problem.openings
    around = tuple(Placement(people[k].id, openings[(k + 1) % 3].id, 5, 8 + k) for k in range(3))
    found = cycles(problem, around)
    assert [cycle.institutes for cycle in found] == [("I0", "I1", "I2")]
    assert found[0].placements == around
    assert found[0].weeks == 8


def test_every_placement_is_in_at_most_one_cycle(reference: Problem, reference_plan: Plan) -> None:
    found = cycles(reference, reference_plan.placements)
    used = [row for cycle in found for row in cycle.placements]
    assert len(used) == len(set(used))
    assert found


def test_the_missing_counterpart_is_named_when_the_balance_holds_somebody_back(reference: Problem) -> None:
    tight = dataclasses.replace(
        reference,
        balance=tuple(dataclasses.replace(row, tolerance_weeks=0, history_weeks=0) for row in reference.balance),
        institutes=tuple(dataclasses.replace(row, budget=10_000) for row in reference.institutes),
    )
    plan = dataclasses.replace(solve(tight, Options(seconds=20.0), should_stop=lambda: True), placements=())
    named = [(row.id, counterparts(tight, plan, row.id)) for row in tight.candidates]
    homes = {row.id: row.institute for row in tight.candidates}
    assert any(found for _, found in named)
    for name, found in named:
        for counterpart in found:
            assert homes[counterpart.candidate] != homes[name]
            assert counterpart.stay.weeks >= counterpart.weeks_needed > 0


def test_binding_limits_are_sorted_and_said(reference_plan: Plan) -> None:
    found = binding_limits(reference_plan)
    assert found
    assert [row.worth for row in found] == sorted((row.worth for row in found), reverse=True)
    assert all(row.sentence.startswith(("One more", "Fewer")) for row in found)
