"""Teams: every rule kept, the best found, every shortfall named."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from exchange.domain.skills import Level
from exchange.matching import assignment, fairness
from exchange.matching.answer import Ending
from exchange.matching.assignment import Progress, assign
from exchange.matching.highs import Effort
from exchange.matching.problem import LendingBudget, Objective, Opening, Pair, Person, Problem, Requirement
from tests.matching.rounds import best_by_trying_all, check, choices, price, problems, seats, worst_mean

EXACT = Effort(seconds=20, gap=0.0)


def person(number: int, *, institute: int = 1, capacity: int = 1, **more: object) -> Person:
    return Person(number, institute, capacity, (1.0, 1.0), **more)  # type: ignore[arg-type]


def opening(number: int, heads: int = 1, *, team: int | None = None, **more: object) -> Opening:
    return Opening(number, team or number, heads, 0.5, (0, 1), **more)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(problems())
def test_the_best_of_all_choices_is_found_and_every_rule_kept(problem: Problem) -> None:
    answer = assign(problem, Objective.TOTAL, EXACT)
    check(problem, answer)
    assert answer.ending is Ending.PROVEN
    assert answer.value == pytest.approx(best_by_trying_all(problem), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(problems(most_people=12, most_openings=6, most_pairs=40), st.sampled_from(Objective), st.booleans())
def test_every_rule_is_kept_under_every_objective_and_search(
    problem: Problem, objective: Objective, parts: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if parts:
            patch.setattr(assignment, "ONE_SEARCH", 0)
        check(problem, assign(problem, objective, Effort(seconds=1)))


@settings(max_examples=25, deadline=None)
@given(problems(most_people=12, most_openings=6, most_pairs=40))
def test_search_by_parts_never_exceeds_and_stays_near_the_exact_one(problem: Problem) -> None:
    exact = assign(problem, Objective.TOTAL, EXACT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(assignment, "ONE_SEARCH", 0)
        parts = assign(problem, Objective.TOTAL, Effort(seconds=0.3))
    assert parts.value <= exact.value + 1e-6
    assert parts.bound >= exact.value - 1e-6


def test_the_same_seed_gives_the_same_answer() -> None:
    problem = two_teams()
    assert assign(problem, Objective.FLOOR, Effort(seed=7)) == assign(problem, Objective.FLOOR, Effort(seed=7))


def two_teams() -> Problem:
    """The best total gives both good people to team 1; fairness gives team 2 one of them."""
    pairs = [(1, 1, 0.9), (2, 1, 0.9), (3, 1, 0.3), (4, 1, 0.3), (1, 2, 0.55), (2, 2, 0.5), (3, 2, 0.1), (4, 2, 0.1)]
    return Problem(
        tuple(person(number) for number in range(1, 5)),
        (opening(1, 2), opening(2, 2)),
        tuple(Pair(*pair) for pair in pairs),
    )


def test_the_floor_serves_the_worst_off_team_first() -> None:
    total = assign(two_teams(), Objective.TOTAL, EXACT)
    fair = assign(two_teams(), Objective.FLOOR, EXACT)
    assert total.worst == pytest.approx(0.1)
    assert fair.worst == pytest.approx(0.325)
    assert fair.fair_bound == pytest.approx(0.325)
    assert fair.fair_whole
    assert fair.value < total.value


@settings(max_examples=40, deadline=None)
@given(problems())
def test_fairness_costs_nobody_a_seat_or_a_demand(problem: Problem) -> None:
    """What is missing costs no more than in the best total, whatever fairness does within that."""
    total, fair = assign(problem, Objective.TOTAL, EXACT), assign(problem, Objective.FLOOR, EXACT)
    assert price(problem, fair.chosen) <= price(problem, total.chosen) + 1e-5


@settings(max_examples=30, deadline=None)
@given(problems())
def test_the_most_that_the_worst_off_can_have_is_what_some_choice_gives_and_the_floor_holds(problem: Problem) -> None:
    total, fair = assign(problem, Objective.TOTAL, EXACT), assign(problem, Objective.FLOOR, EXACT)
    assume(problem.pairs)
    most = price(problem, total.chosen) + 1e-6
    best = max(worst_mean(problem, one) for one in choices(problem) if price(problem, one) <= most)
    assert fair.fair_bound == pytest.approx(best, abs=1e-5)
    assert fair.fair_whole
    assert fair.worst >= 0.99 * best - 1e-5


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_large_round_makes_do_with_the_bound_of_divided_people(problem: Problem) -> None:
    assume(problem.pairs)
    exact = assign(problem, Objective.FLOOR, EXACT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fairness, "WHOLE_UP_TO", 0)
        relaxed = assign(problem, Objective.FLOOR, EXACT)
    check(problem, relaxed)
    assert not relaxed.fair_whole
    assert (relaxed.fair_bound or 0) >= (exact.fair_bound or 0) - 1e-5


def test_lifting_the_bottom_helps_the_worst_off_too() -> None:
    lifted = assign(two_teams(), Objective.LIFT, EXACT)
    assert lifted.worst > assign(two_teams(), Objective.TOTAL, EXACT).worst
    assert lifted.bound >= lifted.value
    assert lifted.gap == pytest.approx(0, abs=1e-6)


def test_a_hopeless_team_does_not_lower_the_floor_of_the_others() -> None:
    plain = two_teams()
    problem = Problem(plain.people, (*plain.openings, opening(9)), plain.pairs)
    answer = assign(problem, Objective.FLOOR, EXACT)
    figures = {team.team_id: team.mean for team in answer.teams}
    assert figures[9] == 0
    assert min(figures[1], figures[2]) == pytest.approx(0.325)


def test_shortfalls_are_named() -> None:
    needs = (
        Requirement("virology at expert", skill="virology", level=Level.EXPERT),
        Requirement("Japan", institute_id=3),
    )
    problem = Problem((person(1),), (opening(1, 2, requirements=needs),), (Pair(1, 1, 0.8),))
    answer = assign(problem)
    check(problem, answer)
    assert [(short.label, short.missing) for short in answer.shortfalls] == [
        ("people", 1),
        ("virology at expert", 1),
        ("Japan", 1),
    ]


def test_what_is_confirmed_stays_even_beyond_the_rules() -> None:
    problem = Problem(
        (person(1, capacity=1), person(2)),
        (opening(1), opening(2)),
        (Pair(1, 1, 0.1, confirmed=True), Pair(1, 2, 0.1, confirmed=True), Pair(2, 1, 0.9)),
    )
    answer = assign(problem)
    check(problem, answer)
    assert answer.chosen == ((1, 1), (1, 2))


def test_an_incumbent_wins_a_tie() -> None:
    pairs = (Pair(1, 1, 0.5), Pair(2, 1, 0.49, incumbent=True))
    problem = Problem((person(1), person(2)), (opening(1),), pairs)
    assert assign(problem, Objective.TOTAL).chosen == ((2, 1),)


def test_nobody_takes_two_roles_of_one_team() -> None:
    problem = Problem(
        (person(1, capacity=2),), (opening(1, team=5), opening(2, team=5)), (Pair(1, 1, 0.5), Pair(1, 2, 0.6))
    )
    assert assign(problem).chosen == ((1, 2),)


def test_an_institute_lends_no_more_than_its_budget() -> None:
    problem = Problem(
        (person(1), person(2)), (opening(1, 2),), (Pair(1, 1, 0.5), Pair(2, 1, 0.6)), (LendingBudget(1, 1.5),)
    )
    assert assign(problem).chosen == ((2, 1),)


def test_more_seats_than_people_fills_what_it_can() -> None:
    problem = Problem((person(1),), (opening(1, 50),), (Pair(1, 1, 0.5),))
    answer = assign(problem)
    assert seats(answer)[1] == 1
    assert answer.shortfalls[0].missing == 49


def test_a_round_without_pairs_or_openings_has_an_answer() -> None:
    assert assign(Problem((), (), ())).chosen == ()
    answer = assign(Problem((person(1),), (opening(1),), ()))
    assert answer.shortfalls[0].missing == 1


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: Problem((person(1),), (Opening(1, 1, 1, 0.5, ()),), ()), "empty window"),
        (lambda: Problem((person(1),), (Opening(1, 1, 0, 0.5, (0,)),), ()), "at least one"),
        (lambda: Problem((person(1),), (Opening(1, 1, 1, 1.5, (0,)),), ()), "above 0 and up to 1"),
        (lambda: Problem((person(1),), (Opening(1, 1, 1, 0.5, (7,)),), ()), "beyond the 2 periods"),
        (lambda: Problem((person(1), person(1)), (), ()), "twice"),
        (lambda: Problem((person(1),), (opening(1),), (Pair(2, 1, 0.5),)), "not there"),
        (lambda: Problem((person(1),), (opening(1),), (Pair(1, 1, 7.0),)), "between 0 and 1"),
        (lambda: Requirement("nothing"), "one thing"),
        (lambda: Requirement("both", mark="a", institute_id=1), "one thing"),
        (lambda: Requirement("no level", skill="a"), "one thing"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(build: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()  # type: ignore[operator]


def test_a_search_can_be_watched_and_stopped_and_keeps_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "ONE_SEARCH", 0)
    seen: list[Progress] = []

    def stop(progress: Progress) -> bool:
        seen.append(progress)
        return True

    problem = two_teams()
    answer = assign(problem, Objective.TOTAL, Effort(gap=-1.0), stop)
    check(problem, answer)
    assert answer.ending is Ending.STOPPED
    assert len(seen) == 1
    assert seen[0].bound is not None
