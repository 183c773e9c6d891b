"""The pages of secondments: who sees them, the way from draft to approved agreement, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from exchange.actions import secondments
from exchange.actions.drafts import Proposal
from exchange.domain.secondment_facts import Verb
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import statements
from tests.stays import with_papers

As = Callable[[str], PageClient]
TERMS = {
    "starts_on": "1 Feb 2027",
    "ends_on": "30 Jul 2027",
    "mode": "in_person",
    "host_share": "1",
    "legal_basis": "j1_research_scholar",
    "purpose": "Evaluate agents",
}


@pytest.fixture
def ident(database: Database) -> int:
    with database.session() as session:
        stay = Proposal(
            PERSON["ada"],
            US,
            date(2027, 2, 1),
            date(2027, 7, 30),
            legal_basis="j1_research_scholar",
            purpose="Evaluate agents",
        )
        return with_papers(session, secondments.propose(session, ACTOR["uk_hr"], stay, now=NOW))


def accepted(database: Database, ident: int) -> None:
    steps = (("ada", Verb.CONSENT), ("uk_hr", Verb.RELEASE), ("uk_hr", Verb.NOMINATE), ("us_hr", Verb.ACCEPT))
    with database.session() as session:
        for key, verb in steps:
            secondments.move(session, ACTOR[key], ident, verb, now=NOW)


def test_a_coordinator_proposes_from_the_form(as_: As) -> None:
    client = as_("uk_hr")
    answer = client.send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(US), **TERMS})
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Ada Lindqvist to US CAISI" in page
    assert "Ada Lindqvist" in client.get("/secondments").text


def test_a_lead_sees_what_they_have_proposed(as_: As) -> None:
    client = as_("us_lead")
    answer = client.send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(US), **TERMS})
    assert client.get(answer.location).status_code == 200
    assert as_("uk_lead").get(answer.location).status_code == 404


def test_what_was_typed_stays_when_it_is_refused(as_: As) -> None:
    typed = {"person": str(PERSON["ada"]), "host": str(UK), **TERMS, "starts_on": "31 Feb 2027", "purpose": "keep me"}
    answer = as_("uk_hr").send("/secondments/new", typed)
    assert answer.status_code == 422
    assert "31 Feb 2027" in answer.text
    assert "keep me" in answer.text
    assert "Error:" in answer.text


def test_home_equal_to_host_gets_a_sentence(as_: As) -> None:
    answer = as_("uk_hr").send("/secondments/new", {"person": str(PERSON["ada"]), "host": str(UK), **TERMS})
    assert answer.status_code == 422
    assert "same institute" in answer.text


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("uk_hr", 200),
        ("us_hr", 200),
        ("ada", 200),
        ("uk_security", 200),
        ("us_security", 200),
        ("director", 200),
        ("auditor", 200),
        ("tomas", 404),
        ("uk_lead", 404),
        ("jp_hr", 404),
        ("admin", 403),
        ("", 303),
    ],
)
def test_who_may_see_it(as_: As, ident: int, key: str, status: int) -> None:
    client = as_(key)
    assert client.get(f"/secondments/{ident}").status_code == status
    if status in {200, 404}:
        assert ("Ada Lindqvist" in client.get("/secondments").text) == (status == 200)
        assert client.get("/secondments/999999").status_code == 404


def test_both_institutes_and_the_person_approve_the_same_version(as_: As, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("uk_hr")
    assert client.send(f"/secondments/{ident}/move/prepare").status_code == 303
    version = {
        "post": "Evaluator",
        "site": "Washington DC",
        "mode": "in_person",
        "start": "2027-02-01",
        "end": "2027-07-30",
        "host_fte": "1",
        "home_fte": "0",
        "legal_basis": "j1_research_scholar",
        "cost_model": "home_pays",
        "home_share": "100",
    }
    assert client.send(f"/secondments/{ident}/agreement/new", version).status_code == 303
    seen = ""
    for key, side in (("uk_hr_2", "home"), ("us_hr", "host"), ("ada", "person")):
        other = as_(key)
        page = other.get(f"/secondments/{ident}").text
        assert f'name="side" value="{side}"' in page
        seen = re.findall(r'name="hash" value="([0-9a-f]{64})"', page)[0]
        answer = other.send(f"/secondments/{ident}/agreement/approve", {"side": side, "hash": seen})
        assert answer.status_code == 303
    again = as_("us_hr").send(f"/secondments/{ident}/agreement/approve", {"side": "host", "hash": seen})
    assert again.status_code == 409
    assert client.send(f"/secondments/{ident}/move/conclude").status_code == 303
    assert "in force" in client.get(f"/secondments/{ident}").text


def test_sending_back_needs_a_reason(as_: As, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("us_hr")
    assert client.get(f"/secondments/{ident}/move/send_back").status_code == 200
    assert client.send(f"/secondments/{ident}/move/send_back").status_code == 422
    assert client.send(f"/secondments/{ident}/move/send_back", {"reason": "Wrong opening"}).status_code == 303
    assert "Wrong opening" in client.get(f"/secondments/{ident}").text


def test_a_move_that_waits_names_what_opens_it(as_: As, ident: int) -> None:
    page = as_("uk_hr").get(f"/secondments/{ident}").text
    assert "has not consented yet" in page
    answer = as_("uk_hr").send(f"/secondments/{ident}/move/nominate")
    assert answer.status_code == 409
    assert "has not consented yet" in answer.text


def test_an_edit_clash_shows_both(as_: As, ident: int) -> None:
    first = {**TERMS, "version": "1", "ends_on": "27 Aug 2027"}
    assert as_("us_hr").send(f"/secondments/{ident}/edit", first).status_code == 303
    answer = as_("uk_hr").send(f"/secondments/{ident}/edit", {**TERMS, "version": "1", "ends_on": "3 Sep 2027"})
    assert answer.status_code == 409
    assert "3 Sep 2027" in answer.text
    assert "27 Aug 2027" in answer.text


def test_the_page_costs_few_statements(as_: As, app: Flask, database: Database, ident: int) -> None:
    accepted(database, ident)
    client = as_("uk_hr")
    assert len(statements(app, lambda: client.get(f"/secondments/{ident}"))) <= 8
    assert len(statements(app, lambda: client.get("/secondments"))) <= 8
