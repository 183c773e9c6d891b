"""Conflicts among confirmed placements are named, and are minimal."""

import dataclasses
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.scheduling.conflicts import conflicts
from exchange.scheduling.plan import Plan
from exchange.scheduling.problem import Placement, Problem


def confirmed(problem: Problem, *placements: Placement) -> Problem:
    return dataclasses.replace(problem, confirmed=placements)


def test_a_lawful_plan_has_no_conflict(reference: Problem, reference_plan: Plan) -> None:
    assert conflicts(confirmed(reference, *reference_plan.placements)) == ()


def test_one_too_many_at_a_seat_names_just_enough_people(reference: Problem) -> None:
    opening = next(row for row in reference.openings if row.seats == 1)
    people = [row.id for row in reference.candidates if row.institute != opening.institute][:3]
    placements = [Placement(name, opening.id, 10 + k, 8) for k, name in enumerate(people)]
    found = [row for row in conflicts(confirmed(reference, *placements)) if row.rule == "seat"]
    assert len(found) == 1
    assert len(found[0].placements) == 2
    assert found[0].short_by == 2


def test_a_person_in_two_places_is_named(reference: Problem) -> None:
    person, openings = reference.candidates[0], [row.id for row in reference.openings[:2]]
    placements = [Placement(person.id, name, 5, 8) for name in openings]
    rules = {row.rule: row for row in conflicts(confirmed(reference, *placements))}
    assert len(rules["time at home"].placements) == 2
    assert len(rules["placements per person"].placements) == person.max_placements + 1


def test_a_budget_that_is_short_says_by_how_much(reference: Problem, reference_plan: Plan) -> None:
    poor = dataclasses.replace(
        reference, institutes=tuple(dataclasses.replace(row, budget=row.budget // 2) for row in reference.institutes)
    )
    found = [row for row in conflicts(confirmed(poor, *reference_plan.placements)) if row.rule == "budget"]
    assert found
    assert all(row.short_by > 0 and not row.placements for row in found)


def test_a_balance_that_nothing_can_mend_is_named(reference: Problem) -> None:
    upset = dataclasses.replace(
        reference, balance=tuple(dataclasses.replace(row, history_weeks=400) for row in reference.balance)
    )
    found = conflicts(upset)
    assert [row.rule for row in found] == ["balance"]
    assert found[0].short_by > 0


@given(seed=st.integers(0, 10**6), where=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=5))
@settings(max_examples=60, deadline=None)
def test_leaving_out_any_placement_of_a_weekly_conflict_ends_it(
    make_round: Callable[..., Problem], seed: int, where: list[tuple[int, int]]
) -> None:
    placements = {Placement(f"C{c}", f"O{o}", 2 + k, 3) for k, (c, o) in enumerate(where)}
    problem = confirmed(make_round(seed, confirmed=False), *sorted(placements))
    for conflict in conflicts(problem):
        if conflict.rule not in {"seat", "desk", "away"}:
            continue
        for gone in conflict.placements:
            rest = [row for row in conflict.placements if row != gone]
            left = conflicts(confirmed(problem, *rest))
            assert (conflict.rule, conflict.subject) not in {(row.rule, row.subject) for row in left}
