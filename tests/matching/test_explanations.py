"""Explanations: each figure equals what a search of the changed round finds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from exchange.domain.skills import Level
from exchange.matching.answer import Shortfall
from exchange.matching.assignment import assign
from exchange.matching.changes import (
    relaxations,
    replace_problem,
    with_budget,
    with_capacity,
    with_head,
    with_mark,
    with_skill,
)
from exchange.matching.explanations import bottlenecks, why, why_not, worth
from exchange.matching.highs import Effort
from exchange.matching.problem import (
    Barred,
    LendingBudget,
    Objective,
    Opening,
    Pair,
    Person,
    Problem,
    Requirement,
)
from exchange.matching.rows import Rule
from tests.matching.rounds import best_by_trying_all, broken_rules, problems, value

EXACT = Effort(seconds=20, gap=0.0)


def person(number: int, **more: object) -> Person:
    return Person(number, number, 1, (1.0,), **more)  # type: ignore[arg-type]


@pytest.fixture
def round_of_three() -> Problem:
    """Person 1 is good for both openings; 2 and 3 for one each."""
    return Problem(
        (person(1, skills=(("virology", Level.WORKING),)), person(2), person(3)),
        (
            Opening(1, 1, 1, 0.5, (0,), (Requirement("virology", skill="virology", level=Level.WORKING),)),
            Opening(2, 2, 1, 0.5, (0,)),
        ),
        (Pair(1, 1, 0.8), Pair(1, 2, 0.9), Pair(2, 2, 0.5), Pair(3, 1, 0.4)),
        barred=(Barred(2, 1, ("The clearance ends before the work.",)),),
    )


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_loss_of_forcing_a_pair_equals_the_best_of_all_choices_with_it(problem: Problem) -> None:
    answer = assign(problem, Objective.TOTAL, EXACT)
    for pair in problem.pairs[:3]:
        key = (pair.person_id, pair.opening_id)
        if key in answer.chosen:
            continue
        found = why_not(problem, answer, *key)
        forced = replace_problem(
            problem,
            pairs=tuple(replace(one, confirmed=True) if one is pair else one for one in problem.pairs),
        )
        fixed = tuple((one.person_id, one.opening_id) for one in forced.pairs if one.confirmed)
        if found.blocked_by:
            assert broken_rules(problem, fixed)
            continue
        assert found.loss == pytest.approx(answer.value - best_by_trying_all(forced), abs=1e-5)
        after = (set(answer.chosen) - set(found.leaves)) | set(found.joins)
        assert value(problem, tuple(after)) == pytest.approx(answer.value - (found.loss or 0), abs=1e-6)
        assert broken_rules(problem, tuple(after)) == []


@settings(max_examples=30, deadline=None)
@given(problems())
def test_the_loss_without_a_pair_equals_the_best_of_all_choices_without_it(problem: Problem) -> None:
    answer = assign(problem, Objective.TOTAL, EXACT)
    for pair in problem.pairs[:3]:
        key = (pair.person_id, pair.opening_id)
        if key not in answer.chosen or pair.confirmed:
            continue
        without = replace_problem(problem, pairs=tuple(one for one in problem.pairs if one is not pair))
        found = why(problem, answer, *key)
        assert found.loss == pytest.approx(answer.value - best_by_trying_all(without), abs=1e-5)


def test_why_names_the_requirements_that_a_person_serves(round_of_three: Problem) -> None:
    answer = assign(round_of_three, Objective.TOTAL, EXACT)
    assert answer.chosen == ((1, 1), (2, 2))
    found = why(round_of_three, answer, 1, 1)
    assert found.serves == (0,)
    # Without person 1 there, person 3 takes it and virology is missing, and person 1 takes opening 2.
    assert found.loss == pytest.approx((0.8 + 0.5) - (0.4 + 0.9 - 2.0))
    assert found.joins == ((1, 2), (3, 1))
    assert found.leaves == ((1, 1), (2, 2))


def test_why_not_gives_the_rule_the_block_or_the_loss(round_of_three: Problem) -> None:
    answer = assign(round_of_three, Objective.TOTAL, EXACT)
    barred = why_not(round_of_three, answer, 2, 1)
    assert (barred.listed, barred.reasons) == (False, ("The clearance ends before the work.",))
    lost = why_not(round_of_three, answer, 1, 2)
    assert lost.loss == pytest.approx(2.0)
    assert lost.needed == pytest.approx(2.9)
    confirmed = replace_problem(
        round_of_three,
        pairs=tuple(replace(one, confirmed=one.opening_id == 1 and one.person_id == 1) for one in round_of_three.pairs),
    )
    blocked = why_not(confirmed, assign(confirmed), 1, 2)
    assert [row.rule for row in blocked.blocked_by] == [Rule.CAPACITY, Rule.TIME] or [
        row.rule for row in blocked.blocked_by
    ] == [Rule.CAPACITY]


def test_questions_about_the_wrong_pairs_are_refused(round_of_three: Problem) -> None:
    answer = assign(round_of_three, Objective.TOTAL, EXACT)
    with pytest.raises(KeyError, match="ask why not"):
        why(round_of_three, answer, 3, 1)
    with pytest.raises(KeyError, match="ask why instead"):
        why_not(round_of_three, answer, 1, 1)


def test_explanations_hold_under_the_floor_too(round_of_three: Problem) -> None:
    answer = assign(round_of_three, Objective.FLOOR, EXACT)
    found = why_not(round_of_three, answer, 3, 1)
    assert found.loss is not None
    assert found.worst is not None


def test_the_cheapest_relaxation_is_a_lower_level() -> None:
    problem = Problem(
        (person(1, skills=(("virology", Level.WORKING),)),),
        (Opening(1, 1, 1, 0.5, (0,), (Requirement("virology", skill="virology", level=Level.EXPERT),)),),
        (Pair(1, 1, 0.8),),
    )
    answer = assign(problem)
    found = relaxations(problem, answer, answer.shortfalls[0])
    assert [one.sentence for one in found] == [
        "Accept “virology” at the level working.",
        "Accept “virology” at the level awareness.",
        "Do without “virology”.",
    ]
    assert found[0].steps == 2
    assert assign(found[0].problem).shortfalls == ()


def test_missing_people_are_found_by_less_time_or_fewer_heads() -> None:
    people = (Person(1, 1, 1, (0.4,)), Person(2, 1, 1, (1.0,)))
    problem = Problem(people, (Opening(1, 1, 2, 0.5, (0,)),), (Pair(1, 1, 0.5), Pair(2, 1, 0.5)))
    answer = assign(problem)
    assert answer.shortfalls == (Shortfall(1, None, "people", 1),)
    sentences = [one.sentence for one in relaxations(problem, answer, answer.shortfalls[0])]
    assert sentences == ["Ask for 40% of their time instead of 50%.", "Ask for 1 person instead of 2."]


def test_what_one_more_is_worth(round_of_three: Problem) -> None:
    answer = assign(round_of_three, Objective.TOTAL, EXACT)
    assert worth(round_of_three, answer, with_skill(round_of_three, 3, "virology", Level.EXPERT)) == pytest.approx(0)
    assert worth(round_of_three, answer, with_capacity(round_of_three, 1)) == pytest.approx(0.9 - 0.5)
    assert worth(round_of_three, answer, with_mark(round_of_three, 1, "cleared")) == pytest.approx(0)
    assert worth(round_of_three, answer, with_head(round_of_three, 1)) == pytest.approx(0.4)
    tight = replace_problem(round_of_three, budgets=(LendingBudget(1, 0.2),))
    without = assign(tight, Objective.TOTAL, EXACT)
    assert worth(tight, without, with_budget(tight, 1, 1.0)) == pytest.approx(answer.value - without.value)


def test_the_dearest_rules_come_first(round_of_three: Problem) -> None:
    prices = bottlenecks(round_of_three)
    assert prices[0].about >= prices[-1].about > 0
    assert any(price.row.rule is Rule.REQUIREMENT and price.row.opening_id == 1 for price in prices)
