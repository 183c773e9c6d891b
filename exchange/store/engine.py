"""Opening a database so that no write is lost and no rule of it is off.

SQLite's driver would begin transactions by itself and late; two requests could then read the same row and one update
would vanish. So the driver is told to stay out (``isolation_level=None``) and every transaction is begun here:
``BEGIN IMMEDIATE`` for a write, ``BEGIN`` for a read.
"""

from __future__ import annotations

from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

WRITE = "exchange_write"  # execution option that marks a connection about to write

# Any fixed number: PostgreSQL's advisory lock under which all writing units queue, because the audit chain is one line.
AUDIT_CHAIN_LOCK = 7_241_951

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged commit survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
    "PRAGMA trusted_schema=OFF",
)


def open_engine(url: str) -> Engine:
    """An engine for ``sqlite:///…`` or ``postgresql+psycopg://…``, prepared as below."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    prepare(engine)
    return engine


def prepare(engine: Engine) -> None:
    """Make an engine obey the house's rules for transactions. Call once, before first use."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def begin_write(session: Session) -> None:
    """End the read that is open, then begin a transaction in which only this session writes, on either engine."""
    session.rollback()
    connection = session.connection(execution_options={WRITE: True})
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({AUDIT_CHAIN_LOCK})")


def begin_snapshot(session: Session) -> None:
    """End the read that is open, then begin one in which all statements see the same records, on either engine."""
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":  # SQLite's reads are so by themselves
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def _configure_sqlite(connection: SqliteConnection, _record: Any) -> None:  # noqa: ANN401 - the pool's record has no public type
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
