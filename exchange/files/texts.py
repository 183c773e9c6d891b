"""Bytes of a text file to characters, whichever program wrote them."""

from __future__ import annotations

import codecs

from exchange.files.limits import MAX_LINES, FileRefused
from exchange.files.reading import Note

_OLD_WINDOWS = Note(
    "The file is not in UTF-8 and was read as Western European (Windows-1252). "
    "Check the accented letters; if they are wrong, save the file as “CSV UTF-8”."
)
_NOT_TEXT = "The file is not text that can be read. Save the table as .xlsx or as “CSV UTF-8”."


def decode(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text in ``data``, and a note where its encoding had to be assumed.

    A byte-order mark decides; without one it is UTF-8, then UTF-16 where every second byte is zero, then Windows-1252
    (which holds what Latin-1 holds).

    Raises:
        FileRefused: not text, or more than ``MAX_LINES`` lines.
    """
    text, notes = _decoded(data)
    if "\0" in text:
        raise FileRefused(_NOT_TEXT)
    lines = max(text.count("\n"), text.count("\r"))
    if lines > MAX_LINES:
        raise FileRefused(f"The file has {lines:,} lines; {MAX_LINES:,} is the most that is read. Split it.")
    return text, notes


def _decoded(data: bytes) -> tuple[str, tuple[Note, ...]]:
    for encoding, notes in _likely_encodings(data):
        try:
            return data.decode(encoding), notes
        except UnicodeDecodeError:
            continue
    raise FileRefused(_NOT_TEXT)


def _likely_encodings(data: bytes) -> tuple[tuple[str, tuple[Note, ...]], ...]:
    """Encodings to try in turn, each with what to say if it fits."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return (("utf-16", ()),)
    if unmarked := _unmarked_utf16(data[:200]):
        return ((unmarked, ()),)
    return ("utf-8-sig", ()), ("cp1252", (_OLD_WINDOWS,))


def _unmarked_utf16(start: bytes) -> str | None:
    """The UTF-16 in which mostly Latin text has a zero for every second byte, or None."""
    even, odd = start[::2], start[1::2]
    if odd.count(0) > len(odd) / 2 and 0 not in even:
        return "utf-16-le"
    if even.count(0) > len(even) / 2 and 0 not in odd:
        return "utf-16-be"
    return None
