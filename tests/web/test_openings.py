"""Openings: offering, changing and closing a seat, and who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cast import UK, US
from tests.clients import PageClient

As = Callable[[str], PageClient]
OPENING = {
    "code": "UK-RED-1",
    "title": "Red teaming seat",
    "description": "Join the safeguards team",
    "host": str(UK),
    "seats": "2",
    "opens_on": "4 Jan 2027",
    "closes_on": "17 Dec 2027",
    "min_weeks": "8",
    "preferred_weeks": "26",
    "max_weeks": "40",
    "start_rule": "any_monday",
    "skills-0-skill": "red-teaming",
    "skills-0-level": "2",
}


def test_a_host_offers_a_seat_and_everybody_sees_it(as_: As) -> None:
    client = as_("uk_hr")
    answer = client.send("/openings/new", OPENING)
    assert answer.status_code == 303, answer.text
    page = as_("tomas").get(answer.location).text
    assert "Red teaming seat" in page
    assert "8 to 40 weeks, best 26" in page
    assert "Red teaming seat" in as_("jp_hr").get("/openings").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"closes_on": "1 Jan 2027"}, "ends before it begins"),
        ({"min_weeks": "30", "preferred_weeks": "20"}, "come in this order"),
        ({"seats": "0"}, "Between 1 and 100"),
        ({"opens_on": "soon"}, "date"),
        ({"host": str(US)}, "Not a valid choice"),
    ],
)
def test_an_opening_without_sense_is_refused_and_stays_typed(as_: As, change: dict[str, str], sentence: str) -> None:
    answer = as_("uk_hr").send("/openings/new", {**OPENING, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Join the safeguards team" in answer.text


def test_only_the_host_changes_it_and_a_clash_is_shown(as_: As) -> None:
    page = as_("uk_hr").send("/openings/new", OPENING).location
    changed = {**OPENING, "title": "Safeguards seat", "version": "1"}
    assert as_("us_hr").get(f"{page}/edit").status_code == 200
    assert as_("us_hr").send(f"{page}/edit", {**changed, "host": str(US)}).status_code == 404
    assert as_("uk_hr").send(f"{page}/edit", changed).status_code == 303
    late = as_("uk_lead").send(f"{page}/edit", {**changed, "title": "Mine"})
    assert late.status_code == 409
    assert "Safeguards seat" in late.text
    assert "Mine" in late.text


def test_a_taken_code_is_named(as_: As) -> None:
    client = as_("uk_hr")
    client.send("/openings/new", OPENING)
    answer = client.send("/openings/new", OPENING)
    assert answer.status_code == 422
    assert "UK-RED-1 is taken" in answer.text


def test_an_opening_is_closed_and_opened_again(as_: As) -> None:
    client = as_("uk_hr")
    page = client.send("/openings/new", OPENING).location
    assert client.send(f"{page}/status", {"status": "closed"}).status_code == 303
    assert "Open it again" in client.get(page).text
    assert client.send(f"{page}/status", {"status": "closed"}).status_code == 409
