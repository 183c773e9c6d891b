"""The calendar of a round: which weeks given days make up, and the days of a placement."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchange.domain.periods import Period
from exchange.domain.round_settings import RoundSettings, Weeks, first_monday

WEEKS = Weeks(date(2027, 1, 4), 52)
DAYS = st.dates(date(2026, 6, 1), date(2028, 6, 1))


def test_a_stay_runs_from_monday_to_friday() -> None:
    assert WEEKS.stay(0, 1) == Period(date(2027, 1, 4), date(2027, 1, 8))
    assert WEEKS.stay(2, 4) == Period(date(2027, 1, 18), date(2027, 2, 12))


@given(DAYS, st.integers(0, 500))
def test_whole_weeks_lie_within_the_days_and_touched_weeks_cover_them(start: date, length: int) -> None:
    days = Period(start, start + timedelta(days=length))
    first, after = WEEKS.whole_weeks(days)
    for week in range(WEEKS.count):
        monday, friday = WEEKS.monday(week), WEEKS.monday(week) + timedelta(days=4)
        assert (first <= week < after) == (days.start <= monday and friday <= days.end)
    begin, end = WEEKS.touched_weeks(days)
    for week in range(WEEKS.count):
        touched = days.start <= WEEKS.monday(week) + timedelta(days=6) and WEEKS.monday(week) <= days.end
        assert (begin <= week < end) == touched


@given(DAYS)
def test_the_first_monday_is_the_nearest_one(day: date) -> None:
    monday = first_monday(day)
    assert monday.weekday() == 0
    assert 0 <= (monday - day).days < 7


def test_settings_without_sense_are_named() -> None:
    faults = RoundSettings((1,), tolerance_weeks=-1, team_share=0, min_weeks=9, preferred_weeks=4, desks=-1, seconds=0)
    assert len(faults.faults()) == 6
    assert RoundSettings((1, 2)).faults() == ()
    assert RoundSettings.read(RoundSettings((1, 2)).to_json()) == RoundSettings((1, 2))
