"""The first page: what waits for whom, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from exchange.actions import agreements, secondments
from exchange.actions.drafts import Proposal
from exchange.domain.agreements import Decision
from exchange.domain.secondment_facts import Side, Verb
from exchange.store.secondments import Secondment
from tests.cast import ACTOR, NOW, PERSON, US
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import content
from tests.statements import MOST, statements
from tests.stays import with_papers

As = Callable[[str], PageClient]


def propose(database: Database, *steps: tuple[str, Verb]) -> int:
    with database.session() as session:
        stay = Proposal(PERSON["ada"], US, date(2027, 1, 4), date(2027, 7, 2), legal_basis="j1_research_scholar")
        ident = with_papers(session, secondments.propose(session, ACTOR["uk_hr"], stay, now=NOW))
        for key, verb in steps:
            secondments.move(session, ACTOR[key], ident, verb, now=NOW)
    return ident


def test_the_person_is_asked_to_consent_first(as_: As, database: Database) -> None:
    propose(database)
    assert "Consent to your secondment" in as_("ada").get("/").text
    assert "Nothing is waiting for you" in as_("uk_hr").get("/").text


def test_then_it_waits_for_the_home_coordinator_and_after_the_nomination_for_the_host(
    as_: As, database: Database
) -> None:
    ident = propose(database, ("ada", Verb.CONSENT))
    assert "Nominate, or complete the draft" in as_("uk_hr").get("/").text
    with database.session() as session:
        for verb in (Verb.RELEASE, Verb.NOMINATE):
            secondments.move(session, ACTOR["uk_hr"], ident, verb, now=NOW)
    assert "Decide on the nomination" in as_("us_hr").get("/").text
    assert "Nothing is waiting for you" in as_("uk_hr").get("/").text


def test_an_agreement_waits_for_those_who_may_approve_it_and_not_for_its_proposer(as_: As, database: Database) -> None:
    ident = propose(
        database,
        ("ada", Verb.CONSENT),
        ("uk_hr", Verb.RELEASE),
        ("uk_hr", Verb.NOMINATE),
        ("us_hr", Verb.ACCEPT),
        ("us_hr", Verb.PREPARE),
    )
    assert "Propose the agreement" in as_("uk_hr").get("/").text
    with database.session() as session:
        put = content(session.get_one(Secondment, ident))
        agreements.propose(session, ACTOR["uk_hr"], put, now=NOW)
    for key in ("uk_hr_2", "us_hr", "ada"):
        assert "Approve the agreement" in as_(key).get("/").text
        assert "The next step is yours:</strong> approve the agreement" in as_(key).get(f"/secondments/{ident}").text
    with database.session() as session:
        agreements.decide(session, ACTOR["us_hr"], ident, Side.HOST, Decision.APPROVE, seen_hash=put.hash, now=NOW)
    for key in ("uk_hr", "us_hr"):
        assert "Nothing is waiting for you" in as_(key).get("/").text
    page = as_("us_hr").get(f"/secondments/{ident}").text
    assert "The next step is for an HR coordinator of the home institute or the person seconded." in page


@pytest.mark.parametrize("key", sorted(ACTOR))
def test_everybody_has_a_first_page_and_it_costs_little(as_: As, app: Flask, database: Database, key: str) -> None:
    propose(database)
    client = as_(key)
    assert client.get("/").status_code == 200
    assert len(statements(app, lambda: client.get("/"))) <= MOST


@pytest.mark.parametrize("key", ["tomas", "jp_hr", "admin", "uk_lead"])
def test_it_shows_nobody_elses_secondments(as_: As, database: Database, key: str) -> None:
    propose(database)
    assert "Ada Lindqvist" not in as_(key).get("/").text
