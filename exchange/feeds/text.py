"""Text on its way into a calendar: what could break a line, a parser or a reader's screen is taken out here."""

from __future__ import annotations

import re

# RFC 5545 section 3.1 forbids control characters. U+FEFF is taken for a byte order mark where a fold puts it first, and
# a lone surrogate has no UTF-8 form at all.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
# Some parsers end a line at the last three of these as well.
_LINE_BREAK = re.compile("\r\n?|[\n\x85\u2028\u2029]")
_ZERO_WIDTH_SPACE = "\u200b"
_ELLIPSIS = "…"


def paragraphs(text: str, limit: int) -> str:
    """Text of several lines without unwritable characters, at most ``limit`` characters long."""
    text = _UNWRITABLE.sub("", _LINE_BREAK.sub("\n", text)).strip()
    # icalendar 7.3.0 reads a backslash before a capital N as a line break; a space of no width keeps "C:\New" whole.
    text = text.replace("\\N", f"\\{_ZERO_WIDTH_SPACE}N")
    return text if len(text) <= limit else text[: limit - len(_ELLIPSIS)].rstrip() + _ELLIPSIS


def line(text: str, limit: int) -> str:
    """The same on one line: every run of white space becomes one space."""
    return paragraphs(" ".join(text.split()), limit)
