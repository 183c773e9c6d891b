"""Canaries: a clearance, its caveats, a nationality and officers' notes are planted, then everybody reads everything.

Every address of the application is opened by each of the cast for every record there is; no answer, header, mail,
notice, calendar or log line may hold a canary that the reader's role may not know.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Session
from werkzeug.routing import IntegerConverter, Rule

from exchange.actions import checklists, clearances, recognitions, reminders, secondments
from exchange.domain.clearance_records import Terms
from exchange.domain.periods import Period
from exchange.domain.recognitions import Instrument, RecognitionStatus, VisitKind
from exchange.domain.secondment_facts import State, Verb
from exchange.jobs import housekeeping
from exchange.store.audit import AuditEvent
from exchange.store.clearances import ClearanceStatus
from exchange.store.openings import Opening
from exchange.store.people import Citizenship
from exchange.store.schema import METADATA
from exchange.web import create_app
from tests.cast import ACTOR, NOW, PERSON, TODAY, US, WASHINGTON
from tests.clients import PageClient, sign_in
from tests.engines import Database, SqliteTemplate
from tests.lives import add_agreed

As = Callable[[str], PageClient]
DAY = timedelta(days=1)
ADA = PERSON["ada"]

HOME_OFFICER, BOTH_OFFICERS = {"uk_security"}, {"uk_security", "us_security"}
COORDINATORS = {"uk_hr", "uk_hr_2"}
# What each canary looks like, and who of the cast may meet it anywhere.
CANARIES: dict[str, tuple[re.Pattern[str], set[str]]] = {
    "level": (re.compile(r"\beDV\b|[Ee]nhanced developed vetting"), HOME_OFFICER),
    "caveat": (re.compile(r"KINGFISHER-7"), HOME_OFFICER),
    "sponsor": (re.compile(r"Quokka Sponsor"), HOME_OFFICER),
    "nationality": (re.compile(r"\bVU\b|Vanuatu"), {"ada", *COORDINATORS}),
    "conditions of the decision": (re.compile(r"Numbat conditions"), BOTH_OFFICERS),
    "programme of the visit": (re.compile(r"Bilby programme"), BOTH_OFFICERS),
    "note of an officer": (re.compile(r"Wombat note"), BOTH_OFFICERS),
}
WORDS = {"verb": "suspend", "side": "home", "kind": "people", "form": "csv", "key": "confirm_clearance"}
OFFERED = re.compile(r"<option(?![^>]* selected)[^>]*>.*?</option>", re.DOTALL)
# Tables that exist to keep what is planted; pages that show them have their own gates.
KEEPERS = {"clearance", "citizenship", "recognition", "visit_request", "checklist_item"}


@pytest.fixture(scope="module")
def aviary(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One database for all: planting takes longer than reading, and reading changes nothing."""
    with sqlite_template.copy(tmp_path_factory.mktemp("aviary")) as database:
        _plant(database)
        yield database


@pytest.fixture
def planted(aviary: Database) -> Iterator[Session]:
    with aviary.session() as session:
        yield session


def _plant(database: Database) -> None:
    """Ada goes to Washington on classified work; her officer and the host's have recorded all there is to record."""
    with database.session() as session:
        _opening(session)
        session.add(Citizenship(person_id=ADA, country="VU"))
        session.commit()
        ident = add_agreed(session, State.CLEARANCE, TODAY + 20 * DAY, TODAY + 200 * DAY, opening_id=1)
        terms = Terms(date(2024, 3, 4), caveats=("KINGFISHER-7",), sponsor="Quokka Sponsor")
        held = clearances.record(session, ACTOR["uk_security"], ADA, "UKSV:eDV", terms, now=NOW)
        _decide(session, ident, held)
        for key, task in (("uk_security", "confirm_clearance"), ("us_security", "recognition")):
            checklists.tick(session, ACTOR[key], ident, task, evidence="Wombat note", now=NOW)
        secondments.move(session, ACTOR["us_hr"], ident, Verb.SEND_BACK, reason="One more look.", now=NOW)
        clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, TODAY, now=NOW)
        for days in range(0, 30, 7):
            reminders.send(session, now=NOW + days * DAY)
        housekeeping.run(session, NOW)


def _opening(session: Session) -> None:
    session.add(
        Opening(
            code="CANARY",
            title="Careful work",
            host_institute_id=US,
            site_id=WASHINGTON,
            opens_on=TODAY,
            closes_on=TODAY + 300 * DAY,
            min_weeks=4,
            max_weeks=60,
            preferred_weeks=26,
            clearance_asked="US:SECRET",
        )
    )
    session.commit()


def _decide(session: Session, ident: int, held: int) -> None:
    days = Period(TODAY, TODAY + 100 * DAY)
    decision = recognitions.Decision(
        held, Instrument.NOTES_1961, RecognitionStatus.GRANTED, 3, days, conditions="Numbat conditions"
    )
    recognitions.decide(session, ACTOR["us_security"], ident, decision, now=NOW)
    visit = recognitions.Visit(VisitKind.RECURRING, "Bilby programme", frozenset({WASHINGTON}), days, TODAY)
    recognitions.submit_visit(session, ACTOR["uk_security"], ident, visit, now=NOW)


@pytest.fixture(scope="module")
def app(aviary: Database) -> Iterator[Flask]:
    made = create_app(aviary.settings(), TESTING=True, CLOCK=lambda: NOW)
    made.test_client_class = PageClient
    yield made
    with made.app_context():
        made.extensions["sqlalchemy"].engine.dispose()


def addresses(app: Flask, rule: Rule) -> Iterator[str]:
    """The rule's address for every small number, and a likely word, for whatever it asks for."""
    numbers = sorted(rule.arguments - WORDS.keys())
    adapter = app.url_map.bind("localhost")
    converters = rule._converters
    with app.test_request_context():
        for values in product((1, 2), repeat=len(numbers)):
            given = {
                name: value if isinstance(converters[name], IntegerConverter) else "word"
                for name, value in zip(numbers, values, strict=True)
            }
            words = {name: WORDS[name] for name in rule.arguments & WORDS.keys()}
            yield str(adapter.build(rule.endpoint, given | words))


def held_against(key: str, text: str) -> list[str]:
    """The canaries in a text. What a form merely offers to choose says nothing about anybody."""
    said = OFFERED.sub("", text)
    return [name for name, (pattern, knows) in CANARIES.items() if key not in knows and pattern.search(said)]


@pytest.mark.parametrize("key", [*sorted(ACTOR), ""])
def test_no_page_export_feed_or_log_holds_what_its_reader_may_not_know(
    app: Flask, aviary: Database, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    client = app.test_client()
    assert isinstance(client, PageClient)
    if key:
        sign_in(client, aviary, key)
    caplog.set_level(logging.DEBUG)
    faults, read = [], 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        for path in dict.fromkeys(addresses(app, rule)):
            answer = client.get(path)
            read += answer.status_code == 200
            whole = f"{answer.headers}\n{answer.get_data(as_text=True)}"
            faults += [f"{path}: {name}" for name in held_against(key, whole)]
    faults += [f"log: {name}" for name in held_against("", caplog.text)]
    assert not faults
    assert read >= (3 if not key else 5)


@pytest.mark.parametrize("key", sorted(ACTOR.keys() - {"uk_security", "ada"}))  # her own name heads her pages
def test_no_search_finds_by_what_the_searcher_may_not_know(app: Flask, aviary: Database, key: str) -> None:
    client = app.test_client()
    assert isinstance(client, PageClient)
    sign_in(client, aviary, key)
    for word in ("eDV", "KINGFISHER-7", "Vanuatu", "Numbat", "Wombat"):
        answer = client.get("/people", query_string={"q": word})
        assert "Ada Lindqvist" not in answer.get_data(as_text=True), word


def test_no_table_but_its_keepers_holds_a_canary(planted: Session) -> None:
    """Notices, mail, calendars and indexes are copies that leave the house; the audit trail has its own views."""
    faults = []
    for table in METADATA.sorted_tables:
        if table.name in KEEPERS | {"audit_event"}:
            continue
        texts = [column for column in table.columns if isinstance(column.type, (String, Text))]
        for row in planted.execute(select(*texts)) if texts else ():
            text = " ".join(str(value) for value in row if value is not None)
            faults += [f"{table.name}: {name}" for name in held_against("", text)]
    assert not faults


def test_the_plants_are_there(planted: Session) -> None:
    """A canary that was never planted would prove nothing."""
    kept = []
    for table in METADATA.sorted_tables:
        if table.name in KEEPERS:
            kept += [str(tuple(row)) for row in planted.execute(select(table))]
    missing = [name for name, (pattern, _) in CANARIES.items() if not pattern.search(" ".join(kept))]
    assert not missing
    assert planted.scalar(select(AuditEvent.seq).where(AuditEvent.verb == "recognition:decide")) is not None
