"""Reading answers to invitations: as four programs write them, and as nobody should."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exchange.domain.meetings import Answer
from exchange.feeds.replies import LARGEST_MAIL, ReplyError, read_reply
from tests.reply_mails import PROGRAMS, Said, apple, gmail

SAID = Said("meeting-1@exchange.example", "replies+12-abc@mail.example", "naomi@caisi.example", sequence=3)


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_each_program_sends_is_read(program: str) -> None:
    write = PROGRAMS[program]
    for partstat, answer in (
        ("ACCEPTED", Answer.ACCEPTED),
        ("TENTATIVE", Answer.TENTATIVE),
        ("DECLINED", Answer.DECLINED),
    ):
        reply = read_reply(write(replace(SAID, partstat=partstat)))
        assert (reply.answer, reply.uid, reply.sequence) == (answer, SAID.uid, 3)
        assert (reply.attendee, reply.sender, reply.recipients) == (SAID.attendee, SAID.attendee, frozenset({SAID.to}))
        assert reply.organiser == ("" if program == "Outlook" else SAID.to)
        assert reply.stamp == datetime(2026, 11, 1, 12, tzinfo=UTC)
        assert reply.occurrence is None


@pytest.mark.parametrize(
    ("line", "instant"),
    [
        ("RECURRENCE-ID:20270309T150000Z", datetime(2027, 3, 9, 15, tzinfo=UTC)),
        ("RECURRENCE-ID;TZID=America/New_York:20270309T100000", datetime(2027, 3, 9, 15, tzinfo=UTC)),
        ("RECURRENCE-ID;TZID=Eastern Standard Time:20270309T100000", datetime(2027, 3, 9, 15, tzinfo=UTC)),
        ("RECURRENCE-ID;VALUE=DATE:20270309", date(2027, 3, 9)),
    ],
)
def test_one_occurrence_is_named_in_any_zone(line: str, instant: date) -> None:
    for write in PROGRAMS.values():
        assert read_reply(write(replace(SAID, occurrence=line))).occurrence == instant


def forged(*changes: tuple[str, str]) -> bytes:
    mail = gmail(SAID).decode()
    for before, after in changes:
        assert before in mail
        mail = mail.replace(before, after)
    return mail.encode()


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (b"", "no text/calendar part"),
        (b"x" * (LARGEST_MAIL + 1), "larger than 1024 kB"),
        (forged(("METHOD:REPLY", "METHOD:REQUEST")), "its method is 'REQUEST'"),
        (forged(("METHOD:REPLY", "X-METHOD:REPLY")), "one METHOD"),
        (forged(("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED")), "'DELEGATED' is no answer"),
        (forged(("STATUS:CONFIRMED", "ATTENDEE:mailto:other@example.org")), "one ATTENDEE"),
        (forged(("STATUS:CONFIRMED", "UID:other")), "one UID"),
        (forged(("SEQUENCE:3", "SEQUENCE:three")), "no number of a version"),
        (forged(("DTSTAMP:20261101T120000Z", "DTSTAMP:20261301T120000Z")), "does not exist"),
        (forged(("DTSTAMP:20261101T120000Z", "DTSTAMP:20261101T120000")), "no time in UTC"),
        (forged(("END:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT\r\nEND:VEVENT")), "one calendar with one event"),
        (forged(("END:VCALENDAR", "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR")), "one calendar with one event"),
        (forged(("END:VCALENDAR", "")), "breaks off"),
        (forged(("BEGIN:VEVENT", "END:VEVENT")), "ends what it did not begin"),
        (forged(("STATUS:CONFIRMED", "no line")), "none of a calendar's"),
        (forged(("SEQUENCE:3", "RECURRENCE-ID;RANGE=THISANDFUTURE:20270309T150000Z")), "several occurrences"),
        (forged(("SEQUENCE:3", "RECURRENCE-ID;TZID=../../etc/passwd:20270309T150000")), "no time zone"),
        (forged(('text/calendar; charset="UTF-8"', 'text/calendar; charset="x-nothing"')), "not written in"),
        (forged(("From: Naomi", "From: other@example.org\nFrom: Naomi")), "one sender"),
        (forged(("Content-Type: application/ics", "Content-Type: text/calendar"), ("7bit\n\n", "7bit\n\n ")), ""),
    ],
)
def test_anything_else_is_refused_with_a_sentence(mail: bytes, sentence: str) -> None:
    with pytest.raises(ReplyError) as caught:
        read_reply(mail)
    assert sentence in str(caught.value)


def test_an_answer_within_a_forwarded_mail_is_not_taken() -> None:
    forwarded = b"From: other@example.org\nContent-Type: message/rfc822\n\n" + apple(SAID)
    with pytest.raises(ReplyError, match="no text/calendar part"):
        read_reply(forwarded)


@pytest.mark.parametrize(
    "hostile",
    [
        b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(9000)),
        b"Content-Type: message/rfc822\n\n" * 9000,
        b"From: " + b"(" * 500_000 + b"\nContent-Type: text/calendar\n\n",
        b"From: " + b"<a@b>," * 90_000 + b"\nContent-Type: text/calendar\n\n",
        b"Content-Type: text/calendar" + b"; a*0=b" * 60_000 + b"\n\nBEGIN:VCALENDAR\n",
        b"Content-Type: text/calendar\n\nA;" + b"B=c;" * 24_000 + b":x\n",
        b"Content-Type: text/calendar\n\n" + b"\n" * 99_000,
        b"Content-Type: text/calendar\n\n" + b"BEGIN:VEVENT\n" * 7_000,
    ],
)
def test_hostile_mail_costs_little_and_is_refused(hostile: bytes) -> None:
    began = time.process_time()
    with pytest.raises(ReplyError):
        read_reply(hostile[:LARGEST_MAIL])
    assert time.process_time() - began < 3


@given(st.sampled_from(sorted(PROGRAMS)), st.data())
@example("Gmail", None)
def test_no_damage_is_more_than_a_refusal(program: str, data: st.DataObject | None) -> None:
    mail = bytearray(PROGRAMS[program](SAID))
    if data is not None:
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(mail) - 1))
            mail[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    with suppress(ReplyError):  # any other error fails
        read_reply(bytes(mail))
