"""When a day that comes near is spoken of: once at each of a few distances, never twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

CLEARANCE_DAYS = (90, 30, 7)  # before a clearance ends or its review falls due
STAY_DAYS = (30, 7)  # before a secondment starts or ends


def distance(day: date, today: date, distances: Iterable[int]) -> int | None:
    """The shortest of the distances (in days) that has been reached; None before the first one and after the day.

    Only the shortest counts, so that a record made late is spoken of once and not once for each distance it missed.
    """
    left = (day - today).days
    return min((each for each in distances if left <= each), default=None) if left >= 0 else None


def days_left(day: date, today: date) -> str:
    """``today``, ``tomorrow`` or ``in 12 days``."""
    left = (day - today).days
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
