"""What is recorded for a stay's access, who may, what each reader learns of it, and what a lapse does at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from exchange.actions import clearances
from exchange.domain.clearance_records import Terms
from exchange.domain.secondment_facts import State
from exchange.store.audit import AuditEvent
from exchange.store.clearances import ClearanceStatus
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.papers import StayPaper
from exchange.store.permissions import StayPermission
from exchange.store.recognitions import Recognition, VisitRequest
from exchange.store.secondments import Secondment, SecondmentMove
from exchange.store.workstreams import Workstream
from exchange.web.lapsing import LOOKED_ON
from tests.cast import ACTOR, NOW, PERSON, TODAY, US, WASHINGTON
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import FIRST, LAST, add_agreed
from tests.statements import MOST, statements

As = Callable[[str], PageClient]
ADA = PERSON["ada"]
CANARIES = ("Developed vetting", "UKSV:DV", "KINGFISHER-7", "Quokka conditions", "limited access", "1961")
OTHERS = ("ada", "uk_hr", "us_hr", "us_lead", "director", "auditor")
BEGUN = TODAY - timedelta(days=20)


def classified(database: Database) -> int:
    """A workstream of the US institute that asks for what it calls secret."""
    with database.session() as session:
        row = Workstream(
            code="W-1",
            title="Cyber work",
            lead_institute_id=US,
            lead_person_id=PERSON["us_lead"],
            clearance_asked="US:SECRET",
        )
        session.add(row)
        session.commit()
        return row.id


def cleared(database: Database, at: datetime = NOW) -> int:
    terms = Terms(date(2025, 1, 6), review_due_on=date(2031, 1, 5), caveats=("KINGFISHER-7",), sponsor="UK AISI")
    with database.session() as session:
        return clearances.record(session, ACTOR["uk_security"], ADA, "UKSV:DV", terms, now=at)


def stay(database: Database, state: State, first: date = FIRST, last: date = LAST) -> int:
    work = classified(database)
    with database.session() as session:
        return add_agreed(session, state, first, last, workstream_id=work)


def decision(held: int, first: date, last: date, **changes: str) -> dict[str, str]:
    return {
        "clearance": str(held),
        "status": "granted",
        "instrument": "assurance",
        "rank": "3",
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "conditions": "Quokka conditions",
    } | changes


def visit(first: date, last: date, **changes: str) -> dict[str, str]:
    return {
        "kind": "attachment",
        "programme": "W-1",
        "sites": str(WASHINGTON),
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
        "submitted_on": TODAY.isoformat(),
    } | changes


def put_in_place(as_: As, database: Database, ident: int, first: date = FIRST, last: date = LAST) -> int:
    """Clearance, decision and visit, each recorded on its page by whoever records it."""
    held = cleared(database)
    host = as_("us_security")
    assert host.send(f"/secondments/{ident}/access/decision", decision(held, first, last)).status_code == 303
    assert as_("uk_security").send(f"/secondments/{ident}/access/visit", visit(first, last)).status_code == 303
    with database.session() as session:
        asked = session.scalar(select(VisitRequest.id).where(VisitRequest.secondment_id == ident))
    answered = host.send(f"/secondments/{ident}/access/visit/{asked}", {"answer": "granted"})
    assert answered.status_code == 303
    return held


def state_of(database: Database, ident: int) -> State:
    with database.session() as session:
        return session.get_one(Secondment, ident).state


def test_a_gap_holds_up_the_clearing_until_each_office_has_closed_it(as_: As, database: Database) -> None:
    ident = stay(database, State.CLEARANCE)
    host = as_("us_security")
    for task in ("recognition", "visit_request"):
        assert "this only reminds" in host.get(f"/secondments/{ident}/tasks/{task}").text
        assert host.send(f"/secondments/{ident}/tasks/{task}").status_code == 303, "and opens nothing by itself"
    before = host.send(f"/secondments/{ident}/move/clear")
    assert before.status_code == 409
    assert "do not cover every day" in before.text
    assert f"/secondments/{ident}/access/decision" in host.get(f"/secondments/{ident}").text
    put_in_place(as_, database, ident)
    page = host.get(f"/secondments/{ident}").text
    assert "Decision, granted" in page
    assert "Visit request, granted" in page
    after = host.send(f"/secondments/{ident}/move/clear").text
    assert "do not cover every day" not in after
    assert "Clearance on every day" not in after


@pytest.mark.parametrize("key", OTHERS)
def test_others_read_only_whether_access_covers_the_stay(as_: As, database: Database, key: str) -> None:
    ident = stay(database, State.CLEARANCE)
    put_in_place(as_, database, ident)
    client = as_(key)
    page = client.get(f"/secondments/{ident}").text
    assert "Access, day by day" in page
    for path in (f"/secondments/{ident}", "/notices", "/audit", "/", "/secondments"):
        text = client.get(path).text
        for canary in (*CANARIES, "Host's decision", "Visit request,"):
            assert canary not in text, f"{path} shows {canary} to {key}"


def test_the_host_officer_reads_each_lane_and_the_home_officer_too(as_: As, database: Database) -> None:
    ident = stay(database, State.CLEARANCE)
    put_in_place(as_, database, ident)
    for key in ("us_security", "uk_security"):
        text = as_(key).get(f"/secondments/{ident}").text
        for lane in ("Clearance", "Host&#39;s decision", "Visit request", "Permission to stay and work"):
            assert lane in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"instrument": "limited_access", "rank": "4", "programme": "W-1"}, "opens SECRET at most"),
        ({"instrument": "limited_access"}, "exactly one programme"),
        ({"instrument": "limited_access", "programme": "W-1"}, "ends with its programme"),
        ({"ends_on": "2026-01-01"}, "before the first day"),
        ({"clearance": "999"}, "Choose one of those offered"),
        ({"conditions": "TOP SECRET annex"}, "protective marking"),
    ],
)
def test_a_decision_that_its_instrument_cannot_bear_is_refused(
    as_: As, database: Database, changes: dict[str, str], sentence: str
) -> None:
    ident = stay(database, State.CLEARANCE)
    held = cleared(database)
    answer = as_("us_security").send(f"/secondments/{ident}/access/decision", decision(held, FIRST, LAST, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    with database.session() as session:
        assert session.scalars(select(Recognition)).all() == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": (FIRST + timedelta(days=400)).isoformat()}, "365 days at most"),
        ({"starts_on": (TODAY + timedelta(days=120)).isoformat()}, "90 days ahead"),
        ({"submitted_on": (TODAY + timedelta(days=3)).isoformat()}, "has not come yet"),
        ({"sites": ""}, "at least one site"),
        ({"programme": ""}, "Name the programme"),
    ],
)
def test_a_visit_request_keeps_its_limits(as_: As, database: Database, changes: dict[str, str], sentence: str) -> None:
    ident = stay(database, State.CLEARANCE)
    answer = as_("us_security").send(f"/secondments/{ident}/access/visit", visit(FIRST, LAST, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text


def test_who_may_record_what(as_: As, database: Database) -> None:
    ident = stay(database, State.CLEARANCE)
    held = cleared(database)
    typed = decision(held, FIRST, LAST)
    assert as_("uk_security").send(f"/secondments/{ident}/access/decision", typed).status_code == 404
    assert as_("us_hr").send(f"/secondments/{ident}/access/decision", typed).status_code == 403
    assert as_("ada").send(f"/secondments/{ident}/access/permission", {}).status_code == 403
    assert as_("jp_hr").send(f"/secondments/{ident}/access/permission", {}).status_code == 404
    assert as_("ada").get(f"/secondments/{ident}/access/paper/funding").status_code == 404
    assert as_("ada").get(f"/secondments/{ident}/access/paper/declaration").status_code == 200
    assert as_("us_lead").get(f"/secondments/{ident}/access/paper/declaration").status_code == 404
    for check in ("E11", "E12", "E13"):
        assert as_("uk_hr").get(f"/secondments/{ident}/access/waive/{check}").status_code == 404
        assert as_("us_security").get(f"/secondments/{ident}/access/waive/{check}").status_code == 200
    passed = as_("uk_hr").send(f"/secondments/{ident}/access/waive/E7", {"reason": "So.", "until": "1 May 2027"})
    assert passed.status_code == 409
    assert "does not fail" in passed.text


def test_a_failed_check_is_waived_until_a_day(as_: As, database: Database) -> None:
    ident = stay(database, State.CLEARANCE)
    with database.session() as session:
        old = StayPaper(
            secondment_id=ident, kind="declaration", day=date(2024, 1, 1), recorded_by_id=ADA, recorded_at=NOW
        )
        session.add(old)
        session.commit()
    hr = as_("uk_hr")
    assert f"/secondments/{ident}/access/waive/E4" in hr.get(f"/secondments/{ident}").text
    typed = {"reason": "Signed again next week.", "until": "1 Feb 2027"}
    assert hr.send(f"/secondments/{ident}/access/waive/E4", typed | {"until": "1 Feb 2020"}).status_code == 422
    assert hr.send(f"/secondments/{ident}/access/waive/E4", typed).status_code == 303
    page = hr.get(f"/secondments/{ident}").text
    assert "Waived until 1 Feb 2027" in page
    assert "Signed again next week" not in as_("us_lead").get(f"/secondments/{ident}").text


def active(as_: As, database: Database) -> tuple[int, int]:
    """Ada at work in Washington with everything in place; (secondment, clearance)."""
    ident = stay(database, State.ACTIVE, BEGUN, TODAY + timedelta(days=120))
    return ident, put_in_place(as_, database, ident, BEGUN, TODAY + timedelta(days=120))


def test_a_withdrawn_clearance_suspends_the_stay_in_the_same_request(as_: As, database: Database) -> None:
    ident, held = active(as_, database)
    assert state_of(database, ident) is State.ACTIVE
    stopped = {"status": "withdrawn", "since": TODAY.isoformat()}
    assert as_("uk_security").send(f"/clearances/{held}/stop", stopped).status_code == 303
    assert state_of(database, ident) is State.SUSPENDED
    with database.session() as session:
        moves = session.scalars(select(SecondmentMove).where(SecondmentMove.secondment_id == ident)).all()
        assert [(move.person_id, move.reason) for move in moves] == [(None, "access")]
        told = select(Notice.person_id).where(Notice.text.like("%suspended%"))
        assert {PERSON[key] for key in ("ada", "uk_hr", "us_hr", "us_security")} <= set(session.scalars(told))
        said = [*session.scalars(select(Notice.text)), *session.scalars(select(OutgoingMail.body))]
        said += session.scalars(select(AuditEvent.summary).where(AuditEvent.verb.like("secondment:%")))
        assert not [text for text in said for canary in (*CANARIES, "clearance of") if canary in text]
    for key in OTHERS:
        text = as_(key).get(f"/secondments/{ident}").text
        assert "Suspended" in text
        assert not [canary for canary in (*CANARIES, "withdrawn") if canary in text]
    resumed = as_("us_security").send(f"/secondments/{ident}/move/resume")
    assert resumed.status_code == 409
    assert "Access does not cover today" in resumed.text


def test_an_imported_withdrawal_suspends_the_stay_in_the_same_request(as_: As, database: Database) -> None:
    ident, _ = active(as_, database)
    officer = as_("uk_security")
    file = f"Person,Level,Status,Granted on\nada@example.org,UKSV:DV,withdrawn,{TODAY}\n".encode()
    fields = {"kind": "clearances", "order": "day_first", "file": (BytesIO(file), "held.csv")}
    brought = officer.send("/imports", fields).location
    assert state_of(database, ident) is State.ACTIVE
    assert officer.send(f"{brought}/take").status_code == 303
    assert state_of(database, ident) is State.SUSPENDED


def test_what_ended_overnight_is_suspended_at_the_first_request_of_the_day(
    as_: As, app: Flask, database: Database
) -> None:
    ident, _ = active(as_, database)
    with database.session() as session:
        ended = StayPermission(
            person_id=ADA,
            country="US",
            route="j1_research_scholar",
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=900),
            withdrawn=True,
            recorded_by_id=PERSON["us_hr"],
            recorded_at=NOW,
            supersedes_id=session.scalar(select(StayPermission.id)),
        )
        session.add(ended)
        session.commit()
    client = as_("auditor")
    client.get("/audit")
    assert state_of(database, ident) is State.ACTIVE, "this day was looked at before it was recorded"
    app.extensions[LOOKED_ON] = TODAY - timedelta(days=1)
    client.get("/audit")
    assert state_of(database, ident) is State.SUSPENDED
    with database.session() as session:
        assert session.scalar(select(SecondmentMove.reason)) == "permission"


def test_lists_show_at_once_what_has_lapsed(as_: As, app: Flask, database: Database) -> None:
    """Before anything has recorded the suspension; the security officers have it among what waits for them."""
    ident, held = active(as_, database)
    with database.session() as session:
        clearances.stop(session, ACTOR["uk_security"], held, ClearanceStatus.WITHDRAWN, TODAY, now=NOW)
    for key in ("us_hr", "ada", "us_security"):
        client = as_(key)
        for path in ("/secondments", "/timeline?view=list", f"/people/{ADA}"):
            assert "Suspended" in client.get(path).text, f"{path} for {key}"
            assert len(statements(app, lambda client=client, path=path: client.get(path))) <= MOST  # type: ignore[misc]
        assert len(statements(app, lambda client=client: client.get("/"))) <= MOST  # type: ignore[misc]
    assert "Restore the access" in as_("us_security").get("/").text
    assert "Suspended" in as_("uk_security").get(f"/clearances/people/{ADA}").text
    assert state_of(database, ident) is State.ACTIVE


def test_ending_a_permission_keeps_the_record_of_it(as_: As, database: Database) -> None:
    ident, _ = active(as_, database)
    with database.session() as session:
        permit = session.scalar(select(StayPermission.id))
    path = f"/secondments/{ident}/access/permission/{permit}/end"
    assert as_("us_hr").send(path, {"since": "1 Jan 2020"}).status_code == 422
    assert as_("us_hr").send(path, {"since": TODAY.isoformat()}).status_code == 303
    assert as_("us_hr").send(path, {"since": TODAY.isoformat()}).status_code == 409
    assert state_of(database, ident) is State.SUSPENDED
    with database.session() as session:
        assert len(session.scalars(select(StayPermission)).all()) == 2


def test_the_page_of_a_secondment_costs_few_statements(as_: As, app: Flask, database: Database) -> None:
    ident = stay(database, State.CLEARANCE)
    put_in_place(as_, database, ident)
    for key in ("uk_hr", "us_security", "ada", "director"):
        client = as_(key)
        assert len(statements(app, lambda client=client: client.get(f"/secondments/{ident}"))) <= MOST  # type: ignore[misc]
