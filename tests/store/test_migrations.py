"""The migrations end where the models are, on both engines, and altering a table takes no rows along."""

from __future__ import annotations

import shutil
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from exchange.store.schema import METADATA
from exchange.web import resource
from tests.engines import Database, PostgresTemplate, SqliteTemplate
from tests.schema import ENGINES_OWN, application, revisions, rows, shape


def test_there_is_one_line_of_migrations_with_one_head() -> None:
    scripts = ScriptDirectory(resource("migrations"))
    assert len(scripts.get_heads()) == 1
    assert sorted(revisions()) == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


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
