from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import timedelta

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.feeds import zones
from exchange.feeds.assemble import Head, assemble, calendar, compress, disguise, etag, tombstone
from exchange.feeds.events import FeedEvent
from exchange.feeds.render import render, vevents
from exchange.feeds.views import Detail
from tests.feeds.samples import CHANGED, EVERYDAY, HOST, MAILBOX, MEETING, NEW_YORK_SERIES, SECONDMENT, events, texts

HEAD = Head(name="Exchange: Zoë Müller", description="Phone; managed, in Exchange", colour="teal", zone="Europe/London")

calendars = st.integers(0, 4).flatmap(lambda size: st.tuples(*(events(number) for number in range(size))))


def whole_calendar(head: Head, shown: tuple[FeedEvent, ...], detail: Detail) -> bytes:
    """What icalendar itself writes when it is given everything at once."""
    ordered = sorted(shown, key=lambda event: event.uid)
    components = [vevent for event in ordered for vevent in vevents(event, MAILBOX, detail)]
    whole, times = calendar(head), icalendar.Calendar()
    times.subcomponents.extend(components)
    for zone in sorted(times.get_used_tzids()):
        timezone = zones.component(zone)
        assert timezone is not None
        whole.add_component(timezone)
    whole.subcomponents.extend(components)
    written: bytes = whole.to_ical()
    return written


@settings(max_examples=200, deadline=None)
@given(shown=calendars, name=texts, description=texts, detail=st.sampled_from(tuple(Detail)))
def test_joined_fragments_are_the_bytes_icalendar_writes(
    shown: tuple[FeedEvent, ...], name: str, description: str, detail: Detail
) -> None:
    head = replace(HEAD, name=f"Exchange {name}", description=description)
    joined = assemble(head, [render(event, MAILBOX, detail) for event in shown])
    assert joined == whole_calendar(head, shown, detail)


def test_the_order_of_the_fragments_does_not_matter() -> None:
    fragments = [render(event, MAILBOX) for event in EVERYDAY]
    assert assemble(HEAD, fragments) == assemble(HEAD, reversed(fragments))


def test_a_calendar_names_only_the_zones_it_uses_and_before_the_events() -> None:
    body = assemble(HEAD, [render(event, MAILBOX) for event in EVERYDAY])
    parsed = icalendar.Calendar.from_ical(body)
    assert [str(part["TZID"]) for part in parsed.walk("VTIMEZONE")] == ["America/New_York", "Europe/London"]
    assert body.rindex(b"END:VTIMEZONE") < body.index(b"BEGIN:VEVENT")
    assert b"VTIMEZONE" not in assemble(HEAD, [render(SECONDMENT, MAILBOX)])


def test_the_head_asks_for_a_visit_every_hour_in_both_dialects() -> None:
    body = assemble(HEAD, [])
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in body
    assert b"\r\nX-PUBLISHED-TTL:PT1H\r\n" in body
    assert b"\r\nX-PUBLISHED-TTL:PT4H\r\n" in assemble(replace(HEAD, refresh=timedelta(hours=4)), [])


def test_names_are_escaped_in_old_and_new_properties() -> None:
    body = assemble(replace(HEAD, name="A, B; C\r\nX-EVIL:1"), [])
    assert b"\r\nNAME:A\\, B\\; C X-EVIL:1\r\n" in body
    assert b"\r\nX-WR-CALNAME:A\\, B\\; C X-EVIL:1\r\n" in body


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"name": " "}, "needs a name"), ({"colour": "#fff"}, "no colour name"), ({"zone": "Mars/Base"}, "no time zone")],
)
def test_a_head_that_cannot_be_written_is_refused(change: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Head(**{"name": "Exchange", **change})  # type: ignore[arg-type]


def test_equal_content_has_equal_tag_and_equal_compressed_bytes() -> None:
    body = assemble(HEAD, [render(MEETING, MAILBOX)])
    assert etag(body) == etag(bytes(body))
    assert etag(body) != etag(body + b"x")
    assert etag(body).startswith('W/"')
    assert compress(body) == compress(body)
    assert gzip.decompress(compress(body)) == body


def test_a_switched_off_link_shows_one_event_that_says_so() -> None:
    parsed = icalendar.Calendar.from_ical(tombstone("12", HOST, MAILBOX, CHANGED))
    (only,) = parsed.walk("VEVENT")
    assert only["SUMMARY"] == "This calendar link was switched off"
    assert only["UID"] == f"switched-off-12@{HOST}"
    assert only["TRANSP"] == "TRANSPARENT"


def test_busy_links_cannot_be_matched_with_each_other() -> None:
    busy = render(NEW_YORK_SERIES, MAILBOX, Detail.BUSY)
    one, other = disguise(busy, b"one"), disguise(busy, b"other")
    assert b"testing-session" not in one.body
    uids = {str(vevent["UID"]) for vevent in icalendar.Calendar.from_ical(one.body, multiple=True)}
    assert uids == {one.uid}
    assert one.uid != other.uid
    assert disguise(busy, b"one") == one


def test_a_disguised_fragment_is_folded_as_icalendar_folds() -> None:
    long = replace(MEETING, uid=f"meeting-{'a' * 100}@{'b' * 60}.example")
    body = disguise(render(long, MAILBOX, Detail.BUSY), b"key").body
    event = icalendar.Event.from_ical(body)
    assert event.to_ical() == body
    assert b"aaaa" not in body
