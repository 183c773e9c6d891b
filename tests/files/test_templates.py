"""The templates can be filled in and brought back as they are."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from exchange.domain.dates import DateOrder
from exchange.files.clearances import read_clearances
from exchange.files.columns import fold, match_columns
from exchange.files.openings import read_openings
from exchange.files.people import read_people
from exchange.files.tables import Table, read_table
from exchange.files.templates import COLUMNS, template_csv, template_xlsx
from exchange.files.workstreams import read_workstreams

if TYPE_CHECKING:
    from collections.abc import Callable

    from exchange.files.reading import Reading

READERS: dict[str, Callable[..., Reading[Any]]] = {
    "people": read_people,
    "clearances": read_clearances,
    "workstreams": read_workstreams,
    "openings": read_openings,
}


def test_every_kind_has_a_reader_here() -> None:
    assert set(READERS) == set(COLUMNS)


@pytest.mark.parametrize("kind", COLUMNS)
@pytest.mark.parametrize("template", [template_csv, template_xlsx])
def test_a_template_comes_back_empty_with_its_example_left_out(kind: str, template: Callable[[str], bytes]) -> None:
    table = read_table(template(kind))
    match = match_columns(table.header, COLUMNS[kind])
    assert (match.unmatched, match.missing, match.clashes) == ((), (), ())
    reading = READERS[kind](table, order=DateOrder.DAY_FIRST)
    assert not reading.rows
    assert not reading.problems
    assert any("example row was left out" in note.sentence for note in reading.notes)


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_example_is_a_row_that_could_go_in(kind: str) -> None:
    table = read_table(template_csv(kind))
    code = next(position for position, column in enumerate(COLUMNS[kind]) if column.required)
    (row,) = table.rows
    cells = [*row.cells]
    cells[code] = f"{cells[code]}x"  # no longer the example, word for word
    changed = Table(table.header, (type(row)(row.number, tuple(cells)),))
    reading = READERS[kind](changed, order=DateOrder.DAY_FIRST)
    assert not reading.problems
    assert len(reading.rows) == 1


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_workbook_explains_every_column(kind: str) -> None:
    notes = load_workbook(BytesIO(template_xlsx(kind)))["Notes"]
    rows = list(notes.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == [column.heading for column in COLUMNS[kind]]
    assert all(row[2] for row in rows)


@pytest.mark.parametrize("kind", COLUMNS)
def test_no_heading_means_two_fields(kind: str) -> None:
    meant: dict[str, set[str]] = {}
    for column in COLUMNS[kind]:
        for name in (column.field, column.heading, *column.aliases):
            meant.setdefault(fold(name), set()).add(column.field)
    assert {name: fields for name, fields in meant.items() if len(fields) > 1} == {}
