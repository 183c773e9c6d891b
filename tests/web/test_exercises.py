"""The programme of a joint exercise: strands, phases, languages, model and report; who changes it; bad input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.cast import JP, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements
from tests.teams import a_need, a_stream

As = Callable[[str], PageClient]
PHASE = {
    "title": "Test runs",
    "strand": "",
    "starts_on": "1 Mar 2027",
    "ends_on": "26 Mar 2027",
    "zone": "Europe/London",
}
STRAND = {"title": "Cyber", "lead": str(US), "languages": "ja, fr"}


@pytest.fixture
def exercise(database: Database) -> str:
    with database.session() as session:
        return f"/workstreams/{a_stream(session)}"


def test_strands_and_phases_are_added_changed_and_removed(as_: As, app: Flask, exercise: str) -> None:
    lead = as_("uk_lead")
    assert lead.send(f"{exercise}/strands/new", STRAND).status_code == 303
    assert lead.send(f"{exercise}/phases/new", {**PHASE, "strand": "1"}).status_code == 303
    page = lead.get(exercise).text
    for words in ("Cyber", "US CAISI", "ja, fr", "Test runs", "1 Mar 2027", "Europe/London"):
        assert words in page
    assert lead.send(f"{exercise}/strands/1/edit", {**STRAND, "title": "Ranges"}).status_code == 303
    assert lead.send(f"{exercise}/phases/1/edit", {**PHASE, "ends_on": "2 Apr 2027"}).status_code == 303
    page = lead.get(exercise).text
    assert "Ranges" in page
    assert "2 Apr 2027" in page
    assert len(statements(app, lambda: lead.get(exercise))) <= MOST
    for part in ("phases", "strands"):
        assert lead.get(f"{exercise}/{part}/1/remove").status_code == 200
        assert lead.send(f"{exercise}/{part}/1/remove").status_code == 303
        assert lead.get(f"{exercise}/{part}/1/edit").status_code == 404


@pytest.mark.parametrize(
    ("part", "form", "sentence"),
    [
        ("phases", {**PHASE, "ends_on": "1 Feb 2027"}, "before the first day"),
        ("phases", {**PHASE, "starts_on": "1 Jan 2027"}, "begins before the exercise does"),
        ("phases", {**PHASE, "ends_on": "1 Jan 2028"}, "ends after the exercise does"),
        ("phases", {**PHASE, "zone": "Moon/Base"}, "is no time zone"),
        ("phases", {**PHASE, "title": " "}, "Give the phase a title"),
        ("strands", {**STRAND, "lead": str(JP)}, "Choose one of those offered"),
        ("strands", {**STRAND, "title": ""}, "Enter a title"),
    ],
)
def test_bad_input_keeps_the_form(as_: As, exercise: str, part: str, form: dict[str, str], sentence: str) -> None:
    answer = as_("uk_lead").send(f"{exercise}/{part}/new", form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_strand_has_its_title_once(as_: As, exercise: str) -> None:
    lead = as_("uk_lead")
    lead.send(f"{exercise}/strands/new", STRAND)
    answer = lead.send(f"{exercise}/strands/new", STRAND)
    assert answer.status_code == 422
    assert "There is a strand “Cyber” already" in answer.text


def test_a_strand_that_needs_people_stays(as_: As, exercise: str, database: Database) -> None:
    with database.session() as session:
        a_need(session, int(exercise.rpartition("/")[2]), strand="Cyber")
    answer = as_("uk_lead").send(f"{exercise}/strands/1/remove")
    assert answer.status_code == 409
    assert "move or remove what it needs first" in answer.text


@pytest.mark.parametrize(("key", "status"), [("us_lead", 403), ("uk_hr", 403), ("ada", 403)])
def test_nobody_else_changes_it(as_: As, exercise: str, key: str, status: int) -> None:
    assert as_(key).send(f"{exercise}/strands/new", STRAND).status_code == status
    assert as_(key).send(f"{exercise}/phases/new", PHASE).status_code == status


def test_standing_work_has_no_programme(as_: As) -> None:
    lead = as_("uk_lead")
    form = {"code": "STAND", "title": "Standing", "kind": "workstream", "lead": str(UK), "publication": "none"}
    page = lead.send("/workstreams/new", form).location
    assert lead.get(f"{page}/strands/new").status_code == 404
    assert "Strands" not in lead.get(page).text


def test_an_exercise_says_its_model_languages_and_report(as_: As, exercise: str) -> None:
    lead = as_("uk_lead")
    form = {
        "code": "AGENTS",
        "title": "Frontier agents",
        "kind": "exercise",
        "lead": str(UK),
        "version": "1",
        "languages": "ja, ta",
        "model_label": "Model A",
        "publication": "published",
    }
    answer = lead.send(f"{exercise}/edit", form)
    assert answer.status_code == 422
    assert "A report that is published has a date" in answer.text
    assert lead.send(f"{exercise}/edit", {**form, "report_on": "1 Oct 2027"}).status_code == 303
    page = lead.get(exercise).text
    for words in ("ja, ta", "Model A", "Published", "1 Oct 2027"):
        assert words in page
