"""Run migrations for ``exchange db`` and ``flask db``.

On SQLite a table is altered by copying it. With foreign keys on, dropping the old copy would delete the rows that refer
to it (ON DELETE CASCADE), so they are off while a migration runs and checked before it is committed.
"""

from __future__ import annotations

from alembic import context
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection

from exchange.store.base import UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our instant type into migrations as what it is in the database: they must not change with the code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def check_references(ctx: MigrationContext, **_: object) -> None:
    """Called inside each migration's own transaction, behind its last statement."""
    if ctx.connection is not None and ctx.dialect.name == "sqlite":
        broken = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The migration left references to rows that do not exist: {broken[:5]}")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=current_app.extensions["migrate"].db.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
        on_version_apply=check_references,
    )
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")


with current_app.extensions["migrate"].db.engine.connect() as opened:
    run(opened)
