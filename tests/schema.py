"""The schema and the rows of a database as the engine itself tells them, for tests of migrations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, MetaData, inspect, select

from exchange.web import create_app, resource
from tests.engines import Database

# Indexes of the full-text engines: no models, made and filled by the search, and different on each engine.
ENGINES_OWN = ("search_words", "search_names", "search_near", "sqlite_", "alembic_version")

Rows = dict[str, list[dict[str, Any]]]


@contextmanager
def application(database: Database) -> Iterator[Flask]:
    app = create_app(database.settings())
    with app.app_context():
        yield app
        app.extensions["sqlalchemy"].engine.dispose()


def revisions() -> list[str]:
    """From the newest to the first."""
    return [script.revision for script in ScriptDirectory(resource("migrations")).walk_revisions()]


def tables(engine: Engine) -> MetaData:
    found = MetaData()
    found.reflect(engine, only=lambda name, _: not name.startswith(ENGINES_OWN), resolve_fks=False)
    return found


def rows(engine: Engine) -> Rows:
    """Every row of every table, in an order that does not depend on how it is stored."""
    with engine.connect() as connection:
        return {
            table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
            for table in tables(engine).sorted_tables
        }


def shape(engine: Engine) -> dict[str, Any]:
    """Columns, keys, indexes and checks of every table, as the engine itself tells them."""
    seen = inspect(engine)
    found: dict[str, Any] = {}
    for name in tables(engine).tables:
        columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(name)}
        checks = {(c["name"], " ".join(c["sqltext"].split())) for c in seen.get_check_constraints(name)}
        keys = {
            (
                tuple(k["constrained_columns"]),
                k["referred_table"],
                tuple(k["referred_columns"]),
                k["options"].get("ondelete"),
            )
            for k in seen.get_foreign_keys(name)
        }
        unique = {tuple(sorted(u["column_names"])) for u in seen.get_unique_constraints(name)}
        primary = tuple(seen.get_pk_constraint(name)["constrained_columns"])
        found[name] = {"columns": columns, "checks": checks, "keys": keys, "unique": unique, "primary": primary}
    return found
