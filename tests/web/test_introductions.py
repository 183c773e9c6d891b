"""Introductions: who may ask whom, what each side sees, and that a hidden profile stays hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.domain.people import Visibility
from exchange.store.audit import AuditEvent
from exchange.store.notices import Notice
from exchange.store.people import Person
from tests.cast import PERSON, email_of
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
TOMAS = f"/people/{PERSON['tomas']}"
ASK = f"{TOMAS}/introduction"
WORDS = {"words": "How do you score long tasks?"}


def asked(as_: As) -> str:
    answer = as_("ada").send(ASK, WORDS)
    assert answer.status_code == 303, answer.text
    return "/introductions/1"


def set_visibility(database: Database, key: str, visibility: Visibility) -> None:
    with database.session() as session:
        session.get_one(Person, PERSON[key]).visibility = visibility
        session.commit()


def notices_of(database: Database, key: str) -> list[str]:
    with database.session() as session:
        return list(session.scalars(select(Notice.text).where(Notice.person_id == PERSON[key])))


def test_addresses_are_exchanged_with_a_yes(as_: As, database: Database) -> None:
    assert email_of("tomas") not in as_("ada").get(TOMAS).text
    page = asked(as_)
    assert notices_of(database, "tomas") == ["Ada Lindqvist asks to be introduced to you."]
    text = as_("tomas").get(page).text
    assert "How do you score long tasks?" in text
    assert email_of("ada") not in text
    answer = as_("tomas").send(page, {"accept": "yes", "words": "By milestones. Write to me."})
    assert answer.status_code == 303
    assert notices_of(database, "ada") == ["Tomas Rivera accepted your request to be introduced."]
    for key, other in (("ada", "tomas"), ("tomas", "ada")):
        assert email_of(other) in as_(key).get(page).text
        assert email_of(other) in as_(key).get("/introductions").text
    assert email_of("tomas") in as_("ada").get(TOMAS).text
    with database.session() as session:
        verbs = list(session.scalars(select(AuditEvent.verb).order_by(AuditEvent.seq)))
        summaries = " ".join(session.scalars(select(AuditEvent.summary)))
    assert verbs[-2:] == ["introduction:ask", "introduction:answer"]
    assert "score long tasks" not in summaries


def test_a_no_gives_no_address_and_is_asked_again_only_later(as_: As) -> None:
    page = asked(as_)
    as_("tomas").send(page, {"accept": "no", "words": "No time this year."})
    text = as_("ada").get(page).text
    assert "No time this year." in text
    assert email_of("tomas") not in text
    again = as_("ada").send(ASK, WORDS)
    assert again.status_code == 409
    assert "Wait three months" in again.text
    assert as_("tomas").send(page, {"accept": "yes"}).status_code == 409


@pytest.mark.parametrize(
    ("path", "form", "status", "sentence"),
    [
        (ASK, {"words": " "}, 422, "what you would like to talk about"),
        (ASK, {"words": "x" * 1001}, 422, "under 1,000"),
        (f"/people/{PERSON['ada']}/introduction", WORDS, 422, "This is you"),
    ],
)
def test_a_request_without_sense_is_refused(
    as_: As, path: str, form: dict[str, str], status: int, sentence: str
) -> None:
    answer = as_("ada").send(path, form)
    assert answer.status_code == status
    assert sentence in answer.text


def test_nobody_is_asked_twice_at_a_time(as_: As) -> None:
    asked(as_)
    assert "You have asked already" in as_("ada").send(ASK, WORDS).text
    back = as_("tomas").send(f"/people/{PERSON['ada']}/introduction", WORDS)
    assert "They have asked you" in back.text


def test_an_introduction_is_nobody_elses(as_: As) -> None:
    page = asked(as_)
    for key in ("uk_lead", "us_hr", "director"):
        assert as_(key).get(page).status_code == 404
    for key in ("auditor", "admin"):
        assert as_(key).get(page).status_code == 403
    assert as_("uk_lead").send(page, {"accept": "yes"}).status_code == 404
    assert as_("ada").send(page, {"accept": "yes"}).status_code == 200  # it is not hers to answer
    assert "waiting for an answer" in as_("ada").get(page).text


def test_a_withdrawn_request_is_gone_for_whoever_was_asked(as_: As) -> None:
    page = asked(as_)
    assert as_("tomas").send(f"{page}/withdraw", {}).status_code == 404
    assert as_("ada").send(f"{page}/withdraw", {}).status_code == 303
    assert as_("tomas").get(page).status_code == 404
    assert "Ada" not in as_("tomas").get("/introductions").text
    assert as_("ada").send(ASK, WORDS).status_code == 303


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.INSTITUTE])
def test_a_hidden_profile_answers_as_if_nobody_were_there(as_: As, database: Database, visibility: Visibility) -> None:
    set_visibility(database, "tomas", visibility)
    nobody = as_("ada").get("/people/4711/introduction")
    hidden = as_("ada").get(ASK)
    assert (hidden.status_code, nobody.status_code) == (404, 404)
    assert as_("ada").send(ASK, WORDS).status_code == 404
    assert notices_of(database, "tomas") == []


def test_whoever_hides_later_is_named_but_has_no_profile_to_open(as_: As, database: Database) -> None:
    page = asked(as_)
    set_visibility(database, "tomas", Visibility.HIDDEN)
    text = as_("ada").get(page).text
    assert "Tomas Rivera" in text
    assert TOMAS not in text


def test_the_pages_cost_few_statements(as_: As, app: Flask) -> None:
    page = asked(as_)
    client = as_("ada")
    for path in (page, "/introductions", ASK, TOMAS):
        client.get(path)
        assert len(statements(app, lambda path=path: client.get(path))) <= MOST, path  # type: ignore[misc]
