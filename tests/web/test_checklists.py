"""The checklist on the page of a secondment, each task's own page, and the reader's tasks on the first page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from exchange.domain.secondment_facts import State
from tests.cast import TODAY
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import add_agreed
from tests.statements import MOST, statements

As = Callable[[str], PageClient]


@pytest.fixture
def ident(database: Database) -> int:
    """A stay that begins in three days, so that much is due."""
    with database.session() as session:
        return add_agreed(session, State.READY, TODAY + timedelta(days=3), TODAY + timedelta(days=200))


def test_each_side_sees_all_tasks_and_ticks_its_own(as_: As, ident: int) -> None:
    for key, own, others in (("us_hr", "badge", "payroll"), ("uk_hr", "payroll", "badge"), ("ada", "calendar", "desk")):
        page = as_(key).get(f"/secondments/{ident}").text
        assert "Prepare the badge" in page
        assert "Settle payroll" in page
        assert f'action="/secondments/{ident}/tasks/{own}"' in page
        assert f'action="/secondments/{ident}/tasks/{others}"' not in page


def test_a_task_is_ticked_by_a_click_and_opened_again(as_: As, ident: int) -> None:
    client = as_("us_hr")
    assert client.send(f"/secondments/{ident}/tasks/badge", {"evidence": "Badge 12"}).status_code == 303
    page = client.get(f"/secondments/{ident}/tasks/badge").text
    assert "Badge 12" in page
    assert "Benjamin Thorne recorded it" in page
    again = client.send(f"/secondments/{ident}/tasks/badge", {"evidence": "Once more"})
    assert again.status_code == 409
    assert "done already" in again.text
    assert client.send(f"/secondments/{ident}/tasks/badge/open").status_code == 303
    assert "recorded it" not in client.get(f"/secondments/{ident}/tasks/badge").text


def test_what_the_person_wrote_is_for_them_and_their_coordinators(as_: As, ident: int) -> None:
    as_("ada").send(f"/secondments/{ident}/tasks/housing", {"evidence": "A flat in Georgetown"})
    for key, sees in (("ada", True), ("uk_hr", True), ("us_hr", False), ("director", False), ("us_security", False)):
        pages = [as_(key).get(path).text for path in (f"/secondments/{ident}", f"/secondments/{ident}/tasks/housing")]
        assert ("Georgetown" in "".join(pages)) is sees, key


def test_a_task_done_for_somebody_else_needs_a_word(as_: As, ident: int) -> None:
    client = as_("uk_hr")
    refused = client.send(f"/secondments/{ident}/tasks/housing")
    assert refused.status_code == 422
    assert "write down why" in refused.text
    assert client.send(f"/secondments/{ident}/tasks/housing", {"evidence": "No flat needed."}).status_code == 303


def test_the_first_page_lists_what_is_overdue_and_near(as_: As, app: Flask, ident: int) -> None:
    host = as_("us_hr")
    page = host.get("/").text
    assert "Name the supervisor" in page
    assert "overdue since" in page
    assert f"/secondments/{ident}/tasks/supervisor" in page
    assert "Settle payroll" not in page
    assert "Subscribe to the calendar" in as_("ada").get("/").text
    assert "Subscribe to the calendar" not in as_("uk_hr").get("/").text  # they could only stand in
    assert len(statements(app, lambda: host.get("/"))) <= MOST
    assert len(statements(app, lambda: host.get(f"/secondments/{ident}"))) <= MOST


@pytest.mark.parametrize(
    ("key", "status"), [("jp_hr", 404), ("tomas", 404), ("director", 403), ("admin", 403), ("", 303), ("auditor", 403)]
)
def test_nobody_else_finds_a_task(as_: As, ident: int, key: str, status: int) -> None:
    assert as_(key).get(f"/secondments/{ident}/tasks/badge").status_code == status
    assert as_("us_hr").get(f"/secondments/{ident}/tasks/nothing").status_code == 404


def test_history_gives_the_time_on_both_sides(as_: As, ident: int) -> None:
    page = as_("uk_hr").get(f"/secondments/{ident}").text
    assert "09:30 London (04:30 Washington DC)" in page
