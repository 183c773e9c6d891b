"""The timeline: who sees what on it, how it is grouped, what is counted, and how a bar is moved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from flask import Flask

from exchange.actions import openings, secondments
from exchange.actions.drafts import Proposal
from exchange.domain.secondment_facts import State, Verb
from exchange.store.openings import OpeningStatus
from exchange.store.secondments import Secondment
from exchange.store.workstreams import Workstream
from tests.cast import ACTOR, NOW, PERSON, UK, US
from tests.clients import PageClient
from tests.engines import Database
from tests.lives import add_agreed
from tests.rounds import opening
from tests.statements import MOST, statements
from tests.stays import with_papers

As = Callable[[str], PageClient]
STAY = Proposal(PERSON["ada"], US, date(2027, 2, 1), date(2027, 7, 30))
ACCEPTED = (("ada", Verb.CONSENT), ("uk_hr", Verb.RELEASE), ("uk_hr", Verb.NOMINATE), ("us_hr", Verb.ACCEPT))


@pytest.fixture
def ident(database: Database) -> int:
    with database.session() as session:
        return secondments.propose(session, ACTOR["uk_hr"], STAY, now=NOW)


def accepted(database: Database, ident: int) -> None:
    with database.session() as session:
        with_papers(session, ident)
        for key, verb in ACCEPTED:
            secondments.move(session, ACTOR[key], ident, verb, now=NOW)


def days(database: Database, ident: int) -> tuple[date, date]:
    with database.session() as session:
        row = session.get_one(Secondment, ident)
        return row.starts_on, row.ends_on


@pytest.mark.parametrize("key", ["uk_hr", "us_hr", "ada", "uk_security", "director", "auditor"])
@pytest.mark.parametrize("view", ["board", "list"])
def test_who_may_know_of_it_sees_it(as_: As, ident: int, key: str, view: str) -> None:
    page = as_(key).get(f"/timeline?view={view}").text
    assert "Ada Lindqvist" in page.partition("<main")[2]
    assert f"/secondments/{ident}" in page


@pytest.mark.parametrize("key", ["tomas", "jp_hr", "uk_lead"])
@pytest.mark.parametrize("view", ["board", "list"])
def test_who_may_not_know_of_it_sees_nothing(as_: As, ident: int, key: str, view: str) -> None:
    page = as_(key).get(f"/timeline?view={view}").text
    assert "Ada Lindqvist" not in page
    assert f"/secondments/{ident}" not in page


def test_an_administrator_has_no_timeline(as_: As, ident: int) -> None:
    assert ident
    assert as_("admin").get("/timeline").status_code == 403
    assert as_("").get("/timeline").status_code == 303


def test_rows_are_grouped_by_home_host_and_workstream(as_: As, ident: int) -> None:
    assert ident
    client = as_("uk_hr")
    assert "UK AISI sends" in client.get("/timeline?group=home").text
    assert "US CAISI receives" in client.get("/timeline?group=host").text
    assert "No workstream" in client.get("/timeline?group=workstream").text
    assert "UK AISI sends" in client.get("/timeline?group=nonsense&span=x&from=2027-99&page=-3").text


def test_open_seats_stand_at_the_top_until_they_are_held(as_: As, database: Database, ident: int) -> None:
    with database.session() as session:
        seat = opening(session, US, "US-1", seats=2)
        other = secondments.propose(
            session,
            ACTOR["uk_hr"],
            Proposal(PERSON["uk_lead"], US, date(2027, 6, 7), date(2027, 12, 31), seat),
            now=NOW,
        )
    page = as_("uk_hr").get("/timeline?group=host").text
    assert page.index("Open seats") < page.index("US CAISI receives")
    assert "2 open seats of 2" in page
    with database.session() as session:
        with_papers(session, other, person=ACTOR["uk_lead"])
        for key, verb in (("uk_lead", Verb.CONSENT), *ACCEPTED[1:]):
            secondments.move(session, ACTOR[key], other, verb, now=NOW)
    assert "1 open seat of 2" in as_("uk_hr").get("/timeline").text
    assert "Open seats" not in as_("auditor").get("/timeline").text
    with database.session() as session:
        openings.set_status(session, ACTOR["us_hr"], seat, OpeningStatus.CLOSED, now=NOW)
    assert "Open seats" not in as_("uk_hr").get("/timeline").text
    assert ident


def test_many_open_seats_are_shown_in_part_with_a_count_and_a_way_to_more(as_: As, database: Database) -> None:
    with database.session() as session:
        for number in range(9):
            opening(session, US, f"US-{number}")
    client = as_("uk_hr")
    for view, times in (("", 2), ("&view=board", 1), ("&view=list", 1)):  # without a view the width decides
        page = client.get(f"/timeline?from=2027-05{view}").text
        assert page.count("Open seats, the first 6 of 9") == times
        assert page.count("Visiting evaluator US-5") == page.count("Visiting evaluator US-0") > 0
        assert "Visiting evaluator US-8" not in page
        link = re.search(r'href="([^"]+)">Show 3 more seats', page)
        assert link is not None
        more = client.get(unescape(link[1])).text
        assert "Visiting evaluator US-8" in more
        assert "the first" not in more
    assert "Visiting evaluator US-8" in client.get("/timeline?from=2027-05&group=workstream").text


def test_the_strip_counts_who_is_away_and_proposed_ones_when_asked(as_: As, database: Database, ident: int) -> None:
    client = as_("uk_hr")
    assert "People away each month" not in client.get("/timeline").text
    page = client.get("/timeline?proposed=yes").text
    assert len(re.findall(r"h3\">", page)) == 6  # February to July
    accepted(database, ident)
    assert "People away each month" in client.get("/timeline").text


def test_holidays_of_both_sites_are_ticks(as_: As, ident: int) -> None:
    assert ident
    page = as_("uk_hr").get("/timeline?from=2027-01&span=6").text
    assert f'class="marks marks-{UK}-{US}"' in page
    rule = re.search(rf"\.marks-{UK}-{US}{{background-image:([^;]+);", page)
    assert rule is not None
    assert rule[1].count("linear-gradient") == 9  # five in England and six federal ones, two on the same days


def test_it_moves_through_time(as_: As, ident: int) -> None:
    client = as_("uk_hr")
    assert f"/secondments/{ident}" not in client.get("/timeline?from=2029-01").text
    page = client.get("/timeline?from=2027-01&span=12").text
    assert "from=2026-07" in page
    assert "from=2027-07" in page
    assert "Nothing in these months" in client.get("/timeline?from=2029-01").text


# ---------------------------------------------------------------- moving a bar


def test_a_draft_moves_at_once_after_the_server_has_looked(as_: As, database: Database, ident: int) -> None:
    client = as_("uk_hr")
    page = client.get("/timeline").text
    assert f'data-move="/timeline/{ident}/move"' in page
    form = {"start": "8 Mar 2027", "end": "27 Aug 2027", "version": "1"}
    checked = client.send(f"/timeline/{ident}/check", form)
    assert checked.status_code == 200
    assert "they change at once" in checked.text
    assert days(database, ident) == (STAY.starts_on, STAY.ends_on)
    moved = client.send(f"/timeline/{ident}/move", {**form, "back": "/timeline?group=host"})
    assert moved.status_code == 303
    assert moved.location == "/timeline?group=host"
    assert days(database, ident) == (date(2027, 3, 8), date(2027, 8, 27))
    assert client.send(f"/timeline/{ident}/move", form).status_code == 409  # the version has moved on


def test_digits_are_read_as_the_reader_writes_them(as_: As, database: Database, ident: int) -> None:
    answer = as_("us_hr").send(f"/timeline/{ident}/move", {"start": "3/8/2027", "end": "8/27/2027", "version": "1"})
    assert answer.status_code == 303
    assert days(database, ident)[0] == date(2027, 3, 8)


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("soon", "27 Aug 2027", "cannot be read"),
        ("27 Aug 2027", "8 Mar 2027", "last day is before the first day"),
        ("9 Aug 2027", "27 Aug 2027", "another secondment"),
    ],
)
def test_days_that_cannot_be_are_refused_with_a_sentence(
    as_: As, database: Database, ident: int, start: str, end: str, sentence: str
) -> None:
    with database.session() as session:
        other = Proposal(PERSON["ada"], US, date(2027, 8, 9), date(2027, 12, 31))
        secondments.propose(session, ACTOR["uk_hr"], other, now=NOW)
    form = {"start": start, "end": end, "version": "1"}
    for step in ("check", "move"):
        answer = as_("uk_hr").send(f"/timeline/{ident}/{step}", form)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert days(database, ident) == (STAY.starts_on, STAY.ends_on)


def test_the_check_warns_of_a_holiday_and_of_the_opening(as_: As, database: Database) -> None:
    with database.session() as session:
        seat = opening(session, US, "US-1")
        stay = Proposal(PERSON["ada"], US, date(2027, 6, 7), date(2027, 12, 31), seat)
        ident = secondments.propose(session, ACTOR["uk_hr"], stay, now=NOW)
    answer = as_("uk_hr").send(f"/timeline/{ident}/check", {"start": "31 May 2027", "end": "25 Jun 2027"})
    assert answer.status_code == 200
    assert "not all within the opening" in answer.text
    assert "asks for 28 to 52 weeks; this is 4" in answer.text
    assert "holiday at the host: Memorial Day" in answer.text


def test_what_is_agreed_leads_to_a_new_version_with_the_days(as_: As, database: Database) -> None:
    with database.session() as session:
        ident = add_agreed(session, State.AGREEMENT, STAY.starts_on, STAY.ends_on)
    client = as_("uk_hr")
    form = {"start": "8 Mar 2027", "end": "27 Aug 2027", "version": "9"}
    assert "new version of the agreement" in client.send(f"/timeline/{ident}/check", form).text
    answer = client.send(f"/timeline/{ident}/move", form)
    assert answer.status_code == 303
    assert days(database, ident) == (STAY.starts_on, STAY.ends_on)
    page = client.get(answer.location).text
    assert 'value="8 Mar 2027"' in page
    assert 'value="27 Aug 2027"' in page


def test_a_lead_who_moves_what_is_agreed_learns_whom_to_ask(as_: As, database: Database) -> None:
    with database.session() as session:
        stream = Workstream(code="W", title="Agents", lead_institute_id=US, lead_person_id=PERSON["us_lead"])
        session.add(stream)
        session.flush()
        ident = add_agreed(session, State.AGREEMENT, STAY.starts_on, STAY.ends_on, workstream_id=stream.id)
    form = {"start": "8 Mar 2027", "end": "27 Aug 2027", "version": "9"}
    for step in ("check", "move"):
        answer = as_("us_lead").send(f"/timeline/{ident}/{step}", form)
        assert answer.status_code == 422
        assert "New ones are proposed by an HR coordinator: ask Hannah Stein (UK AISI) or" in answer.text
        assert "Benjamin Thorne (US CAISI)" in answer.text
    assert days(database, ident) == (STAY.starts_on, STAY.ends_on)


@pytest.mark.parametrize(("key", "status"), [("jp_hr", 404), ("uk_lead", 404), ("ada", 403), ("director", 403)])
def test_others_move_nothing(as_: As, database: Database, ident: int, key: str, status: int) -> None:
    form = {"start": "8 Mar 2027", "end": "27 Aug 2027", "version": "1"}
    for step in ("check", "move"):
        assert as_(key).send(f"/timeline/{ident}/{step}", form).status_code == status
    assert days(database, ident) == (STAY.starts_on, STAY.ends_on)
    assert "data-move" not in as_(key).get("/timeline").text


def test_it_costs_few_statements(as_: As, app: Flask, ident: int) -> None:
    assert ident
    client = as_("uk_hr")
    for view in ("board", "list"):
        sent = statements(app, lambda view=view: client.get(f"/timeline?view={view}"))  # type: ignore[misc]
        assert len(sent) <= MOST, "\n".join(sent)
