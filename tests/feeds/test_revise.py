from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.feeds.assemble import Head, assemble, etag
from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import AllDay
from exchange.feeds.render import render
from exchange.feeds.revise import Revision, fingerprint, revise, stamped
from tests.feeds.samples import CREATED, MAILBOX, MEETING, MILESTONE, NEW_YORK_SERIES, events

FIRST = revise(MEETING, None, MAILBOX, CREATED)
LATER = CREATED + timedelta(days=1)


def test_a_new_event_starts_at_nought() -> None:
    expected = Revision(fingerprint(MEETING, MAILBOX), 0, CREATED, CREATED)
    assert revise(MEETING, None, MAILBOX, CREATED) == expected


def test_saving_without_a_change_moves_nothing() -> None:
    again = revise(MEETING, FIRST, MAILBOX, LATER)
    assert again is FIRST
    bodies = [render(stamped(MEETING, revision), MAILBOX) for revision in (FIRST, again)]
    assert bodies[0] == bodies[1]
    tags = {etag(assemble(Head(name="Exchange"), [body])) for body in bodies}
    assert len(tags) == 1


def test_a_change_counts_up_and_keeps_the_creation() -> None:
    moved = replace(MEETING, location="Room 5, London")
    revision = revise(moved, FIRST, MAILBOX, LATER)
    assert (revision.sequence, revision.created_at, revision.updated_at) == (1, CREATED, LATER)
    written = render(stamped(moved, revision), MAILBOX).body
    assert b"\r\nSEQUENCE:1\r\n" in written
    assert b"\r\nDTSTAMP:20260106T093000Z\r\n" in written
    assert b"\r\nLAST-MODIFIED:20260106T093000Z\r\n" in written
    assert b"\r\nCREATED:20260105T093000Z\r\n" in written


def test_two_changes_in_one_second_stay_in_order() -> None:
    revision, seen = FIRST, [FIRST.updated_at]
    for room in ("5", "6", "7"):
        revision = revise(replace(MEETING, location=room), revision, MAILBOX, CREATED)
        seen.append(revision.updated_at)
    assert seen == sorted(set(seen))
    assert revision.sequence == 3


def test_a_clock_that_went_back_does_not_take_the_stamps_with_it() -> None:
    revision = revise(replace(MEETING, location="x"), FIRST, MAILBOX, CREATED - timedelta(days=30))
    assert revision.updated_at == CREATED + timedelta(seconds=1)


def test_a_milestone_on_another_day_is_the_same_milestone() -> None:
    before = revise(MILESTONE, None, MAILBOX, CREATED)
    moved = replace(MILESTONE, when=AllDay(date(2028, 3, 7), date(2028, 3, 7)))
    after = stamped(moved, revise(moved, before, MAILBOX, LATER))
    assert (after.uid, after.sequence) == (MILESTONE.uid, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Cyber range review \x07"},
        {"description": "Agenda: results of the first week.\r\n"},
        {"categories": ("Cyber", "UK AISI", "")},
        {"created_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"sequence": 9},
    ],
)
def test_what_no_reader_sees_is_no_change(change: dict[str, Any]) -> None:
    assert revise(replace(MEETING, **change), FIRST, MAILBOX, LATER) is FIRST


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Cyber range review (new)"},
        {"url": "https://exchange.example/sessions/2"},
        {"categories": ()},
        {"tentative": True},
        {"cancelled_on": date(2026, 2, 1)},
        {"transparent": True},
        {"when": NEW_YORK_SERIES.when},
    ],
)
def test_what_a_reader_sees_is_a_change(change: dict[str, Any]) -> None:
    assert revise(replace(MEETING, **change), FIRST, MAILBOX, LATER).sequence == 1


@given(before=events(), after=events())
def test_stamps_move_if_and_only_if_the_rendered_content_does(before: FeedEvent, after: FeedEvent) -> None:
    first = revise(before, None, MAILBOX, CREATED)
    second = revise(after, first, MAILBOX, LATER)
    neutral = Revision("", 0, CREATED, CREATED)
    same = render(stamped(before, neutral), MAILBOX).body == render(stamped(after, neutral), MAILBOX).body
    assert (second.sequence == first.sequence) is same
    assert (second.updated_at == first.updated_at) is same


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-100, 100)), max_size=20))
def test_stamps_never_go_back(saves: list[tuple[str, int]]) -> None:
    revision = FIRST
    for room, seconds in saves:
        following = revise(replace(MEETING, location=room), revision, MAILBOX, CREATED + timedelta(seconds=seconds))
        assert following == revision or (
            following.updated_at > revision.updated_at and following.sequence == revision.sequence + 1
        )
        revision = following
