"""What would help an answer: the cheapest change that fills it, and the worth of one more, each a real answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from exchange.domain.skills import Level
from exchange.matching.assignment import assign
from exchange.matching.changes import replace_problem
from exchange.matching.easing import Ease, cheapest, eased
from exchange.matching.highs import Effort
from exchange.matching.problem import Barred, Objective, Opening, Pair, Person, Problem, Requirement
from exchange.matching.round_files import eases_from_json, eases_to_json
from exchange.matching.worths import Worth, worths
from tests.matching.rounds import best_by_trying_all, problems

EXACT = Effort(seconds=20, gap=0.0)
SEAT = Opening(1, 1, 1, 0.5, (0, 1), (Requirement("debate, expert", skill="debate", level=Level.EXPERT),))


def somebody(number: int, **more: object) -> Person:
    return Person(number, 1, 1, (1.0, 1.0), **more)  # type: ignore[arg-type]


def test_the_cheapest_change_that_fills_is_named() -> None:
    problem = Problem((somebody(1),), (SEAT,), (), barred=(Barred(1, 1, ("Lacks it.",)),))
    dear = Ease("Do not insist.", 3, SEAT, (Pair(1, 1, 0.5),))
    cheap = Ease("Accept less.", 1, SEAT, (Pair(1, 1, 0.5),))
    useless = Ease("Ask for fewer hours.", 1, SEAT, ())
    answer = assign(problem)
    empty = next(one for one in cheapest(problem, answer, (dear, useless, cheap), 10) if one.requirement is None)
    assert (empty.sentence, empty.left) == ("Accept less.", 0)
    assert eased(problem, cheap).barred == ()
    left = {short.requirement: short.missing for short in assign(eased(problem, cheap)).shortfalls}
    assert left.get(None, 0) == empty.left


def test_a_demand_that_nothing_meets_says_so() -> None:
    problem = Problem((somebody(1),), (replace(SEAT, requirements=()),), ())
    (found,) = cheapest(problem, assign(problem), (), 10)
    assert (found.sentence, found.left) == ("", 1)


def test_a_lower_level_mends_a_missing_skill() -> None:
    person = somebody(1, skills=(("debate", Level.PRACTITIONER),))
    problem = Problem((person,), (SEAT,), (Pair(1, 1, 0.5),))
    (found,) = cheapest(problem, assign(problem), (), 10)
    assert found.sentence == "Accept “debate, expert” at the level practitioner."
    assert found.left == 0


def test_nothing_is_tried_when_the_time_is_over() -> None:
    problem = Problem((somebody(1),), (SEAT,), ())
    answer = assign(problem)
    assert all(one.sentence == "" for one in cheapest(problem, answer, (), 0))
    assert worths(problem, answer, 0) == ()


def test_changes_are_read_as_they_were_written() -> None:
    eases = (Ease("Accept less.", 1, SEAT, (Pair(1, 1, 0.5, incumbent=True),)),)
    assert eases_from_json(eases_to_json(eases)) == eases


@settings(max_examples=25, deadline=None)
@given(problems(most_people=3, most_openings=2, most_pairs=5))
def test_what_one_more_is_worth_equals_the_best_of_all_choices_with_it(problem: Problem) -> None:
    """One more seat, person, or somebody who meets a demand: the round changed by hand, and every choice tried."""
    before = best_by_trying_all(problem)
    for one in worths(problem, assign(problem, Objective.TOTAL, EXACT), 20):
        assert one.value == pytest.approx(best_by_trying_all(with_one_more(problem, one)) - before, abs=1e-5)
        assert one.what == "seat" or one.value >= -1e-6


def with_one_more(problem: Problem, one: Worth) -> Problem:
    opening = next(opening for opening in problem.openings if opening.id == one.opening_id)
    if one.what == "seat":
        more = tuple(replace(each, heads=each.heads + 1) if each is opening else each for each in problem.openings)
        return replace_problem(problem, openings=more)
    asked = opening.requirements[one.requirement] if one.requirement is not None else Requirement("nothing", mark="")
    fits = sorted(pair.affinity for pair in problem.pairs if pair.opening_id == one.opening_id)
    half = len(fits) // 2
    middle = 0.5 if not fits else fits[half] if len(fits) % 2 else (fits[half - 1] + fits[half]) / 2
    skills = ((asked.skill, asked.level),) if asked.skill and asked.level else ()
    marks = frozenset({asked.mark}) if asked.mark else frozenset()
    somebody = Person(99, asked.institute_id or 99, 1, (1.0,) * problem.periods, skills, marks)
    return replace_problem(
        problem, people=(*problem.people, somebody), pairs=(*problem.pairs, Pair(99, one.opening_id, middle))
    )
