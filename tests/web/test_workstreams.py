"""Workstreams, what they need, and who fits: pages by role, bad input, reasons, and what must not leak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from exchange.domain.recognitions import Instrument, RecognitionStatus
from exchange.domain.secondment_facts import State
from exchange.store.clearances import Clearance
from exchange.store.publications import Publication
from exchange.store.recognitions import Recognition
from exchange.store.skills import SkillClaim
from tests.cast import LONDON, NOW, PERSON, TODAY, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import add_stay
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
WORKSTREAM = {
    "code": "AGENTS",
    "title": "Frontier agent evaluations",
    "kind": "workstream",
    "area": "Autonomy",
    "description": "Long-horizon tasks for language model agents with tools: scaffolds, sandboxes and scoring.",
    "lead": str(UK),
    "partners": [str(US)],
}
NEED = {
    "role": "Agent evaluator",
    "heads": "2",
    "share": "0.5",
    "skills-0-skill": "agent-scaffolds",
    "skills-0-level": "3",
    "skills-0-must": "y",
}


def made(client: PageClient, **change: object) -> str:
    answer = client.send("/workstreams/new", {**WORKSTREAM, **change})
    assert answer.status_code == 303, answer.text
    return answer.location


def needed(client: PageClient, page: str, **change: str) -> None:
    assert client.send(f"{page}/requirements/new", {**NEED, **change}).status_code == 303


def give_profiles(database: Database) -> None:
    texts = {
        "ada": "Scaffolds for language model agents on long-horizon tool tasks with sandboxes",
        "tomas": "A survey of groundwater chemistry in coastal plains",
    }
    with database.session() as session:
        for key, title in texts.items():
            session.add(Publication(person_id=PERSON[key], title=title, digest=key, year=2025, added_at=NOW))
        session.add(SkillClaim(person_id=PERSON["ada"], skill="agent-scaffolds", level=3, confirmed_on=TODAY))
        session.commit()


def test_a_lead_makes_a_workstream_and_says_what_it_needs(as_: As) -> None:
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    text = client.get(page).text
    assert "Frontier agent evaluations" in text
    assert "Agent evaluator" in text
    assert "0 of 2" in text
    assert "Frontier agent evaluations" in as_("tomas").get("/workstreams").text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "needs a code and a title"),
        ({"starts_on": "1 May 2027", "ends_on": "1 Apr 2027"}, "before the first day"),
        ({"lead": str(US)}, "Choose one of those offered"),
        ({"clearance": "MOON:7"}, "Choose one of those offered"),
    ],
)
def test_a_workstream_without_sense_is_refused_and_stays_typed(as_: As, change: dict[str, str], sentence: str) -> None:
    answer = as_("uk_lead").send("/workstreams/new", {**WORKSTREAM, **change})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Long-horizon tasks" in answer.text


def test_the_same_skill_twice_is_named(as_: As) -> None:
    client = as_("uk_lead")
    page = made(client)
    twice = {**NEED, "skills-1-skill": "agent-scaffolds", "skills-1-level": "1"}
    answer = client.send(f"{page}/requirements/new", twice)
    assert answer.status_code == 422
    assert "stands twice" in answer.text


def test_another_institutes_lead_does_not_change_it(as_: As) -> None:
    page = made(as_("uk_lead"))
    answer = as_("us_lead").send(f"{page}/requirements/new", NEED)
    assert answer.status_code == 403
    assert as_("uk_hr").get(f"{page}/edit").status_code == 403


def test_who_fits_is_ranked_with_the_reasons(as_: As, database: Database) -> None:
    give_profiles(database)
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    text = client.get(f"{page}/requirements/1").text
    assert text.index("Ada Lindqvist") < text.index("Tomas Rivera")
    assert "Scaffolds for language model agents" in text
    assert "lacks Agent scaffolds" in text
    assert "Miko" not in text


def test_a_changed_profile_is_ranked_anew_at_once(as_: As, database: Database) -> None:
    give_profiles(database)
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    client.get(f"{page}/requirements/1")
    tomas = as_("tomas")
    form = {
        "title": "Agent scaffolds, sandboxes and scoring for long-horizon language model agents with tools",
        "year": "2026",
    }
    assert tomas.send("/profile/publications", form).status_code == 303
    text = client.get(f"{page}/requirements/1").text
    assert "scoring for long-horizon language model agents with tools" in text


def add_recognised_stay(session: Session) -> None:
    """Tomas is at the British institute for a year; it has recognised his American clearance for that stay."""
    first, last = TODAY - timedelta(days=20), date(2027, 10, 29)
    ident = add_stay(
        session,
        State.ACTIVE,
        first,
        last,
        person_id=PERSON["tomas"],
        home_institute_id=US,
        host_institute_id=UK,
        site_id=LONDON,
    )
    held = Clearance(
        person_id=PERSON["tomas"],
        scheme="US",
        level="SECRET",
        granted_on=date(2024, 1, 1),
        confirmed_at=NOW,
        caveats=[],
    )
    session.add(held)
    session.flush()
    session.add(
        Recognition(
            secondment_id=ident,
            clearance_id=held.id,
            host_country="GB",
            instrument=Instrument.NOTES_1961,
            rank=3,
            programmes=[],
            starts_on=first,
            ends_on=last,
            status=RecognitionStatus.GRANTED,
            decided_by_id=PERSON["uk_security"],
            decided_at=NOW,
        )
    )
    session.commit()  # fmt: skip


def test_a_clearance_is_never_named(as_: As, database: Database) -> None:
    """A lead learns that somebody meets what is asked until a day, or that so many are not available; nothing else."""
    give_profiles(database)
    with database.session() as session:
        session.add(
            Clearance(
                person_id=PERSON["ada"],
                scheme="UKSV",
                level="SC",
                granted_on=date(2024, 1, 1),
                review_due_on=date(2028, 3, 14),
                caveats=["CANARY-CAVEAT"],
                sponsor="CANARY-SPONSOR",
                confirmed_at=NOW,
            )
        )
        session.commit()
        add_recognised_stay(session)
    client = as_("uk_lead")
    page = made(client)
    needed(client, page, clearance="UKSV:SC")
    text = client.get(f"{page}/requirements/1").text
    assert "Meets what is asked until 14 March 2028" in text
    assert "Meets what is asked until 29 October 2027" in text, "what the host has recognised for the stay counts"
    needed(client, page, role="Judge", citizenships="FR", share="1")
    text = client.get(f"{page}/requirements/2").text
    assert "It is not known yet whether what is asked is met." in text, "no citizenship is recorded"
    assert "In the way:" not in text, "the stay brings him to this very work"
    us_led = made(as_("us_lead"), code="OTHER", lead=str(US), partners=[str(UK)])
    needed(as_("us_lead"), us_led, share="1")
    text = as_("us_lead").get(f"{us_led}/requirements/3").text
    assert "In the way:</b> 200% of full time is asked for" in text
    for canary in ("CANARY", "UKSV", "Developed", "Security Check"):
        assert canary not in text


@pytest.mark.parametrize(
    ("key", "status"), [("uk_lead", 200), ("us_lead", 200), ("uk_hr", 200), ("jp_hr", 404), ("ada", 403)]
)
def test_who_may_see_the_matches(as_: As, key: str, status: int) -> None:
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    assert as_(key).get(f"{page}/requirements/1").status_code == status


def test_the_pages_cost_few_statements(as_: As, app: Flask, database: Database) -> None:
    give_profiles(database)
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    client.get(f"{page}/requirements/1")
    for path in ("/workstreams", page, f"{page}/requirements/1"):
        assert len(statements(app, partial(client.get, path))) <= MOST, path


def test_a_requirement_is_removed_after_a_question(as_: As) -> None:
    client = as_("uk_lead")
    page = made(client)
    needed(client, page)
    assert client.get(f"{page}/requirements/1/remove").status_code == 200
    assert client.send(f"{page}/requirements/1/remove").status_code == 303
    assert "Say which roles and skills it needs" in client.get(page).text
