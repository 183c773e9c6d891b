"""Which page of a long list was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil


def page_number(text: str | None, total: int, per_page: int) -> int:
    """The page asked for, from 1 to the last one there is; what is no number is the first page."""
    last = max(1, ceil(total / per_page))
    if text is None or not text.isascii() or not text.isdigit():
        return 1
    return min(max(1, int(text[:9])), last)


def typed_number(text: str | None) -> int | None:
    """A record's number from a form or a query; None for anything else, also for one that no database could hold."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return None
    return int(text)


def numbers_in(texts: Iterable[str]) -> set[int]:
    """The numbers among what was typed or chosen."""
    return {number for number in map(typed_number, texts) if number is not None}
