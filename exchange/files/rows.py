"""From a table's rows to typed rows: every cell of a row is tried, so that all its problems are named at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar, cast

from exchange.domain.dates import DateOrder, is_ambiguous, parse_date
from exchange.domain.periods import spoken
from exchange.files.columns import Column, ColumnMatch, match_columns
from exchange.files.limits import FileRefused
from exchange.files.reading import Note, Reading, Row, RowProblem, shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exchange.files.tables import Cell, Table, TableRow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadTwoWays:
    """A date of digits alone that names another day in the other order."""

    row: int
    column: str
    typed: str
    day: date


class Cells:
    """One row, read field by field.

    A cell that cannot be read leaves a problem behind and a placeholder in the value's place; a row with problems is
    given up as a whole, so no placeholder is ever kept.
    """

    def __init__(
        self, row: TableRow, table: Table, match: ColumnMatch, columns: Sequence[Column], order: DateOrder
    ) -> None:
        self.number = row.number
        self._row = row
        self._header = table.header
        self._positions = match.positions
        self._headings = {column.field: column.heading for column in columns}
        self._order = order
        self.problems: list[RowProblem] = []
        self.read_two_ways: list[ReadTwoWays] = []

    def text(self, field: str) -> str:
        """The cell as text; a date as 2027-01-05, nothing as "" (also where the file has no such column)."""
        cell = self._cell(field)
        return cell.isoformat() if isinstance(cell, date) else cell

    def need(self, field: str, read: Callable[[str], T]) -> T:
        """The value of a cell that must be filled."""
        text = self.text(field)
        if not text.strip():
            self.refuse(field, f"{self._heading(field)} is empty. Fill it in.")
            return cast("T", None)
        return self._read(field, text, read)

    def maybe(self, field: str, read: Callable[[str], T], default: T) -> T:
        """The value of a cell that may be blank."""
        text = self.text(field)
        return self._read(field, text, read) if text.strip() else default

    def need_day(self, field: str) -> date:
        return self.need(field, self._day(field))

    def maybe_day(self, field: str) -> date | None:
        return self._read(field, text, self._day(field)) if (text := self.text(field)).strip() else None

    def in_order(self, first: str, start: date | None, last: str, end: date | None) -> None:
        """Refuse a row whose last day is before its first."""
        if start is not None and end is not None and end < start:
            self.refuse(
                last, f"{self._heading(last)}, {spoken(end)}, is before {self._heading(first)}, {spoken(start)}."
            )

    def refuse(self, field: str, sentence: str) -> None:
        """Keep the row out for what stands in ``field``."""
        self.problems.append(RowProblem(self._row.number, self._heading(field), shown(self.text(field)), sentence))

    def is_example(self, columns: Sequence[Column]) -> bool:
        """Whether this is the row that the template shows as an example."""
        found = [column for column in columns if column.field in self._positions]
        return all(self.text(column.field) == column.example for column in found)

    def _cell(self, field: str) -> Cell:
        position = self._positions.get(field)
        return "" if position is None else self._row.cells[position]

    def _heading(self, field: str) -> str:
        position = self._positions.get(field)
        return self._headings[field] if position is None else self._header[position]

    def _read(self, field: str, text: str, read: Callable[[str], T]) -> T:
        try:
            return read(text)
        except ValueError as wrong:
            self.refuse(field, str(wrong))
            return cast("T", None)

    def _day(self, field: str) -> Callable[[str], date]:
        def read(text: str) -> date:
            found = parse_date(text, self._order)
            if is_ambiguous(text):
                self.read_two_ways.append(ReadTwoWays(self._row.number, self._heading(field), shown(text), found))
            return found

        return read


def read_rows(
    table: Table,
    columns: Sequence[Column],
    build: Callable[[Cells], T],
    *,
    order: DateOrder,
    chosen: Mapping[str, str] | None = None,
) -> Reading[T]:
    """Every row of the table through ``build``, with notes on the dates that could be read two ways.

    Raises:
        FileRefused: the header lacks a required column, or two of its columns mean the same.
    """
    match = match_columns(table.header, columns, chosen)
    if match.missing:
        raise FileRefused(f"The file has no column for: {', '.join(match.missing)}. Add it, or say which column it is.")
    if match.clashes:
        raise FileRefused(" ".join(match.clashes))
    rows: list[Row[T]] = []
    problems = list(table.problems)
    notes = list(table.notes)
    read_two_ways: list[ReadTwoWays] = []
    for row in table.rows:
        cells = Cells(row, table, match, columns, order)
        if cells.is_example(columns):
            notes.append(Note("The template's example row was left out.", (row.number,)))
            continue
        value = build(cells)
        problems.extend(cells.problems)
        if not cells.problems:
            rows.append(Row(row.number, value))
        read_two_ways.extend(cells.read_two_ways)
    if match.unmatched:
        notes.append(Note(f"These columns are not read: {', '.join(map(shown, match.unmatched))}."))
    notes.extend(_date_notes(read_two_ways, order))
    return Reading(tuple(rows), tuple(sorted(problems, key=lambda problem: problem.row)), tuple(notes))


def _date_notes(found: Sequence[ReadTwoWays], order: DateOrder) -> Iterator[Note]:
    """For each column one sentence that repeats its first such date in words, so that a wrong order is seen."""
    columns: dict[str, list[ReadTwoWays]] = {}
    for reading in found:
        columns.setdefault(reading.column, []).append(reading)
    for column, readings in columns.items():
        first, more = readings[0], len(readings) - 1
        yield Note(
            f"{column}: digits alone were read {order.words} where they could mean two days: "
            f"“{first.typed}” is {spoken(first.day)}{f', and {more} more' if more else ''}.",
            tuple(reading.row for reading in readings),
        )
