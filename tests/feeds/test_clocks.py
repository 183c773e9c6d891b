from __future__ import annotations

from datetime import date, time

import pytest

from exchange.feeds.clocks import both_clocks, place
from exchange.feeds.moments import Timed

NEW_YORK, LONDON, TOKYO, KOLKATA = "America/New_York", "Europe/London", "Asia/Tokyo", "Asia/Kolkata"
BRIEF = " (for a few weeks only)"


@pytest.mark.parametrize(
    ("day", "clock", "zone", "other", "line"),
    [
        (date(2026, 3, 4), time(10), NEW_YORK, LONDON, "10:00 New York = 15:00 London"),
        (date(2026, 3, 10), time(10), NEW_YORK, LONDON, f"10:00 New York = 14:00 London{BRIEF}"),
        (date(2026, 3, 31), time(10), NEW_YORK, LONDON, "10:00 New York = 15:00 London"),
        (date(2026, 10, 28), time(9, 30), LONDON, NEW_YORK, f"09:30 London = 05:30 New York{BRIEF}"),
        (date(2026, 7, 1), time(20), NEW_YORK, TOKYO, "20:00 New York = 09:00 Tokyo the next day"),
        (date(2026, 7, 1), time(9), TOKYO, NEW_YORK, "09:00 Tokyo = 20:00 New York the day before"),
        (date(2026, 12, 1), time(20), NEW_YORK, TOKYO, "20:00 New York = 10:00 Tokyo the next day"),
        (date(2026, 1, 5), time(12), "UTC", KOLKATA, "12:00 UTC = 17:30 Kolkata"),
        (date(2026, 1, 5), time(12), LONDON, "Africa/Accra", ""),
    ],
)
def test_one_start_by_two_clocks(day: date, clock: time, zone: str, other: str, line: str) -> None:
    when = Timed.by_the_clock(day, clock, clock.replace(minute=45), zone)
    assert both_clocks(when, other) == line


def test_an_unknown_zone_is_refused() -> None:
    when = Timed.by_the_clock(date(2026, 3, 4), time(10), time(11), LONDON)
    with pytest.raises(ValueError, match="no time zone called 'Mars'"):
        both_clocks(when, "Mars")


def test_places_are_written_as_people_write_them() -> None:
    assert place("America/Argentina/Buenos_Aires") == "Buenos Aires"
