"""What comes of reading a file: the rows that can go in, and what is wrong with the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
LONGEST_SHOWN = 80  # characters of a value that a sentence or a problem repeats


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row stays out. ``row`` counts as the file's own program does, from 1; ``column`` is the file's heading.

    ``source`` names the file inside an archive, and is empty elsewhere.
    """

    row: int
    column: str
    value: str
    sentence: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know that keeps no row out, with the rows that it concerns."""

    sentence: str
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Row(Generic[T]):
    """A row that can go in, with its number in the file (and in which file of an archive)."""

    number: int
    value: T
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A file as read: a row of it is in ``rows`` or named in ``problems``, never in both; ``notes`` name what else."""

    rows: tuple[Row[T], ...] = ()
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def values(self) -> tuple[T, ...]:
        return tuple(row.value for row in self.rows)

    @property
    def bad_rows(self) -> frozenset[int]:
        """The numbers of the rows that stay out."""
        return frozenset(problem.row for problem in self.problems)


def refuse_repeats(
    reading: Reading[T], column: str, key: Callable[[T], str | None], name: Callable[[T], str]
) -> Reading[T]:
    """The reading with every later row that repeats an earlier ``key`` moved to the problems (None repeats nothing).

    ``name`` is what the sentence calls the row.
    """
    first: dict[str, Row[T]] = {}
    kept: list[Row[T]] = []
    problems: list[RowProblem] = []
    for row in reading.rows:
        value = key(row.value)
        if value is None or first.setdefault(value, row) is row:
            kept.append(row)
        else:
            called = shown(name(row.value))
            sentence = f"“{called}” stands already in row {first[value].number}. Keep one of the two."
            problems.append(RowProblem(row.number, column, called, sentence))
    in_order = sorted((*reading.problems, *problems), key=lambda problem: problem.row)
    return replace(reading, rows=tuple(kept), problems=tuple(in_order))


def shown(value: str) -> str:
    """The value as a sentence repeats it: on one line, and cut where it is long."""
    line = " ".join(value.split())
    return line if len(line) <= LONGEST_SHOWN else line[: LONGEST_SHOWN - 1] + "…"
