"""The audit trail in the database: append-only by trigger; what is done to it behind their back is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from exchange.actions.writing import writing
from exchange.cli import main
from exchange.domain.audit import verify
from exchange.store import audit
from tests.cast import ACTOR, NOW, UK
from tests.engines import Database, PostgresTemplate

RECORDS = 6
LIFT = {
    "sqlite": ("DROP TRIGGER audit_event_no_update", "DROP TRIGGER audit_event_no_delete"),
    "postgresql": ("ALTER TABLE audit_event DISABLE TRIGGER ALL",),
}


def write(database: Database, how_many: int = RECORDS) -> tuple[int, str]:
    """Some records, and the head behind them."""
    with database.session() as session:
        for number in range(how_many):
            with writing(session, ACTOR["uk_hr"], "person:edit", now=NOW) as work:
                work.subject("person", number, UK)
                work.record(f"Change {number} of 佐藤 美咲.", {"after": {"number": number, "text": "é"}})
        return audit.head(session)


def behind_its_back(database: Database, *statements: str) -> None:
    """What somebody with the database's own password could do."""
    with database.engine.begin() as connection:
        for statement in (*LIFT[database.dialect], *statements):
            connection.execute(text(statement))


@pytest.fixture
def verified(database: Database, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """``exchange audit verify`` on the test's database."""
    monkeypatch.setenv("EXCHANGE_DATA", str(database.data))
    monkeypatch.setenv("EXCHANGE_DATABASE_URL", database.url)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(main, ("audit", "verify", *arguments))

    return command


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET summary = 'Nothing happened.' WHERE seq = 2",
        "UPDATE audit_event SET seq = 99 WHERE seq = 2",
        "DELETE FROM audit_event WHERE seq = 2",
        "DELETE FROM audit_event",
    ],
)
def test_the_database_refuses_to_change_a_record(database: Database, statement: str) -> None:
    noted = write(database)
    with database.session() as session, pytest.raises(DBAPIError, match="append-only"):
        session.execute(text(statement))
    with database.session() as session:
        assert verify(audit.entries(session), noted).records == RECORDS


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_table(postgres_template: PostgresTemplate, tmp_path: Path) -> None:
    """SQLite has no TRUNCATE; a DELETE without a condition is tried above."""
    with postgres_template.copy(tmp_path) as database:
        write(database)
        with database.session() as session, pytest.raises(DBAPIError, match="append-only"):
            session.execute(text("TRUNCATE audit_event"))


FORGED = (
    "INSERT INTO audit_event (seq, at, actor_name, verb, outcome, subject_kind, institutes, summary, detail,"
    f" previous, hash) SELECT {RECORDS + 1}, at, actor_name, verb, outcome, subject_kind, institutes,"
    f" 'Forged.', detail, hash, '{'f' * 64}' FROM audit_event WHERE seq = {RECORDS}"
)
TAMPERINGS = {
    "edited": ("UPDATE audit_event SET summary = 'Nothing happened.' WHERE seq = 3",),
    "another actor": ("UPDATE audit_event SET actor_name = 'Somebody else' WHERE seq = 3",),
    "detail": ("UPDATE audit_event SET detail = '{}' WHERE seq = 3",),
    "removed": ("DELETE FROM audit_event WHERE seq = 3",),
    "first removed": ("DELETE FROM audit_event WHERE seq = 1",),
    "removed and closed up": (
        "DELETE FROM audit_event WHERE seq = 3",
        *(f"UPDATE audit_event SET seq = {seq - 1} WHERE seq = {seq}" for seq in range(4, RECORDS + 1)),
    ),
    "reordered": (
        "UPDATE audit_event SET seq = 99 WHERE seq = 3",
        "UPDATE audit_event SET seq = 3 WHERE seq = 4",
        "UPDATE audit_event SET seq = 4 WHERE seq = 99",
    ),
    "inserted": (FORGED,),
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_the_command_finds_what_was_done_behind_the_triggers_back(
    database: Database, verified: Callable[..., Result], tampering: str
) -> None:
    write(database)
    assert verified().exit_code == 0
    behind_its_back(database, *TAMPERINGS[tampering])
    answer = verified()
    assert answer.exit_code == 1
    assert "The audit trail is damaged" in answer.output


def test_a_cut_off_end_is_found_with_the_head_that_the_command_printed(
    database: Database, verified: Callable[..., Result]
) -> None:
    write(database)
    said = verified()
    anchor = said.output.rsplit(" ", 1)[1].strip()
    write(database, 2)
    assert verified("--anchor", anchor).exit_code == 0
    behind_its_back(database, f"DELETE FROM audit_event WHERE seq >= {RECORDS}")
    assert verified().exit_code == 0  # shorter, and in itself whole
    answer = verified("--anchor", anchor)
    assert answer.exit_code == 1
    assert "its end was cut off or rewritten" in answer.output


def test_an_anchor_that_is_none_is_a_wrong_command(verified: Callable[..., Result]) -> None:
    assert verified("--anchor", "6:abc").exit_code == 2


def test_two_records_cannot_take_the_same_place(database: Database) -> None:
    write(database)
    copy = (
        "INSERT INTO audit_event (seq, at, actor_name, verb, outcome, subject_kind, institutes, summary, detail,"
        " previous, hash) SELECT {seq}, at, actor_name, verb, outcome, subject_kind, institutes, summary, detail,"
        " previous, {hash} FROM audit_event WHERE seq = 3"
    )
    for seq, digest in (("3", f"'{'e' * 64}'"), ("70", "hash")):
        with database.session() as session, pytest.raises(DBAPIError):
            session.execute(text(copy.format(seq=seq, hash=digest)))
