"""CSV and XLSX files as one kind of table: a header and rows of text and dates, with the rows' own numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING

from exchange.files.formulas import restore
from exchange.files.limits import (
    MAX_CELL_CHARS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_HEADING_CHARS,
    MAX_ROWS,
    FileRefused,
    check_cell,
    check_kind,
    check_size,
    is_zip,
)
from exchange.files.reading import Note, RowProblem, shown
from exchange.files.texts import decode
from exchange.files.workbooks import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Cell = str | date  # a blank cell is ""
DELIMITERS = ",;\t|"
_ROWS_TO_LOOK_AT = 20  # for the choice of the delimiter


@dataclass(frozen=True, slots=True)
class TableRow:
    """``number`` is the row as a spreadsheet counts it, from 1; there are as many cells as headings."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Filled rows under a header without blank columns.

    ``misfits`` are rows with more cells than the header has columns, as they stand; ``problems`` say so of each.
    """

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    misfits: tuple[TableRow, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[Note, ...] = ()
    sheet: str | None = None
    sheets: tuple[str, ...] = ()


def read_table(data: bytes, *, sheet: str | None = None) -> Table:
    """The table in a CSV or XLSX file; which of the two it is, the bytes say, not the name.

    The first filled row is the header. Blank rows and columns are dropped; text keeps its blanks and its case, and what
    :mod:`exchange.files.formulas` neutralised is restored.

    Raises:
        FileRefused: with a sentence, for whatever cannot be read as a table.
    """
    check_size(data)
    check_kind(data)
    if is_zip(data):
        found = read_workbook(data, sheet)
        table = _table(found.rows, shifts=False)
        others = [name for name in found.names if name != found.name]
        note = Note(f"The sheet “{found.name}” was read, not {_listed(others)}.")
        notes = (note, *table.notes) if others else table.notes
        return replace(table, notes=notes, sheet=found.name, sheets=found.names)
    text, notes = decode(data)
    if text.lstrip().startswith("<"):
        raise FileRefused("The file is a web page or XML, whatever its name says. Save the table as .xlsx or as CSV.")
    table = _table(tuple(_csv_rows(text)), shifts=True)
    return replace(table, notes=(*notes, *table.notes))


def _csv_rows(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The filled rows with their numbers."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    filled = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if _is_filled(cells):
                filled += 1
                if filled > MAX_ROWS:
                    raise FileRefused(f"The file has more than {MAX_ROWS:,} rows. Split it into several files.")
                yield number, tuple(cells)
    except csv.Error as wrong:
        if "field limit" in str(wrong):
            raise FileRefused(
                f"A cell near line {reader.line_num} has more than {MAX_CELL_CHARS:,} characters. "
                "Shorten it, or check that every quotation mark is closed."
            ) from wrong
        raise FileRefused(
            f"Near line {reader.line_num} the quotation marks do not pair up ({wrong}). "
            "A mark inside a quoted value is written twice; correct it, or save the table as .xlsx."
        ) from wrong


def _delimiter(text: str) -> str:
    """The character that splits the first rows most evenly into more than one cell; a comma where none does."""

    def evenness(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        try:
            widths = [len(row) for row in islice(filter(_is_filled, reader), _ROWS_TO_LOOK_AT)]
        except csv.Error:
            return 0, 0
        header = widths[0] if widths else 0
        return (widths.count(header), header) if header > 1 else (0, 0)

    return max(DELIMITERS, key=evenness)


def _is_filled(cells: Sequence[str]) -> bool:
    return any(cell and not cell.isspace() for cell in cells)


def _table(rows: Sequence[tuple[int, Sequence[Cell]]], *, shifts: bool) -> Table:
    """The table in filled rows. ``shifts``: a row longer than the header has its cells under the wrong headings."""
    if not rows:
        raise FileRefused("The file has no filled row. The first row must name the columns.")
    header = [" ".join(restore(str(cell)).split()) for cell in rows[0][1]]
    while header and not header[-1]:
        header.pop()
    _check_shape(rows, header)
    body: list[TableRow] = []
    misfits: list[TableRow] = []
    unnamed: dict[int, list[int]] = {}  # column without a heading → rows that have something in it
    named = [position for position, heading in enumerate(header) if heading]
    for number, raw in rows[1:]:
        cells = [_restored(cell, number) for cell in raw]
        filled = {position for position, cell in enumerate(cells) if cell != ""}
        if shifts and filled and max(filled) >= len(header):
            misfits.append(TableRow(number, tuple(cells[: max(filled) + 1])))
            continue
        for position in filled - set(named):
            unnamed.setdefault(position, []).append(number)
        kept = tuple(cells[position] if position < len(cells) else "" for position in named)
        if any(cell != "" for cell in kept):
            body.append(TableRow(number, kept))
    notes = tuple(
        Note(f"Column {position + 1} has no heading and was not read.", tuple(numbers))
        for position, numbers in sorted(unnamed.items())
    )
    problems = tuple(_too_long(row, len(header)) for row in misfits)
    return Table(tuple(header[position] for position in named), tuple(body), tuple(misfits), problems, notes)


def _check_shape(rows: Sequence[tuple[int, Sequence[Cell]]], header: Sequence[str]) -> None:
    if len(header) > MAX_COLUMNS:
        raise FileRefused(f"The header has {len(header):,} columns; {MAX_COLUMNS} is the most that is read.")
    if len(rows) * len(header) > MAX_CELLS:
        raise FileRefused(f"The table has more than {MAX_CELLS:,} cells. Split it into several files.")
    if any(len(heading) > MAX_HEADING_CHARS for heading in header):
        raise FileRefused(
            f"A heading has more than {MAX_HEADING_CHARS} characters. The first filled row must name the columns."
        )


def _restored(cell: Cell, number: int) -> Cell:
    if isinstance(cell, date):
        return cell
    check_cell(cell, f"A cell of row {number}")
    return "" if cell.isspace() else restore(cell)


def _too_long(row: TableRow, expected: int) -> RowProblem:
    sentence = (
        f"The row has {len(row.cells)} cells, but the header names {expected} columns, so its values stand under the "
        "wrong headings. Put quotation marks around a value that holds the separator."
    )
    return RowProblem(row.number, "", shown(str(row.cells[-1])), sentence)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)
