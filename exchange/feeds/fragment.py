"""What is stored of an event for the feeds that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fragment:
    """The VEVENTs of one event as bytes, sorted into a calendar by its UID. Empty bytes: nothing to show."""

    uid: str
    body: bytes
