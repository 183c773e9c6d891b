"""XLSX files: checked as a zip and as XML, then read by a process of its own with bounded memory and time.

A workbook of a few hundred kilobytes can keep a parser busy for minutes. The checks here refuse the known kinds within
milliseconds; what they cannot foresee ends with the process that reads it, and the server goes on.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import exchange
from exchange.files.archives import open_archive, read_entry
from exchange.files.limits import MAX_CELLS, MAX_ROWS, FileRefused

MAX_WALL_SECONDS = 40
# The parser takes 4 to 40 µs for each tag. Cells, rows and strings come with a few tags each; styles, names and
# relations beyond the allowance are a workbook grown wild, or one made to keep the parser busy.
MAX_TAGS = 8 * MAX_CELLS
MAX_OTHER_TAGS = 20_000
TAGS_FOR_EACH_VALUE = 8
_UNREADABLE = "The workbook cannot be read. Open it in a spreadsheet program and save it again as .xlsx or as CSV."
_WORKBOOK_PART = "xl/workbook.xml"
_PLAIN_ENCODINGS = (b"utf-8", b"us-ascii")
_VALUE_TAG = re.compile(rb"<(?:\w+:)?(?:c|row|si|r)[\s/>]")
_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"']([^\"']*)[\"']")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The filled rows of one sheet with their numbers; ``names`` are the sheets that the workbook shows."""

    name: str
    names: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str | date, ...]], ...]


def read_workbook(data: bytes, sheet: str | None) -> Sheet:
    """The named sheet, or the first visible sheet with content.

    Raises:
        FileRefused: hostile, damaged, too large, not a workbook, or without that sheet.
    """
    check_workbook(data)
    answer = _read_in_a_process(data, sheet)
    if "refused" in answer:
        raise FileRefused(answer["refused"])
    rows = tuple((number, tuple(_cell(cell) for cell in cells)) for number, cells in answer["rows"])
    return Sheet(answer["name"], tuple(answer["names"]), rows)


def check_workbook(data: bytes) -> None:
    """Refuse what is no workbook, and XML that names entities or holds more than is read."""
    with open_archive(data) as archive:
        names = archive.namelist()
        if _WORKBOOK_PART not in names:
            kind = "an OpenDocument file" if "content.xml" in names else "a zip archive, not a workbook"
            raise FileRefused(f"The file is {kind}. Save the table as .xlsx or as CSV.")
        tags = values = 0
        for entry in archive.infolist():
            part = read_entry(archive, entry)
            if entry.filename.endswith((".xml", ".rels")) or part.lstrip()[:1] == b"<":
                _check_part(part)
                tags += part.count(b"<")
                if tags > MAX_TAGS:
                    raise FileRefused("The workbook is too large. Save the sheet with the table as CSV, or split it.")
                values += sum(1 for _ in _VALUE_TAG.finditer(part))
    if tags > TAGS_FOR_EACH_VALUE * values + MAX_OTHER_TAGS:
        raise FileRefused(
            "The workbook holds far more styles and names than values. "
            "Copy the table into a new workbook, or save it as CSV."
        )


def _check_part(part: bytes) -> None:
    start = part.removeprefix(b"\xef\xbb\xbf").lstrip()[:200]
    declared = _ENCODING.match(start)
    plain = declared is None or declared[1].lower() in _PLAIN_ENCODINGS
    # Only in an encoding that keeps ASCII as it is can the next check see what the parser will see.
    if not plain or not start.startswith(b"<") or b"\0" in start:
        raise FileRefused(_UNREADABLE)
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise FileRefused("The workbook holds XML entities, which no spreadsheet program writes. It is not read.")
    if part.count(b"<row") > MAX_ROWS:
        raise FileRefused(f"The sheet has more than {MAX_ROWS:,} rows. Delete empty rows below the table, or split it.")
    if part.count(b"<c ") > MAX_CELLS:
        raise FileRefused(f"The sheet has more than {MAX_CELLS:,} cells. Delete what is not needed, or split it.")


def _read_in_a_process(data: bytes, sheet: str | None) -> dict[str, Any]:
    # The reader gets nothing of this process's environment but where Python finds the program.
    environment = {"PYTHONPATH": str(Path(exchange.__file__).parents[1]), "OPENBLAS_NUM_THREADS": "1"}
    environment |= {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "exchange.files.workbook_reader"],
            input=json.dumps(sheet).encode() + b"\n" + data,
            capture_output=True,
            env=environment,
            timeout=MAX_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise FileRefused("The workbook took too long to read. Save the table as CSV and bring that.") from late
    if done.returncode != 0:
        raise FileRefused(_UNREADABLE)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _cell(cell: str | dict[str, str]) -> str | date:
    return cell if isinstance(cell, str) else date.fromisoformat(cell["date"])
