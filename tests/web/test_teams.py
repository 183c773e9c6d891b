"""The pages that fill seats: who sees them, bad input, reasons, answers, and what must not leak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask

from exchange.store.clearances import Clearance
from tests.cast import NOW, PERSON
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements
from tests.teams import a_need, a_stream, filled, give_profiles

As = Callable[[str], PageClient]
ADA, TOMAS = PERSON["ada"], PERSON["tomas"]
CANARIES = ("CANARY", "UKSV", "Developed", "Security Check")


@pytest.fixture
def world(database: Database) -> tuple[int, int, int]:
    """A run with an answer: ids of the workstream, of its one role, and of the run. Ada is cleared, Tomas is not."""
    with database.session() as session:
        give_profiles(session)
        session.add(
            Clearance(
                person_id=ADA,
                scheme="UKSV",
                level="DV",
                granted_on=date(2024, 1, 1),
                review_due_on=date(2029, 3, 14),
                caveats=["CANARY-CAVEAT"],
                sponsor="CANARY-SPONSOR",
                confirmed_at=NOW,
            )
        )
        session.commit()
        stream = a_stream(session)
        need = a_need(session, stream, clearance_asked="UKSV:SC", heads=2)
        return stream, need, filled(session, stream).id


def test_a_lead_starts_a_run_from_the_page_of_the_workstream(as_: As, world: tuple[int, int, int]) -> None:
    stream, _, run = world
    client = as_("uk_lead")
    assert "Fill the seats" in client.get(f"/workstreams/{stream}").text
    form = {"scope": "all", "objective": "lift", "lend": "", "seconds": "5"}
    answer = client.send(f"/workstreams/{stream}/fill", form)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "Waiting for the worker" in page
    assert answer.location == f"/teams/{run + 1}"
    assert client.send(f"{answer.location}/stop").status_code == 303
    assert "Stopped before it began" in client.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"scope": "this", "objective": "floor", "seconds": "0"}, "Between 1 and 600 seconds"),
        ({"scope": "this", "objective": "floor", "seconds": ""}, "Enter the seconds"),
        ({"scope": "this", "objective": "best", "seconds": "5"}, "Choose one of those offered"),
        ({"scope": "this", "objective": "floor", "lend": "200", "seconds": "5"}, "Between 1 and 100 per cent"),
    ],
)
def test_bad_input_keeps_the_form(as_: As, world: tuple[int, int, int], form: dict[str, str], sentence: str) -> None:
    answer = as_("uk_lead").send(f"/workstreams/{world[0]}/fill", form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_workstream_that_asks_for_nobody_says_what_to_do(as_: As, database: Database) -> None:
    with database.session() as session:
        stream = a_stream(session)
    form = {"scope": "this", "objective": "floor", "seconds": "5"}
    answer = as_("uk_lead").send(f"/workstreams/{stream}/fill", form)
    assert answer.status_code == 422
    assert "say first what the work needs" in answer.text


@pytest.mark.parametrize(
    ("key", "status"),
    [("uk_lead", 200), ("uk_hr", 200), ("uk_security", 200), ("us_lead", 404), ("us_hr", 404), ("ada", 403)],
)
def test_who_sees_an_answer(as_: As, world: tuple[int, int, int], key: str, status: int) -> None:
    _, need, run = world
    assert as_(key).get(f"/teams/{run}").status_code == status
    assert as_(key).get(f"/teams/{run}/seats/{need}").status_code == status


def test_an_answer_gives_each_seat_with_its_reasons(as_: As, world: tuple[int, int, int]) -> None:
    _, need, run = world
    page = as_("uk_lead").get(f"/teams/{run}").text
    for words in (
        "Ada Lindqvist",
        "Scaffolds for language model agents",
        "% of the fit of the texts",
        "Shared words",
        "claims Agent scaffolds at practitioner or above; is available for this",
        "1 seat stays empty",
        "1 of 2",
    ):
        assert words in page
    seat = as_("uk_lead").get(f"/teams/{run}/seats/{need}").text
    assert "What one more is worth" in seat
    assert "being available for this included" in seat


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("uk_lead", "rivera", "Not available for this."),
        ("uk_lead", "lindqvist", "Without Ada Lindqvist in this seat the answer loses"),
        ("uk_lead", "an", "Several are meant"),
        ("uk_lead", "zzz", "has “zzz” in their name"),
        ("uk_lead", "100%", "has “100%” in their name"),
        ("uk_security", "rivera", "Not available for this."),
        ("uk_security", "bevan", "Does not claim Agent scaffolds"),
    ],
)
def test_why_not_somebody_else(as_: As, world: tuple[int, int, int], key: str, typed: str, words: str) -> None:
    _, need, run = world
    assert words in as_(key).get(f"/teams/{run}/seats/{need}", query_string={"who": typed}).text


def test_no_page_names_a_clearance(as_: As, world: tuple[int, int, int]) -> None:
    _, need, run = world
    lead = as_("uk_lead")
    lead.send(f"/teams/{run}/accept", {"all": "yes"})
    paths = [f"/teams/{run}", f"/teams/{run}/seats/{need}", "/teams", "/assignments", "/assignments/1", "/notices"]
    paths += [f"/teams/{run}/seats/{need}?who={person}" for person in (ADA, TOMAS)]
    for key, path in [("uk_lead", path) for path in paths] + [("uk_hr", path) for path in paths]:
        text = as_(key).get(path).text
        for canary in CANARIES:
            assert canary not in text, f"{key} {path}: {canary}"


def test_seats_are_taken_over_and_answered(as_: As, world: tuple[int, int, int]) -> None:
    _, need, run = world
    lead = as_("uk_lead")
    assert lead.send(f"/teams/{run}/accept", {"seat": f"{TOMAS}:{need}"}).status_code == 409
    assert lead.send(f"/teams/{run}/accept", {"seat": "nonsense"}).status_code == 409
    assert lead.send(f"/teams/{run}/accept", {"seat": f"{ADA}:{need}"}).status_code == 303
    assert "Draft" in lead.get(f"/teams/{run}").text
    ada, hr = as_("ada"), as_("uk_hr")
    assert "Waits for you" in ada.get("/assignments").text
    assert ada.send("/assignments/1/decline", {"reason": " "}).status_code == 422
    assert ada.send("/assignments/1/confirm").status_code == 303
    assert "Waits for you" not in ada.get("/assignments").text
    assert hr.send("/assignments/1/confirm").status_code == 303
    assert "Confirmed" in lead.get("/assignments/1").text
    assert "1 of 2" in lead.get(f"/workstreams/{world[0]}").text
    assert as_("tomas").get("/assignments/1").status_code == 404
    assert lead.send("/assignments/1/withdraw", {"reason": "Smaller now"}).status_code == 303


def test_the_pages_cost_few_statements(as_: As, app: Flask, world: tuple[int, int, int]) -> None:
    stream, need, run = world
    client = as_("uk_lead")
    for path in ("/teams", f"/teams/{run}", f"/teams/{run}/seats/{need}?who={TOMAS}", f"/workstreams/{stream}/fill"):
        client.get(path)
        assert len(statements(app, partial(client.get, path))) <= MOST, path


def test_a_requirement_says_all_that_a_team_needs(as_: As, world: tuple[int, int, int]) -> None:
    stream, need, _ = world
    client = as_("uk_lead")
    form = {
        "role": "Agent evaluator",
        "heads": "2",
        "share": "0.5",
        "citizenships": "gb, us",
        "languages": "en, ja",
        "overlap_hours": "3",
        "from_each": ["1", "2"],
        "most_from_one": "1",
    }
    page = f"/workstreams/{stream}/requirements/{need}/edit"
    assert client.send(page, form).status_code == 303
    shown = client.get(f"/workstreams/{stream}").text
    for words in ("A citizenship rule applies", "en, ja", "3 shared hours", "UK AISI, US CAISI", "At most 1 from one"):
        assert words in shown
    assert 'value="GB, US"' in client.get(page).text
    assert client.send(page, {**form, "overlap_hours": "12"}).status_code == 422
