"""Counting guesses of one address within a window, in the memory of the process."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Lock

_MOST_KNOWN = 10_000


class Guesses:
    """``most`` of them are free within ``window``; whoever guesses on is told to wait until it is over."""

    def __init__(self, most: int, window: timedelta) -> None:
        self._most, self._window = most, window
        self._seen: dict[str, tuple[datetime, int]] = {}
        self._lock = Lock()

    def too_many(self, who: str, now: datetime) -> bool:
        """Count one more guess and say whether it was too many."""
        with self._lock:
            if len(self._seen) >= _MOST_KNOWN:
                self._seen = {key: seen for key, seen in self._seen.items() if now - seen[0] < self._window}
            since, count = self._seen.get(who, (now, 0))
            if now - since >= self._window:
                since, count = now, 0
            self._seen[who] = (since, count + 1)
            return count + 1 > self._most
