from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.feeds.assemble import Head, assemble, tombstone
from exchange.feeds.events import FeedEvent
from exchange.feeds.lines import Fault, Finding
from exchange.feeds.lint import lint
from exchange.feeds.render import render
from exchange.feeds.views import Detail
from tests.feeds.samples import CHANGED, EVERYDAY, HOST, MAILBOX, MEETING, SECONDMENT, events

HEAD = Head(name="Exchange: Zoë", description="Phone", colour="teal")
FEED = assemble(HEAD, [render(event, MAILBOX) for event in EVERYDAY])
ZONELESS = assemble(HEAD, [render(MEETING, MAILBOX)]).replace(b"BEGIN:VTIMEZONE", b"BEGIN:X-ZONE").replace(
    b"END:VTIMEZONE", b"END:X-ZONE"
)  # fmt: skip


def planted(old: bytes, new: bytes, feed: bytes = FEED) -> bytes:
    """The feed with a fault in place of the first occurrence of ``old``."""
    assert old in feed
    return feed.replace(old, new, 1)


FAULTS: list[tuple[str, bytes, Fault]] = [
    ("end before start", planted(b"DTEND;VALUE=DATE:20260901", b"DTEND;VALUE=DATE:20260301"), Fault.END_BEFORE_START),
    ("end equals start", planted(b"DTEND;VALUE=DATE:20260901", b"DTEND;VALUE=DATE:20260302"), Fault.END_EQUALS_START),
    ("no UID", planted(b"UID:secondment-7@exchange.example\r\n", b""), Fault.NO_UID),
    ("no DTSTAMP", planted(b"DTSTAMP:20260106T140005Z\r\n", b""), Fault.NO_STAMP),
    ("line too long", planted(b"SUMMARY:Secondment", b"SUMMARY:" + b"x" * 80), Fault.LONG_LINE),
    ("bare LF", planted(b"CLASS:PUBLIC\r\n", b"CLASS:PUBLIC\n"), Fault.BARE_NEWLINE),
    ("no VALUE", planted(b"REFRESH-INTERVAL;VALUE=DURATION", b"REFRESH-INTERVAL"), Fault.NO_VALUE_TYPE),
    ("fold inside a character", planted("ü".encode(), b"\xc3\r\n \xbc"), Fault.SPLIT_CHARACTER),
    ("TZID without any VTIMEZONE", ZONELESS, Fault.NO_ZONES),
    ("unknown TZID on one event", planted(b"DTSTART;TZID=Europe/London", b"DTSTART;TZID=Mars"), Fault.UNKNOWN_ZONE),
    ("empty CATEGORIES", planted(b"CATEGORIES:Cyber,UK AISI", b"CATEGORIES:"), Fault.EMPTY_VALUE),
    (
        "PUBLISH without ORGANIZER",
        planted(b"ORGANIZER;CN=Exchange:mailto:noreply@exchange.example\r\n", b""),
        Fault.NO_ORGANIZER,
    ),
    ("duplicate UID", planted(b"UID:milestone-7-midway@", b"UID:secondment-7@"), Fault.DUPLICATE_UID),
    ("control character", planted(b"SUMMARY:Secondment", b"SUMMARY:\x07Secondment"), Fault.CONTROL_CHARACTER),
    ("floating UNTIL", planted(b"UNTIL=20260416T140000Z", b"UNTIL=20260416T140000"), Fault.UNTIL_FLOATING),
    ("date and time", planted(b"DTEND;VALUE=DATE:20260901", b"DTEND:20260901T100000Z"), Fault.MIXED_TYPES),
    ("bad RRULE", planted(b"FREQ=WEEKLY;COUNT=8", b"FREQ=FORTNIGHTLY;COUNT=8"), Fault.BAD_RULE),
    ("truncated file", FEED[:-200], Fault.TRUNCATED),
    ("bad STATUS", planted(b"STATUS:CONFIRMED", b"STATUS:MAYBE"), Fault.BAD_STATUS),
    ("raw line break", planted(b"first week.\\nJoin", b"first\r\nweek.\\nJoin"), Fault.NOT_A_PROPERTY),
    ("UNTIL and COUNT", planted(b"COUNT=8", b"COUNT=8;UNTIL=20270101T000000Z"), Fault.UNTIL_AND_COUNT),
]


@pytest.mark.parametrize(("data", "fault"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_each_planted_fault_is_noticed_where_it_stands(data: bytes, fault: Fault) -> None:
    findings = lint(data)
    assert fault in {finding.fault for finding in findings}
    assert all(0 < finding.line <= data.count(b"\n") + 1 for finding in findings)
    assert all(finding.sentence.endswith(".") for finding in findings)


def test_there_are_twenty_one_of_them() -> None:
    assert len(FAULTS) == len({fault for _, _, fault in FAULTS}) == 21


def test_what_is_rendered_here_has_no_fault() -> None:
    assert lint(FEED) == ()
    assert lint(tombstone("1", HOST, MAILBOX, CHANGED)) == ()
    busy = assemble(replace(HEAD, published=False), [render(event, MAILBOX, Detail.BUSY) for event in EVERYDAY])
    assert lint(busy) == ()


def test_a_large_feed_has_no_fault() -> None:
    many = [replace(EVERYDAY[number % 7], uid=f"many-{number}@{HOST}") for number in range(700)]
    assert lint(assemble(HEAD, [render(event, MAILBOX) for event in many])) == ()


@given(event=events(), detail=st.sampled_from(tuple(Detail)))
def test_no_event_whatever_renders_to_a_fault(event: FeedEvent, detail: Detail) -> None:
    head = replace(HEAD, published=detail is not Detail.BUSY)
    assert lint(assemble(head, [render(event, MAILBOX, detail)])) == ()


def test_a_finding_names_the_line_as_an_editor_counts_it() -> None:
    feed = assemble(HEAD, [render(SECONDMENT, MAILBOX)])
    before, _, _ = feed.partition(b"STATUS:")
    (finding,) = lint(planted(b"STATUS:CONFIRMED", b"STATUS:MAYBE", feed))
    assert finding == Finding(
        before.count(b"\n") + 1,
        Fault.BAD_STATUS,
        "STATUS:MAYBE is unknown in a VEVENT; use CANCELLED, CONFIRMED, TENTATIVE.",
    )


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"DTSTART;VALUE=DATE:20260302", b"DTSTART:20260302", Fault.NO_VALUE_TYPE),
        (b"DTSTART;VALUE=DATE:20260302", b"DTSTART;VALUE=DATE:20260230", Fault.BAD_TIME),
        (b"DTSTART:20260501T120000Z", b"DTSTART:20260501T120000", Fault.BAD_TIME),
        (b"first week.\\nJoin", b"first\r\nWEEK:.\\nJoin", Fault.NOT_A_PROPERTY),
        (b"DTSTART:20260501T120000Z", b"DTSTART:20260501T250000Z", Fault.BAD_TIME),
        (b"DTSTART:20260501T120000Z", b"RDATE:20260601T120000", Fault.BAD_TIME),
        (b"UNTIL=20260416T140000Z", b"UNTIL=20260416", Fault.UNTIL_FLOATING),
        (b"END:VALARM", b"END:VEVENT", Fault.TRUNCATED),
        (b"FREQ=WEEKLY;COUNT=8", b"COUNT=8", Fault.BAD_RULE),
        (b"FREQ=WEEKLY;COUNT=8", b"FREQ=WEEKLY;BYDAY=XX", Fault.BAD_RULE),
    ],
)
def test_neighbouring_faults_are_noticed_too(old: bytes, new: bytes, fault: Fault) -> None:
    assert fault in {finding.fault for finding in lint(planted(old, new))}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"DTEND:20260501T130000Z", b"RDATE;VALUE=PERIOD:20260601T120000Z/PT1H"),
        (b"SUMMARY:Secondment", b'X-SOMETHING;X-Y="a;b:c":Secondment'),
        (b"FREQ=WEEKLY;COUNT=8", b"FREQ=MONTHLY;BYDAY=+1MO,-1FR;BYMONTH=1,2;BYSETPOS=-1;INTERVAL=2;WKST=SU;COUNT=8"),
        (b"STATUS:CONFIRMED", b"STATUS:confirmed"),
    ],
)
def test_what_is_unusual_but_right_is_no_fault(old: bytes, new: bytes) -> None:
    assert {finding.fault for finding in lint(planted(old, new))} <= {Fault.LONG_LINE}


@pytest.mark.parametrize("data", [b"", b"<html>", b"\xff\xfe", b"\r\n", b"BEGIN:VCALENDAR\r\n" * 3000])
def test_what_is_no_calendar_at_all_is_said_to_be_none(data: bytes) -> None:
    assert Fault.TRUNCATED in {finding.fault for finding in lint(data)}


@given(st.binary(max_size=400))
def test_no_input_breaks_the_linter(data: bytes) -> None:
    middle = len(FEED) // 2
    lint(FEED[:middle] + data + FEED[middle:])


def test_times_of_a_zone_with_a_name_of_its_own_are_compared() -> None:
    feed = assemble(HEAD, [render(MEETING, MAILBOX)]).replace(b"Europe/London", b"/own/London")
    assert lint(feed) == ()
    (finding,) = lint(
        planted(b"DTEND;TZID=/own/London:20260303T120000", b"DTEND;TZID=/own/London:20260303T090000", feed)
    )
    assert finding.fault is Fault.END_BEFORE_START
