"""What is stored of an event for the feeds that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fragment:
    """The VEVENTs of one UID as bytes, and the zones whose VTIMEZONE they need. Empty bytes: nothing to show."""

    uid: str
    body: bytes
    zones: tuple[str, ...] = ()
