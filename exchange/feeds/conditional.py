"""Whether a subscriber's program has the present body already (RFC 9110 section 13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def not_modified(
    etag: str, changed_at: datetime, now: datetime, *, if_none_match: str | None, if_modified_since: str | None
) -> bool:
    """Whether to answer 304.

    If-None-Match decides alone where it is sent; its tags are compared weakly, as a GET may. If-Modified-Since is
    compared in whole seconds, and one that cannot be read or lies in the future is as good as none.

    Args:
        etag: of the stored body, such as ``W/"1a2b"``.
        changed_at: when the hash of the body last changed, not the newest change of an event: a removal moves it too.
        now: the present instant.
        if_none_match: the header as received.
        if_modified_since: the header as received.
    """
    if if_none_match is not None:
        return if_none_match.strip() == "*" or etag.removeprefix("W/").strip('"') in _TAG.findall(if_none_match)
    since = _read_date(if_modified_since)
    if since is None or since > now:
        return False
    return changed_at.replace(microsecond=0) <= since


def last_modified(changed_at: datetime) -> str:
    """The value of the Last-Modified header."""
    return format_datetime(changed_at.astimezone(UTC), usegmt=True)


def _read_date(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = parsedate_to_datetime(text)
    except ValueError:
        return None  # RFC 9110 section 13.1.3: a date that cannot be read is to be ignored
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
