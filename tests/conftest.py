"""What every test may ask for: a fresh database on either engine, the application on it, and clients of the cast."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from exchange.web import create_app
from tests.cast import NOW
from tests.clients import PageClient, sign_in
from tests.engines import ENGINES, Database, PostgresTemplate, SqliteTemplate
from tests.invented import filled_once
from tests.programs.khal import Device

# Examples are drawn and tried slowly on a machine that is busy with other tests; that says nothing about the code.
settings.register_profile("exchange", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("exchange")


# Begun first, so that no process is left alone with one of them at the end.
LONGEST = ("tests/store/test_migrations_with_data.py", "tests/actions/test_two_keys.py::test_sixty")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresTemplate]:
    template = PostgresTemplate(tmp_path_factory.mktemp("pg"))
    yield template
    template.stop()


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.postgres] if name == "postgresql" else []) for name in ENGINES]
)
def engine_template(request: pytest.FixtureRequest) -> SqliteTemplate | PostgresTemplate:
    """What makes databases on an engine, for tests that need an empty one or several; runs once on each engine."""
    template: SqliteTemplate | PostgresTemplate = request.getfixturevalue(
        "sqlite_template" if request.param == "sqlite" else "postgres_template"
    )
    return template


@pytest.fixture
def database(engine_template: SqliteTemplate | PostgresTemplate, tmp_path: Path) -> Iterator[Database]:
    """A migrated database with the cast in it; the test runs once on each engine."""
    with engine_template.copy(tmp_path) as copied:
        yield copied


@pytest.fixture
def sqlite_database(sqlite_template: SqliteTemplate, tmp_path: Path) -> Iterator[Database]:
    """The same on SQLite alone, for what does not depend on the engine."""
    with sqlite_template.copy(tmp_path) as copied:
        yield copied


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.session() as opened:
        yield opened


@pytest.fixture(scope="session")
def invented_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the invented world on SQLite, to be copied; all processes of a run share it."""
    own = tmp_path_factory.getbasetemp()
    return filled_once((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "invented")


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each test has an application of its own; the templates are compiled once for all of them."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(database: Database, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    made = create_app(database.settings(), TESTING=True, CLOCK=lambda: NOW)
    made.jinja_env.bytecode_cache = compiled_templates
    made.test_client_class = PageClient
    yield made
    with made.app_context():
        made.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def device(tmp_path: Path) -> Device:
    """A device with vdirsyncer and khal on it."""
    return Device(tmp_path / "device")


@pytest.fixture
def as_(app: Flask, database: Database) -> Callable[[str], PageClient]:
    """``as_("uk_hr").get("/")``: a client signed in as somebody of the cast; ``as_("")`` is nobody."""

    def client(key: str) -> PageClient:
        opened = app.test_client()
        assert isinstance(opened, PageClient)
        if key:
            sign_in(opened, database, key)
        return opened

    return client
