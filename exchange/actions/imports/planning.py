"""What an import would do, row by row, before it does anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy.orm import Session

from exchange.domain.access import Permission, reach
from exchange.domain.actors import Actor
from exchange.domain.periods import spoken
from exchange.files.columns import fold
from exchange.files.reading import Note, Row, RowProblem, shown
from exchange.store.institutes import InstituteRow, all_institutes

T = TypeVar("T")


class Effect(StrEnum):
    """What a row does. Rows that stay out are no effects but problems."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Step:
    """One good row. ``apply`` writes it and returns the id of the record (a publication's: the author's)."""

    row: int
    source: str
    label: str
    effect: Effect
    institutes: frozenset[int]
    apply: Callable[[Session, datetime], int] = field(compare=False, repr=False)
    differences: tuple[Difference, ...] = ()


def _nothing(_session: Session, _people: Iterable[int], _now: datetime) -> None:
    """The end of an import after which nothing else has to follow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The good rows as steps, what keeps the others out, and what to know. ``finish`` follows the last step."""

    steps: tuple[Step, ...] = ()
    problems: tuple[RowProblem, ...] = ()
    notes: tuple[Note, ...] = ()
    finish: Callable[[Session, Collection[int], datetime], None] = field(default=_nothing, compare=False, repr=False)

    def count(self, effect: Effect) -> int:
        return sum(step.effect is effect for step in self.steps)

    @property
    def bad(self) -> int:
        """How many rows stay out."""
        return len({(problem.source, problem.row) for problem in self.problems})

    @property
    def to_write(self) -> int:
        return len(self.steps) - self.count(Effect.SAME)


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, and within which institutes; ``today`` decides which employment is the present one."""

    actor: Actor
    today: date
    owner: str = ""  # of publications whose file does not say whose they are: a code or an address


class Refusals:
    """The rows that a planner keeps out, collected while it goes through the file."""

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self._problems = list(problems)

    def keep_out(self, row: Row[T], column: str, value: str, sentence: str) -> None:
        self._problems.append(RowProblem(row.number, column, shown(value), sentence, row.source))

    def in_order(self) -> tuple[RowProblem, ...]:
        return tuple(sorted(self._problems, key=lambda problem: (problem.source, problem.row)))


@dataclass(frozen=True, slots=True)
class Institutes:
    """The institutes that a file may name, and those the importer acts for (None: all of them)."""

    known: dict[str, InstituteRow]
    within: frozenset[int] | None

    @classmethod
    def of(cls, session: Session, actor: Actor, permission: Permission) -> Institutes:
        rows = all_institutes(session).values()
        known = {fold(name): row for row in rows for name in (row.short_name, row.code)}
        return cls(known, reach(actor, permission))

    def find(self, name: str) -> InstituteRow | None:
        return self.known.get(fold(name))

    def own(self, institute_id: int | None) -> bool:
        return self.within is None or institute_id in self.within

    def missing(self, name: str) -> str:
        codes = ", ".join(sorted({row.code for row in self.known.values()}))
        return f"There is no institute “{shown(name)}”. Known: {codes}."


def differences(pairs: Iterable[tuple[str, object, object]]) -> tuple[Difference, ...]:
    """The fields whose value changes, in words."""
    return tuple(Difference(name, _said(old), _said(new)) for name, old, new in pairs if old != new)


def _said(value: object) -> str:
    if isinstance(value, date):
        return spoken(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(map(str, value))
    return shown(str(value)) if value is not None else ""
