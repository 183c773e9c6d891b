"""The plain capacity model against an independent solver, and its fair variant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from exchange.matching.flow import FlowAnswer, assign_fairly, assign_flow

EMPTY_SEAT = 10.0


@st.composite
def instances(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people, teams = draw(st.integers(1, 25)), draw(st.integers(1, 6))
    scores = np.round(random.random((people, teams)), draw(st.sampled_from([1, 3])))
    scores[random.random((people, teams)) < draw(st.sampled_from([0.0, 0.3, 0.8]))] = -1
    return scores, random.integers(0, 3, people), random.integers(0, 5, teams)


def check(answer: FlowAnswer, scores: np.ndarray, capacity: np.ndarray, demand: np.ndarray) -> None:
    """Every rule of the model, and that the answer says the truth about itself."""
    taken = np.zeros(scores.shape, int)
    np.add.at(taken, (answer.person, answer.team), 1)
    assert taken.max(initial=0) <= 1
    assert np.all(taken[scores < 0] == 0)
    assert np.all(taken.sum(axis=1) <= capacity)
    assert np.all(taken.sum(axis=0) <= demand)
    assert answer.empty == demand.sum() - taken.sum()
    assert answer.total == pytest.approx(float((scores * taken).sum()))
    means = (scores * taken).sum(axis=0) / np.maximum(demand, 1)
    np.testing.assert_allclose(answer.means, np.where(demand > 0, means, 1.0))


def optimum(scores: np.ndarray, capacity: np.ndarray, demand: np.ndarray) -> float:
    """The best total less the price of empty seats, by the whole linear programme at once."""
    people, teams = scores.shape
    rows = np.zeros((people + teams, people * teams))
    for one in range(people):
        rows[one, one * teams : (one + 1) * teams] = 1
    for one in range(teams):
        rows[people + one, one::teams] = 1
    found = linprog(
        -(scores + EMPTY_SEAT).ravel(),
        A_ub=rows,
        b_ub=np.concatenate([capacity, demand]),
        bounds=[(0, float(score >= 0)) for score in scores.ravel()],
    )
    return -float(found.fun) - EMPTY_SEAT * float(demand.sum())


@settings(max_examples=80, deadline=None)
@given(instances())
def test_the_best_total_is_found(instance: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    answer = assign_flow(*instance)
    check(answer, *instance)
    assert answer.total - EMPTY_SEAT * answer.empty == pytest.approx(optimum(*instance), abs=1e-6)
    assert answer.bound == pytest.approx(answer.total, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(instances())
def test_the_fair_answer_keeps_every_rule_and_is_bounded(instance: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    answer = assign_fairly(*instance)
    check(answer, *instance)
    assert answer.fair_bound is not None
    assert answer.worst <= answer.fair_bound + 1e-6


def test_fairness_serves_the_worst_off_team_first() -> None:
    scores = np.array([[0.9, 0.55], [0.9, 0.5], [0.3, 0.1], [0.3, 0.1]])
    capacity, demand = np.ones(4, int), np.array([2, 2])
    assert assign_flow(scores, capacity, demand).worst == pytest.approx(0.1)
    assert assign_fairly(scores, capacity, demand).worst == pytest.approx(0.325)


def test_a_large_instance_is_solved_whole() -> None:
    random = np.random.default_rng(5)
    scores, capacity = random.random((400, 30)), random.integers(1, 3, 400)
    demand = random.integers(4, 13, 30)
    answer = assign_flow(scores, capacity, demand)
    check(answer, scores, capacity, demand)
    assert answer.total == pytest.approx(optimum(scores, capacity, demand), abs=1e-6)


def test_scores_may_be_of_any_size() -> None:
    random = np.random.default_rng(6)
    scores, capacity, demand = random.random((40, 5)), np.ones(40, int), np.full(5, 4)
    small, large = assign_fairly(scores, capacity, demand), assign_fairly(100 * scores, capacity, demand)
    assert large.total == pytest.approx(100 * small.total, rel=1e-3)
    assert large.worst == pytest.approx(100 * small.worst, rel=1e-2)


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"must be \[people, teams\]"):
        assign_flow(np.zeros((2, 3)), np.ones(3, int), np.ones(2, int))
