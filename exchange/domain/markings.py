"""Words in free text that look like a protective marking: nothing above OFFICIAL is held, so they are asked about.

Only markings as people write them, in capitals, are found: "a secret ballot" is none.
"""

from __future__ import annotations

import re

_MARKINGS = (
    "TOP SECRET",
    "SECRET",
    "CONFIDENTIAL",
    "NOFORN",
    "ORCON",
    "NOCONTRACT",
    "STRAP",
    "UMBRA",
    "COSMIC",
    "ATOMAL",
    "TS//SI",
    "TS//SCI",
    "REL TO",
    "RESTREINT UE",
    "TRÈS SECRET",
    "DIFFUSION RESTREINTE",
)
_NATIONS_ONLY = r"[A-Z]{2,3}(?:[/, ]+[A-Z]{2,3})* EYES ONLY"
_FOUND = re.compile(rf"(?<![\w-])(?:{_NATIONS_ONLY}|{'|'.join(map(re.escape, _MARKINGS))})(?![\w-])")


def marking_words(text: str) -> tuple[str, ...]:
    """The markings that the text seems to bear, each once, in its order."""
    return tuple(dict.fromkeys(match.group() for match in _FOUND.finditer(text)))


def marking_warning(text: str) -> str:
    """A sentence that asks about them, or "" where there are none."""
    found = marking_words(text)
    if not found:
        return ""
    words = ", ".join(f"“{word}”" for word in found)
    return f"{words} looks like a protective marking. Nothing above OFFICIAL is kept here: take it out, or tick below."
