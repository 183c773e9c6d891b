"""A data folder of its own, the commands run in this process, and what stands in the database afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from exchange.cli import main
from exchange.store.engine import open_engine

Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and an environment that points to it alone."""
    for name in ("EXCHANGE_DATABASE_URL", "EXCHANGE_BASE_URL", "EXCHANGE_SMTP_URL", "EXCHANGE_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("EXCHANGE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def run(data: Path) -> Run:
    def command(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(main, arguments, input=answer, catch_exceptions=False)

    return command


@pytest.fixture
def stored(data: Path) -> Iterator[Session]:
    """What stands in the database afterwards."""
    engine = open_engine(f"sqlite:///{data / 'exchange.sqlite3'}")
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def ready(run: Run) -> Run:
    """A migrated database with one institute."""
    run("db", "upgrade")
    arguments = ("--name", "AI Security Institute", "--country", "gb", "--city", "London", "--zone", "Europe/London")
    assert run("institute", "create", "UK-AISI", *arguments).exit_code == 0
    return run
