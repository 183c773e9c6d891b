"""A researcher's own part of the dashboard, and sensible answers where there is little to go by."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import Flask

from exchange.store.publications import Publication
from exchange.store.skills import SkillClaim
from tests.cast import NOW, PERSON, TODAY
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements
from tests.web.test_workstreams import NEED, give_profiles, made, needed

As = Callable[[str], PageClient]


def with_need(as_: As, **change: object) -> str:
    client = as_("uk_lead")
    page = made(client, **change)
    needed(client, page)
    return page


def test_work_that_needs_a_researcher_comes_with_its_reason(as_: As, database: Database) -> None:
    give_profiles(database)
    with_need(as_)
    text = as_("ada").get("/").text
    assert "Agent evaluator: Frontier agent evaluations" in text
    assert "You have 1 of 1 skills asked for (Agent scaffolds)." in text
    assert "Nearest to it: “Scaffolds for language model agents" in text
    assert "Agent evaluator" not in as_("tomas").get("/").text


def test_only_work_of_the_own_institute_and_to_come_is_offered(as_: As, database: Database) -> None:
    give_profiles(database)
    with_need(as_, partners=[])
    assert "Agent evaluator" in as_("ada").get("/").text
    with database.session() as session:
        session.add(SkillClaim(person_id=PERSON["tomas"], skill="agent-scaffolds", level=4, confirmed_on=TODAY))
        session.commit()
    assert "Agent evaluator" not in as_("tomas").get("/").text


def test_the_profile_to_confirm_and_what_it_lacks(as_: As, database: Database) -> None:
    client = as_("ada")
    assert "There are no documents yet. Add about 12" in client.get("/").text
    with database.session() as session:
        old = TODAY - timedelta(days=200)
        session.add(SkillClaim(person_id=PERSON["ada"], skill="python", level=3, confirmed_on=old))
        for number in range(12):
            title = f"Paper {number}"
            session.add(
                Publication(person_id=PERSON["ada"], title=title, abstract="x", digest=title, year=2025, added_at=NOW)
            )
        session.commit()
    text = client.get("/").text
    assert "1 skill was last confirmed more than half a year ago" in text
    assert "Add publications" not in text


def test_the_dashboard_costs_few_statements(as_: As, app: Flask, database: Database) -> None:
    give_profiles(database)
    with_need(as_)
    client = as_("ada")
    client.get("/")
    assert len(statements(app, lambda: client.get("/"))) <= MOST


def test_a_workstream_without_a_text_is_ranked_by_its_skills_and_title(as_: As, database: Database) -> None:
    give_profiles(database)
    page = with_need(as_, description="", area="")
    text = as_("uk_lead").get(f"{page}/requirements/1").text
    assert "has no description" in text
    assert text.index("Ada Lindqvist") < text.index("Tomas Rivera")


def test_a_text_in_another_language_says_that_matches_are_weaker(as_: As, database: Database) -> None:
    give_profiles(database)
    german = (
        "Wir untersuchen, wie sich Agenten mit Werkzeugen in langen Aufgaben verhalten, und wie man das bewertet, ohne "
        "dass sie sich der Messung entziehen oder die Umgebung verlassen, in der sie laufen."
    )
    page = with_need(as_, title="Bewertung von Agenten", area="Autonomie", description=german)
    assert "does not look English" in as_("uk_lead").get(f"{page}/requirements/1").text
    japanese = "長期タスクにおける言語モデルエージェントの評価とサンドボックスの設計について研究する。"
    page = with_need(as_, code="JP", title="エージェント評価", area="", description=japanese)
    assert "does not look English" in as_("uk_lead").get(f"{page}/requirements/2").text


def test_a_person_without_documents_is_ranked_by_skills_and_told_what_is_missing(as_: As, database: Database) -> None:
    with database.session() as session:
        session.add(SkillClaim(person_id=PERSON["tomas"], skill="agent-scaffolds", level=4, confirmed_on=TODAY))
        session.commit()
    page = with_need(as_)
    text = as_("uk_lead").get(f"{page}/requirements/1").text
    assert text.index("Tomas Rivera") < text.index("Ada Lindqvist")
    assert "There are no documents yet" in text
    profile = as_("ada").get(f"/people/{PERSON['tomas']}").text
    assert "Works on the same things" not in profile


def test_a_restricted_skill_does_not_show_who_has_it(as_: As, database: Database) -> None:
    with database.session() as session:
        session.add(SkillClaim(person_id=PERSON["tomas"], skill="virology", level=4, confirmed_on=TODAY))
        session.commit()
    client = as_("uk_lead")
    page = made(client)
    needed(client, page, **{"skills-0-skill": "virology"})
    text = client.get(f"{page}/requirements/1").text
    assert "known within each institute only" in text
    assert "Virology, expert" not in text
    assert "lacks Virology" not in text
    assert NEED["role"] in text
