"""What a poll may cost, in CPU time with twice the target allowed: machines differ, orders of magnitude do not.

``benchmarks/feeds.py`` prints the figures themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from exchange.feeds.assemble import Head, assemble, calendar, etag
from exchange.feeds.conditional import not_modified
from exchange.feeds.events import FeedEvent
from exchange.feeds.fragment import Fragment
from exchange.feeds.render import render, vevents
from tests.feeds.samples import CHANGED, MAILBOX, MEETING, SECONDMENT

HEAD = Head(name="Exchange")
SIZE = 1000


def cpu(call: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of CPU of one call, the best of a few."""
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return min(spent)


@pytest.fixture(scope="module")
def events() -> list[FeedEvent]:
    """Secondments and meetings by turns, each under a UID and on a day of its own."""
    return [
        replace(
            (SECONDMENT, MEETING)[number % 2],
            uid=f"event-{number:05}@exchange.example",
            when=(SECONDMENT, MEETING)[number % 2].when.on(date(2026, 1, 5) + timedelta(days=number % 500)),
        )
        for number in range(SIZE)
    ]


@pytest.fixture(scope="module")
def fragments(events: list[FeedEvent]) -> list[Fragment]:
    return [render(event, MAILBOX) for event in events]


def test_joining_a_thousand_events_takes_milliseconds_and_writing_them_fifty_times_as_long(
    events: list[FeedEvent], fragments: list[Fragment]
) -> None:
    def anew() -> bytes:
        whole = calendar(HEAD)
        whole.subcomponents.extend(vevent for event in events for vevent in vevents(event, MAILBOX))
        body: bytes = whole.to_ical()
        return body

    joined = cpu(lambda: etag(assemble(HEAD, fragments)))
    assert joined <= 2 * 0.015
    assert cpu(anew, rounds=1) >= 50 * joined


def test_deciding_a_304_takes_next_to_nothing(fragments: list[Fragment]) -> None:
    tag = etag(assemble(HEAD, fragments))
    many = 1000
    spent = cpu(
        lambda: [
            not_modified(tag, CHANGED, CHANGED, if_none_match=f'"other", {tag}', if_modified_since=None)
            for _ in range(many)
        ]
    )
    assert spent / many <= 2 * 0.0005


def test_writing_one_fragment_takes_about_a_millisecond(events: list[FeedEvent]) -> None:
    assert cpu(lambda: [render(event, MAILBOX) for event in events[:50]]) / 50 <= 2 * 0.002
