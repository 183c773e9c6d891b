"""BibTeX files, their LaTeX turned into plain text."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares import LatexDecodingMiddleware
from bibtexparser.model import DuplicateBlockKeyBlock, Entry, Field

from exchange.files.limits import FileRefused
from exchange.files.reading import RowProblem, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bibtexparser.library import Library
    from bibtexparser.model import Block

# The parser takes about 5 µs for each mark and the decoder up to 50 µs for each special character.
MAX_MARKS = 200_000
MAX_SPECIALS = 50_000
_MARKS = '@{}",='
_SPECIALS = "\\{}$%&~"
_ENTRY = re.compile(r"^[ \t]*@[ \t]*[a-z]+[ \t]*[{(]", re.IGNORECASE | re.MULTILINE)
_BARE_PERCENT = re.compile(r"(?<!\\)%")
_FIELDS = {
    "title": ("title",),
    "abstract": ("abstract",),
    "year": ("year", "date"),
    "venue": ("journal", "journaltitle", "booktitle", "publisher", "school", "institution"),
}
_DECODER = LatexDecodingMiddleware()

# A broken entry is told to the person who brought the file; the log need not repeat what is in it.
for _library in ("bibtexparser", "pylatexenc"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


def is_bibtex(text: str) -> bool:
    """Whether some line begins an entry, as in ``@article{``."""
    return _ENTRY.search(text) is not None


def read_bibtex(text: str) -> tuple[list[tuple[int, Mapping[str, str]]], list[RowProblem]]:
    """Entries as (line, fields), the fields being title, abstract, year and venue; and the entries that are broken.

    Raises:
        FileRefused: more marks or more LaTeX than are read.
    """
    if sum(map(text.count, _MARKS)) > MAX_MARKS:
        raise FileRefused("The BibTeX file is too large. Split it into several files.")
    library = parse_string(text)
    problems = [_broken(block) for block in library.failed_blocks]
    records: list[tuple[int, Mapping[str, str]]] = []
    specials = 0
    for entry in library.entries:
        fields = _used_fields(entry)
        specials += sum(value.count(special) for value in fields.values() if "\\" in value for special in _SPECIALS)
        if specials > MAX_SPECIALS:
            raise FileRefused("The BibTeX file holds more LaTeX than is read. Export it as plain text, or split it.")
        line = (entry.start_line or 0) + 1
        plain = {name: _plain(value, library) for name, value in fields.items()}
        if None in plain.values():
            sentence = "The LaTeX in this entry cannot be read. Check that its braces pair up."
            problems.append(RowProblem(line, "", shown(entry.raw or ""), sentence))
        else:
            records.append((line, {name: value or "" for name, value in plain.items()}))
    return records, problems


def _used_fields(entry: Entry) -> dict[str, str]:
    """The fields that are kept, each from the first of its names that is filled."""
    given = {field.key.lower(): str(field.value) for field in entry.fields}
    return {name: next((given[key] for key in keys if given.get(key)), "") for name, keys in _FIELDS.items()}


def _plain(value: str, library: Library) -> str | None:
    """The value on one line without LaTeX; None where that cannot be read."""
    if "\\" in value:
        # To LaTeX a bare % hides the rest of its line; to everybody who exports an abstract it is a per cent sign.
        field = Field("value", _BARE_PERCENT.sub(r"\\%", value))
        decoded = _DECODER.transform_entry(Entry("misc", "key", [field]), library)
        if not isinstance(decoded, Entry):
            return None
        value = str(decoded.fields[0].value)
    return " ".join(value.replace("{", "").replace("}", "").split())


def _broken(block: Block) -> RowProblem:
    if isinstance(block, DuplicateBlockKeyBlock):
        sentence = f"The key “{shown(block.key)}” stands twice in the file. Give one of the two entries another key."
    else:
        sentence = "The entry cannot be read. Check its braces, and the commas after the key and after each field."
    return RowProblem((block.start_line or 0) + 1, "", shown(block.raw or ""), sentence)
