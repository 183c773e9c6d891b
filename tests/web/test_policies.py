"""The numbers of the rules: who reads and who changes them, whom a change would hit, and what held before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.domain.secondment_facts import State
from exchange.store import policies
from exchange.store.policies import PolicyRow
from tests.cast import NOW, TODAY
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import FIRST, add_stay
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
PATH = "/policies/cap.j1_research_scholar/US"
TYPED = {"value": "3", "valid_from": "1 Dec 2026", "source_url": "https://example.org/rule", "note": ""}


def test_a_change_shows_whom_it_hits_before_it_is_made(as_: As, database: Database) -> None:
    with database.session() as session:
        ident = add_stay(session, State.ACCEPTED)
    client = as_("director")
    looked = client.send(PATH, TYPED | {"step": "look"})
    assert looked.status_code == 200
    assert "1 secondment concerned" in looked.text
    assert f"EX-{ident:04d}" in looked.text
    with database.session() as session:
        assert session.scalars(select(PolicyRow)).all() == [], "looking changes nothing"
    assert client.send(PATH, TYPED | {"step": "change"}).status_code == 303
    with database.session() as session:
        book = policies.book(session)
        assert book.number("cap.j1_research_scholar", TODAY, "US") == 60
        assert book.number("cap.j1_research_scholar", date(2026, 12, 1), "US") == 3
    assert "3 months" in client.get("/policies").text
    assert "Possible until" in as_("uk_hr").get(f"/secondments/{ident}").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"valid_from": "1 Jan 2026"}, "tomorrow at the earliest"),
        ({"valid_from": "21 Nov 2026"}, "tomorrow at the earliest"),
        ({"value": "-3"}, "from nought up"),
        ({"value": "NaN"}, "number"),
        ({"value": "three"}, "a number, such as"),
        ({"source_url": "", "note": ""}, "where the number comes from"),
        ({"source_url": "javascript:alert(1)"}, "https://"),
    ],
)
def test_a_change_without_sense_is_refused(as_: As, database: Database, changes: dict[str, str], sentence: str) -> None:
    answer = as_("director").send(PATH, TYPED | {"step": "change"} | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    with database.session() as session:
        assert session.scalars(select(PolicyRow)).all() == []


def test_two_changes_follow_each_other(as_: As, database: Database) -> None:
    client = as_("director")
    assert client.send(PATH, TYPED | {"step": "change"}).status_code == 303
    assert client.send(PATH, TYPED | {"step": "change"}).status_code == 422
    assert client.send(PATH, TYPED | {"step": "change", "value": "6", "valid_from": "1 Mar 2027"}).status_code == 303
    with database.session() as session:
        book = policies.book(session)
        days = (TODAY, date(2027, 2, 28), date(2027, 3, 1))
        assert [book.number("cap.j1_research_scholar", day, "US") for day in days] == [60, 3, 6]
    assert NOW.date() < FIRST


@pytest.mark.parametrize(
    ("key", "reads", "changes"),
    [("director", 200, 200), ("uk_hr", 200, 403), ("us_security", 200, 403), ("auditor", 200, 403), ("ada", 403, 403)],
)
def test_who_reads_and_who_changes(as_: As, key: str, reads: int, changes: int) -> None:
    client = as_(key)
    assert client.get("/policies").status_code == reads
    assert client.get(PATH).status_code == changes
    if changes == 200:
        assert client.get("/policies/no.such/US").status_code == 404


def test_the_pages_cost_few_statements(as_: As, app: Flask) -> None:
    client = as_("director")
    for path in ("/policies", PATH):
        assert len(statements(app, lambda path=path: client.get(path))) <= MOST  # type: ignore[misc]
