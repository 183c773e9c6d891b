"""Text that a spreadsheet would run as a formula, made harmless on the way out and restored on the way in.

The OWASP page on CSV injection names the first characters that start a formula; spreadsheets in East Asian locales take
the full-width forms as well, and some skip blanks first. A leading apostrophe makes the cell text. A cell that already
looks neutralised gets one more, so that reading always undoes writing exactly.
"""

from __future__ import annotations

import re

_STARTS_FORMULA = re.compile("'*\\s*[=+\\-@\t\r\uff1d\uff0b\uff0d\uff20]")


def neutralise(text: str) -> str:
    """The text as it may be written into a cell."""
    return f"'{text}" if _STARTS_FORMULA.match(text) else text


def restore(text: str) -> str:
    """The text that :func:`neutralise` was given; other text is left as it is."""
    return text[1:] if text.startswith("'") and _STARTS_FORMULA.match(text) else text
