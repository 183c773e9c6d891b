"""Words planted wherever something private is kept appear in no calendar, whoever's it is and whatever it shows.

Calendars are stored by the companies that run people's calendar programs; what once was in one is out of our hands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import agreements, calendars
from exchange.actions.calendar_bodies import export
from exchange.actions.calendars import NewLink
from exchange.domain.secondment_facts import Verb
from exchange.feeds.entries import Origin
from exchange.feeds.settings import LinkSettings
from exchange.feeds.views import Detail
from exchange.store.calendars import CalendarItem, LinkScope
from exchange.store.clearances import Clearance
from exchange.store.people import Absence, Citizenship, Person
from exchange.store.permissions import StayPermission
from exchange.store.secondments import Secondment
from tests.actions.test_secondments import ACCEPTED, STAY, content, moved, proposed
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.meetings import entered, workstream

ADA = PERSON["ada"]
PLANTED = ("CANARY", "CNRY", "UKSV", "ada@example", "DTSTART;VALUE=DATE:2029")
REVIEW, VISA_END = date(2027, 3, 11), date(2027, 9, 1)
SCOPES = ((LinkScope.PERSON, None), (LinkScope.PROGRAMME, None), (LinkScope.INSTITUTE, UK), (LinkScope.INSTITUTE, US))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return FlaskClient(app, app.response_class, use_cookies=False)


@pytest.fixture
def planted(session: Session) -> int:
    """Ada's secondment on its way, with a planted word in every field that a calendar must not show."""
    work = workstream(session)
    entered(session, work)
    proposal = replace(STAY, purpose="CANARY-PURPOSE")
    ident = moved(session, proposed(session, proposal), *ACCEPTED)
    moved(session, ident, ("uk_hr", Verb.PREPARE))
    terms = replace(
        content(ident), post="CANARY-POST", terms=(("Notes", "CANARY-TERMS"),), phased_access="CANARY-PHASED"
    )
    agreements.propose(session, ACTOR["uk_hr"], terms, now=NOW)
    row, ada = session.get_one(Secondment, ident), session.get_one(Person, ADA)
    row.phased_access, row.outcome, row.workstream_id = "CANARY-PHASED", "CANARY-OUTCOME", work
    ada.about, ada.open_to, ada.code = "CANARY-ABOUT", "CANARY-WISH", "CANARY-CODE"
    session.add_all(
        (
            Clearance(
                person_id=ADA,
                scheme="UKSV",
                level="DV",
                granted_on=date(2022, 3, 9),
                review_due_on=REVIEW,
                expires_on=date(2029, 3, 9),
                caveats=["CANARY-CAVEAT"],
                sponsor="CANARY-SPONSOR",
                confirmed_at=NOW,
            ),
            StayPermission(
                person_id=ADA,
                country="US",
                route="CANARY-ROUTE",
                starts_on=date(2027, 1, 1),
                ends_on=VISA_END,
                conditions="CANARY-CONDITION",
                document_last4="CNRY",
                recorded_by_id=PERSON["us_hr"],
                recorded_at=NOW,
            ),
            Citizenship(person_id=ADA, country="SE"),
            Absence(person_id=ADA, starts_on=date(2027, 4, 1), ends_on=date(2027, 4, 9)),
        )
    )
    session.commit()
    calendars.refresh(session, Origin("exchange.example"), now=NOW)
    return ident


def body(
    client: FlaskClient, session: Session, key: str, scope: LinkScope, scope_id: int | None, **chosen: object
) -> bytes:
    settings = LinkSettings(**chosen)  # type: ignore[arg-type]  # a test's choice
    new = NewLink(scope, scope_id, "Laptop", settings)
    link = calendars.make(session, ACTOR[key], new, Origin("exchange.example", "http://127.0.0.1:5000"), now=NOW)
    answer = client.get(f"/cal/{link.token}/x.ics")
    assert answer.status_code == 200
    return bytes(answer.data).replace(b"\r\n ", b"")


def every_body(client: FlaskClient, session: Session, key: str) -> Iterator[bytes]:
    institute = ACTOR[key].institute_id
    for scope, scope_id in SCOPES:
        if scope is LinkScope.INSTITUTE and scope_id != institute:
            continue
        for detail in Detail:
            yield body(client, session, key, scope, scope_id, detail=detail, admin_words=True)


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize("key", sorted(ACTOR))
def test_no_planted_word_is_in_any_calendar(client: FlaskClient, session: Session, key: str) -> None:
    for served in every_body(client, session, key):
        text = served.decode()
        assert not [word for word in PLANTED if word in text]
        if key != "ada":
            assert "deadline (open Exchange)" not in text
            assert REVIEW.strftime("%Y%m%d") not in text


@pytest.mark.usefixtures("planted")
def test_no_planted_word_is_in_what_is_stored_or_exported(session: Session) -> None:
    kept = "".join(item.content + item.fragment.decode() for item in session.scalars(select(CalendarItem)))
    exported = [
        export(session, scope, scope_id, ADA if scope is LinkScope.PERSON else None, now=NOW)
        for scope, scope_id in SCOPES
    ]
    assert not [word for word in PLANTED if word in kept + b"".join(exported).decode()]


@pytest.mark.usefixtures("planted")
def test_admin_deadlines_are_in_ones_own_calendar_and_say_what_only_on_request(
    client: FlaskClient, session: Session
) -> None:
    def admin(served: bytes) -> list[tuple[str, date, str]]:
        events: list[Any] = Calendar.from_ical(served).walk("VEVENT")
        return sorted(
            (str(e["SUMMARY"]), e["DTSTART"].dt, str(e["CLASS"]))
            for e in events
            if "open Exchange" in str(e["SUMMARY"])
        )

    usual = "Admin deadline (open Exchange)"
    assert admin(body(client, session, "ada", LinkScope.PERSON, None)) == [
        (usual, REVIEW, "PRIVATE"),
        (usual, VISA_END, "PRIVATE"),
    ]
    assert admin(body(client, session, "ada", LinkScope.PERSON, None, admin_words=True)) == [
        ("Clearance deadline (open Exchange)", REVIEW, "PRIVATE"),
        ("Visa deadline (open Exchange)", VISA_END, "PRIVATE"),
    ]
    assert admin(body(client, session, "ada", LinkScope.PROGRAMME, None)) == []
    assert admin(body(client, session, "ada", LinkScope.PERSON, None, detail=Detail.BUSY)) == []


@pytest.mark.usefixtures("planted")
def test_a_new_record_reaches_the_calendar_at_the_next_fetch(client: FlaskClient, session: Session) -> None:
    link = calendars.make(
        session,
        ACTOR["ada"],
        NewLink(LinkScope.PERSON, None, "Phone", LinkSettings()),
        Origin("exchange.example"),
        now=NOW,
    )
    path = f"/cal/{link.token}/x.ics"
    before = client.get(path)
    old = session.scalars(select(StayPermission)).one()
    session.add(
        StayPermission(
            person_id=ADA,
            country="US",
            route="other",
            starts_on=old.starts_on,
            ends_on=VISA_END + timedelta(days=90),
            recorded_by_id=PERSON["us_hr"],
            recorded_at=datetime(2026, 11, 21, 10, tzinfo=UTC),
            supersedes_id=old.id,
        )
    )
    session.commit()
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert b"20271130" in after.data
    assert b"DTSTART;VALUE=DATE:20270901" not in after.data
