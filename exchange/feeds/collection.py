"""A calendar as a CalDAV collection: one object for each UID, over the same fragments that the feed joins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from hashlib import blake2b

from exchange.feeds.assemble import object_of
from exchange.feeds.fragment import Fragment

_VEVENT = re.compile(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_UID = re.compile(rb"(?m)^UID:((?:.*\r\n)(?: .*\r\n)*)")
_FIRST_DAY = re.compile(rb"\nDTSTART[^:\r]*:(\d{8})")


@dataclass(frozen=True)
class Resource:
    """One event or series. ``last_day`` is None for a series without end."""

    uid: str
    fragment: Fragment
    last_day: date | None

    @property
    def name(self) -> str:
        return f"{self.uid}.ics"

    @cached_property
    def body(self) -> bytes:
        return object_of(self.fragment)

    @cached_property
    def etag(self) -> str:
        """Strong, of the whole object: another zone database may change the zones in it alone."""
        return f'"{blake2b(self.body, digest_size=12).hexdigest()}"'

    @property
    def first_day(self) -> date:
        days = _FIRST_DAY.findall(self.fragment.body)
        return min(date.fromisoformat(day.decode()) for day in days)


def resources(fragment: Fragment, last_day: date | None) -> Iterator[Resource]:
    """The objects of a fragment, one UID each (RFC 4791 section 4.1): a series that no rule can write has many."""
    parts: dict[str, list[bytes]] = {}
    for vevent in _VEVENT.findall(fragment.body):
        found = _UID.search(vevent)
        assert found is not None  # what is rendered has a UID
        parts.setdefault(found[1].replace(b"\r\n ", b"").strip().decode(), []).append(vevent)
    for uid, vevents in parts.items():
        yield Resource(uid, Fragment(uid, b"".join(vevents)), last_day)
