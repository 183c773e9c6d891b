"""vdirsyncer and khal follow a calendar link over a real server: what is moved, cancelled, extended and switched off.

vdirsyncer keeps each event as a file, and keeps everything it has when a calendar turns empty or answers with an error:
a link that is switched off has to be seen to clear it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy.orm import Session

from exchange.actions import calendars, meetings
from exchange.actions.calendars import MadeLink, NewLink
from exchange.domain.meetings import Change
from exchange.feeds.entries import Origin
from exchange.feeds.settings import LinkSettings
from exchange.store.calendars import LinkScope
from exchange.store.meetings import Meeting
from exchange.store.secondments import Secondment
from tests.actions.test_secondments import ACCEPTED, moved, proposed
from tests.cast import ACTOR, NOW
from tests.engines import SqliteTemplate
from tests.meetings import SESSION, WEEKLY, entered, workstream
from tests.programs.khal import Device
from tests.web.conftest import Clock


@pytest.fixture
def engine_template(sqlite_template: SqliteTemplate) -> SqliteTemplate:
    """On SQLite alone: that both databases give the same feed is seen without these programs, which take seconds."""
    return sqlite_template


def linked(session: Session, key: str) -> MadeLink:
    new = NewLink(LinkScope.PERSON, None, "Laptop", LinkSettings())
    return calendars.make(session, ACTOR[key], new, Origin("exchange.example"), now=NOW)


def subscribed(device: Device, address: str, link: MadeLink) -> None:
    device.follow(f"{address}/cal/{link.token}/laptop.ics")
    device.sync()


TITLE = "Joint testing: Cyber range session"


def test_a_session_that_moves_and_an_occurrence_that_is_cancelled(
    session: Session, address: str, device: Device, clock: Clock
) -> None:
    work = workstream(session)
    ident = entered(session, work)
    subscribed(device, address, linked(session, "uk_lead"))
    # New York changes its clocks on 14 March 2027: the same ten o'clock is an hour earlier in UTC from then on.
    assert device.agenda("2027-03-01", "2027-03-17") == {
        ("2027-03-02 15:00", TITLE, "CONFIRMED"),
        ("2027-03-09 15:00", TITLE, "CONFIRMED"),
        ("2027-03-16 14:00", TITLE, "CONFIRMED"),
    }
    before = device.files()
    device.sync()
    assert device.files() == before  # nothing changed, nothing was touched
    clock.now += timedelta(hours=1)
    version = session.get_one(Meeting, ident, populate_existing=True).version
    later = replace(SESSION, occasion=replace(WEEKLY, begins=time(11), ends=time(12)))
    meetings.put(session, ACTOR["uk_lead"], work, ident, later, version=version, now=clock.now)
    device.sync()
    assert device.agenda("2027-03-09", "2027-03-10") == {("2027-03-09 16:00", TITLE, "CONFIRMED")}
    slot = date(2027, 3, 16)
    meetings.change_one(session, ACTOR["us_lead"], ident, Change(slot, cancelled_on=clock.now.date()), now=clock.now)
    device.sync()
    assert device.agenda("2027-03-16", "2027-03-17") == {("2027-03-16 15:00", f"Cancelled: {TITLE}", "CANCELLED")}
    assert device.agenda("2027-03-23", "2027-03-24") == {("2027-03-23 15:00", TITLE, "CONFIRMED")}


def test_a_secondment_that_is_extended(session: Session, address: str, device: Device, clock: Clock) -> None:
    ident = moved(session, proposed(session), *ACCEPTED)
    subscribed(device, address, linked(session, "ada"))
    title = "Secondment: Ada Lindqvist: UK AISI → US CAISI"
    assert ("2027-02-01", title, "TENTATIVE") in device.agenda("2027-07-30", "2027-07-30")
    assert device.agenda("2027-07-31", "2027-07-31") == set()
    clock.now += timedelta(hours=1)
    session.get_one(Secondment, ident).ends_on = date(2027, 10, 29)
    session.commit()
    calendars.refresh(session, Origin("exchange.example"), now=clock.now)
    device.sync()
    assert device.agenda("2027-10-29", "2027-10-29") == {("2027-02-01", title, "TENTATIVE")}
    assert device.agenda("2027-10-30", "2027-10-30") == set()


def test_a_link_that_is_switched_off_clears_the_device(
    session: Session, address: str, device: Device, clock: Clock
) -> None:
    moved(session, proposed(session), *ACCEPTED)
    link = linked(session, "ada")
    subscribed(device, address, link)
    assert len(device.files()) > 1
    calendars.stop(session, ACTOR["ada"], link.id, now=clock.now)
    device.sync()
    assert len(device.files()) == 1
    assert device.agenda("2026-11-21", "2026-11-21") == {
        ("2026-11-21", "This calendar link was switched off", "CONFIRMED")
    }
    clock.now += timedelta(days=30)
    assert device.sync_fails()  # 410: by then nothing private is left to be kept
    assert len(device.files()) == 1


def test_a_link_that_shows_nothing_any_more_clears_the_device(
    session: Session, address: str, device: Device, clock: Clock
) -> None:
    work = workstream(session)
    ident = entered(session, work)
    subscribed(device, address, linked(session, "uk_lead"))
    meetings.cancel(session, ACTOR["uk_lead"], ident, now=clock.now)
    clock.now += timedelta(days=15)
    device.sync()
    assert device.agenda("2027-03-01", "2027-04-30") == set()
