"""Which of several workers starts the jobs: the one that holds the lease, which ends by itself when its worker dies."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from exchange.actions import leases

NAME = "clock"
LENGTH = timedelta(seconds=6)
RENEWED_EVERY = timedelta(seconds=2)  # a killed holder is replaced within LENGTH + RENEWED_EVERY

Clock = Callable[[], datetime]
Sessions = Callable[[], Session]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Leadership:
    """One worker's standing towards the lease. ``holds`` is true only while the lease it took has not run out."""

    def __init__(self, sessions: Sessions, clock: Clock = utc_now) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[-100:]
        self._sessions = sessions
        self._clock = clock
        self._lock = Lock()
        self._until: datetime | None = None

    def renew(self) -> bool:
        """Take or keep the lease; returns whether it is held now."""
        now = self._clock()
        with self._sessions() as session:
            taken = leases.take(session, NAME, self.holder, length=LENGTH, now=now)
        with self._lock:
            self._until = now + LENGTH if taken else None
        return taken

    def holds(self) -> bool:
        """Whether the lease is held at this instant: a worker that was frozen past its end no longer does."""
        with self._lock:
            return self._until is not None and self._clock() < self._until

    def give_up(self) -> None:
        with self._lock:
            self._until = None
        with self._sessions() as session:
            leases.release(session, NAME, self.holder)
