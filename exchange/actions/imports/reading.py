"""From the bytes of a file to its rows, by kind, and from the rows to the plan of what they would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.imports.clearances import plan_clearances
from exchange.actions.imports.openings import plan_openings
from exchange.actions.imports.people import plan_people
from exchange.actions.imports.planning import Importer, Plan
from exchange.actions.imports.publications import plan_publications
from exchange.actions.imports.workstreams import plan_workstreams
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.dates import DateOrder
from exchange.files.clearances import read_clearances
from exchange.files.columns import Column, match_columns
from exchange.files.exports import bad_rows_csv, csv_bytes
from exchange.files.openings import read_openings
from exchange.files.people import read_people
from exchange.files.publications import read_publications
from exchange.files.reading import Reading
from exchange.files.tables import Table, read_table
from exchange.files.templates import COLUMNS
from exchange.files.workstreams import read_workstreams
from exchange.store.imports import ImportKind

PERMISSIONS = {
    ImportKind.PEOPLE: Permission.IMPORT_PEOPLE,
    ImportKind.PUBLICATIONS: Permission.IMPORT_PUBLICATIONS,
    ImportKind.WORKSTREAMS: Permission.IMPORT_WORKSTREAMS,
    ImportKind.OPENINGS: Permission.IMPORT_OPENINGS,
    ImportKind.CLEARANCES: Permission.IMPORT_CLEARANCES,
}


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read.

    ``columns`` (field → the file's heading) overrules the matching of headings; ``owner`` is the author of publications
    whose file does not say whose they are.
    """

    order: DateOrder = DateOrder.DAY_FIRST
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""

    def stored(self) -> dict[str, Any]:
        return {"order": self.order.value, "sheet": self.sheet, "columns": dict(self.columns), "owner": self.owner}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Options:
        return cls(DateOrder(stored["order"]), stored["sheet"], stored["columns"], stored["owner"])


def template_columns(kind: ImportKind) -> tuple[Column, ...]:
    """The columns of a kind of table; publications come in formats of their own and have none."""
    return tuple(COLUMNS.get(kind.value, ()))


def plan_file(session: Session, actor: Actor, kind: ImportKind, content: bytes, options: Options, today: date) -> Plan:
    """What this file would do.

    Raises:
        FileRefused: the file cannot be read at all.
    """
    importer = Importer(actor, today, options.owner.strip())
    if kind is ImportKind.PUBLICATIONS:
        return plan_publications(session, importer, read_publications(content))
    table = read_table(content, sheet=options.sheet)
    order, chosen = options.order, options.columns
    match kind:
        case ImportKind.PEOPLE:
            return plan_people(session, importer, read_people(table, order=order, chosen=chosen))
        case ImportKind.WORKSTREAMS:
            return plan_workstreams(session, importer, read_workstreams(table, order=order, chosen=chosen))
        case ImportKind.OPENINGS:
            return plan_openings(session, importer, read_openings(table, order=order, chosen=chosen))
        case ImportKind.CLEARANCES:
            return plan_clearances(session, importer, read_clearances(table, order=order, chosen=chosen))


def bad_rows(plan: Plan, kind: ImportKind, content: bytes, options: Options) -> bytes:
    """A CSV of the rows that stay out, to be corrected and brought again; of publications, a list of them."""
    if kind is ImportKind.PUBLICATIONS:
        rows = [(one.source, one.row, one.column, one.value, one.sentence) for one in plan.problems]
        return csv_bytes(("File", "Line", "Field", "Value", "Problem"), rows)
    reading: Reading[object] = Reading((), plan.problems, plan.notes)
    return bad_rows_csv(read_table(content, sheet=options.sheet), reading)


def table_of(content: bytes, options: Options) -> Table:
    """The table in a file, for matching its headings by hand.

    Raises:
        FileRefused: the file is no table.
    """
    return read_table(content, sheet=options.sheet)


def matched(headings: Sequence[str], columns: Sequence[Column], options: Options) -> dict[str, str]:
    """Each field with the heading that stands for it so far."""
    positions = match_columns(headings, columns, options.columns).positions
    return {field: headings[position] for field, position in positions.items()}
