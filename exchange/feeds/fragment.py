"""What is stored of an event for the feeds that show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

# No folded line and no text begins so: what goes on in a next line begins with a space.
_STAMP = re.compile(rb"(?m)^(DTSTAMP|LAST-MODIFIED):(\d{8}T\d{6}Z)(?=\r$)")


@dataclass(frozen=True, slots=True)
class Fragment:
    """The VEVENTs of one event as bytes, sorted into a calendar by its UID. Empty bytes: nothing to show."""

    uid: str
    body: bytes


def no_older_than(fragment: Fragment, instant: datetime | None) -> Fragment:
    """The fragment as changed at this instant, if it was changed before.

    Evolution takes nothing up unless a stamp moves. SEQUENCE stays: the event itself is the same.
    """
    if instant is None:
        return fragment
    earliest = f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}".encode()
    body = _STAMP.sub(lambda stamp: stamp[1] + b":" + max(stamp[2], earliest), fragment.body)
    return Fragment(fragment.uid, body)
