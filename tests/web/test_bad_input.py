"""Whatever is typed into an address or a form gets an answer below 500, on every route.

All of it goes to SQLite; PostgreSQL, whose numbers and texts are others, gets what may depend on the engine.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker
from werkzeug.routing import IntegerConverter, Rule

from exchange.actions.accounts import token_hash
from exchange.demo.filling import fill
from exchange.demo.signins import SIGN_INS
from exchange.domain.access import TABLE, Permission
from exchange.store.people import Person
from exchange.store.sessions import SignInSession
from exchange.web import create_app
from exchange.web.access import rule_of
from tests.browser.screens import SCREENS, places
from tests.cast import NOW
from tests.engines import Database, PostgresTemplate, SqliteTemplate

NUMBERS = ("0", "-1", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 400, "1.5", "x")
TEXTS = (
    "",
    "-1",
    "2147483648",
    "9" * 400,
    "²",
    "NaN",
    "-Infinity",
    "1e999",
    "2027-02-30",
    "99999-01-01",
    "31/12/9999",
    "a\x00b",
    "(a OR \"*_%[] ' OR 1=1 -- ../../etc/passwd \u202e\u0301\ufffe",
    "👩\u200d🔬" * 500,
)
OF_THE_ENGINE = {"-1", "2147483648", "9223372036854775808", "9" * 400, "a\x00b", "31/12/9999", "%00", "%ff", TEXTS[-1]}
_NAME = re.compile(r'name="([^"]+)"')
SQLITE = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
ENDS_THE_SESSION = "/sign-out"
STARTS_A_RUN = {"/rounds/<int:ident>/runs", "/runs/<int:run_id>/replan"}  # reads hardly any field, and takes a second


@dataclass(frozen=True)
class World:
    app: Flask
    ids: dict[str, str]
    engine: str

    def typed(self, texts: Iterable[str]) -> list[str]:
        """Those of the texts that are worth a try on this engine."""
        return [text for text in texts if self.engine == "sqlite" or text in OF_THE_ENGINE]

    def client(self, permission: Permission | str | None) -> FlaskClient:
        """Signed in as somebody whose role opens this."""
        client = self.app.test_client()
        if isinstance(permission, Permission):
            who = next(one for one in SIGN_INS if one.role in TABLE[permission])
            with client.session_transaction() as cookie:
                cookie["_user_id"], cookie["_fresh"] = who.email, True
        return client


@pytest.fixture(scope="module")
def world(
    request: pytest.FixtureRequest, invented_world: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The invented world, so that numbers in addresses lead somewhere."""
    template: SqliteTemplate | PostgresTemplate = request.getfixturevalue(
        "sqlite_template" if request.param == "sqlite" else "postgres_template"
    )
    folder = tmp_path_factory.mktemp("world")
    if request.param == "sqlite":
        shutil.copyfile(invented_world, folder / "empty.sqlite3")
    with template.empty(folder) as database:
        app = _filled(database)
        with database.session() as session:
            ids = places(session)
        yield World(app, ids, database.dialect)
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


def _filled(database: Database) -> Flask:
    from exchange.web import migrations

    app = create_app(database.settings(), TESTING=True, PROPAGATE_EXCEPTIONS=False, CLOCK=lambda: NOW)
    migrations.upgrade(app)
    with sessionmaker(database.engine)() as session:
        fill(session, database.settings().answering, now=NOW)
        for ident, email in session.execute(
            select(Person.id, Person.email).where(Person.email.in_([one.email for one in SIGN_INS]))
        ).all():
            session.add(SignInSession(token_hash=token_hash(email), person_id=ident, created_at=NOW, last_seen_at=NOW))
        session.commit()
    return app


def rules(app: Flask, method: str) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or set()) and rule.rule != ENDS_THE_SESSION and rule.endpoint != "static"
    ]


def address(world: World, rule: Rule, number: str, word: str = "word") -> str:
    """The rule's address as typed by hand, past any check of the application's own address builder."""
    path = rule.rule
    for name in rule.arguments:
        value = number if isinstance(rule._converters[name], IntegerConverter) else word
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    return path


def real_addresses(world: World, rule: Rule) -> str:
    """An address of this rule with a record that exists, where the table of screens knows one."""
    adapter = world.app.url_map.bind("localhost")
    for screen in SCREENS:
        path = screen.path.format(**world.ids).partition("?")[0]
        if adapter.test(path, "GET") and adapter.match(path, "GET")[0] == rule.endpoint:
            return path
    return address(world, rule, "1")


@SQLITE
def test_numbers_and_words_in_addresses(world: World) -> None:
    assert not numbers_and_words_in_addresses(world)


def numbers_and_words_in_addresses(world: World) -> list[str]:
    faults = []
    for rule in rules(world.app, "GET"):
        client = world.client(rule_of(world.app, rule.endpoint))
        for typed in world.typed((*NUMBERS, "%00", "%ff", "a%2fb", "%F0%9F%91%A9")):
            if rule.arguments:
                path = address(world, rule, typed, typed)
                answer = client.get(path)
                if answer.status_code >= 500:
                    faults.append(f"{path[:90]}: {answer.status_code}")
    return faults


@SQLITE
def test_odd_queries(world: World) -> None:
    assert not odd_queries(world)


def odd_queries(world: World) -> list[str]:
    names = sorted(
        {
            *("page", "q", "name", "show", "sort", "skill", "from", "to", "on", "month", "day", "home", "host", "open"),
            *_asked_for(),
        }
    )
    faults = []
    for rule in rules(world.app, "GET"):
        client = world.client(rule_of(world.app, rule.endpoint))
        path = real_addresses(world, rule)
        for typed in world.typed(TEXTS):
            answer = client.get(path, query_string=dict.fromkeys(names, typed))
            if answer.status_code >= 500:
                faults.append(f"{path}?…={typed[:30]!r}: {answer.status_code}")
    return faults


def _asked_for() -> set[str]:
    """The names that views read from the query."""
    asked = re.compile(r'request\.args(?:\.get|\.getlist)?[\[(]"(\w+)"')
    return {
        name
        for module in (Path(__file__).parents[2] / "exchange" / "web").rglob("*.py")
        for name in asked.findall(module.read_text())
    }


@SQLITE
def test_odd_forms(world: World) -> None:
    assert not odd_forms(world)


def odd_forms(world: World) -> list[str]:
    """Every POST with every field that any page has, each holding the same odd text."""
    faults = []
    names = _field_names(world)
    for rule in rules(world.app, "POST"):
        client = world.client(rule_of(world.app, rule.endpoint))
        path = real_addresses(world, rule)
        token = _token(client)
        for typed in world.typed(TEXTS[:2] if rule.rule in STARTS_A_RUN else TEXTS):
            answer = client.post(path, data={**dict.fromkeys(names, typed), "csrf_token": token})
            if answer.status_code >= 500:
                faults.append(f"POST {path} {typed[:30]!r}: {answer.status_code}")
    return faults


@pytest.mark.postgres
@pytest.mark.parametrize("world", ["postgresql"], indirect=True)
def test_what_may_depend_on_the_engine(world: World) -> None:
    assert not numbers_and_words_in_addresses(world) + odd_queries(world) + odd_forms(world)


@SQLITE  # such a body is read before any database is asked
def test_forms_that_are_none(world: World) -> None:
    faults = []
    for rule in rules(world.app, "POST"):
        client = world.client(rule_of(world.app, rule.endpoint))
        path = real_addresses(world, rule)
        headers = {"X-CSRFToken": _token(client)}
        for kind, body in (
            ("application/json", b'{"a": [1, {"b": null}]}'),
            ("application/json", b"{"),
            ("text/plain", b"\xff\xfe\x00"),
            ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a'),
            ("multipart/form-data", b"nothing"),
            ("application/x-www-form-urlencoded", b"%ff=%ff&a" + b"&b=1" * 2000),
        ):
            answer = client.post(path, data=body, content_type=kind, headers=headers)
            if answer.status_code >= 500:
                faults.append(f"POST {path} {kind}: {answer.status_code}")
    assert not faults


def _field_names(world: World) -> list[str]:
    found: set[str] = set()
    for rule in rules(world.app, "GET"):
        page = world.client(rule_of(world.app, rule.endpoint)).get(real_addresses(world, rule))
        if page.mimetype == "text/html":
            found |= set(_NAME.findall(page.get_data(as_text=True)))
    found -= {"csrf_token", "viewport", "color-scheme", "theme-color"}
    assert len(found) > 40
    return sorted(found)


def _token(client: FlaskClient) -> str:
    for path in ("/account", "/sign-in"):
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).get_data(as_text=True))
        if found:
            return found[1]
    raise AssertionError("No page holds a token")
