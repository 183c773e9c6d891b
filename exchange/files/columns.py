"""Which of a file's columns is which field: headings are matched whatever their case, blanks and punctuation."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.files.reading import shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REMARKS = "What to correct"  # the column that a download of bad rows adds; it is passed over when they come back


@dataclass(frozen=True, slots=True)
class Column:
    """A field of one kind of file: how the template heads it, what else people call it, and what belongs in it."""

    field: str
    heading: str
    hint: str
    example: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """``positions`` gives each found field its place in the header.

    ``unmatched`` are the file's headings that mean nothing here, ``missing`` the required headings that it lacks,
    ``clashes`` sentences about headings that mean the same field.
    """

    positions: Mapping[str, int]
    unmatched: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    clashes: tuple[str, ...] = ()


def match_columns(
    header: Sequence[str], columns: Sequence[Column], chosen: Mapping[str, str] | None = None
) -> ColumnMatch:
    """Find the columns in the header. ``chosen`` (field → the file's heading) overrules for the fields it names.

    A chosen heading of "" leaves the field out.
    """
    meaning = {
        fold(name): column.field for column in columns for name in (column.field, column.heading, *column.aliases)
    }
    for field, heading in (chosen or {}).items():
        meaning = {folded: known for folded, known in meaning.items() if known != field}
        if heading:
            meaning[fold(heading)] = field
    positions: dict[str, int] = {}
    unmatched: list[str] = []
    clashes: list[str] = []
    for position, heading in enumerate(header):
        meant = meaning.get(fold(heading))
        if meant is None:
            if fold(heading) != fold(REMARKS):
                unmatched.append(heading)
        elif meant in positions:
            clashes.append(
                f"Columns {positions[meant] + 1} (“{shown(header[positions[meant]])}”) and {position + 1} "
                f"(“{shown(heading)}”) mean the same. Keep one of them."
            )
        else:
            positions[meant] = position
    missing = tuple(column.heading for column in columns if column.required and column.field not in positions)
    return ColumnMatch(positions, tuple(unmatched), missing, tuple(clashes))


def fold(heading: str) -> str:
    """The heading without case, accents, blanks and punctuation: "E-mail address" is "emailaddress"."""
    decomposed = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(character for character in decomposed if character.isalnum())
