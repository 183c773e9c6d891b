"""The daily look at calendars: a new address or renderer reaches every event, and leavers' links say they are off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from exchange.actions import calendars, publishing
from exchange.actions.calendars import NewLink
from exchange.feeds.entries import Origin
from exchange.feeds.settings import LinkSettings
from exchange.jobs.calendars import refreshing
from exchange.store.calendars import CalendarItem, CalendarLink, LinkScope, origin
from exchange.store.people import Person, PersonStatus
from tests.actions.test_secondments import ACCEPTED, moved, proposed
from tests.cast import ACTOR, NOW, PERSON
from tests.meetings import entered, workstream

LATER = NOW + timedelta(days=1)
HERE = Origin("exchange.example", "https://here.example")


def items(session: Session) -> list[CalendarItem]:
    return list(session.scalars(select(CalendarItem).execution_options(populate_existing=True)))


def test_a_new_address_reaches_every_event_once(session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    entered(session, workstream(session))
    refreshing(HERE)(session, LATER)
    before = {item.uid: item.sequence for item in items(session)}
    assert all(b"https://here.example/" in item.fragment.replace(b"\r\n ", b"") for item in items(session))
    version = origin(session).version
    refreshing(HERE)(session, LATER + timedelta(days=1))
    assert {item.uid: item.sequence for item in items(session)} == before
    assert origin(session).version == version


def test_a_new_renderer_writes_fragments_anew_and_no_sequence_moves(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The readers see the same, so nothing is to look changed to them."""
    moved(session, proposed(session), *ACCEPTED)
    before = {item.uid: (item.sequence, item.updated_at) for item in items(session)}
    monkeypatch.setattr(publishing, "RENDERER", "2+a later one")
    refreshing(Origin("exchange.example"))(session, LATER)
    assert {item.renderer for item in items(session)} == {"2+a later one"}
    assert {item.uid: (item.sequence, item.updated_at) for item in items(session)} == before


def test_what_is_written_otherwise_than_before_has_a_later_stamp(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Evolution would not take it up; it is the same event all the same, so no SEQUENCE moves."""
    moved(session, proposed(session), *ACCEPTED)
    one, *others = items(session)
    before = {item.uid: (item.sequence, item.updated_at) for item in (one, *others)}
    one.fragment = one.fragment.replace(b"SUMMARY:", b"SUMMARY:An older way: ")
    session.commit()
    monkeypatch.setattr(publishing, "RENDERER", "2+a later one")
    refreshing(Origin("exchange.example"))(session, LATER)
    expected = before | {one.uid: (before[one.uid][0], LATER)}
    assert {item.uid: (item.sequence, item.updated_at) for item in items(session)} == expected
    assert f"LAST-MODIFIED:{LATER:%Y%m%dT%H%M%SZ}\r\n".encode() in one.fragment
    assert b"older way" not in one.fragment


def test_links_of_people_who_have_left_are_switched_off(session: Session) -> None:
    for key in ("ada", "tomas"):
        new = NewLink(LinkScope.PERSON, None, "Phone", LinkSettings())
        calendars.make(session, ACTOR[key], new, Origin("exchange.example"), now=NOW)
    session.execute(update(Person).where(Person.id == PERSON["ada"]).values(status=PersonStatus.LEFT))
    session.commit()
    refreshing(Origin("exchange.example"))(session, LATER)
    links = session.scalars(select(CalendarLink).execution_options(populate_existing=True))
    off = {link.owner_id: link.revoked_at for link in links}
    assert off == {PERSON["ada"]: LATER, PERSON["tomas"]: None}


def test_the_name_in_uids_is_settled_by_the_first_link_for_good(session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    new = NewLink(LinkScope.PERSON, None, "Phone", LinkSettings())
    calendars.make(session, ACTOR["ada"], new, Origin("first.example", "https://first.example"), now=NOW)
    assert {item.uid.partition("@")[2] for item in items(session)} == {"first.example"}
    calendars.make(session, ACTOR["ada"], new, Origin("second.example", "https://second.example"), now=NOW)
    assert {item.uid.partition("@")[2] for item in items(session)} == {"first.example"}
    assert all(b"https://second.example/" in item.fragment.replace(b"\r\n ", b"") for item in items(session))
