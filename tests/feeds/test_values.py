"""An event that was written as text comes back whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given

from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import Timed
from exchange.feeds.values import Stamps, read, written
from tests.feeds import samples


def stamps(event: FeedEvent) -> Stamps:
    return Stamps(event.uid, event.sequence, event.created_at, event.updated_at)


@given(samples.events())
def test_every_event_comes_back_as_it_was_written(event: FeedEvent) -> None:
    assert read(written(event), stamps(event)) == event


def test_stamps_are_no_part_of_the_text() -> None:
    later = replace(samples.MEETING, sequence=4, updated_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert written(later) == written(samples.MEETING)


def test_the_second_pass_of_a_repeated_hour_is_not_the_first() -> None:
    twice = Timed(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "Europe/London")
    event = replace(samples.MEETING, when=twice)
    assert read(written(event), stamps(event)).when == twice
