from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.feeds.conditional import last_modified, not_modified

TAG = 'W/"0123abcd"'
CHANGED = datetime(2026, 3, 2, 8, 30, 15, 700000, tzinfo=UTC)
NOW = datetime(2026, 3, 5, tzinfo=UTC)


def unchanged(match: str | None = None, since: str | None = None) -> bool:
    return not_modified(TAG, CHANGED, NOW, if_none_match=match, if_modified_since=since)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ('W/"0123abcd"', True),
        ('"0123abcd"', True),
        ("*", True),
        (" * ", True),
        ('"other", W/"0123abcd"', True),
        ('"a,b","0123abcd"', True),
        ('"other"', False),
        ('W/"0123abcde"', False),
        ('"0123ABCD"', False),
        ("0123abcd", False),
        ('"*"', False),
        ("", False),
        ('"', False),
    ],
)
def test_tags_are_compared_weakly_and_in_lists(header: str, *, expected: bool) -> None:
    assert unchanged(match=header) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Mon, 02 Mar 2026 08:30:15 GMT", True),  # equal
        ("Tue, 03 Mar 2026 00:00:00 GMT", True),
        ("Thu, 05 Mar 2026 00:00:00 GMT", True),  # this very second
        ("Monday, 02-Mar-26 08:30:15 GMT", True),  # the two old forms of RFC 9110 section 5.6.7
        ("Mon Mar  2 08:30:15 2026", True),
        ("Mon, 02 Mar 2026 08:30:14 GMT", False),  # older
        ("Thu, 01 Jan 1970 00:00:00 GMT", False),
        ("Fri, 06 Mar 2026 00:00:00 GMT", False),  # in the future
        ("yesterday", False),
        ("", False),
        ("Mon, 99 Foo 2026 08:30:15 GMT", False),
        ("Mon, 02 Mar 99999 08:30:15 GMT", False),
        ("Mon, 02 Mar 2026 08:30:15 +99999999", False),
    ],
)
def test_dates_are_compared_in_whole_seconds_and_unreadable_ones_ignored(header: str, *, expected: bool) -> None:
    assert unchanged(since=header) is expected


def test_tags_decide_alone_where_both_are_sent() -> None:
    assert unchanged(match='"other"', since=last_modified(NOW)) is False
    assert unchanged(match=TAG, since="Thu, 01 Jan 1970 00:00:00 GMT") is True


def test_without_conditions_the_body_is_sent() -> None:
    assert unchanged() is False


def test_the_header_sent_is_understood_when_it_comes_back() -> None:
    assert last_modified(CHANGED) == "Mon, 02 Mar 2026 08:30:15 GMT"
    assert unchanged(since=last_modified(CHANGED)) is True


@given(match=st.none() | st.text(max_size=40), since=st.none() | st.text(max_size=40))
def test_no_header_breaks_the_decision(match: str | None, since: str | None) -> None:
    assert unchanged(match, since) in {True, False}


@given(seconds=st.integers(0, 10**9))
def test_a_date_from_before_the_change_never_counts(seconds: int) -> None:
    earlier = CHANGED - timedelta(seconds=1 + seconds)
    assert unchanged(since=last_modified(earlier)) is False
