"""Bringing files in the browser: choose, check, take in; each role its kinds, each file its owner's."""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from exchange.store import search_index
from exchange.store.people import Person
from tests.cast import TODAY
from tests.clients import PageClient
from tests.engines import Database

As = Callable[[str], PageClient]
HEAD = "Code,Full name,Institute,E-mail,Job title,FTE,Start date\n"
GOOD = "Z1,Zoë Ångström,UK-AISI,zoe@example.org,Research scientist,0.8,03/04/2026\n"
BAD = "B1,Bad <i>Row</i>,UK-AISI,nobody,,1,2026-01-01\n"


def bring(client: PageClient, content: str | bytes, kind: str = "people", **fields: str) -> TestResponse:
    data = content.encode() if isinstance(content, str) else content
    form = {"kind": kind, "order": "day_first", **fields, "file": (io.BytesIO(data), "staff november.csv")}
    return client.send("/imports", form)


def address(answer: TestResponse) -> str:
    assert answer.status_code == 303
    assert re.fullmatch(r"/imports/\d+", answer.location)
    return answer.location


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*args: object) -> None:
        if not str(args[2]).startswith(("BEGIN", "PRAGMA")):
            statements.append(str(args[2]))

    engine = type(database.engine)
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_a_coordinator_brings_staff_and_finds_them(as_: As, database: Database) -> None:
    with database.session() as session:
        search_index.refresh_all(session, day=TODAY)
        session.commit()
    client = as_("uk_hr")
    page = address(bring(client, HEAD + GOOD + BAD))
    text = client.get(page).text
    assert "Nothing is saved yet" in text
    assert "Import 1 row" in text
    assert "“nobody” is not an e-mail address" in text
    assert "Bad &lt;i&gt;" not in text  # the row's other cells are not shown
    assert "Zoë Ångström" in client.get(f"{page}?show=new").text
    assert "1 row with problems stays out" in client.get(f"{page}/take").text
    done = client.send(f"{page}/take")
    assert (done.status_code, done.location) == (303, page)
    assert "1 new, 0 changed, 0 the same, 1 left out" in client.get(page).text
    assert "1 person" in client.get("/people?q=angstrom").text
    assert "Zoë Ångström" in client.get("/staff").text


def test_the_order_of_dates_is_switched_on_the_page(as_: As, database: Database) -> None:
    client = as_("uk_hr")
    page = address(bring(client, HEAD + GOOD))
    assert "read day first" in client.get(page).text
    assert client.send(f"{page}/order").status_code == 303
    assert "read month first" in client.get(page).text
    client.send(f"{page}/take")
    with database.session() as session:
        zoe = session.scalars(select(Person).where(Person.email == "zoe@example.org")).one()
    assert "4 Mar 2026" in client.get(f"/staff/{zoe.id}").text


def test_headings_of_their_own_are_matched_by_hand(as_: As) -> None:
    client = as_("uk_hr")
    page = address(bring(client, "Who,Institute,E-mail,Since\nZoë,UK-AISI,zoe@example.org,2026-01-05\n"))
    answer = client.get(page)
    assert answer.status_code == 422
    assert "no column for: Full name, Start date" in answer.text
    chosen = {"column-full_name": "Who", "column-institute": "Institute", "column-email": "E-mail"}
    assert client.send(f"{page}/columns", {**chosen, "column-start": "Since"}).status_code == 303
    assert "Import 1 row" in client.get(page).text


def test_only_the_bad_rows_are_downloaded(as_: As) -> None:
    client = as_("uk_hr")
    page = address(bring(client, HEAD + GOOD + BAD))
    answer = client.get(f"{page}/bad-rows.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    text = answer.get_data().decode("utf-8-sig")
    assert "nobody" in text
    assert "zoe@example.org" not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"%PDF-1.7", "The file is a PDF"),
        (b"PK\x03\x04" + b"\0" * 40, "The archive is damaged"),
        (b"\xff\xfe\x00", "not text"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_sentence(as_: As, content: bytes, words: str) -> None:
    client = as_("uk_hr")
    answer = bring(client, content)
    if answer.status_code == 303:
        answer = client.get(answer.location)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_form_without_a_file_says_so(as_: As) -> None:
    answer = as_("uk_hr").send("/imports", {"kind": "people", "order": "day_first"})
    assert answer.status_code == 422
    assert "Choose a file" in answer.text


def test_another_persons_file_is_not_there(as_: As) -> None:
    page = address(bring(as_("uk_hr"), HEAD + GOOD))
    other = as_("uk_hr_2")
    for part in ("", "/take", "/bad-rows.csv"):
        assert other.get(page + part).status_code == 404
    for part in ("/take", "/order", "/columns", "/owner"):
        assert other.send(page + part).status_code == 404


@pytest.mark.parametrize(
    ("key", "offered", "missing"),
    [
        ("ada", "Publications", "People and their employment"),
        ("uk_security", "Clearances", "Openings"),
        ("uk_lead", "Workstreams with what they require", "Clearances"),
    ],
)
def test_each_role_is_offered_its_kinds(as_: As, key: str, offered: str, missing: str) -> None:
    text = as_(key).get("/imports").text
    assert offered in text
    assert missing not in text


def test_a_kind_of_another_role_cannot_be_sent(as_: As) -> None:
    answer = bring(as_("ada"), HEAD + GOOD, "people")
    assert answer.status_code == 422


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_templates_are_offered_by_role(as_: As, form: str) -> None:
    client = as_("uk_hr")
    answer = client.get(f"/imports/templates/people.{form}")
    assert answer.status_code == 200
    again = bring(client, answer.get_data())
    assert "example row was left out" in client.get(address(again)).text
    assert client.get("/imports/templates/clearances.csv").status_code == 404
    assert client.get("/imports/templates/people.exe").status_code == 404


def test_a_researchers_publications_are_the_own(as_: As) -> None:
    client = as_("ada")
    page = address(bring(client, '{"title": "Agents at sea", "abstract": "Boats.", "year": 2024}', "publications"))
    assert "Ada Lindqvist: Agents at sea" in client.get(page).text
    client.send(f"{page}/take")
    assert "Agents at sea" in client.get("/people/1").text


def test_a_coordinator_names_the_author_afterwards(as_: As) -> None:
    client = as_("uk_hr")
    page = address(bring(client, '{"title": "Agents at sea"}', "publications"))
    assert "does not say whose" in client.get(page).text
    client.send(f"{page}/owner", {"owner": "ADA@example.org"})
    assert "Ada Lindqvist: Agents at sea" in client.get(page).text


def test_a_preview_of_a_thousand_rows_asks_at_most_eight_things(as_: As, database: Database) -> None:
    client = as_("uk_hr")
    rows = "".join(GOOD.replace("Z1", f"Z{n}").replace("zoe@", f"zoe{n}@") for n in range(1000))
    page = address(bring(client, HEAD + rows))
    with counted(database) as statements:
        text = client.get(f"{page}?show=new&page=2").text
    assert "Import 1,000 rows" in text
    assert "51 to 100 of 1,000" in text
    assert 0 < len(statements) <= 8
