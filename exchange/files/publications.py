"""Publications: BibTeX, JSON lines, or a zip of such files, each named by its author's code or e-mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from exchange.files.archives import open_archive, read_entry, refuse_nested
from exchange.files.bibtex import is_bibtex, read_bibtex
from exchange.files.cells import line, prose, without_controls
from exchange.files.columns import fold
from exchange.files.jsonlines import read_json_lines
from exchange.files.limits import MAX_ROWS, FileRefused, check_kind, check_size, is_zip
from exchange.files.reading import Note, Reading, Row, RowProblem, shown
from exchange.files.texts import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SUFFIXES = (".jsonl", ".json", ".bib", ".bibtex")
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_NOTHING = "The file holds no publication. Bring BibTeX entries or JSON lines with title, abstract and year."


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication as a file gives it.

    ``owner`` is the author's code or e-mail address, from the name of a file in an archive; None where the file is one
    person's and says not whose.
    """

    title: str
    abstract: str = ""
    year: int | None = None
    venue: str = ""
    owner: str | None = None

    @property
    def key(self) -> str:
        """What an import recognises it by among its owner's: the title without case, accents and punctuation."""
        return fold(self.title) or self.title


def read_publications(data: bytes) -> Reading[PublicationRow]:
    """The publications in a BibTeX file, a JSON-lines file or a zip of them; the bytes say which.

    Raises:
        FileRefused: none of these, hostile, damaged, too large, or without any publication.
    """
    check_size(data)
    check_kind(data)
    reading = _read_archive(data) if is_zip(data) else _read_text(data, owner=None, source="")
    if not reading.rows and not reading.problems:
        raise FileRefused(_NOTHING)
    if len(reading.rows) > MAX_ROWS:
        raise FileRefused(f"There are more than {MAX_ROWS:,} publications. Split them into several files.")
    reading = _without_repeats(reading)
    bare = sum(not row.abstract for row in reading.values)
    if bare:
        note = Note(f"Without an abstract, so that the title speaks alone: {bare} of {len(reading.rows)}.")
        reading = replace(reading, notes=(*reading.notes, note))
    return reading


def _without_repeats(reading: Reading[PublicationRow]) -> Reading[PublicationRow]:
    """The first of each owner's publications of the same title: a preprint and its printing are one to matching."""
    first = {(row.value.owner, row.value.key): row for row in reversed(reading.rows)}
    repeats = [row for row in reading.rows if first[row.value.owner, row.value.key] is not row]
    if not repeats:
        return reading
    named = ", ".join(f"“{shown(row.value.title)}”" for row in repeats[:3])
    more = " and more" if len(repeats) > 3 else ""
    sentence = f"Left out, as their titles repeat one of the same person: {len(repeats)} ({named}{more})."
    note = Note(sentence, tuple(row.number for row in repeats))
    kept = tuple(row for row in reading.rows if first[row.value.owner, row.value.key] is row)
    return replace(reading, rows=kept, notes=(*reading.notes, note))


def _read_archive(data: bytes) -> Reading[PublicationRow]:
    readings: list[Reading[PublicationRow]] = []
    left_out: list[str] = []
    with open_archive(data) as archive:
        for entry in archive.infolist():
            path = PurePosixPath(entry.filename)
            if entry.is_dir() or path.name.startswith(".") or path.parts[0] == "__MACOSX":
                continue  # what macOS and file managers add
            content = read_entry(archive, entry)
            refuse_nested(entry.filename, content)
            if path.suffix.lower() in _SUFFIXES:
                readings.append(_read_text(content, owner=path.stem, source=entry.filename))
            else:
                left_out.append(shown(entry.filename))
    notes = [note for reading in readings for note in reading.notes]
    if left_out:
        notes.append(Note(f"These files of the archive are not read: {', '.join(left_out)}."))
    return Reading(
        tuple(row for reading in readings for row in reading.rows),
        tuple(problem for reading in readings for problem in reading.problems),
        tuple(notes),
    )


def _read_text(data: bytes, *, owner: str | None, source: str) -> Reading[PublicationRow]:
    text, notes = decode(data)
    if text.lstrip().startswith("{"):
        records, problems = read_json_lines(text)
    elif is_bibtex(text):
        records, problems = read_bibtex(text)
    elif text.strip() and not source:
        raise FileRefused(_NOTHING)
    else:
        records, problems = [], [RowProblem(1, "", shown(text), _NOTHING)] if text.strip() else []
    reading = _publications(records, owner, source)
    problems = [replace(problem, source=source) for problem in (*problems, *reading.problems)]
    in_order = sorted(problems, key=lambda problem: problem.row)
    where = f"{source}: " if source else ""
    all_notes = [replace(note, sentence=f"{where}{note.sentence}") for note in (*notes, *reading.notes)]
    return Reading(reading.rows, tuple(in_order), tuple(all_notes))


def _publications(
    records: Iterable[tuple[int, Mapping[str, str]]], owner: str | None, source: str
) -> Reading[PublicationRow]:
    rows: list[Row[PublicationRow]] = []
    problems: list[RowProblem] = []
    no_years: list[int] = []
    for number, fields in records:
        try:
            row = _publication(fields, owner)
        except ValueError as wrong:
            problems.append(RowProblem(number, "title", shown(fields["title"]), str(wrong)))
            continue
        rows.append(Row(number, row, source))
        if row.year is None:
            no_years.append(number)
    notes = (Note(f"Without a year that can be read: {len(no_years)}.", tuple(no_years)),) if no_years else ()
    return Reading(tuple(rows), tuple(problems), notes)


def _publication(fields: Mapping[str, str], owner: str | None) -> PublicationRow:
    # Archives hold what other programs spoiled, and nobody can type a title in them again.
    title = line(1000)(without_controls(fields["title"]))
    if not title:
        raise ValueError("The publication has no title. Give it one.")
    year = _YEAR.search(fields["year"])
    return PublicationRow(
        title=title,
        abstract=prose(without_controls(fields["abstract"])),
        year=int(year[0]) if year else None,
        venue=line(1000)(without_controls(fields["venue"]))[:300],
        owner=owner,
    )
