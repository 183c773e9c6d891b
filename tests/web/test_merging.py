"""The pages on which two records are made one: side by side, asking, answering, and the old page afterwards."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from exchange.store.people import Person
from tests.actions.test_merging import twin
from tests.cast import PERSON, US
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
ADA = PERSON["ada"]


def test_one_institute_sees_both_merges_and_the_old_page_leads_on(as_: As, app: Flask, database: Database) -> None:
    with database.session() as session:
        other = twin(session)
    client, page = as_("uk_hr"), f"/people/{ADA}/merge"
    assert "Perhaps the same person twice" in client.get("/staff").text
    assert "Another record" in client.get(f"/staff/{ADA}").text
    assert client.send(page, {"other": ""}).status_code == 422
    assert "No other record that you may see" in client.send(page, {"other": "nobody@example.org"}).text
    assert client.send(page, {"other": f"https://exchange.example/people/{other}"}).location == f"{page}?other={other}"
    beside = client.get(f"{page}?other={other}").text
    assert "ada@people.example" in beside
    assert "Make them one" in beside
    assert "Clearances" not in beside
    for path in (f"{page}?other={other}", "/staff"):
        sent = statements(app, lambda path=path: client.get(path))  # type: ignore[misc]  # mypy reads no defaults
        assert len(sent) <= MOST, "\n".join(sent)
    for key, status in (("us_hr", 404), ("jp_hr", 404), ("ada", 403), ("uk_security", 403), ("director", 403)):
        assert as_(key).get(f"{page}?other={other}").status_code == status
    assert client.send(page, {"other": str(other)}).location == f"/people/{ADA}"
    assert client.get(f"/people/{other}").location == f"/people/{ADA}"
    assert client.get(f"/staff/{other}").location == f"/staff/{ADA}"
    assert client.get(f"{page}?other={other}").status_code == 404
    assert as_("jp_hr").get(f"/people/{other}").location == f"/people/{ADA}"


def test_two_institutes_ask_and_answer(as_: As, database: Database) -> None:
    with database.session() as session:
        other = twin(session, US)
    ours, theirs = as_("uk_hr"), as_("us_hr")
    page = f"/people/{ADA}/merge?other={other}"
    beside = ours.get(page).text
    assert "Ask US CAISI" in beside
    assert "ada@people.example" not in beside, "the other institute's"
    assert "for their institute" in beside
    assert ours.send(f"/people/{ADA}/merge", {"other": str(other)}).location == page
    assert "US CAISI agrees to it" in ours.get(page).text
    assert "waits for an answer" in theirs.get("/staff").text
    assert "Yes, make them one" in theirs.get(page).text
    assert theirs.send("/merges/1/decline").status_code == 422
    assert as_("jp_hr").send("/merges/1/agree").status_code == 404
    assert ours.send("/merges/1/agree").status_code == 403
    assert "Yes, make them one" in as_("admin").get(page).text
    assert theirs.send("/merges/1/agree").location == f"/people/{ADA}"
    with database.session() as session:
        assert session.get_one(Person, other).merged_into_id == ADA
