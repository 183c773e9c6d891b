"""Every migration goes up and down with data in the tables, and its end is what the models say, on both engines."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, MetaData, inspect, select
from sqlalchemy.orm import sessionmaker

from exchange.demo.filling import fill
from exchange.store.schema import METADATA
from exchange.web import create_app, resource
from tests.cast import NOW
from tests.engines import Database, PostgresTemplate, SqliteTemplate

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


def narrowed(wide: Rows, columns: dict[str, list[str]]) -> Rows:
    """The same rows, with only these columns of these tables."""
    return {
        table: sorted(({name: row[name] for name in names} for row in wide[table]), key=repr)
        for table, names in columns.items()
    }


def kept_columns(lower: Engine, upper: Rows) -> dict[str, list[str]]:
    """The columns of the database as it stands that also stood in ``upper`` and had rows there."""
    return {
        table.name: [column.name for column in table.columns if column.name in upper[table.name][0]]
        for table in tables(lower).sorted_tables
        if upper.get(table.name)
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


def test_there_is_one_line_of_migrations_with_one_head() -> None:
    scripts = ScriptDirectory(resource("migrations"))
    assert len(scripts.get_heads()) == 1
    assert sorted(revisions()) == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_each_goes_down_and_up_again_and_keeps_what_both_can_hold(
    engine_template: SqliteTemplate | PostgresTemplate, tmp_path: Path
) -> None:
    with engine_template.empty(tmp_path) as database, application(database):
        flask_migrate.upgrade()
        with sessionmaker(database.engine)() as session:
            fill(session, now=NOW)
        assert sum(map(len, rows(database.engine).values())) > 2000
        for upper, lower in pairwise([*revisions(), "base"]):
            before, form = rows(database.engine), shape(database.engine)
            flask_migrate.downgrade(revision=lower)
            common = kept_columns(database.engine, before)
            assert narrowed(rows(database.engine), common) == narrowed(before, common), f"{upper} → {lower}"
            flask_migrate.upgrade(revision=upper)
            assert shape(database.engine) == form, f"{lower} → {upper}"
            assert narrowed(rows(database.engine), common) == narrowed(before, common), f"{lower} → {upper}"
            flask_migrate.downgrade(revision=lower)
        assert not tables(database.engine).tables
        flask_migrate.upgrade()


def test_the_newest_schema_is_what_the_models_say(
    database: Database, engine_template: SqliteTemplate | PostgresTemplate, tmp_path: Path
) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or not name.startswith(ENGINES_OWN),
                "include_object": _a_models_own,
            },
        )
        assert compare_metadata(context, METADATA) == []
    with engine_template.empty(tmp_path) as modelled:
        METADATA.create_all(modelled.engine)
        assert shape(database.engine) == shape(modelled.engine)  # checks are not part of the comparison above


def _a_models_own(_item: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """All but the trigram index of PostgreSQL, which belongs to its search."""
    return not (kind == "index" and reflected and name == "ix_search_person_name_trigrams")


CASCADE = '''
"""Alter a parent of many tables, as any later migration may."""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "9999", "{head}", None, None


def upgrade():
    with op.batch_alter_table("person") as batch:
        batch.alter_column("zone", type_=sa.String(90), existing_nullable=False)
        {damage}


def downgrade():
    with op.batch_alter_table("person") as batch:
        batch.alter_column("zone", type_=sa.String(64), existing_nullable=False)
'''


def with_one_more(folder: Path, damage: str = "") -> str:
    """The project's migrations in a folder of their own, with one behind them."""
    copied = folder / "migrations"
    shutil.copytree(resource("migrations"), copied)
    text = CASCADE.format(head=revisions()[0], damage=damage)
    (copied / "versions" / "9999_later.py").write_text(text)
    return str(copied)


def test_altering_a_parent_does_not_take_its_children_along(database: Database, tmp_path: Path) -> None:
    before = rows(database.engine)
    assert before["role_grant"]
    folder = with_one_more(tmp_path)
    with application(database):
        flask_migrate.upgrade(directory=folder)
        assert rows(database.engine) == before
        flask_migrate.downgrade(directory=folder)
        assert rows(database.engine) == before


def test_a_migration_that_leaves_dangling_references_is_not_committed(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before = rows(sqlite_database.engine)
    folder = with_one_more(tmp_path, "op.execute('DELETE FROM site')")
    with application(sqlite_database) as app:
        with pytest.raises(SystemExit):
            flask_migrate.upgrade(directory=folder)
        with app.extensions["sqlalchemy"].engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    assert "references to rows that do not exist" in caplog.text
    assert rows(sqlite_database.engine) == before
