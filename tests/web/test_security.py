"""Headers, cookies and forged requests, on every route; and what a session and a password hash cannot be made to do."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from exchange.actions import accounts, roles
from exchange.actions.writing import Refused
from exchange.domain.actors import SYSTEM, Role
from exchange.store.people import Person, PersonStatus, RoleGrant
from exchange.web import create_app
from exchange.web.database import db
from tests.cast import ACTOR, NOW, PASSWORD, PERSON, email_of
from tests.clients import PageClient
from tests.engines import Database

As = Callable[[str], PageClient]
TEMPLATES = Path(__file__).parents[2] / "templates"
INLINE = re.compile(r"<[^>]+\s(?:on[a-z]+|style)\s*=|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE)


def addresses(app: Flask, method: str) -> Iterator[tuple[Rule, str]]:
    """Every route of a method, with 1 or a word for whatever it asks for."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or set()):
            values = {
                name: 1 if isinstance(rule._converters[name], IntegerConverter) else "word" for name in rule.arguments
            }
            with app.test_request_context():
                yield rule, str(app.url_map.bind("localhost").build(rule.endpoint, values))


def test_every_answer_carries_the_headers(as_: As, app: Flask) -> None:
    client = as_("uk_hr")
    for rule, address in addresses(app, "GET"):
        answer = client.get(address)
        headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, rule.rule
        assert "frame-ancestors 'none'" in policy, rule.rule
        assert "unsafe" not in policy, rule.rule
        assert headers["X-Content-Type-Options"] == "nosniff", rule.rule
        assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, rule.rule
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", rule.rule
        if rule.endpoint != "static":
            assert "no-store" in headers["Cache-Control"] or "private" in headers["Cache-Control"], rule.rule


def test_two_answers_never_share_a_nonce(as_: As) -> None:
    client = as_("uk_hr")
    nonces = {re.search(r"'nonce-([^']+)'", client.get("/").headers["Content-Security-Policy"])[1] for _ in range(5)}  # type: ignore[index]
    assert len(nonces) == 5
    assert all(len(nonce) >= 22 for nonce in nonces)  # 128 bits


def test_no_template_holds_a_script_a_style_or_a_handler_of_its_own() -> None:
    faults = []
    for template in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)
        faults += [f"{template.name}: {found[0][:80]}" for found in INLINE.finditer(text)]
    assert not faults


def test_the_cookie_is_for_this_site_and_no_script(sqlite_database: Database) -> None:
    settings = replace(sqlite_database.settings(), secure_cookies=True, base_url="https://exchange.example")
    secure = create_app(settings, CLOCK=lambda: NOW)
    with sqlite_database.session() as session:
        accounts.set_password(session, PERSON["uk_hr"], PASSWORD, now=NOW)
    client = secure.test_client()
    page = client.get("/sign-in", base_url="https://exchange.example")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token is not None
    answer = client.post(
        "/sign-in",
        base_url="https://exchange.example",
        headers={"Referer": "https://exchange.example/sign-in"},
        data={"csrf_token": token[1], "email": email_of("uk_hr"), "password": PASSWORD},
    )
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Expires" not in cookie
    assert "remember" not in str(answer.headers)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    with secure.app_context():
        secure.extensions["sqlalchemy"].engine.dispose()


def test_every_post_refuses_a_token_of_another_session(as_: As, app: Flask) -> None:
    client, other = as_("uk_hr"), as_("us_hr")
    foreign = other.csrf_token()
    for rule, address in addresses(app, "POST"):
        for sent in ({"csrf_token": foreign}, {"csrf_token": ""}, {"csrf_token": f"{foreign}x"}):
            answer = client.post(address, data=sent)
            assert answer.status_code == 400, f"{rule.rule}: {answer.status_code}"
            assert "too old or came from elsewhere" in answer.text


def test_every_post_refuses_a_token_that_only_the_address_carries(as_: As, app: Flask) -> None:
    client = as_("uk_hr")
    token = client.csrf_token()
    for rule, address in addresses(app, "POST"):
        assert client.post(address, query_string={"csrf_token": token}).status_code == 400, rule.rule


def test_nothing_but_a_post_changes_anything(app: Flask) -> None:
    """CalDAV has methods of its own; those that would write are refused, as its own test holds."""
    rules = [rule for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("dav.")]
    assert {method for rule in rules for method in rule.methods or set()} == {"GET", "HEAD", "OPTIONS", "POST"}


def change(database: Database, **fields: object) -> None:
    with database.session() as session:
        person = session.get_one(Person, PERSON["uk_hr"])
        for name, value in fields.items():
            setattr(person, name, value)
        session.commit()


@pytest.mark.parametrize("fields", [{"status": PersonStatus.LEFT}, {"locked_at": NOW}], ids=["left", "locked"])
def test_somebody_who_left_or_is_locked_out_is_signed_out_and_stays_out(
    as_: As, database: Database, fields: dict[str, object]
) -> None:
    with database.session() as session:
        accounts.set_password(session, PERSON["uk_hr"], PASSWORD, now=NOW)
    client = as_("uk_hr")
    assert client.get("/account").status_code == 200
    change(database, **fields)
    assert client.get("/account").status_code == 303
    again = as_("").send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    assert (again.status_code, "do not belong together" in again.text) == (422, True)


def test_a_role_that_is_gone_is_gone_at_the_next_request(as_: As, database: Database) -> None:
    client = as_("uk_hr")
    assert client.get("/staff").status_code == 200
    with database.session() as session:  # behind the pages' back, so that the session itself stays open
        session.query(RoleGrant).filter_by(person_id=PERSON["uk_hr"]).delete()
        session.commit()
    assert client.get("/staff").status_code == 403
    for path in ("/", "/account", "/notices"):  # what is everybody's needs no role
        assert client.get(path).status_code == 200, path
    assert client.send("/sign-out").status_code == 303


def test_a_role_given_or_taken_ends_the_sessions(as_: As, database: Database) -> None:
    client = as_("ada")
    assert client.get("/account").status_code == 200
    with database.session() as session:
        roles.grant(session, SYSTEM, PERSON["ada"], Role.AUDITOR, None, now=NOW)
    assert client.get("/account").status_code == 303


def test_signing_in_changes_the_session_and_forgets_what_was_in_the_cookie(as_: As, database: Database) -> None:
    with database.session() as session:
        accounts.set_password(session, PERSON["uk_hr"], PASSWORD, now=NOW)
    client = as_("")
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    client.send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        first = cookie["_user_id"]
    client.send("/sign-out")
    client.send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first


def test_a_cookie_signed_with_another_key_is_nobodys(as_: As, database: Database) -> None:
    forged = create_app(
        database.settings(), SECRET_KEY="another key, as long as the real one is, and as random", CLOCK=lambda: NOW
    )
    serializer = forged.session_interface.get_signing_serializer(forged)  # type: ignore[attr-defined]  # the default interface
    client = as_("")
    client.set_cookie("exchange", serializer.dumps({"_user_id": "token-of-uk_hr-1", "_fresh": True}))
    assert client.get("/account").status_code == 303


def test_an_address_that_guesses_many_accounts_is_throttled_too(as_: As, database: Database) -> None:
    client = as_("")
    token = client.csrf_token("/sign-in")
    answers = [
        client.post("/sign-in", data={"csrf_token": token, "email": f"n{n}@example.org", "password": "no"}).status_code
        for n in range(accounts.FAILURES_PER_ADDRESS + 1)
    ]
    assert answers == [422] * accounts.FAILURES_PER_ADDRESS + [429]


def test_guesses_at_once_through_two_servers_are_no_more_than_guesses_in_a_row(database: Database) -> None:
    servers = [create_app(database.settings(), TESTING=True, CLOCK=lambda: NOW) for _ in range(2)]

    def guess(number: int) -> str:
        with servers[number % 2].app_context():
            try:
                accounts.sign_in(
                    db.session(), email_of("uk_hr"), f"guess {number}", address=f"192.0.2.{number}", now=NOW
                )
            except Refused as refused:
                return " ".join(refused.verdict.reasons)
        return "signed in"

    with ThreadPoolExecutor(8) as threads:
        answers = Counter(threads.map(guess, range(16)))
    for server in servers:
        with server.app_context():
            db.engine.dispose()
    tried = accounts.FAILURES_PER_ACCOUNT
    assert answers == {
        "The e-mail address and the password do not belong together.": tried,
        "Too many tries. Wait a minute, then sign in again.": 16 - tried,
    }


def test_a_right_password_counts_as_no_try(database: Database) -> None:
    with database.session() as session:
        accounts.set_password(session, PERSON["uk_hr"], PASSWORD, now=NOW)
        for _ in range(accounts.FAILURES_PER_ACCOUNT + 1):
            assert accounts.sign_in(session, email_of("uk_hr"), PASSWORD, address="192.0.2.1", now=NOW)


def test_the_throttle_is_over_after_its_window(as_: As, app: Flask, database: Database) -> None:
    with database.session() as session:
        accounts.set_password(session, PERSON["uk_hr"], PASSWORD, now=NOW)
    client = as_("")
    for _ in range(accounts.FAILURES_PER_ACCOUNT):
        client.send("/sign-in", {"email": email_of("uk_hr"), "password": "no"}, page="/sign-in")
    app.config["CLOCK"] = lambda: NOW + accounts.WINDOW
    answer = client.send("/sign-in", {"email": email_of("uk_hr"), "password": PASSWORD}, page="/sign-in")
    assert answer.status_code == 303


def test_at_most_two_passwords_are_hashed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, guard = 0, 0, threading.Lock()

    class Slow:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with guard:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with guard:
                running -= 1
            return "hash"

    monkeypatch.setattr(accounts, "_hasher", Slow())
    threads = [threading.Thread(target=accounts.hash_password, args=("x",)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_a_password_is_kept_as_argon2id_with_its_cost() -> None:
    assert accounts.hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_unknown_address_costs_a_hash_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    verify = accounts._hasher.verify

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(password)
            return verify(stored, password)

        hash = staticmethod(accounts._hasher.hash)

    monkeypatch.setattr(accounts, "_hasher", Counting())
    with database.session() as session, pytest.raises(Refused):
        accounts.sign_in(session, "who@example.org", "a guess", address="192.0.2.1", now=NOW)
    assert checked == ["a guess"]


# One person's record of each kind that another institute must not learn of, and one that nobody has.
HIDDEN = [
    ("us_hr", f"/staff/{PERSON['ada']}", "/staff/99999"),
    ("us_hr", f"/staff/{PERSON['ada']}", f"/staff/{2**31 - 1}"),
    ("jp_hr", "/secondments/1", "/secondments/99999"),
    ("jp_hr", "/imports/1", "/imports/99999"),
]


@pytest.mark.parametrize(("key", "hidden", "missing"), HIDDEN)
def test_what_one_may_not_know_of_reads_like_what_is_not_there(as_: As, key: str, hidden: str, missing: str) -> None:
    client = as_(key)
    first, second = client.get(hidden), client.get(missing)
    assert (first.status_code, second.status_code) == (404, 404)
    assert _without_particulars(first.text, hidden) == _without_particulars(second.text, missing)


def test_the_refusal_of_a_gate_says_nothing_of_what_lies_behind(as_: As) -> None:
    client = as_("ada")
    texts = {_without_particulars(client.get(path).text, path) for path in (f"/staff/{PERSON['ada']}", "/staff/99999")}
    assert len(texts) == 1
    assert ACTOR["ada"].name in texts.pop()


def _without_particulars(page: str, path: str) -> str:
    """The page without its nonce, its token and its own address."""
    text = re.sub(r'(nonce|value)="[^"]*"', "", page)
    return text.replace(path, "")
