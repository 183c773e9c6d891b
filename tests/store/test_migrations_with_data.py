"""Every migration goes down and up again with the whole invented world in the tables, on both engines."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import flask_migrate
from sqlalchemy import MetaData
from sqlalchemy.orm import sessionmaker

from exchange.demo.filling import fill
from exchange.store.invitations import of_kept_token
from tests.cast import NOW
from tests.engines import PostgresTemplate, SqliteTemplate
from tests.schema import Rows, application, revisions, rows, shape, tables

WITHOUT_TOKENS = "0015"  # the links that were mailed before go on


def narrowed(wide: Rows, columns: dict[str, list[str]]) -> Rows:
    """The same rows, with only these columns of these tables."""
    return {
        table: sorted(({name: row[name] for name in names} for row in wide[table]), key=repr)
        for table, names in columns.items()
    }


def without_lost(found: Rows, upper: str) -> Rows:
    """The rows that the schema below ``upper`` can hold: a meeting's events go with the meetings."""
    if upper != "0005":
        return found
    return found | {"calendar_item": [row for row in found["calendar_item"] if row["meeting_id"] is None]}


def kept_columns(lower: MetaData, upper: Rows) -> dict[str, list[str]]:
    """The columns of the schema below that also stood in ``upper`` and had rows there."""
    return {
        table.name: [column.name for column in table.columns if column.name in upper[table.name][0]]
        for table in lower.sorted_tables
        if upper.get(table.name)
    }


def test_each_goes_down_and_up_again_and_keeps_what_both_can_hold(
    engine_template: SqliteTemplate | PostgresTemplate, invented_world: Path, tmp_path: Path
) -> None:
    if isinstance(engine_template, SqliteTemplate):
        shutil.copyfile(invented_world, tmp_path / "empty.sqlite3")
    with engine_template.empty(tmp_path) as database, application(database):
        flask_migrate.upgrade()
        with sessionmaker(database.engine)() as session:
            fill(session, database.settings().answering, now=NOW)
        engine, known = database.engine, tables(database.engine)
        assert sum(map(len, rows(engine, known).values())) > 2000
        for upper, lower in pairwise([*revisions(), "base"]):
            before, form = without_lost(rows(engine, known), upper), shape(engine)
            flask_migrate.downgrade(revision=lower)
            below = tables(engine)
            common, held = kept_columns(below, before), rows(engine, below)
            mailed = [row.get("token") for row in held.get("invitation", ())]
            assert narrowed(held, common) == narrowed(before, common), f"{upper} → {lower}"
            flask_migrate.upgrade(revision=upper)
            assert shape(engine) == form, f"{lower} → {upper}"
            assert narrowed(rows(engine, known), common) == narrowed(before, common), f"{lower} → {upper}"
            if upper == WITHOUT_TOKENS:
                assert mailed
                with sessionmaker(database.engine)() as session:
                    assert all(of_kept_token(session, token or "") for token in mailed)
            flask_migrate.downgrade(revision=lower)
            known = below
        assert not known.tables
        flask_migrate.upgrade()
