"""Dates, times and numbers as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask, g
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from exchange.domain.dates import DateOrder, parse_date
from exchange.domain.secondment_facts import State
from exchange.web.wording import (
    LONDON,
    PATTERNS,
    STATES,
    WASHINGTON,
    LocaleName,
    Place,
    Reader,
    Style,
    counted,
    current_reader,
    initials,
    state_words,
    time_left,
    weeks_between,
    written_date,
    written_instant,
    written_share,
    written_time_now,
)

BRITISH = Reader()
AMERICAN = Reader("en_US", here=WASHINGTON, there=LONDON)
DAY = date(2027, 4, 3)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("style", "british", "american"),
    [
        ("medium", "3 Apr 2027", "Apr 3, 2027"),
        ("long", "Saturday 3 April 2027", "Saturday, April 3, 2027"),
        ("short", "3 Apr", "Apr 3"),
        ("month", "Apr", "Apr"),
        ("month_year", "Apr 2027", "Apr 2027"),
        ("weekday", "Sat 3 Apr", "Sat, Apr 3"),
    ],
)
def test_a_date_in_each_style(style: Style, british: str, american: str) -> None:
    assert written_date(DAY, BRITISH, style) == british
    assert written_date(DAY, AMERICAN, style) == american


def test_a_moment_is_no_date() -> None:
    with pytest.raises(TypeError, match="written_instant"):
        written_date(NOW, BRITISH)


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(9998, 12, 31)),
    st.sampled_from(["en_GB", "en_US"]),
    st.sampled_from(["medium", "long"]),
)
def test_what_is_written_is_read_back_as_the_same_day(day: date, locale: LocaleName, style: Style) -> None:
    text = written_date(day, Reader(locale), style)
    assert {parse_date(text, order) for order in DateOrder} == {day}


def test_no_pattern_writes_the_month_in_digits() -> None:
    assert not [
        p for styles in PATTERNS.values() for p in styles.values() if "M" in p.replace("MMMM", "").replace("MMM", "")
    ]


@pytest.mark.parametrize(
    ("at", "british", "american"),
    [
        (
            datetime(2026, 11, 13, 15, 4, tzinfo=UTC),
            "13 Nov 2026, 15:04 London (10:04 Washington DC)",
            "Nov 13, 2026, 10:04\u00a0AM Washington DC (3:04\u00a0PM London)",
        ),
        # The clocks of the two sides change on different Sundays: four hours apart for two weeks of March.
        (
            datetime(2027, 3, 20, 12, 0, tzinfo=UTC),
            "20 Mar 2027, 12:00 London (08:00 Washington DC)",
            "Mar 20, 2027, 8:00\u00a0AM Washington DC (12:00\u00a0PM London)",
        ),
        # Where the other side still has the day before, its date is said.
        (
            datetime(2027, 1, 5, 2, 30, tzinfo=UTC),
            "5 Jan 2027, 02:30 London (4 Jan, 21:30 Washington DC)",
            "Jan 4, 2027, 9:30\u00a0PM Washington DC (Jan 5, 2:30\u00a0AM London)",
        ),
    ],
)
def test_a_moment_is_given_here_and_at_the_other_side(at: datetime, british: str, american: str) -> None:
    assert written_instant(at, BRITISH) == british
    assert written_instant(at, AMERICAN) == american


def test_the_year_is_left_out_this_year_only() -> None:
    assert written_instant(NOW, BRITISH, now=NOW).startswith("20 Nov, 12:00 London")
    assert written_instant(NOW, BRITISH, now=NOW + timedelta(days=60)).startswith("20 Nov 2026, 12:00")


def test_a_reader_without_another_side_gets_one_time() -> None:
    tokyo = Reader(here=Place("Tokyo", "Asia/Tokyo"), there=None)
    assert written_instant(NOW, tokyo) == "20 Nov 2026, 21:00 Tokyo"
    assert written_time_now(NOW, LONDON, BRITISH) == "12:00 in London"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        written_instant(datetime(2027, 1, 5, 2, 30), BRITISH)  # noqa: DTZ001


def test_outside_a_request_the_reader_is_in_london() -> None:
    assert current_reader() == BRITISH
    assert current_reader().tag == "en-GB"


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (date(2027, 1, 11), date(2027, 7, 9), 26),  # Monday to Friday
        (date(2027, 1, 11), date(2027, 1, 15), 1),
        (date(2027, 1, 11), date(2027, 1, 11), 1),
        (date(2027, 1, 11), date(2027, 1, 24), 2),
    ],
)
def test_weeks_of_a_stay(first: date, last: date, weeks: int) -> None:
    assert weeks_between(first, last) == weeks


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "in 1 day"), (-3, "3 days ago"), (20, "in 3 weeks"), (-14, "2 weeks ago"), (120, "in 4 months")],
)
def test_how_far_off_a_day_is(days: int, words: str) -> None:
    assert time_left(DAY + timedelta(days=days), DAY) == words


def test_numbers_have_their_noun() -> None:
    assert [counted(1, "person", "people"), counted(1204, "person", "people")] == ["1 person", "1,204 people"]
    assert [counted(0, "week"), counted(1, "week")] == ["0 weeks", "1 week"]


def test_shares_are_written_in_per_cent() -> None:
    assert [written_share(Decimal("0.5"), "en_GB"), written_share(0.126, "en_US")] == ["50%", "13%"]
    assert written_share(0.00312, "en_GB", 2) == "0.31%"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amelia Hart", "AH"),
        ("Mei Lin Chua", "MC"),
        ("Sato", "S"),
        ("Łukasz Żak", "ŁŻ"),
        ("D. \u2019t Hooft", "DH"),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_every_state_has_words_and_a_kind_the_kit_draws() -> None:
    assert set(STATES) == set(State)
    assert {kind for _, kind in STATES.values()} <= {"", "draft", "proposed", "confirmed", "active", "bad", "done"}
    assert state_words("ended_early") == ("Ended early", "")


@pytest.mark.parametrize(
    ("reader", "words"),
    [(Reader(), "from 6 December 2028 &amp; on"), (Reader("en_US"), "from December 6, 2028 &amp; on")],
)
def test_a_rules_sentence_has_its_days_as_the_reader_writes_them(app: Flask, reader: Reader, words: str) -> None:
    with app.test_request_context():
        g.reader = reader
        for sentence in ("from 6 December 2028 & on", Markup("from 6 December 2028 &amp; on")):
            assert app.jinja_env.from_string("{{ it|fsentence }}").render(it=sentence) == words
