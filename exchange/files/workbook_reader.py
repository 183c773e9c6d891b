"""The process that reads one sheet of a workbook and is thrown away afterwards.

Standard input: the wanted sheet's name as one line of JSON (null for the first with content), then the workbook.
Standard output: ``{"name", "names", "rows": [[number, [cell, ...]], ...]}`` or ``{"refused": sentence}``; a cell is
text or ``{"date": "2027-01-05"}``. Anything that the parser stumbles over ends the process with an error.
"""

from __future__ import annotations

import json
import sys
import warnings
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

import defusedxml  # noqa: F401 - openpyxl refuses XML entities only where this is installed; without it nothing is read
from openpyxl import load_workbook

from exchange.files.limits import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, FileRefused, check_cell

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet
    from openpyxl.worksheet.worksheet import Worksheet

MAX_MEMORY = 1024 * 1024 * 1024  # bytes of address space
MAX_CPU_SECONDS = 20
MAX_CHARS = 20_000_000  # of all cells; a shared string can be used by every cell of a sheet
LAST_ROW = 1_048_576  # of an XLSX sheet

Cell = str | dict[str, str]


def main() -> None:
    bound_this_process()
    wanted, _, data = sys.stdin.buffer.read().partition(b"\n")
    answer: dict[str, Any]
    try:
        answer = read_sheet(data, json.loads(wanted))
    except FileRefused as refused:
        answer = {"refused": str(refused)}
    sys.stdout.buffer.write(json.dumps(answer).encode())


def bound_this_process() -> None:
    """Limit memory and processor time where the system can (Windows cannot; there the caller's timeout remains)."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_SECONDS, MAX_CPU_SECONDS))


def read_sheet(data: bytes, wanted: str | None) -> dict[str, Any]:
    """The answer described above, for the workbook in ``data``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles, validations and prints, which are not read
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = {sheet.title: sheet for sheet in book.worksheets if sheet.sheet_state == "visible"}
        if wanted is not None and wanted not in sheets:
            raise FileRefused(f"The workbook has no sheet “{wanted[:100]}”. It has: {', '.join(sheets) or 'none'}.")
        for name in sheets if wanted is None else [wanted]:
            rows = _rows(sheets[name])
            if rows or name == wanted:
                return {"name": name, "names": list(sheets), "rows": rows}
    raise FileRefused("The workbook has no sheet with anything in it.")


def _rows(sheet: Worksheet) -> list[tuple[int, list[Cell]]]:
    """The filled rows with their numbers, each cut after its last filled cell."""
    rows: list[tuple[int, list[Cell]]] = []
    cells = chars = 0
    # What a file says of its own extent is often wrong, and would cut the table.
    cast("ReadOnlyWorksheet", sheet).reset_dimensions()
    for number, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True), start=1):
        if number > LAST_ROW:
            raise FileRefused(f"The sheet numbers a row beyond {LAST_ROW:,}, the last that a spreadsheet has.")
        if values.count(None) == len(values):
            continue  # a sheet with one cell far down is given out as a million empty rows
        row = [_cell(value) for value in values]
        while row and row[-1] == "":
            row.pop()
        if not row:
            continue
        if len(row) > MAX_COLUMNS:
            raise FileRefused(f"Row {number} has a value beyond column {MAX_COLUMNS}, the last that is read.")
        rows.append((number, row))
        cells += len(row)
        for cell in row:
            if isinstance(cell, str):
                check_cell(cell, f"A cell of row {number}")
                chars += len(cell)
        if len(rows) > MAX_ROWS or cells > MAX_CELLS or chars > MAX_CHARS:
            raise FileRefused(
                f"The sheet is too large: {MAX_ROWS:,} rows, {MAX_CELLS:,} cells and {MAX_CHARS:,} characters "
                "are the most that is read. Split it."
            )
    return rows


def _cell(value: object) -> Cell:
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case date():  # or a datetime, whose time of day is none of these files' business
            return {"date": f"{value:%Y-%m-%d}"}
        case float():
            return format(value, ".15g")  # the 15 digits that a spreadsheet shows: 0.3, not 0.30000000000000004
        case _:
            text = str(value)
            return "" if text.isspace() else text


if __name__ == "__main__":
    main()
