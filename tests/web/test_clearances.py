"""The pages of the security officers: who sees them, what they append, and that nothing of it reaches anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange.actions import clearances
from exchange.domain.clearance_records import Terms
from exchange.store.audit import AuditEvent
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.notices import Notice, OutgoingMail
from tests.cast import ACTOR, NOW, PERSON, TODAY
from tests.clients import PageClient
from tests.engines import Database
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
ADA, TOMAS = PERSON["ada"], PERSON["tomas"]
CANARIES = ("UKSV:DV", "Developed vetting", "KINGFISHER-7", "Quokka Sponsor")
TYPED = {
    "level": "UKSV:SC",
    "granted_on": "3 Feb 2025",
    "review_due_on": "3 Feb 2032",
    "caveats": "no-travel",
    "sponsor": "UK AISI",
}


@pytest.fixture
def held(database: Database) -> int:
    """Ada holds a clearance whose every part is a canary."""
    terms = Terms(date(2025, 1, 6), review_due_on=date(2027, 1, 5), caveats=("KINGFISHER-7",), sponsor="Quokka Sponsor")
    with database.session() as session:
        return clearances.record(session, ACTOR["uk_security"], ADA, "UKSV:DV", terms, now=NOW)


def records(database: Database, person_id: int = ADA) -> list[Clearance]:
    with database.session() as session:
        return list(session.scalars(select(Clearance).where(Clearance.person_id == person_id).order_by(Clearance.id)))


def test_an_officer_records_and_the_history_grows(as_: As, database: Database) -> None:
    client = as_("uk_security")
    assert client.send(f"/clearances/people/{ADA}/new", TYPED).status_code == 303
    page = client.get(f"/clearances/people/{ADA}").text
    assert "Security check" in page
    assert "NO-TRAVEL (not for work abroad)" in page
    first = records(database)[0]
    stopped = {"status": "suspended", "since": "20 Nov 2026"}
    assert client.send(f"/clearances/{first.id}/stop", stopped).status_code == 303
    assert (
        client.send(f"/clearances/{records(database)[1].id}/renew", TYPED | {"granted_on": "21 Nov 2026"}).status_code
        == 303
    )
    kept = records(database)
    assert [row.status for row in kept] == [ClearanceStatus.ACTIVE, ClearanceStatus.SUSPENDED, ClearanceStatus.ACTIVE]
    assert [row.supersedes_id for row in kept] == [None, kept[0].id, kept[1].id]
    assert client.get(f"/clearances/people/{ADA}").text.count("superseded") == 2


def test_confirming_appends_a_record_of_the_same_days(as_: As, database: Database, held: int) -> None:
    assert as_("uk_security").send(f"/clearances/{held}/confirm").status_code == 303
    before, after = records(database)
    assert (after.supersedes_id, after.granted_on, after.review_due_on) == (
        held,
        before.granted_on,
        before.review_due_on,
    )
    again = as_("uk_security").send(f"/clearances/{held}/confirm")
    assert again.status_code == 409
    assert "later record" in again.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"granted_on": "21 Nov 2027"}, "has not come yet"),
        ({"review_due_on": ""}, "has a day of review"),
        ({"review_due_on": "3 Feb 2045"}, "120 months at most"),
        ({"review_due_on": "3 Feb 2020"}, "before the day from which it stands"),
        ({"level": "UKSV:XX"}, "Choose one of those offered"),
        ({"caveats": "a caveat?"}, "no caveat code"),
        ({"granted_on": "yesterday-ish"}, "yesterday-ish"),
        ({"sponsor": "Programme for UK EYES ONLY work"}, "looks like a protective marking"),
    ],
)
def test_bad_input_gets_a_sentence_and_stays_in_the_form(
    as_: As, database: Database, typed: dict[str, str], sentence: str
) -> None:
    answer = as_("uk_security").send(f"/clearances/people/{ADA}/new", TYPED | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "UK AISI" in answer.text
    assert records(database) == []


def test_words_that_only_look_like_a_marking_may_be_kept(as_: As) -> None:
    typed = TYPED | {"sponsor": "SECRET Garden Trust"}
    assert as_("uk_security").send(f"/clearances/people/{ADA}/new", typed).status_code == 422
    assert as_("uk_security").send(f"/clearances/people/{ADA}/new", typed | {"no_marking": "y"}).status_code == 303


def test_nobody_keeps_their_own_record_or_another_institutes(as_: As, database: Database, held: int) -> None:
    own = as_("uk_security").send(f"/clearances/people/{PERSON['uk_security']}/new", TYPED)
    assert own.status_code == 403
    assert "your own clearance" in own.text
    other = as_("us_security")
    assert other.get(f"/clearances/people/{ADA}").status_code == 404
    assert other.get(f"/clearances/{held}/renew").status_code == 404
    for path in (f"/clearances/people/{ADA}/new", f"/clearances/{held}/renew", f"/clearances/{held}/stop"):
        assert other.send(path, TYPED | {"status": "withdrawn", "since": "20 Nov 2026"}).status_code == 404
    assert other.send(f"/clearances/{held}/confirm").status_code == 404
    assert len(records(database)) == 1
    assert other.get("/clearances/99999/renew").status_code == 404


def test_the_tiles_filter_and_count_only_people_of_the_institute(as_: As, database: Database, held: int) -> None:
    with database.session() as session:
        terms = Terms(date(2024, 5, 1))
        clearances.record(session, ACTOR["us_security"], TOMAS, "US:SECRET", terms, now=NOW)
        old = datetime(2026, 1, 5, tzinfo=UTC)
        late = Terms(date(2020, 1, 6), review_due_on=date(2026, 10, 1))
        clearances.record(session, ACTOR["uk_security"], PERSON["uk_lead"], "UKSV:SC", late, now=old)
    client = as_("uk_security")
    everything = client.get("/clearances").text
    assert "Ada Lindqvist" in everything
    assert "Tomas Rivera" not in everything
    assert everything.index("Priya Raman") < everything.index("Ada Lindqvist"), "what ends first stands first"
    for shown, name in (("ending", "Ada Lindqvist"), ("overdue", "Priya Raman"), ("unconfirmed", "Priya Raman")):
        page = client.get(f"/clearances?show={shown}").text
        assert name in page
        assert ({"Ada Lindqvist", "Priya Raman"} - {name}).pop() not in page
    assert "Hannah Stein" in client.get("/clearances?show=none").text
    assert "Priya" in client.get("/clearances?name=priya").text
    assert client.get("/clearances?show=word").status_code == 404


READERS = (
    "ada",
    "tomas",
    "uk_hr",
    "us_hr",
    "uk_lead",
    "us_lead",
    "us_security",
    "director",
    "auditor",
    "admin",
    "jp_hr",
)


@pytest.mark.parametrize("key", READERS)
def test_a_clearance_reaches_nobody_but_its_keepers(as_: As, database: Database, held: int, key: str) -> None:
    """Every page that this reader opens, after the record was made, stopped and refused to somebody."""
    with database.session() as session:
        clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, TODAY, now=NOW)
    as_("us_security").send(f"/clearances/{held}/confirm")
    client = as_(key)
    paths = ("/", "/notices", "/people?q=ada", f"/people/{ADA}", "/secondments", "/audit", "/audit.csv", "/clearances")
    more = (f"/clearances/people/{ADA}", f"/staff/{ADA}", "/workstreams", "/profile", "/account", "/outbox")
    for path in (*paths, *more):
        page = client.get(path).text
        for canary in CANARIES:
            assert canary not in page, f"{path} shows {canary} to {key}"
    if key != "us_security":
        assert client.get("/clearances").status_code == 403


def test_notices_mail_and_records_of_refusals_name_no_level(database: Database, held: int) -> None:
    with database.session() as session:
        clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.SUSPENDED, TODAY, now=NOW)
        said = [*session.scalars(select(Notice.text)), *session.scalars(select(OutgoingMail.body))]
        assert said
        assert not [text for text in said for canary in CANARIES if canary in text]
        kept = session.scalar(select(func.count()).where(AuditEvent.verb.like("clearance:%")))
        assert kept == 2


def test_the_pages_cost_few_statements(as_: As, app: Flask, held: int) -> None:
    client = as_("uk_security")
    for path in ("/clearances", f"/clearances/people/{ADA}", f"/clearances/{held}/renew"):
        assert len(statements(app, lambda path=path: client.get(path))) <= MOST, path  # type: ignore[misc]
