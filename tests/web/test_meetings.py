"""The pages of meetings, the agenda, the month, the preview of a link and the file of one event."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from exchange.actions import calendars, meetings
from exchange.actions.calendars import NewLink
from exchange.domain.meetings import Change
from exchange.feeds.entries import Origin
from exchange.feeds.lint import lint
from exchange.feeds.settings import LinkSettings
from exchange.feeds.views import Detail
from exchange.store.calendars import LinkScope
from exchange.store.meetings import Meeting, MeetingChange
from exchange.store.workstreams import Workstream
from tests.actions.test_secondments import ACCEPTED, moved, proposed
from tests.cast import ACTOR, NOW, PERSON, UK, US, WASHINGTON
from tests.clients import PageClient
from tests.meetings import entered, workstream

As = Callable[[str], PageClient]
TYPED = {
    "title": "Cyber range session",
    "kind": "testing_session",
    "site": str(WASHINGTON),
    "day": "8 December 2026",
    "begins": "10:00",
    "ends": "11:30",
    "repeats": "weekly",
    "every": "1",
    "last_day": "26 January 2027",
    "call_url": "https://meet.example/range",
}


def test_a_lead_enters_a_series_and_colleagues_read_it(as_: As, session: Session) -> None:
    work = workstream(session)
    answer = as_("uk_lead").send(f"/workstreams/{work}/meetings/new", TYPED)
    assert answer.status_code == 303
    british, american = "10:00 to 11:30 Washington DC", "10:00\xa0AM to 11:30\xa0AM Washington DC"
    for key, there in (("uk_lead", british), ("us_hr", american), ("director", british)):
        page = as_(key).get(answer.location).text
        assert "Cyber range session" in page
        assert there in page
        assert "Cyber range session" in as_(key).get(f"/workstreams/{work}/meetings").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": ""}, "Enter a title"),
        ({"last_day": ""}, "A series needs a last day"),
        ({"begins": "25:00"}, "Enter a time such as 09:30"),
        ({"call_url": "javascript:alert(1)"}, "Enter an address with https://"),
        ({"title": "SECRET range"}, "looks like a protective marking"),
        ({"weekdays": ["MO"]}, "does not follow its own rule"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_the_form(
    as_: As, session: Session, change: dict[str, object], words: str
) -> None:
    work = workstream(session)
    answer = as_("uk_lead").send(f"/workstreams/{work}/meetings/new", TYPED | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert "https://meet.example/range" in answer.text or "call_url" in change
    assert session.query(Meeting).count() == 0


def test_the_sites_of_the_institute_that_leads_come_first(as_: As, session: Session) -> None:
    work = workstream(session)
    for institute, lead, name in ((UK, "uk_lead", "UK AISI"), (US, "us_lead", "US CAISI")):
        row = session.get_one(Workstream, work)
        row.lead_institute_id, row.lead_person_id = institute, PERSON[lead]
        session.commit()
        page = as_(lead).get(f"/workstreams/{work}/meetings/new").text
        assert name in page.partition('<option value="')[2].partition("</option>")[0]


def test_who_does_not_take_part_does_not_know_of_it(as_: As, session: Session) -> None:
    work = workstream(session, partners=frozenset())
    ident = entered(session, work)
    for key in ("us_lead", "jp_hr", "tomas"):
        assert as_(key).get(f"/meetings/{ident}").status_code == 404
        assert "Cyber range session" not in as_(key).get(f"/workstreams/{work}/meetings").text
        assert "Cyber range session" not in as_(key).get("/calendars/agenda?show=all").text
        assert "Cyber range session" not in as_(key).get("/calendars/month?show=all&month=2027-03").text
    assert as_("us_lead").get(f"/workstreams/{work}/meetings/new").status_code == 404


def test_one_occurrence_is_moved_cancelled_and_put_back(as_: As, session: Session) -> None:
    ident = entered(session, workstream(session))
    client, address = as_("uk_lead"), f"/meetings/{ident}/on/2027-03-09"
    usual = {"day": "9 March 2027", "begins": "10:00", "ends": "11:30", "location": ""}
    for typed, stored in (
        (usual | {"begins": "13:00", "ends": "14:30"}, 1),
        ({"what": "cancel"}, 1),
        ({"what": "restore"}, 0),
        (usual, 0),
    ):
        assert client.send(address, typed).status_code == 303
        session.rollback()  # what was read before is not looked at again
        assert session.query(MeetingChange).count() == stored
    assert client.get(f"/meetings/{ident}/on/2027-03-10").status_code == 200
    assert client.send(f"/meetings/{ident}/on/2027-03-10", {"what": "cancel"}).status_code == 404
    assert client.get(f"/meetings/{ident}/on/tomorrow").status_code == 404


def test_a_cancelled_meeting_says_so(as_: As, session: Session) -> None:
    ident = entered(session, workstream(session))
    assert as_("uk_lead").send(f"/meetings/{ident}/cancel").status_code == 303
    assert "It was cancelled on" in as_("us_hr").get(f"/meetings/{ident}").text


def test_the_agenda_and_the_month_show_what_is_to_come(as_: As, session: Session) -> None:
    work = workstream(session)
    as_("uk_lead").send(f"/workstreams/{work}/meetings/new", TYPED)
    agenda = as_("us_hr").get("/calendars/agenda?show=all").text
    assert agenda.count("Cyber range session") >= 2 * 6  # weekly within sixty days, each with its file
    file = re.search(r'href="(/calendars/events/[^"]+)"', agenda)
    assert file is not None
    assert b"RRULE" in as_("us_hr").get(file[1]).data  # the series as a whole
    assert "Cyber range session" not in as_("us_hr").get("/calendars/agenda").text  # it is not their own
    assert "Cyber range session" in as_("uk_lead").get("/calendars/agenda").text
    month = as_("uk_lead").get("/calendars/month?month=2026-12").text
    assert month.count("Cyber range session") == 2 * 4  # in its days, and in the list that phones show below them
    assert 'href="#day-2026-12-15"' in month
    assert 'id="day-2026-12-15"' in month
    later = as_("uk_lead").get("/calendars/agenda?from=2027-01-20").text
    assert later.count("Cyber range session") == 2
    for nonsense in ("month?month=never", "agenda?from=never", "agenda?from=9999-12-31"):
        assert as_("uk_lead").get(f"/calendars/{nonsense}").status_code == 200


def test_a_meeting_stands_on_the_readers_own_day_and_a_full_day_leads_on(as_: As, session: Session) -> None:
    work = workstream(session)
    for hour in range(19, 24):
        late = TYPED | {
            "title": f"Late call at {hour}",
            "begins": f"{hour}:30",
            "ends": f"{hour}:50",
            "repeats": "never",
        }
        late |= {"last_day": ""}
        assert as_("uk_lead").send(f"/workstreams/{work}/meetings/new", late).status_code == 303
    page = as_("uk_lead").get("/calendars/month?month=2026-12").text
    days = dict(re.findall(r'(?s)id="day-([0-9-]+)"(.*?)</ul>', page))
    assert {day: text.count("Late call") for day, text in days.items()} == {"2026-12-09": 5}  # London's, after midnight
    assert days["2026-12-09"].index("at 19") < days["2026-12-09"].index("at 23")
    assert "1 more" in page
    assert "/calendars/agenda?from=2026-12-09" in page
    assert "00:30" in page


def test_a_secondment_stands_in_the_agenda_of_the_person(as_: As, session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    page = as_("ada").get("/calendars/month?month=2027-03").text
    assert "Ada Lindqvist: UK AISI → US CAISI" in page


def test_the_preview_shows_what_the_link_serves_and_is_its_owners(as_: As, session: Session) -> None:
    ident = entered(session, workstream(session))
    new = NewLink(LinkScope.PERSON, None, "Phone", LinkSettings(expanded=True))
    made = calendars.make(session, ACTOR["uk_lead"], new, Origin("exchange.example"), now=NOW)
    slot = date(2027, 3, 9)
    meetings.change_one(session, ACTOR["uk_lead"], ident, Change(slot, cancelled_on=NOW.date()), now=NOW)
    page = as_("uk_lead").get(f"/calendars/{made.id}").text
    served = as_("").get(f"/cal/{made.token}/x.ics").data
    assert page.count("Cyber range session") == served.count(b"BEGIN:VEVENT") == 7
    assert "10:00 to 11:30 Washington DC" in page
    assert "15:00 London" in page
    assert "Cancelled" in page
    assert as_("us_lead").get(f"/calendars/{made.id}").status_code == 404
    busy = LinkSettings(detail=Detail.BUSY)
    calendars.change(session, ACTOR["uk_lead"], made.id, "Phone", busy, now=NOW + timedelta(hours=1))
    hidden = as_("uk_lead").get(f"/calendars/{made.id}").text
    assert "Busy" in hidden
    assert not any(word in hidden for word in ("Cyber range session", "Joint testing"))


def test_one_event_as_a_file(as_: As, session: Session) -> None:
    ident = entered(session, workstream(session, partners=frozenset()))
    uid = f"meeting-{session.get_one(Meeting, ident).public_id}@exchange.example"
    answer = as_("uk_hr").get(f"/calendars/events/{uid}.ics")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cyber-range-session.ics"'
    assert b"METHOD" not in answer.data
    assert not lint(answer.data)
    assert as_("us_hr").get(f"/calendars/events/{uid}.ics").status_code == 404
    assert as_("uk_hr").get("/calendars/events/nothing.ics").status_code == 404
