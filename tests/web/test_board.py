"""The timeline board: every bar in its place, overlapping bars in lanes, nothing lost at the edges."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.web.board import Bar, Board, Group, Load, Placed, Row, board, month_after

START = date(2026, 9, 1)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 6, 30))


def bar(uid: int, first: date, last: date) -> Bar:
    return Bar(uid=uid, label="Control", first=first, last=last, kind="active", url="/", said="Amelia Hart.")


def drawn(*bars: Bar, months: int = 12, today: date = date(2026, 11, 20)) -> Board:
    return board(
        "By person", [Group("All", (Row("Amelia Hart", bars),))], first_month=START, months=months, today=today
    )


def placed(*bars: Bar) -> tuple[Placed, ...]:
    return drawn(*bars).groups[0].rows[0].placed


def test_months_follow_each_other_and_fill_the_board() -> None:
    months = drawn().months
    assert [month.first for month in months][:5] == [date(2026, 9 + i, 1) for i in range(4)] + [date(2027, 1, 1)]
    assert months[0].left == 0
    assert sum(month.width for month in months) == pytest.approx(100, abs=0.01)


def test_a_bar_covers_its_first_and_its_last_day() -> None:
    (one,) = placed(bar(1, date(2026, 9, 1), date(2026, 9, 30)))
    (month,) = drawn(months=12).months[:1]
    assert (one.left, one.width) == (0, month.width)
    assert not one.clipped_left
    assert not one.clipped_right


def test_a_bar_that_reaches_outside_is_cut_and_says_so() -> None:
    (one,) = placed(bar(1, date(2026, 1, 5), date.max))
    assert (one.left, one.width, one.clipped_left, one.clipped_right) == (0, 100, True, True)


def test_a_bar_wholly_outside_is_left_out() -> None:
    assert placed(bar(1, date(2026, 1, 5), date(2026, 8, 31)), bar(2, date(2027, 9, 1), date(2027, 10, 1))) == ()


@given(st.lists(st.tuples(DAYS, st.integers(min_value=0, max_value=400)), max_size=12))
def test_bars_in_one_lane_share_no_day_and_no_lane_is_wasted(stays: list[tuple[date, int]]) -> None:
    row = drawn(*(bar(i, day, day + timedelta(days=length)) for i, (day, length) in enumerate(stays))).groups[0].rows[0]
    for one in row.placed:
        for other in row.placed:
            if one is not other and one.lane == other.lane:
                assert one.bar.last < other.bar.first or other.bar.last < one.bar.first
        if one.lane:  # some bar in the lane above stands in the way
            above = [other for other in row.placed if other.lane == one.lane - 1]
            assert any(other.bar.first <= one.bar.first <= other.bar.last for other in above)
    assert row.lanes == max((one.lane + 1 for one in row.placed), default=1)


@given(DAYS, st.integers(min_value=0, max_value=800))
def test_every_bar_stays_inside_the_board(first: date, length: int) -> None:
    for one in placed(bar(1, first, first + timedelta(days=length))):
        assert one.left >= 0
        assert one.width > 0
        assert one.left + one.width <= 100.001


def test_the_styles_hold_a_rule_to_each_bar_and_nothing_that_was_typed() -> None:
    typed = Bar(7, "</style><script>", START, START, "active", "/", "</style>", attention="</style>")
    rules = str(drawn(typed, bar(8, START, START)).styles)
    assert re.findall(r"#bar-(\d+)\{left:0\.0%;width:0\.274%", rules) == ["7", "8"]
    assert "--lane:1" in rules
    assert ".lanes-2{min-height:5.5rem}" in rules
    assert "<" not in rules


def test_today_is_marked_on_its_board_only() -> None:
    assert drawn(today=START).today == 0
    assert drawn(today=date(2027, 8, 31)).today == pytest.approx(100, abs=0.3)
    assert drawn(today=date(2027, 9, 1)).today is None
    assert "--today" not in drawn(today=date(2020, 1, 1)).styles


def test_a_load_needs_a_number_to_each_month() -> None:
    with pytest.raises(ValueError, match="12 months"):
        board("x", [], first_month=START, months=12, today=START, loads=[Load("UK", (1, 2))])
    with pytest.raises(ValueError, match="at least one month"):
        board("x", [], first_month=START, months=0, today=START)
    full = board("x", [], first_month=START, months=2, today=START, loads=[Load("UK", (0, 3))])
    assert full.heaviest == 3


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
        (date(2027, 1, 15), -1, date(2026, 12, 1)),
        (date(2026, 9, 1), 13, date(2027, 10, 1)),
        (date(2026, 9, 1), 0, date(2026, 9, 1)),
    ],
)
def test_months_are_counted_across_years(day: date, months: int, expected: date) -> None:
    assert month_after(day, months) == expected
