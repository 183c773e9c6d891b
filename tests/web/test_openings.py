"""Openings: offering, changing and closing a seat, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from exchange.actions import workstreams
from exchange.actions.workstreams import RequirementTerms, WorkstreamTerms
from exchange.store.workstreams import WorkstreamKind
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.clients import PageClient
from tests.engines import Database

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
        ({"host": str(US)}, "Choose one of those offered"),
    ],
)
def test_an_opening_without_sense_is_refused_and_stays_typed(as_: As, change: dict[str, str], sentence: str) -> None:
    answer = as_("uk_hr").send("/openings/new", {**OPENING, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Join the safeguards team" in answer.text


def test_an_opening_is_made_from_what_a_workstream_has_nobody_for(as_: As, database: Database) -> None:
    with database.session() as session:
        lead = PERSON["uk_lead"]
        work = WorkstreamTerms(
            "UK-AGENTS", "Agent evaluations", WorkstreamKind.WORKSTREAM, "", "", UK, lead, frozenset()
        )
        ident = workstreams.create(session, ACTOR["uk_lead"], work, now=NOW)
        need = RequirementTerms(
            "Range engineer", 3, Decimal(1), (("red-teaming", 3, True), ("cyber-ranges", 2, False)), date(2027, 3, 1)
        )
        workstreams.put_requirement(session, ACTOR["uk_lead"], ident, None, need, now=NOW)
    client = as_("uk_lead")
    page = client.get(f"/workstreams/{ident}").text
    link = re.search(r'href="(/openings/new\?requirement=\d+)"', page)
    assert link is not None
    form = client.get(link[1]).text
    assert 'value="Range engineer, Agent evaluations"' in form
    assert re.search(r'<input[^>]*name="seats"[^>]*value="3"', form)
    assert 'value="1 Mar 2027"' in form
    assert '<option selected value="red-teaming">' in form
    assert '<option selected value="cyber-ranges">' not in form
    assert client.get("/openings/new?requirement=999").status_code == 200
    assert "Make an opening" not in as_("us_lead").get(f"/workstreams/{ident}").text


def test_only_the_host_changes_it_and_a_clash_is_shown(as_: As) -> None:
    page = as_("uk_hr").send("/openings/new", OPENING).location
    changed = {**OPENING, "title": "Safeguards seat", "version": "1"}
    assert as_("us_hr").get(f"{page}/edit").status_code == 404
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


def test_the_form_of_another_institutes_seat_is_not_shown(as_: As) -> None:
    path = as_("uk_hr").send("/openings/new", OPENING).location
    assert as_("uk_hr").get(f"{path}/edit").status_code == 200
    assert as_("us_hr").get(f"{path}/edit").status_code == 404
