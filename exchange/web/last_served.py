"""The calendars that this process served last, for when the database does not answer.

A program that gets an error may switch its calendar off; one that gets what it had before does not notice anything.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

MOST_BYTES = 32 * 1024 * 1024
KEPT = timedelta(days=1)
_OVERHEAD = 1024  # the headers, roughly


@dataclass(frozen=True, slots=True)
class Served:
    """What a link was answered last, and when; without its body where programs were only told that they have it."""

    at: datetime
    changed_at: datetime
    headers: dict[str, str]
    body: bytes | None

    @property
    def etag(self) -> str:
        return self.headers["ETag"]

    @property
    def size(self) -> int:
        return _OVERHEAD + len(self.body or b"")


class LastServed:
    """Bodies by the hash of their link's token, the ones that were asked for longest ago dropped first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._kept: OrderedDict[str, Served] = OrderedDict()
        self._lock = Lock()

    def keep(self, key: str, served: Served) -> None:
        with self._lock:
            self._drop(key)
            self._kept[key] = served
            self._size += served.size
            while self._size > self._most:
                self._drop(next(iter(self._kept)))

    def confirm(self, key: str, served: Served) -> None:
        """A program was told that it has this already: the body that is kept of it holds for another day."""
        with self._lock:
            found = self._kept.get(key)
        same = found is not None and found.etag == served.etag
        self.keep(key, replace(found, at=served.at) if found is not None and same else served)

    def forget(self, key: str) -> None:
        """A link that was switched off is not served from memory either."""
        with self._lock:
            self._drop(key)

    def get(self, key: str, now: datetime) -> Served | None:
        with self._lock:
            found = self._kept.get(key)
            return found if found is not None and now - found.at <= KEPT else None

    def _drop(self, key: str) -> None:
        gone = self._kept.pop(key, None)
        if gone is not None:
            self._size -= gone.size
