"""Which page of a long list was asked for."""

from __future__ import annotations

from math import ceil


def page_number(text: str | None, total: int, per_page: int) -> int:
    """The page asked for, from 1 to the last one there is; what is no number is the first page."""
    last = max(1, ceil(total / per_page))
    if text is None or not text.isascii() or not text.isdigit():
        return 1
    return min(max(1, int(text[:9])), last)
