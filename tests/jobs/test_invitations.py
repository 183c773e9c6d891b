"""Invitations to meetings by mail, through a real SMTP server: what arrives, when, and what is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import calendars, invitations, meetings
from exchange.domain.answering import Answering
from exchange.domain.meetings import Change
from exchange.feeds.entries import Origin
from exchange.feeds.lint import lint
from exchange.jobs.mail import MailServer, sending_to
from exchange.jobs.table import inviting
from exchange.store import invitations as store
from exchange.store.audit import AuditEvent
from exchange.store.meetings import Meeting
from exchange.store.people import Person, PersonStatus
from exchange.store.workstreams import Workstream
from tests.cast import ACTOR, NOW, PERSON
from tests.clients import PageClient
from tests.engines import SECRET_KEY
from tests.jobs.conftest import Postbox
from tests.meetings import SESSION, WEEKLY, entered, workstream
from tests.programs.parsers import Libical

BASE = "http://127.0.0.1:5000"
ANSWERING = Answering(SECRET_KEY)
Sending = Callable[[], list[EmailMessage]]


@pytest.fixture
def sending(session: Session, server: MailServer, postbox: Postbox) -> Sending:
    """Let the clock strike twice, and take what arrived; what is sent twice would be seen."""

    def strike() -> list[EmailMessage]:
        for _ in range(2):
            inviting(ANSWERING)(session, NOW)
            sending_to(server, BASE)(session, NOW)
        arrived, postbox.received = postbox.received, []
        return arrived

    return strike


@pytest.fixture
def meeting(session: Session) -> int:
    """Of work that the UK's lead leads, who wants to be invited."""
    ident = entered(session, workstream(session))
    calendars.refresh(session, Origin("exchange.example", BASE), now=NOW)
    invitations.choose(session, ACTOR["uk_lead"], wanted=True, now=NOW)
    return ident


def calendar_of(mail: EmailMessage) -> bytes:
    assert mail.get_content_type() == "multipart/alternative"
    words, part = list(mail.iter_parts())
    assert words.get_content_type() == "text/plain"
    assert (part.get_content_type(), part.get_param("component")) == ("text/calendar", "VEVENT")
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    assert f"METHOD:{part.get_param('method')}\r\n".encode() in data
    return data


def event_of(mail: EmailMessage) -> Any:  # noqa: ANN401 - icalendar's values are of many types
    return Calendar.from_ical(calendar_of(mail)).walk("VEVENT")[0]


def words_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_an_invitation_is_as_mail_programs_want_it(session: Session, sending: Sending, meeting: int) -> None:
    (mail,) = sending()
    assert mail["From"].addresses[0].addr_spec == "noreply@exchange.example"
    assert mail["Sender"].address.addr_spec == "exchange@exchange.example"
    assert str(mail["Subject"]) == "Invitation: Cyber range session"
    data, event = calendar_of(mail), event_of(mail)
    assert lint(data) == ()
    (published,) = [item for item, _ in store.wanted(session, NOW.date())]
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (published.uid, published.sequence)
    assert str(event["ORGANIZER"]) == "mailto:noreply@exchange.example"
    assert str(event["ATTENDEE"]).removeprefix("mailto:") == session.get_one(Person, PERSON["uk_lead"]).email
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert (
        "from Tuesday 2 March 2027, each week until 13 April 2027, 10:00 to 11:30 New York time"
        " (10:00 New York = 15:00 London)" in words_of(mail)
    )
    assert meeting == published.meeting_id


def test_a_change_is_sent_once_and_a_save_without_one_is_not(session: Session, sending: Sending, meeting: int) -> None:
    before = int(event_of(sending()[0])["SEQUENCE"])
    row = session.get_one(Meeting, meeting, populate_existing=True)
    work, version = row.workstream_id, row.version
    meetings.put(session, ACTOR["uk_lead"], work, meeting, SESSION, version=version, now=NOW)
    assert sending() == []
    version = session.get_one(Meeting, meeting, populate_existing=True).version
    later = replace(SESSION, occasion=replace(WEEKLY, begins=time(11), ends=time(12)))
    meetings.put(session, ACTOR["uk_lead"], work, meeting, later, version=version, now=NOW)
    (mail,) = sending()
    assert str(mail["Subject"]) == "Changed: Cyber range session"
    assert int(event_of(mail)["SEQUENCE"]) == before + 1
    meetings.change_one(session, ACTOR["uk_lead"], meeting, Change(date(2027, 3, 9), cancelled_on=NOW.date()), now=NOW)
    (mail,) = sending()
    assert b"EXDATE;TZID=America/New_York:20270309T110000" in calendar_of(mail)


@pytest.mark.parametrize("how", ["cancelled", "left the work", "changed their mind", "locked out"])
def test_it_is_taken_back_once(session: Session, sending: Sending, meeting: int, how: str) -> None:
    before = int(event_of(sending()[0])["SEQUENCE"])
    person = session.get_one(Person, PERSON["uk_lead"])
    match how:
        case "cancelled":
            meetings.cancel(session, ACTOR["uk_lead"], meeting, now=NOW)
        case "left the work":
            work = session.get_one(Meeting, meeting).workstream_id
            session.get_one(Workstream, work).lead_person_id = PERSON["us_lead"]
        case "changed their mind":
            invitations.choose(session, ACTOR["uk_lead"], wanted=False, now=NOW)
        case _:
            person.status = PersonStatus.LEFT
    session.commit()
    (mail,) = sending()
    event = event_of(mail)
    assert b"METHOD:CANCEL" in calendar_of(mail)
    assert (str(event["STATUS"]), int(event["SEQUENCE"])) == ("CANCELLED", before + 1)
    if how == "changed their mind":
        invitations.choose(session, ACTOR["uk_lead"], wanted=True, now=NOW)
        assert int(event_of(sending()[0])["SEQUENCE"]) == before + 2


def test_nobody_else_is_invited_and_nothing_that_is_over(session: Session, sending: Sending, meeting: int) -> None:
    invitations.choose(session, ACTOR["tomas"], wanted=True, now=NOW)
    assert len(sending()) == 1
    assert invitations.send_due(session, ANSWERING, now=NOW + timedelta(days=3650)) == 0
    assert meeting


def test_libical_accepts_requests_and_cancellations(session: Session, sending: Sending, meeting: int) -> None:
    libical, (request,) = Libical(), sending()
    assert libical.accepts(calendar_of(request))
    meetings.cancel(session, ACTOR["uk_lead"], meeting, now=NOW)
    (cancel,) = sending()
    assert libical.accepts(calendar_of(cancel))


def test_an_answer_reaches_the_page_of_the_meeting(
    session: Session, sending: Sending, meeting: int, as_: Callable[[str], PageClient]
) -> None:
    words = words_of(sending()[0])
    address = next(line for line in words.splitlines() if line.startswith("Accept: ")).partition(BASE)[2]
    nobody, page = as_(""), address.partition("?")[0]
    shown = nobody.get(address)
    assert shown.status_code == 200
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    assert "no answer yet" in as_("uk_lead").get(f"/meetings/{meeting}").text  # looking answers nothing
    assert nobody.send(address, {"answer": "nonsense"}, page=address).status_code == 422
    assert nobody.send(address, {"answer": "accepted"}, page=address).status_code == 303
    assert ">comes<" in as_("uk_lead").get(f"/meetings/{meeting}").text.replace("\n", "")
    assert nobody.send(page, {"answer": "declined"}, page=page).status_code == 303
    kept = session.scalars(select(AuditEvent.summary).where(AuditEvent.verb == "invitation:answer")).all()
    assert [summary.rpartition(": ")[2] for summary in kept] == ["accept.", "decline."]
    row = session.get_one(Meeting, meeting, populate_existing=True)
    later = replace(SESSION, title="Cyber range review")
    meetings.put(session, ACTOR["uk_lead"], row.workstream_id, meeting, later, version=row.version, now=NOW)
    sending()
    assert "does not come (said before the last change)" in as_("uk_lead").get(f"/meetings/{meeting}").text
    meetings.cancel(session, ACTOR["uk_lead"], meeting, now=NOW)
    assert "nothing to answer" in nobody.get(page).text
    unknown, malformed = (nobody.get(f"/invitations/{token}") for token in ("A" * 43, "x"))
    assert (unknown.status_code, malformed.status_code) == (404, 404)


def test_whoever_takes_part_without_leading_sees_no_answers(
    sending: Sending, meeting: int, as_: Callable[[str], PageClient]
) -> None:
    sending()
    assert "Invited by mail" not in as_("us_hr").get(f"/meetings/{meeting}").text


def test_the_choice_stands_on_the_account_page(session: Session, as_: Callable[[str], PageClient]) -> None:
    client = as_("ada")
    assert client.send("/account/invitations", {"wanted": "yes"}, page="/account").status_code == 303
    assert store.wants(session, PERSON["ada"])
