"""The ledger's page: figures, tolerance, whose they are, and the file that a spreadsheet may open."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain.balance import tolerance_of
from exchange.domain.policies import book_faults
from exchange.domain.secondment_facts import State
from exchange.store import checklists, policies
from exchange.store.checklists import ChecklistItem
from exchange.store.institutes import Institute
from exchange.store.policies import PolicyRow
from tests.cast import JP, PERSON, TODAY, TOKYO, UK, US
from tests.clients import PageClient
from tests.lives import add_stay
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
WEEK = timedelta(days=7)


@pytest.fixture
def exchanged(session: Session) -> None:
    """Ada: four weeks done and six ahead in Washington. Tomas: two weeks done in London. Misaki: eight ahead there."""
    add_stay(session, State.ACTIVE, TODAY - 4 * WEEK + timedelta(days=1), TODAY + 6 * WEEK)
    london = {"home_institute_id": US, "host_institute_id": UK, "person_id": PERSON["tomas"]}
    add_stay(session, State.CLOSED, TODAY - 10 * WEEK + timedelta(days=1), TODAY - 8 * WEEK, **london)
    add_stay(session, State.DRAFT, TODAY + 10 * WEEK, TODAY + 90 * WEEK, **london)
    tokyo = {"home_institute_id": JP, "host_institute_id": US, "person_id": PERSON["jp_hr"], "site_id": TOKYO}
    add_stay(session, State.READY, date(2027, 3, 1), date(2027, 3, 1) + 8 * WEEK - timedelta(days=1), **tokyo)


def rows(client: PageClient, query: str = "") -> list[list[str]]:
    answer = client.get(f"/balance.csv{query}")
    assert answer.mimetype == "text/csv"
    return list(csv.reader(StringIO(answer.get_data().decode("utf-8-sig"))))[1:]


@pytest.mark.usefixtures("exchanged")
def test_a_coordinator_sees_their_own_institutes_pairs_from_its_own_side(as_: As) -> None:
    assert rows(as_("uk_hr")) == [
        ["UK AISI", "US CAISI", "4.0", "6.0", "1", "2.0", "0.0", "1", "8.0", "yes", "20", "6", "no"]
    ]
    assert rows(as_("us_hr"))[0][:5] in (
        ["US CAISI", "UK AISI", "2.0", "0.0", "1"],
        ["US CAISI", "JP AISI", "0.0", "0.0", "0"],
    )
    assert {row[1] for row in rows(as_("us_hr"))} == {"UK AISI", "JP AISI"}
    assert rows(as_("jp_hr")) == [
        ["JP AISI", "US CAISI", "0.0", "8.0", "1", "0.0", "0.0", "0", "8.0", "yes", "20", "6", "no"]
    ]


@pytest.mark.usefixtures("exchanged")
def test_the_director_sees_every_pair_and_the_page_costs_little(as_: As, app: Flask) -> None:
    client = as_("director")
    page = client.get("/balance").text
    assert len(rows(client)) == 2
    assert "within tolerance" in page
    assert len(statements(app, lambda: client.get("/balance"))) <= MOST


@pytest.mark.usefixtures("exchanged")
def test_only_the_days_of_a_year_count_when_one_is_asked_for(as_: As) -> None:
    assert rows(as_("jp_hr"), "?year=2026") == []
    assert rows(as_("jp_hr"), "?year=2027")[0][3] == "8.0"
    for wrong in ("abc", "20266", "-1", "٢٠٢٦", "0000"):
        assert as_("jp_hr").get("/balance", query_string={"year": wrong}).status_code == 404


def test_a_pair_is_out_of_balance_in_proportion_and_in_months(as_: As, session: Session) -> None:
    add_stay(session, State.READY, date(2027, 1, 4), date(2027, 9, 3))
    assert "person-months more go one way" in as_("uk_hr").get("/balance").text
    assert rows(as_("uk_hr"))[0][-1] == "no"


def test_a_pair_has_its_own_tolerance_from_a_day_on(as_: As, session: Session) -> None:
    """For the one pair alone, by the director alone; before that day and for all others the general rule holds."""
    add_stay(session, State.READY, date(2027, 1, 4), date(2027, 9, 3))
    tokyo = {"home_institute_id": JP, "person_id": PERSON["jp_hr"], "site_id": TOKYO}
    add_stay(session, State.READY, date(2027, 1, 4), date(2027, 9, 3), **tokyo)
    session.commit()
    path, director = "/policies/balance.tolerance_months/UK-AISI+US-CAISI", as_("director")
    typed = {"value": "10", "valid_from": "1 Dec 2026", "note": "Agreement of 2026, article 4", "step": "change"}
    assert ", UK-AISI and US-CAISI" in director.get(path).text
    assert as_("uk_hr").send(path, typed).status_code == 403
    for nowhere in ("US-CAISI+UK-AISI", "UK-AISI+XX", "UK-AISI", "GB"):
        assert director.get(f"/policies/balance.tolerance_months/{nowhere}").status_code == 404
    assert director.get("/policies/cap.gae_research/UK-AISI+US-CAISI").status_code == 404
    assert director.send(path, typed).status_code == 303
    for value, day in (("9", "24 Nov 2026"), ("12", "1 Jan 2027")):  # one before it, one after it
        assert director.send(path, typed | {"value": value, "valid_from": day}).status_code == 303
    book = policies.book(session)
    days = (date(2026, 11, 23), date(2026, 11, 24), date(2026, 12, 1), date(2027, 1, 1))
    months = [tolerance_of(book, day, "UK-AISI+US-CAISI").months for day in days]
    assert months == [6, 9, 10, 12]
    assert {tolerance_of(book, day, "JP-AISI+US-CAISI").months for day in days} == {6}
    assert book_faults(book.rules) == ()
    assert [row[9] for row in rows(director)] == ["no", "no"]
    session.scalars(select(PolicyRow).where(PolicyRow.value == 9)).one().valid_from = TODAY  # as if the day had come
    session.commit()
    assert {row[0] + row[1]: (row[9], row[-1]) for row in rows(as_("us_hr"))} == {
        "US CAISIUK AISI": ("yes", "yes"),
        "US CAISIJP AISI": ("no", "no"),
    }
    page = as_("uk_hr").get("/balance").text
    assert "Their own tolerance: 20 per cent and 9 months" in page
    assert "UK-AISI and US-CAISI" in director.get("/policies").text


def test_how_punctual_each_institute_is_in_the_median(as_: As, app: Flask, session: Session) -> None:
    """Of what coordinators do; of fewer than five tasks nothing is told, and of security officers' tasks nothing."""
    ident = add_stay(session, State.ACTIVE, TODAY - 4 * WEEK, TODAY + 20 * WEEK)
    due = {task.key: task.due_on for task in checklists.of_secondment(session, ident)}
    home = ("backfill", "business_case", "keep_in_touch", "payroll", "insurance")
    for key, late in (*zip(home, (3, 4, 9, -2, 30), strict=True), ("supervisor", 50), ("recognition", 900)):
        if key in due:
            done_on = due[key] + timedelta(days=late)
            session.add(
                ChecklistItem(secondment_id=ident, key=key, done_on=done_on, done_by_id=PERSON["uk_hr"], evidence="")
            )
    session.commit()
    for key in ("uk_hr", "director"):
        client = as_(key)
        page = client.get("/balance").text
        assert "4 days late" in page
        assert "too few to tell" in page
        assert "50 days" not in page
        assert len(statements(app, lambda client=client: client.get("/balance"))) <= MOST  # type: ignore[misc]
    assert "How punctual" not in as_("jp_hr").get("/balance").text


def test_nothing_yet_says_what_counts(as_: As) -> None:
    assert "drafts do not" in as_("uk_hr").get("/balance").text


@pytest.mark.usefixtures("exchanged")
def test_a_name_that_a_spreadsheet_would_run_is_neutralised(as_: As, session: Session) -> None:
    session.get_one(Institute, UK).short_name = '=HYPERLINK("http://x")'
    session.commit()
    assert rows(as_("uk_hr"))[0][0] == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("key", ["ada", "uk_lead", "uk_security", "auditor", "admin"])
def test_it_is_for_coordinators_and_directors(as_: As, key: str) -> None:
    assert as_(key).get("/balance").status_code == 403
    assert as_(key).get("/balance.csv").status_code == 403
