"""JSON lines: one publication a line, flat or as OpenReview archives them.

OpenReview's notes nest the fields in ``content``, in its second API each as ``{"value": ...}``, and may give the year
only as ``pdate`` or ``cdate`` in milliseconds since 1970.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from exchange.files.reading import RowProblem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

_FIELDS = ("title", "abstract", "year", "venue")
_DATES = ("pdate", "cdate", "tcdate")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read_json_lines(text: str) -> tuple[list[tuple[int, Mapping[str, str]]], list[RowProblem]]:
    """Records as (line, fields), the fields being title, abstract, year and venue; and the lines that are broken."""
    records: list[tuple[int, Mapping[str, str]]] = []
    problems: list[RowProblem] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            records.append((number, _fields(line)))
        except ValueError as wrong:
            problems.append(RowProblem(number, "", shown(line), str(wrong)))
    return records, problems


def _fields(line: str) -> dict[str, str]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise ValueError("The line is not JSON. Each line must hold one whole record in braces.") from wrong
    if not isinstance(record, dict):
        raise ValueError("The line is JSON but no record. Each line must hold one whole record in braces.")  # noqa: TRY004
    content = record.get("content", record)
    if not isinstance(content, dict):
        raise ValueError("The record's “content” is no record. It must hold title, abstract and year.")  # noqa: TRY004
    fields = {name: _text(content.get(name)) for name in _FIELDS}
    fields["year"] = fields["year"] or _year(record)
    return fields


def _text(value: Any) -> str:  # noqa: ANN401 - JSON may hold anything
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _year(record: Mapping[str, Any]) -> str:
    for name in _DATES:
        milliseconds = record.get(name)
        if isinstance(milliseconds, int):
            try:
                return str((_EPOCH + timedelta(milliseconds=milliseconds)).year)
            except OverflowError:
                return str(milliseconds)  # no year, and told as such with the title
    return ""
