"""A calendar link as a CalDAV collection, read by vdirsyncer and khal, and question by question."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from exchange.actions import calendars, meetings
from exchange.actions.calendars import MadeLink
from exchange.actions.housekeeping import tidy
from exchange.domain.meetings import Change
from exchange.feeds.lint import lint
from exchange.feeds.settings import LinkSettings
from exchange.feeds.visibility import CancelledEvents
from exchange.store.calendar_objects import REMOVALS_STAY, CalendarObject
from exchange.store.meetings import Meeting
from exchange.web.dav_xml import caldav, dav
from tests.cast import ACTOR, NOW
from tests.meetings import SESSION, WEEKLY, entered, workstream
from tests.programs.khal import Device
from tests.statements import statements
from tests.web.test_feeds import at, linked

ABSOLUTE = timedelta(days=3650)
QUERY = """<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:prop><d:getetag/>
<c:calendar-data/></d:prop><c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{}T000000Z" end="{}T000000Z"/></c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app, app.response_class, use_cookies=False)


@pytest.fixture
def meeting(session: Session) -> int:
    return entered(session, workstream(session))


@pytest.fixture
def link(session: Session, meeting: int) -> MadeLink:
    assert meeting
    return linked(session, "uk_lead")


def ask(client: FlaskClient, method: str, path: str, question: str | bytes = "", **headers: str) -> TestResponse:
    return client.open(path, method=method, data=question, headers=headers)


def signed(token: str) -> str:
    return "Basic " + b64encode(f"anybody:{token}".encode()).decode()


def hrefs(answer: TestResponse) -> list[str]:
    assert answer.status_code == 207, answer.text
    return [one.findtext(dav("href")) or "" for one in ET.fromstring(answer.data).iter(dav("response"))]


def test_vdirsyncer_finds_the_calendar_by_the_host_and_khal_shows_it(
    session: Session, address: str, device: Device, meeting: int, link: MadeLink
) -> None:
    device.follow_collection(address, "anybody", link.token, "calendar")
    device.sync()
    title = "Joint testing: Cyber range session"
    assert ("2027-03-09 15:00", title, "CONFIRMED") in device.agenda("2027-03-09", "2027-03-10")
    before = device.files()
    device.sync()
    assert device.files() == before
    change = Change(WEEKLY.day + timedelta(days=7), cancelled_on=NOW.date())
    meetings.change_one(session, ACTOR["uk_lead"], meeting, change, now=NOW)
    device.sync()
    assert device.agenda("2027-03-09", "2027-03-10") == {("2027-03-09 15:00", f"Cancelled: {title}", "CANCELLED")}


def test_a_program_finds_its_way(client: FlaskClient, link: MadeLink) -> None:
    found = ask(client, "PROPFIND", "/.well-known/caldav")
    assert (found.status_code, found.headers["Location"]) == (301, "/dav/")
    for base, headers in (("/dav/", {"Authorization": signed(link.token)}), (f"/dav/{link.token}/", {})):
        root = ask(client, "PROPFIND", base, Depth="1", **headers)
        assert hrefs(root) == [base, f"{base}calendar/"]
        home = ET.fromstring(root.data).find(f".//{caldav('calendar-home-set')}/{dav('href')}")
        assert home is not None
        assert home.text == base
        assert "Set-Cookie" not in root.headers
        assert "Cookie" not in root.headers.get("Vary", "")
        collection = ask(client, "PROPFIND", f"{base}calendar/", Depth="1", **headers)
        (_, href) = hrefs(collection)
        got = client.get(href, headers=headers)
        assert not [finding for finding in lint(got.data) if "REFRESH" not in finding.sentence]
        assert b"METHOD" not in got.data
        again = client.get(href, headers=headers | {"If-None-Match": got.headers["ETag"]})
        assert (again.status_code, got.headers["ETag"] in collection.text.replace("&quot;", '"')) == (304, True)
        assert "sync-collection" in collection.text
    assert "calendar-access" in client.options("/dav/").headers["DAV"]


def test_questions_are_answered_by_day_and_by_name(client: FlaskClient, link: MadeLink) -> None:
    base = f"/dav/{link.token}/calendar/"
    (href,) = hrefs(ask(client, "REPORT", base, QUERY.format("20270301", "20270303")))
    for first, last in (("20280101", "20280201"), ("20260101", "20260201")):
        assert hrefs(ask(client, "REPORT", base, QUERY.format(first, last))) == []
    multiget = QUERY.partition("<c:filter>")[0].replace("calendar-query", "calendar-multiget")
    multiget += f"<d:href>{href}</d:href><d:href>{base}none.ics</d:href></c:calendar-multiget>"
    answer = ask(client, "REPORT", base, multiget)
    assert hrefs(answer) == [href, f"{base}none.ics"]
    assert answer.text.count("BEGIN:VCALENDAR") == 1
    bomb = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    for wrong in ("<no", bomb, bomb.replace("UTF-8", "UTF-16").encode("utf-16"), QUERY.format("x", "y")):
        assert ask(client, "REPORT", base, wrong).status_code == 400


SYNC = """<d:sync-collection xmlns:d="DAV:"><d:sync-token>{}</d:sync-token><d:sync-level>1</d:sync-level>{}
<d:prop><d:getetag/></d:prop></d:sync-collection>"""


class Follower:
    """A program that asks for what has changed since it last asked."""

    def __init__(self, client: FlaskClient, link: MadeLink) -> None:
        self.client, self.base, self.token = client, f"/dav/{link.token}/calendar/", ""

    def ask(self, token: str, more: str = "") -> TestResponse:
        return ask(self.client, "REPORT", self.base, SYNC.format(token, more))

    def changes(self) -> dict[str, str]:
        """Hrefs with their tags, or with "gone"."""
        answer = self.ask(self.token)
        assert answer.status_code == 207, answer.text
        root = ET.fromstring(answer.data)
        self.token = root.findtext(dav("sync-token")) or ""
        found = {}
        for one in root.iter(dav("response")):
            gone = "404" in (one.findtext(dav("status")) or "")
            tag = one.findtext(f".//{dav('getetag')}") or ""
            found[one.findtext(dav("href")) or ""] = "gone" if gone else tag
        return found


def test_a_program_is_told_what_has_changed_and_no_more(
    app: Flask, client: FlaskClient, session: Session, meeting: int, link: MadeLink
) -> None:
    follower = Follower(client, link)
    ((first, tag),) = follower.changes().items()
    beginning = follower.token
    assert tag == client.get(first).headers["ETag"]
    seen: list[dict[str, str]] = []
    sent = statements(app, lambda: seen.append(follower.changes()))
    assert seen == [{}]
    assert len(sent) <= 3, "\n".join(sent)
    assert not any("calendar_item" in one for one in sent)  # nothing is made anew
    assert follower.token == beginning
    work = session.get_one(Meeting, meeting).workstream_id
    other = entered(session, work, replace(SESSION, title="Review"))
    (second,) = follower.changes()
    assert second != first
    assert len(statements(app, lambda: follower.ask(beginning))) <= 3
    meetings.change_one(session, ACTOR["uk_lead"], meeting, Change(WEEKLY.day, cancelled_on=NOW.date()), now=NOW)
    changes = follower.changes()
    assert changes == {first: client.get(first).headers["ETag"]}
    assert changes[first] != tag
    meetings.cancel(session, ACTOR["uk_lead"], other, now=NOW)
    hidden = LinkSettings(cancelled=CancelledEvents.HIDE)
    calendars.change(session, ACTOR["uk_lead"], link.id, "Phone", hidden, now=NOW)
    assert follower.changes()[second] == "gone"
    assert client.get(second).status_code == 404
    fresh = Follower(client, link)
    assert set(fresh.changes()) == {first}
    assert fresh.token == follower.token


def test_a_token_that_is_unknown_or_too_old_begins_anew(
    app: Flask, client: FlaskClient, session: Session, meeting: int, link: MadeLink
) -> None:
    follower = Follower(client, link)
    follower.changes()
    place, _, number = follower.token.rpartition(":")
    for wrong in ("nonsense", f"{place}:{int(number) + 1}", f"{place}:-1", f"{place}:²", f"{place}x:{number}"):
        refused = follower.ask(wrong)
        assert (refused.status_code, "valid-sync-token" in refused.text) == (403, True), wrong
    assert follower.ask("", "<d:limit><d:nresults>0</d:nresults></d:limit>").status_code == 507
    assert follower.ask("", "<d:limit><d:nresults>x</d:nresults></d:limit>").status_code == 400
    assert ask(client, "REPORT", follower.base, '<d:other xmlns:d="DAV:"/>').status_code == 403
    work = session.get_one(Meeting, meeting).workstream_id
    other = entered(session, work, replace(SESSION, title="Review"))
    follower.changes()
    early = follower.token
    meetings.cancel(session, ACTOR["uk_lead"], other, now=NOW)
    at(app, NOW + timedelta(days=20))  # cancelled events stay for two weeks
    assert list(follower.changes().values()) == ["gone"]
    at(app, NOW + timedelta(days=20) + REMOVALS_STAY + timedelta(days=1))
    assert follower.changes() == {}
    assert follower.ask(early).status_code == 403
    calendars.stop(session, ACTOR["uk_lead"], link.id, now=NOW + timedelta(days=110))
    at(app, NOW + timedelta(days=112))
    assert follower.ask(follower.token).status_code == 403
    follower.token = ""
    (left,) = follower.changes()
    assert "was switched off" in client.get(left).text
    assert follower.changes() == {}
    assert tidy(session, idle=ABSOLUTE, absolute=ABSOLUTE, now=NOW + timedelta(days=112)).rows_deleted
    assert session.scalars(select(CalendarObject)).all() == []


def test_nobody_writes_and_nobody_guesses(app: Flask, client: FlaskClient, session: Session, link: MadeLink) -> None:
    for method in ("PUT", "DELETE", "PROPPATCH", "MKCALENDAR"):
        assert ask(client, method, f"/dav/{link.token}/calendar/x.ics").status_code == 403
    ask_for_it = client.get("/dav/")
    assert (ask_for_it.status_code, "Basic" in ask_for_it.headers["WWW-Authenticate"]) == (401, True)
    wrong = ask(client, "PROPFIND", "/dav/", Authorization=signed("exf_wrong"))
    assert (wrong.status_code, wrong.data) == (401, ask_for_it.data)
    unknown, malformed = client.get("/dav/exf_unknown/calendar/"), client.get("/dav/exf_")
    assert (unknown.status_code, unknown.data) == (malformed.status_code, malformed.data) == (404, unknown.data)
    calendars.stop(session, ACTOR["uk_lead"], link.id, now=NOW)
    (left,) = hrefs(ask(client, "PROPFIND", f"/dav/{link.token}/calendar/", Depth="1"))[1:]
    assert "was switched off" in client.get(left).text  # it takes the place of what programs have
    at(app, NOW + timedelta(days=30))
    assert client.get(f"/dav/{link.token}/calendar/").data == unknown.data
    answers = [client.get(f"/dav/exf_{number}/").status_code for number in range(32)]
    assert answers[-1] == 429
