"""Who could go on with the work of a suspended stay: who is proposed, what is said of them, who may ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions import clearances
from exchange.domain.actors import Role
from exchange.domain.clearance_records import Terms
from exchange.domain.recognitions import Instrument, RecognitionStatus
from exchange.domain.secondment_facts import State
from exchange.store.audit import AuditEvent
from exchange.store.clearances import ClearanceStatus
from exchange.store.people import Person
from exchange.store.recognitions import Recognition
from exchange.store.workstreams import Workstream
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US
from tests.clients import PageClient
from tests.lives import add_agreed, add_stay, hire
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
CANARIES = ("KINGFISHER", "UKSV", "Developed")
DAY = timedelta(days=1)
FIRST, LAST = TODAY - 20 * DAY, TODAY + 120 * DAY


def hold(session: Session, person_id: int, level: str, until: date) -> int:
    terms = Terms(date(2025, 1, 6), review_due_on=until, caveats=("KINGFISHER-7",))
    return clearances.record(session, ACTOR["uk_security"], person_id, level, terms, now=NOW)


@pytest.fixture
def stay(session: Session) -> int:
    """Ada at secret work in Washington; the host has recognised her SC. Her clearance is withdrawn today."""
    work = Workstream(
        code="W-1",
        title="Cyber work",
        lead_institute_id=US,
        lead_person_id=PERSON["us_lead"],
        clearance_asked="US:SECRET",
    )
    session.add(work)
    session.commit()
    ident = add_agreed(session, State.ACTIVE, FIRST, LAST, workstream_id=work.id)
    held = hold(session, PERSON["ada"], "UKSV:SC", date(2031, 1, 5))
    session.add(
        Recognition(
            secondment_id=ident,
            clearance_id=held,
            host_country="US",
            instrument=Instrument.NOTES_1961,
            rank=3,
            programmes=["W-1"],
            starts_on=FIRST,
            ends_on=LAST,
            status=RecognitionStatus.GRANTED,
            decided_by_id=PERSON["us_security"],
            decided_at=NOW,
        )
    )
    for name, level, until in (
        ("Good Colleague", "UKSV:SC", date(2031, 3, 14)),
        ("Better Cleared", "UKSV:DV", date(2030, 6, 1)),
        ("Soon Over", "UKSV:SC", TODAY + 60 * DAY),
        ("Checked Only", "UKSV:CTC", date(2031, 1, 5)),
        ("Elsewhere Then", "UKSV:SC", date(2031, 1, 5)),
    ):
        one = hire(session, name, UK, (Role.RESEARCHER, UK))
        assert one.person_id is not None
        hold(session, one.person_id, level, until)
    away = session.scalars(select(Person).where(Person.full_name == "Elsewhere Then")).one()
    add_stay(session, State.ACCEPTED, TODAY + 30 * DAY, TODAY + 60 * DAY, person_id=away.id)
    hire(session, "Never Vetted", UK, (Role.RESEARCHER, UK))
    clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, TODAY, now=NOW)
    return ident


def test_cleared_colleagues_are_proposed_and_nothing_more_is_said(
    as_: As, app: Flask, session: Session, stay: int
) -> None:
    path = f"/secondments/{stay}/stand-ins"
    as_("auditor").get("/audit")  # the day's first request records the suspension
    records = select(func.count()).select_from(AuditEvent)
    before = session.scalar(records)
    session.rollback()
    for key in ("uk_hr", "us_hr", "us_lead"):
        client = as_(key)
        assert path in client.get(f"/secondments/{stay}").text
        text = client.get(path).text
        assert "Meets what is asked until 14 March 2031." in text
        assert "Meets what is asked until 1 June 2030." in text
        for name in ("Good Colleague", "Better Cleared"):
            assert name in text
        for absent in (
            "Soon Over",
            "Checked Only",
            "Elsewhere Then",
            "Never Vetted",
            "KINGFISHER",
            "UKSV",
            "Developed",
        ):
            assert absent not in text, absent
        assert len(statements(app, lambda client=client: client.get(path))) <= MOST  # type: ignore[misc]
    assert session.scalar(records) == before
    for key, status in (("ada", 403), ("uk_security", 403), ("director", 403), ("jp_hr", 404), ("uk_lead", 404)):
        assert as_(key).get(path).status_code == status, key
        assert path not in as_(key).get(f"/secondments/{stay}").text


def test_one_click_opens_the_form_filled_in(as_: As, session: Session, stay: int) -> None:
    good = session.scalars(select(Person.id).where(Person.full_name == "Good Colleague")).one()
    page = as_("uk_hr").get(f"/secondments/{stay}/stand-ins").text
    link = next(part for part in page.split('href="') if part.startswith(f"/secondments/new?person={good}&"))
    start = date.fromisoformat(re.search(r"starts_on=([\d-]+)", link)[1])  # type: ignore[index]  # it is there
    assert TODAY < start < LAST, "as soon as decision, visit, permission and agreement can be there"
    form = as_("uk_hr").get(link.partition('"')[0].replace("&amp;", "&")).text
    for part in (f'<option selected value="{good}">', "21 Mar 2027", "not known yet", "No permission to stay"):
        assert part in form, part
    assert "Not available" not in form


def test_who_goes_on_needs_nobody(as_: As, session: Session) -> None:
    ident = add_agreed(session, State.ACTIVE, FIRST, LAST)
    assert "Nobody needs to stand in" in as_("uk_hr").get(f"/secondments/{ident}/stand-ins").text
    assert "stand-ins" not in as_("uk_hr").get(f"/secondments/{ident}").text
    over = add_stay(session, State.SUSPENDED, FIRST - 90 * DAY, TODAY - DAY, person_id=PERSON["uk_lead"])
    assert "No days remain" in as_("uk_hr").get(f"/secondments/{over}/stand-ins").text
