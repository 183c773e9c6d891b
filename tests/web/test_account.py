"""Signing in and out: what a stolen cookie, a guesser and an idle browser can and cannot do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from exchange.actions import accounts
from exchange.web import ConfigurationError, create_app
from tests.cast import NOW, PASSWORD, PERSON, email_of
from tests.clients import PageClient
from tests.engines import Database

As = Callable[[str], PageClient]


def give_password(database: Database, key: str) -> None:
    with database.session() as session:
        accounts.set_password(session, PERSON[key], PASSWORD, now=NOW)


def test_a_person_signs_in_with_address_and_password(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    client = as_("")
    answer = client.send(
        "/sign-in?next=/account", {"email": email_of("uk_hr").upper(), "password": PASSWORD}, page="/sign-in"
    )
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Hannah Stein" in client.get("/account").text


def test_a_wrong_password_keeps_the_address_and_says_what_is_wrong(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    answer = as_("").send("/sign-in", {"email": email_of("uk_hr"), "password": "no"}, page="/sign-in")
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    assert email_of("uk_hr") in answer.text


def test_an_unknown_address_reads_the_same_as_a_wrong_password(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    client = as_("")
    known = client.send("/sign-in", {"email": email_of("uk_hr"), "password": "no"}, page="/sign-in").text
    unknown = client.send("/sign-in", {"email": "who@example.org", "password": "no"}, page="/sign-in").text
    assert "do not belong together" in unknown
    assert ("Too many" in known) == ("Too many" in unknown)


def test_the_sixth_wrong_try_within_a_minute_is_not_even_looked_at(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    client = as_("")
    for _ in range(5):
        client.send("/sign-in", {"email": email_of("uk_hr"), "password": "no"}, page="/sign-in")
    answer = client.send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    assert answer.status_code == 429
    assert "Wait a minute" in answer.text


def test_a_stolen_cookie_is_dead_after_sign_out(as_: As) -> None:
    client = as_("uk_hr")
    stolen = client.get_cookie("exchange")
    assert stolen is not None
    assert client.send("/sign-out").status_code == 303
    thief = as_("")
    thief.set_cookie("exchange", stolen.value)
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize("later", [accounts.IDLE, accounts.ABSOLUTE], ids=["idle", "absolute"])
def test_sessions_end(as_: As, app: Flask, later: timedelta) -> None:
    client = as_("uk_hr")
    assert client.get("/account").status_code == 200
    app.config["CLOCK"] = lambda: NOW + later
    assert client.get("/account").status_code == 303


def test_a_session_in_use_outlives_the_idle_limit(as_: As, app: Flask) -> None:
    client = as_("uk_hr")
    for minutes in (20, 40, 60):
        app.config["CLOCK"] = lambda minutes=minutes: NOW + timedelta(minutes=minutes)
        assert client.get("/account").status_code == 200


def test_a_new_password_ends_the_other_sessions(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    first, second = as_("uk_hr"), as_("")
    second.send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    answer = second.send("/account/password", {"old": PASSWORD, "new": "another long password"})
    assert answer.status_code == 303
    assert second.get("/account").status_code == 200
    assert first.get("/account").status_code == 303


def test_a_short_password_is_refused_with_a_sentence(as_: As, database: Database) -> None:
    give_password(database, "uk_hr")
    client = as_("uk_hr")
    answer = client.send("/account/password", {"old": PASSWORD, "new": "short"})
    assert answer.status_code == 422
    assert "at least 15 characters" in answer.text


@pytest.mark.parametrize(
    "target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil", ""]
)
def test_sign_in_never_leads_off_the_site(as_: As, target: str) -> None:
    answer = as_("uk_hr").get("/sign-in", query_string={"next": target})
    assert answer.location == "/"


def test_a_post_without_the_token_is_refused(as_: As) -> None:
    answer = as_("uk_hr").post("/sign-out")
    assert answer.status_code == 400
    assert as_("").post("/sign-in", data={"email": "x", "password": "y"}).status_code == 400


def test_login_disabled_is_refused_at_start(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="LOGIN_DISABLED"):
        create_app(database.settings(), LOGIN_DISABLED=True)
    monkeypatch.setenv("FLASK_LOGIN_DISABLED", "true")
    with pytest.raises(ConfigurationError, match="LOGIN_DISABLED"):
        create_app()


def test_an_unknown_zone_is_refused_and_stays_typed(as_: As) -> None:
    answer = as_("uk_hr").send("/account/language", {"locale": "en_GB", "zone": "Europe/Atlantis"})
    assert answer.status_code == 422
    assert "Europe/Atlantis" in answer.text
