"""A day that comes near is spoken of once at each distance."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.reminders import CLEARANCE_DAYS, days_left, distance

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("left", "reached"), [(91, None), (90, 90), (31, 90), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)]
)
def test_the_shortest_distance_reached_counts(left: int, reached: int | None) -> None:
    assert distance(TODAY + timedelta(days=left), TODAY, CLEARANCE_DAYS) == reached


@given(st.integers(0, 200), st.integers(1, 200))
def test_whoever_looks_every_day_sees_each_distance_once_and_in_order(left: int, distances: int) -> None:
    day = TODAY + timedelta(days=left)
    asked = (distances, max(1, distances // 2), 1)
    seen = [distance(day, TODAY + timedelta(days=passed), asked) for passed in range(left + 1)]
    spoken = [each for position, each in enumerate(seen) if each is not None and each not in seen[:position]]
    assert spoken == sorted(spoken, reverse=True)
    assert seen[-1] == 1 or left == 0


@pytest.mark.parametrize(("left", "words"), [(0, "today"), (1, "tomorrow"), (30, "in 30 days")])
def test_how_far_off_a_day_is_in_words(left: int, words: str) -> None:
    assert days_left(TODAY + timedelta(days=left), TODAY) == words
