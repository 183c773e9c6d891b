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


def rows(engine: Engine, known: MetaData | None = None) -> Rows:
    """Every row of every table, in an order that does not depend on how it is stored; ``known`` are its tables."""
    with engine.connect() as connection:
        return {
            table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
            for table in (known or tables(engine)).sorted_tables
        }


def shape(engine: Engine) -> dict[str, Any]:
    """Columns, keys, indexes and checks of every table, as the engine itself tells them: all tables at once."""
    seen = inspect(engine)
    checks, keys = seen.get_multi_check_constraints(), seen.get_multi_foreign_keys()
    unique, primary = seen.get_multi_unique_constraints(), seen.get_multi_pk_constraint()
    return {
        place[1]: {
            "columns": {c["name"]: (str(c["type"]), c["nullable"]) for c in columns},
            "checks": {(c["name"], " ".join(c["sqltext"].split())) for c in checks.get(place, ())},
            "keys": {
                (
                    tuple(k["constrained_columns"]),
                    k["referred_table"],
                    tuple(k["referred_columns"]),
                    k["options"].get("ondelete"),
                )
                for k in keys.get(place, ())
            },
            "unique": {tuple(sorted(u["column_names"])) for u in unique.get(place, ())},
            "primary": tuple(primary[place]["constrained_columns"]),
        }
        for place, columns in seen.get_multi_columns().items()
        if not place[1].startswith(ENGINES_OWN)
    }
