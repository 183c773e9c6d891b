"""Workbooks made on the spot, and proof that a hostile one is refused before anything parses it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def _workbook(sheets: Mapping[str, Iterable[Iterable[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.fixture(scope="session")
def workbook() -> Callable[[Mapping[str, Iterable[Iterable[object]]]], bytes]:
    """Sheets by name, each of rows of cells → the bytes of an XLSX file."""
    return _workbook


@pytest.fixture
def no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail the test if a process is started to read a workbook."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the file should have been refused before anything parses it")

    monkeypatch.setattr("exchange.files.workbooks.subprocess.run", refuse)
