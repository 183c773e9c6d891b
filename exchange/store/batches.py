"""Several small reads of different shapes in one statement: a page may send few, whatever it shows.

The reads become the parts of one UNION ALL, each column as text, and are read back by their own column's type.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, Enum, Integer, Numeric, Select, Text, cast, literal, null, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON, TypeEngine

from exchange.store.base import UtcDateTime

Rows = dict[str, list[tuple[Any, ...]]]


def gather(session: Session, **reads: Select[*tuple[Any, ...]]) -> Rows:
    """The rows of each read under its name, in no particular order. The reads have no ordering of their own."""
    width = max(len(read.selected_columns) for read in reads.values())
    parts = []
    readers: dict[str, list[Callable[[str], Any]]] = {}
    for name, read in reads.items():
        inner = read.subquery(f"of_{name}")
        columns = list(inner.c)
        readers[name] = [_reader(column.type) for column in columns]
        padding = [cast(null(), Text)] * (width - len(columns))
        texts = [*(cast(column, Text) for column in columns), *padding]
        parts.append(select(cast(literal(name), Text).label("part"), *(t.label(f"c{i}") for i, t in enumerate(texts))))
    found: Rows = {name: [] for name in reads}
    for part, *texts_read in session.execute(union_all(*parts)):
        of_part = readers[part]
        found[part].append(
            tuple(None if text is None else read(text) for read, text in zip(of_part, texts_read, strict=False))
        )
    return found


def _reader(kind: TypeEngine[Any]) -> Callable[[str], Any]:
    """How a column of this type is read back from its text."""
    if isinstance(kind, Enum):
        return kind.enum_class if kind.enum_class is not None else str
    for known, read in _READERS:
        if isinstance(kind, known):
            return read
    return str


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _truth(text: str) -> bool:
    return text in {"1", "true"}


_READERS: tuple[tuple[type[Any], Callable[[str], Any]], ...] = (
    (UtcDateTime, _instant),
    (Date, date.fromisoformat),
    (Boolean, _truth),
    (Integer, int),
    (Numeric, Decimal),
    (JSON, json.loads),
)
