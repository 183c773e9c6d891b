from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.feeds import zones
from exchange.feeds.alarms import with_alarms
from exchange.feeds.events import EventKind, FeedEvent, Override
from exchange.feeds.moments import AllDay, Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.render import RENDERER, Mailbox, render
from exchange.feeds.views import Detail
from tests.feeds.samples import (
    CANCELLED,
    EVERYDAY,
    LONDON_SERIES,
    MAILBOX,
    MEETING,
    MILESTONE,
    NASTY,
    NEW_YORK_SERIES,
    SECONDMENT,
    events,
    texts,
)

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]")
LINE_BREAK = re.compile("\r\n|[\x85\u2028\u2029]")


def body(event: FeedEvent, detail: Detail = Detail.FULL) -> bytes:
    return render(event, MAILBOX, detail).body


def lines(event: FeedEvent, detail: Detail = Detail.FULL) -> list[str]:
    """The content lines, unfolded."""
    return body(event, detail).decode().replace("\r\n ", "").splitlines()


def values(event: FeedEvent, name: str) -> list[str]:
    return [line.split(":", 1)[1] for line in lines(event) if re.match(rf"{name}[;:]", line)]


def plain(escaped: str) -> str:
    """TEXT as RFC 5545 section 3.3.11 reads it."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], escaped)


def test_a_span_of_days_ends_on_the_day_after_its_last() -> None:
    assert "DTSTART;VALUE=DATE:20260302" in lines(SECONDMENT)
    assert "DTEND;VALUE=DATE:20260901" in lines(SECONDMENT)


@pytest.mark.parametrize(
    ("first", "last", "end"),
    [
        (date(2028, 2, 29), date(2028, 2, 29), "20280301"),
        (date(2026, 12, 31), date(2026, 12, 31), "20270101"),
        (date(2026, 12, 30), date(2027, 1, 2), "20270103"),
        (date(2026, 7, 1), date(2026, 7, 1), "20260702"),
    ],
)
def test_leap_days_year_ends_and_single_days_end_exclusively(first: date, last: date, end: str) -> None:
    assert values(replace(SECONDMENT, when=AllDay(first, last)), "DTEND") == [end]


def test_secondments_and_milestones_leave_their_owner_free_and_sessions_do_not() -> None:
    for event in (SECONDMENT, MILESTONE):
        assert {"TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE"} <= set(
            lines(event)
        )
    assert {"TRANSP:OPAQUE", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"} <= set(lines(MEETING))
    assert "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE" in lines(replace(MEETING, tentative=True))


def test_stamps_come_from_the_stored_change_in_whole_seconds() -> None:
    event = replace(MEETING, updated_at=datetime(2026, 2, 1, 8, 0, 0, 999999, tzinfo=UTC), sequence=3)
    assert values(event, "DTSTAMP") == values(event, "LAST-MODIFIED") == ["20260201T080000Z"]
    assert values(event, "CREATED") == ["20260105T093000Z"]
    assert values(event, "SEQUENCE") == ["3"]


def test_session_times_are_clock_times_of_the_host_site() -> None:
    assert "DTSTART;TZID=America/New_York:20260225T100000" in lines(NEW_YORK_SERIES)


@pytest.mark.parametrize("zone", ["Asia/Jerusalem", "America/Santiago", "Africa/Cairo"])
def test_times_of_zones_without_yearly_rules_are_in_utc(zone: str) -> None:
    event = replace(MEETING, when=Timed.by_the_clock(date(2026, 7, 1), time(10), time(11), zone))
    assert all(value.endswith("Z") for value in values(event, "DTSTART") + values(event, "DTEND"))


def test_a_time_that_the_clock_shows_twice_is_written_in_utc_the_second_time() -> None:
    second_pass = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    event = replace(MEETING, when=Timed(second_pass, second_pass + timedelta(hours=1), "America/New_York"))
    assert values(event, "DTSTART") == ["20261101T063000Z"]


def test_a_fixed_offset_is_never_written_as_a_zone() -> None:
    instant = datetime.fromisoformat("2026-05-04T10:00:00+01:00")
    event = replace(MEETING, when=Timed(instant, instant + timedelta(hours=1), "UTC"))
    assert "DTSTART:20260504T090000Z" in lines(event)


def test_a_series_of_a_zone_without_yearly_rules_is_written_one_by_one() -> None:
    series = replace(
        MEETING,
        when=Timed.by_the_clock(date(2026, 3, 17), time(10), time(11), "Asia/Jerusalem"),
        rrule=Recurrence(Frequency.WEEKLY, count=3),
        overrides=(Override(slot=date(2026, 3, 24), cancelled_on=date(2026, 3, 1)),),
    )
    assert values(series, "UID") == [
        f"meeting-1-{day}@exchange.example" for day in ("20260317", "20260324", "20260331")
    ]
    # Israel's clocks went forward on 27 March 2026: ten o'clock there is an hour earlier in UTC from then on.
    assert values(series, "DTSTART") == ["20260317T080000Z", "20260324T080000Z", "20260331T070000Z"]
    assert values(series, "STATUS") == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert "RRULE" not in body(series).decode()


def test_a_rule_ends_in_utc_where_the_series_has_a_zone_and_on_a_date_where_it_has_days() -> None:
    assert values(LONDON_SERIES, "RRULE") == ["FREQ=WEEKLY;UNTIL=20260416T140000Z"]
    days = replace(SECONDMENT, when=AllDay(date(2026, 3, 2), date(2026, 3, 2)))
    daily = replace(days, rrule=Recurrence(Frequency.DAILY, last_day=date(2026, 3, 9)))
    assert values(daily, "RRULE") == ["FREQ=DAILY;UNTIL=20260309"]


@pytest.mark.parametrize(
    ("rule", "written"),
    [
        (Recurrence(Frequency.WEEKLY, 2, ("TH", "WE")), "FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,TH"),
        (Recurrence(Frequency.MONTHLY, nth=-1), "FREQ=MONTHLY;BYDAY=-1WE"),
        (Recurrence(Frequency.MONTHLY, nth=4, count=6), "FREQ=MONTHLY;COUNT=6;BYDAY=4WE"),
        (Recurrence(Frequency.DAILY), "FREQ=DAILY"),
    ],
)
def test_rules_are_written_in_their_plainest_form(rule: Recurrence, written: str) -> None:
    series = replace(NEW_YORK_SERIES, rrule=rule, exdates=(), overrides=())
    assert values(series, "RRULE") == [written]


def test_left_out_moved_and_cancelled_occurrences_keep_their_slots() -> None:
    assert values(NEW_YORK_SERIES, "EXDATE") == ["20260304T100000"]
    assert values(NEW_YORK_SERIES, "RECURRENCE-ID") == ["20260311T100000", "20260318T100000"]
    starts = [line for line in lines(NEW_YORK_SERIES) if line.startswith("DTSTART")]
    assert [start.rsplit(":", 1)[1] for start in starts] == ["20260225T100000", "20260311T130000", "20260318T100000"]
    assert values(NEW_YORK_SERIES, "STATUS") == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len(set(values(NEW_YORK_SERIES, "SEQUENCE"))) == 1


def test_what_is_cancelled_says_so_and_takes_no_time() -> None:
    assert values(CANCELLED, "SUMMARY") == ["Cancelled: Meeting: Steering group"]
    assert {"STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"} <= set(lines(CANCELLED))
    assert "VALARM" not in body(replace(CANCELLED, alarms=(timedelta(hours=1),))).decode()


def test_a_milestone_names_the_secondment_it_belongs_to() -> None:
    assert f"RELATED-TO;RELTYPE=PARENT:{SECONDMENT.uid}" in lines(MILESTONE)


def test_the_call_stands_where_each_program_looks_for_it() -> None:
    event = replace(MEETING, location="")
    assert "CONFERENCE;FEATURE=VIDEO;LABEL=Join;VALUE=URI:https://meet.example/a;b,c" in lines(event)
    assert plain(values(event, "LOCATION")[0]) == "https://meet.example/a;b,c"
    assert "Join: https://meet.example/a;b,c" in plain(values(event, "DESCRIPTION")[0])


def test_alarms_are_shown_before_the_start() -> None:
    event = replace(MEETING, alarms=(timedelta(hours=1), timedelta(days=1)))
    assert values(event, "TRIGGER") == ["-PT1H", "-P1D"]
    assert values(event, "ACTION") == ["DISPLAY", "DISPLAY"]


def test_whole_days_are_reminded_of_in_the_morning_before_and_not_at_night() -> None:
    for minutes, trigger in ((15, "-PT15H"), (1440, "-PT15H"), (1441, "-P1DT15H")):
        assert values(replace(MILESTONE, alarms=(timedelta(minutes=minutes),)), "TRIGGER") == [trigger]
    assert values(replace(MILESTONE, alarms=(timedelta(hours=1), timedelta(days=1))), "TRIGGER") == ["-PT15H"]


@given(
    event=events(), alarms=st.lists(st.sampled_from((timedelta(0), timedelta(hours=2), timedelta(days=3))), max_size=3)
)
def test_alarms_put_in_later_are_the_bytes_of_alarms_rendered(event: FeedEvent, alarms: list[timedelta]) -> None:
    silent, wanted = replace(event, alarms=()), tuple(alarms)
    assert with_alarms(render(silent, MAILBOX), wanted) == render(replace(silent, alarms=wanted), MAILBOX)


def test_kinds_stand_before_titles_unless_the_link_wants_titles_alone() -> None:
    due = replace(MILESTONE, kind=EventKind.DEADLINE, summary="Report")
    assert values(due, "SUMMARY") == ["Due: Report"]
    assert b"SUMMARY:Report\r\n" in render(due, MAILBOX, kind_prefix=False).body


def test_the_only_mailbox_is_the_role_mailbox() -> None:
    for event in EVERYDAY:
        assert set(values(event, "ORGANIZER")) == {"mailto:noreply@exchange.example"}
        assert "ATTENDEE" not in body(event).decode()
    quoted = render(MEETING, Mailbox('Exchange "UK"; desk', "desk@exchange.example")).body.decode()
    assert "ORGANIZER;CN=\"Exchange 'UK'; desk\":mailto:desk@exchange.example" in quoted


@pytest.mark.parametrize("address", ["", "desk", "a@b\r\nX:1", "a b@c.example", "mailto:a@b.example"])
def test_a_mailbox_has_an_address_that_fits_on_its_line(address: str) -> None:
    with pytest.raises(ValueError, match="is no mail address"):
        Mailbox("Exchange", address)


def test_empty_texts_leave_no_empty_properties() -> None:
    bare = replace(MEETING, description=" \r\n", location="\x07", url="", conference="", categories=("", " "))
    assert all(line.split(":", 1)[1] for line in lines(bare))
    assert not {"CATEGORIES", "DESCRIPTION", "LOCATION", "URL"} & {line.split(":")[0] for line in lines(bare)}


@pytest.mark.parametrize("nasty", NASTY)
def test_awkward_text_comes_back_as_it_was_or_without_what_cannot_be_written(nasty: str) -> None:
    event = replace(
        MEETING, summary=f"a{nasty}b", description=f"a{nasty}b", conference="", url="", location=f"a{nasty}b"
    )
    kept = FORBIDDEN.sub("", LINE_BREAK.sub("\n", nasty)).replace("\\N", "\\\u200bN")
    assert plain(values(event, "DESCRIPTION")[0]) == f"a{kept}b"
    flat = re.sub(r"\s+", " ", FORBIDDEN.sub("", LINE_BREAK.sub(" ", nasty))).replace("\\N", "\\\u200bN")
    for name in ("SUMMARY", "LOCATION"):
        assert plain(values(event, name)[0]).endswith(f"a{flat}b")
    assert body(event).count(b"BEGIN:VEVENT\r\n") == 1


@given(event=events(), more=texts)
def test_whatever_is_written_can_be_read_again(event: FeedEvent, more: str) -> None:
    written = body(replace(event, description=event.description + more))
    assert FORBIDDEN.search(written.decode().replace("\r\n", "")) is None
    for line in written.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()  # a fold inside a character would fail here
    parsed = icalendar.Calendar.from_ical(written, multiple=True)
    assert b"".join(part.to_ical() for part in parsed) == written


@given(event=events(), text=st.text(st.characters(codec="utf-8"), max_size=300))
def test_long_texts_end_with_an_ellipsis(event: FeedEvent, text: str) -> None:
    long = replace(event, summary="Review " * 60 + text, description="words " * 900 + text, url="", conference="")
    assert all(len(plain(value)) <= 200 for value in values(long, "SUMMARY"))
    assert plain(values(replace(long, alarms=()), "DESCRIPTION")[0]).endswith("…")
    assert len(plain(values(replace(long, alarms=()), "DESCRIPTION")[0])) <= 2000


@pytest.mark.parametrize(("length", "ending"), [(199, "x"), (200, "x"), (201, "…")])
def test_a_title_of_just_the_length_is_left_alone(length: int, ending: str) -> None:
    body = render(replace(MEETING, summary="x" * length), MAILBOX, kind_prefix=False).body.decode().replace("\r\n ", "")
    (title,) = re.findall("SUMMARY:(.*)\r", body)
    assert len(title) == min(length, 200)
    assert title.endswith(ending)


def test_titles_say_what_and_when_but_nothing_more() -> None:
    names = {
        line.split(":")[0].split(";")[0] for line in lines(replace(NEW_YORK_SERIES, description="x"), Detail.TITLES)
    }
    assert "SUMMARY" in names
    assert not names & {"DESCRIPTION", "LOCATION", "URL", "CONFERENCE", "CATEGORIES", "BEGIN:VALARM"}


def test_busy_says_when_and_nothing_else() -> None:
    told = replace(NEW_YORK_SERIES, alarms=(timedelta(hours=1),), related_to=SECONDMENT.uid)
    written = body(told, Detail.BUSY).decode()
    for secret in ("Weekly", "moved", "Room 4", "meet.example", "Cyber", "noreply", "VALARM", "Agenda", SECONDMENT.uid):
        assert secret not in written
    assert set(re.findall(r"SUMMARY:(.*)\r", written)) == {"Busy"}
    assert "CLASS:PRIVATE" in written
    assert "STATUS:CANCELLED" not in written
    assert "EXDATE;TZID=America/New_York:20260318T100000" in written


def test_busy_links_leave_out_what_takes_no_time_and_call_a_secondment_away() -> None:
    assert body(MILESTONE, Detail.BUSY) == b""
    assert body(CANCELLED, Detail.BUSY) == b""
    assert b"SUMMARY:Away\r\n" in body(SECONDMENT, Detail.BUSY)


def test_a_series_with_every_occurrence_cancelled_is_not_busy() -> None:
    slots = NEW_YORK_SERIES.slots
    cancelled = tuple(Override(slot=slot, cancelled_on=date(2026, 2, 1)) for slot in slots)
    assert body(replace(NEW_YORK_SERIES, overrides=cancelled), Detail.BUSY) == b""


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert [render(event, MAILBOX) for event in EVERYDAY] == [render(event, MAILBOX) for event in EVERYDAY]


def test_a_fragment_is_known_to_be_stale_by_what_wrote_it() -> None:
    assert icalendar.__version__ in RENDERER
    assert zones.TZDATA in RENDERER
    assert len(RENDERER) <= 40
