"""CSV files as a spreadsheet may safely open them, and as the importers read them back unchanged."""

from __future__ import annotations

import codecs
import csv
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, TypeVar

from exchange.files.columns import REMARKS
from exchange.files.formulas import neutralise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exchange.files.reading import Reading
    from exchange.files.tables import Table

T = TypeVar("T")
Value = str | date | int | float | Decimal | None


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    """A CSV file: UTF-8 with a byte-order mark, lines ending in CR LF (RFC 4180), every text in quotation marks.

    Numbers stay numbers, dates are 2027-01-05, None is blank, and text that a spreadsheet would run is neutralised.
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([neutralise(heading) for heading in header])
    writer.writerows([_value(value) for value in row] for row in rows)
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def bad_rows_csv(table: Table, reading: Reading[T]) -> bytes:
    """The rows that stay out, as they stand in the file, each after the sentences that say what to correct.

    The first column is passed over when the corrected file comes back.
    """
    sentences: dict[int, list[str]] = {}
    for problem in reading.problems:
        column = f"{problem.column}: " if problem.column else ""
        sentences.setdefault(problem.row, []).append(f"{column}{problem.sentence}")
    bad = sorted((row for row in (*table.rows, *table.misfits) if row.number in sentences), key=lambda row: row.number)
    rows = ([f"Row {row.number}. {' '.join(sentences[row.number])}", *row.cells] for row in bad)
    return csv_bytes([REMARKS, *table.header], rows)


def _value(value: Value) -> str | int | float | Decimal:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return neutralise(value) if isinstance(value, str) else value
