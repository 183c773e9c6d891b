"""Template files to fill in: headings, one example row (left out when the file comes back), and what belongs where."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from exchange.files import clearances, openings, people, workstreams
from exchange.files.exports import csv_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from exchange.files.columns import Column

COLUMNS: Mapping[str, Sequence[Column]] = {
    "people": people.COLUMNS,
    "clearances": clearances.COLUMNS,
    "workstreams": workstreams.COLUMNS,
    "openings": openings.COLUMNS,
}
_TEXT_FORMAT = "@"  # so that a spreadsheet does not turn 0,8 or a code into a date


def template_csv(kind: str) -> bytes:
    """The template of a kind of file (a key of ``COLUMNS``) as CSV."""
    columns = COLUMNS[kind]
    return csv_bytes([column.heading for column in columns], [[column.example for column in columns]])


def template_xlsx(kind: str) -> bytes:
    """The template of a kind of file (a key of ``COLUMNS``) as a workbook with a second sheet of notes."""
    columns = COLUMNS[kind]
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = kind.capitalize()
    _fill(sheet, [[column.heading for column in columns], [column.example for column in columns]])
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(len(column.heading), len(column.example), 10) + 2
        sheet.column_dimensions[letter].number_format = _TEXT_FORMAT
    notes = book.create_sheet("Notes")
    rows = [[column.heading, "yes" if column.required else "", column.hint, column.example] for column in columns]
    _fill(notes, [["Column", "Needed", "What belongs in it", "Example"], *rows])
    for letter, width in (("A", 22), ("B", 10), ("C", 80), ("D", 36)):
        notes.column_dimensions[letter].width = width
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _fill(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    """Write the rows as text, the first as a bold header that stays in view."""
    for number, row in enumerate(rows, start=1):
        for position, text in enumerate(row, start=1):
            cell = sheet.cell(number, position, text)
            cell.number_format = _TEXT_FORMAT
            cell.alignment = Alignment(vertical="top", wrap_text=number > 1)
            if number == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
