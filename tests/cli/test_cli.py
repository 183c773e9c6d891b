"""The commands as somebody at a shell meets them: what they do, what they say, how they exit."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.domain.actors import Role
from exchange.feeds.lint import lint
from exchange.store.people import Person, RoleGrant
from tests.cast import PASSWORD

Run = Callable[..., Result]


def test_help_names_every_command(run: Run) -> None:
    text = run("--help").output
    commands = ("account", "audit", "calendar", "db", "demo", "import", "institute", "mail", "model", "serve", "worker")
    assert [name for name in commands if f"\n  {name} " not in text] == []


def test_the_schema_goes_up_and_down_and_says_where_it_stands(run: Run) -> None:
    assert "stands at revision base" in run("db", "current").output
    up = run("db", "upgrade")
    assert (up.exit_code, ", as before" in up.output) == (0, False)
    assert ", as before" in run("db", "upgrade").output
    assert run("db", "downgrade", "base", answer="n\n").exit_code == 1
    assert "stands at revision base" in run("db", "downgrade", "base", "--yes").output
    assert run("db", "upgrade").exit_code == 0


def test_a_revision_that_does_not_exist_is_named_with_those_that_do(run: Run) -> None:
    run("db", "upgrade")
    answer = run("db", "downgrade", "9999", "--yes")
    assert answer.exit_code == 1
    assert "There is no revision “9999”. There are: 0001, 0002" in answer.output


@pytest.mark.parametrize("command", [("serve", "--port", "0"), ("worker",), ("audit", "verify")])
def test_a_database_that_must_be_upgraded_is_refused_with_the_command(run: Run, command: tuple[str, ...]) -> None:
    answer = run(*command)
    assert answer.exit_code == 1
    assert "Run: exchange db upgrade" in answer.output


@pytest.mark.parametrize(
    "command", [("serve", "--port", "0"), ("worker",), ("db", "upgrade"), ("demo", "--no-serve"), ("audit", "verify")]
)
def test_a_database_newer_than_the_code_is_refused(run: Run, data: Path, command: tuple[str, ...]) -> None:
    run("db", "upgrade")
    with sqlite3.connect(data / "exchange.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    answer = run(*command)
    assert answer.exit_code == 1
    assert "newer than this version of Exchange: it stands at revision 9999" in answer.output


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_busy_port_gets_a_sentence(run: Run, command: str) -> None:
    run("db", "upgrade")
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        answer = run(command, "--port", str(port))
    assert answer.exit_code == 1
    assert f"Port {port} on 127.0.0.1 cannot be used" in answer.output
    assert "--port" in answer.output


def test_plain_http_beyond_this_machine_is_refused(run: Run) -> None:
    answer = run("serve", "--host", "0.0.0.0", "--port", "0")
    assert answer.exit_code == 1
    assert "sign-ins in the clear" in answer.output


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("EXCHANGE_SECRET_KEY", "short", "needs at least 32"),
        ("FLASK_LOGIN_DISABLED", "1", "would switch sign-in off"),
        ("EXCHANGE_DATABASE_URL", "sqlite:////nowhere/at/all.sqlite3", "The database cannot be used"),
    ],
)
def test_bad_settings_get_a_sentence(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    answer = run("db", "upgrade")
    assert answer.exit_code == 1
    assert words in answer.output
    assert "Traceback" not in answer.output


def test_a_first_administrator_comes_in_from_the_command_line(ready: Run, stored: Session) -> None:
    created = ready("account", "create", "Root@Example.org", "--name", "Root", "--password", PASSWORD)
    assert (created.exit_code, created.output) == (0, "Root can sign in as root@example.org.\n")
    assert ready("account", "grant", "root@example.org", "administrator").exit_code == 0
    person = stored.scalars(select(Person)).one()
    assert person.password_hash is not None
    assert stored.execute(select(RoleGrant.role, RoleGrant.institute_id)).all() == [(Role.ADMINISTRATOR, None)]


def test_a_coordinator_is_granted_within_an_institute(ready: Run, stored: Session) -> None:
    ready("account", "create", "hr@example.org", "--name", "H", "--institute", "UK-AISI", "--password", PASSWORD)
    missing = ready("account", "grant", "hr@example.org", "hr_coordinator")
    assert (missing.exit_code, "held within an institute: choose which" in missing.output) == (1, True)
    assert ready("account", "grant", "hr@example.org", "hr_coordinator", "--institute", "UK-AISI").exit_code == 0
    twice = ready("account", "grant", "hr@example.org", "hr_coordinator", "--institute", "UK-AISI")
    assert (twice.exit_code, "holds this role already" in twice.output) == (1, True)
    assert stored.execute(select(RoleGrant.role, RoleGrant.institute_id)).all() == [(Role.HR_COORDINATOR, 1)]


def test_what_is_wrong_with_an_account_is_said_and_nothing_is_made(ready: Run, stored: Session) -> None:
    short = ready("account", "create", "a@example.org", "--name", "A", "--password", "short")
    nowhere = ready("account", "create", "a@example.org", "--name", "A", "--institute", "XX", "--password", PASSWORD)
    no_address = ready("account", "create", "nobody", "--name", "A", "--password", PASSWORD)
    unknown = ready("account", "password", "who@example.org", "--password", PASSWORD)
    assert [answer.exit_code for answer in (short, nowhere, no_address, unknown)] == [1, 1, 1, 1]
    assert "at least 15 characters" in short.output
    assert "There is no institute XX" in nowhere.output
    assert "with an @ in it" in no_address.output
    assert "Nobody has the address who@example.org" in unknown.output
    assert stored.scalar(select(Person.id)) is None


def test_a_password_is_asked_for_twice_and_never_shown(ready: Run) -> None:
    ready("account", "create", "a@example.org", "--name", "A", "--password", PASSWORD)
    answer = ready("account", "password", "a@example.org", answer=f"{PASSWORD} 2\n{PASSWORD} 2\n")
    assert answer.exit_code == 0
    assert PASSWORD not in answer.output


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (("--zone", "Europe/Atlantis"), "There is no time zone “Europe/Atlantis”"),
        ((), "There is an institute UK-AISI already"),
    ],
)
def test_an_institute_that_makes_no_sense_is_refused(ready: Run, changed: tuple[str, ...], words: str) -> None:
    arguments = ("--name", "Twin", "--country", "GB", "--city", "London", "--zone", "Europe/London")
    answer = ready("institute", "create", "UK-AISI" if not changed else "UK-2", *arguments, *changed)
    assert answer.exit_code == 1
    assert words in answer.output


def test_an_edited_audit_record_is_found(ready: Run, data: Path) -> None:
    intact = ready("audit", "verify")
    assert (intact.exit_code, "intact: 1 records" in intact.output) == (0, True)
    head = intact.output.split()[-1]
    assert ready("audit", "verify", "--anchor", head).exit_code == 0
    with sqlite3.connect(data / "exchange.sqlite3") as connection:
        connection.execute("DROP TRIGGER audit_event_no_update")
        connection.execute("UPDATE audit_event SET summary = 'Nothing happened.'")
    connection.close()
    edited = ready("audit", "verify")
    assert edited.exit_code == 1
    assert "Record 1 was changed after it was written." in edited.output


def test_an_anchor_that_is_not_in_the_trail_is_found(ready: Run) -> None:
    cut = ready("audit", "verify", "--anchor", f"7:{'0' * 64}")
    assert (cut.exit_code, "cut off or rewritten" in cut.output) == (1, True)
    unreadable = ready("audit", "verify", "--anchor", "seven")
    assert (unreadable.exit_code, "Write an anchor as it was printed" in unreadable.output) == (2, True)


def test_a_calendar_file_is_checked(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "broken.ics"
    file.write_bytes(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    answer = run("calendar", "check", str(file))
    assert answer.exit_code == 1
    assert f"{file}:1: " in answer.output
    assert run("calendar", "check", str(tmp_path / "missing.ics")).exit_code == 2


def test_a_calendar_is_exported(ready: Run) -> None:
    ready("account", "create", "ada@example.org", "--name", "A", "--institute", "UK-AISI", "--password", PASSWORD)
    for named in (("--person", "ADA@example.org"), ("--institute", "UK-AISI")):
        answer = ready("calendar", "export", *named)
        assert answer.exit_code == 0, answer.output
        assert answer.stdout_bytes.startswith(b"BEGIN:VCALENDAR\r\n")
        assert not lint(answer.stdout_bytes)
    unknown = ready("calendar", "export", "--workstream", "NONE")
    assert (unknown.exit_code, "There is no workstream called NONE." in unknown.output) == (1, True)
    assert ready("calendar", "export").exit_code == 2
