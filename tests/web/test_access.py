"""The gate tried in earnest: every route with everybody of the cast, against the permission table."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import IntegerConverter, Rule

from exchange.domain import access
from exchange.domain.access import Permission
from exchange.web import ConfigurationError, create_app
from exchange.web.access import PUBLIC, rule_of
from tests.cast import ACTOR
from tests.clients import PageClient
from tests.engines import Database

As = Callable[[str], PageClient]
ENDS_THE_SESSION = "account.sign_out"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The gate stands before any engine: what the routes behind it do is tried on both elsewhere."""
    return sqlite_database


def address(app: Flask, rule: Rule) -> str:
    """The rule's address with 1, or a word, for whatever it asks for."""
    converters = rule._converters
    values = {name: 1 if isinstance(converters[name], IntegerConverter) else "word" for name in rule.arguments}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def guarded(app: Flask) -> list[tuple[Rule, Permission]]:
    found = []
    for rule in app.url_map.iter_rules():
        permission = rule_of(app, rule.endpoint)
        if isinstance(permission, Permission) and rule.endpoint != ENDS_THE_SESSION:
            found.append((rule, permission))
    return found


@pytest.mark.parametrize("key", sorted(ACTOR))
def test_each_of_the_cast_passes_exactly_the_gates_of_the_table(as_: As, app: Flask, key: str) -> None:
    client = as_(key)
    token = client.csrf_token()
    faults = []
    for rule, permission in guarded(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(
                address(app, rule), method=method, data={"csrf_token": token} if method == "POST" else None
            )
            gate_refused = answer.status_code == 403 and "Your role does not open this page" in answer.text
            if gate_refused == access.may(ACTOR[key], permission):
                faults.append(f"{method} {rule.rule}: {answer.status_code}")
    assert not faults


def test_nobody_gets_past_the_gate_without_signing_in(as_: As, app: Flask) -> None:
    client = as_("")
    token = client.csrf_token("/sign-in")
    for rule, _ in guarded(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = client.open(
                address(app, rule), method=method, data={"csrf_token": token} if method == "POST" else None
            )
            assert answer.status_code in {303, 400}, f"{method} {rule.rule}: {answer.status_code}"
            assert answer.status_code == 400 or answer.location.startswith("/sign-in")


def test_every_post_refuses_a_missing_token(as_: As, app: Flask) -> None:
    client = as_("uk_hr")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("dav."):
            continue  # reads alone, without a cookie: there is nothing to forge
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS", "GET"}):
            answer = client.open(address(app, rule), method=method)
            assert answer.status_code == 400, f"{method} {rule.rule}: {answer.status_code}"


def test_a_route_that_says_nothing_does_not_start(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:

    careless = Blueprint("careless", __name__)
    careless.get("/careless")(lambda: "anybody may read this")
    monkeypatch.setattr("exchange.web.BLUEPRINTS", (careless,))
    with pytest.raises(ConfigurationError, match="says nothing about who may use it"):
        create_app(sqlite_database.settings())


def test_the_public_routes_are_few_and_known(app: Flask) -> None:
    public = {rule.endpoint for rule in app.url_map.iter_rules() if rule_of(app, rule.endpoint) == PUBLIC}
    known = {
        "account.sign_in",
        "accounts.use_link",
        "feeds.show",
        "invitations.answer",
        "dav.answer",
        "dav.root",
        "dav.well_known",
        "health.alive",
        "health.ready",
        "static",
    }
    assert public == known
