"""The language model's place in the worker: it reads what people have written and what work needs, and keeps the rest.

One worker reads at a time. Texts that nobody has read come before those that wait longest, so that a publication added
now is found by its meaning within the minute, even while ten thousand imported ones wait.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from threading import Event

import numpy as np

from exchange.actions.affinity import IndexCache
from exchange.jobs.lease import Sessions
from exchange.matching.vector_files import text_key
from exchange.store import matches
from exchange.store.need_texts import need_texts

AT_ONCE = 16  # texts between two looks at what is new: about two seconds
SAVED_EVERY_S = 600.0


class Reader:
    """Reads what waits. ``name`` and ``period`` are for the scheduler."""

    name = "reader"
    period = timedelta(seconds=5)

    def __init__(self, sessions: Sessions, data: Path) -> None:
        self.cache = IndexCache(data)
        self._sessions = sessions
        self._closing = Event()
        self._saved: tuple[int, int] = (-1, -1)  # the stamp and the number of vectors of the index file
        self._saved_at = 0.0

    def stop(self) -> None:
        """Leave the rest to the next start: the worker is going away."""
        self._closing.set()

    def work(self) -> int:
        """Read everything that waits; the number of texts."""
        done = 0
        if self.cache.has_model() and self.cache.vectors is not None:
            with self.cache.vectors.writing() as mine:
                while mine and not self._closing.is_set() and (texts := self._waiting()):
                    self._read(texts)
                    done += len(texts)
        self._keep(done)
        return done

    def _waiting(self) -> list[str]:
        """A few texts that have no vector: needs first, then the newest documents."""
        with self._sessions() as session:
            index = self.cache.current(session)
            texts = [text for text in need_texts(session) if not self._is_known(text)]
            newest = np.sort(index.document[index.unread])[::-1].tolist()
            while newest and len(texts) < AT_ONCE:
                part, newest = newest[:AT_ONCE], newest[AT_ONCE:]
                found = matches.documents(session, part).values()
                texts += [text.words for text in found if not self._is_known(text.words)]
        return list(dict.fromkeys(texts))[:AT_ONCE]

    def _is_known(self, text: str) -> bool:
        vectors = self.cache.vectors
        return vectors is not None and bool(vectors.known(np.array([text_key(text)], np.uint64))[0])

    def _read(self, texts: Sequence[str]) -> None:
        vectors = self.cache.vectors
        assert vectors is not None
        vectors.append([text_key(text) for text in texts], self.cache.reader().encode(texts))

    def _keep(self, done: int) -> None:
        """Save the index when there is news: at once after reading, else every ten minutes."""
        with self._sessions() as session:
            self.cache.current(session)
        vectors = len(self.cache.vectors) if self.cache.vectors is not None else 0
        now = (self.cache.stamp, vectors)
        if now != self._saved and (done or time.monotonic() - self._saved_at > SAVED_EVERY_S or self._saved_at == 0):
            self.cache.save()
            self._saved, self._saved_at = now, time.monotonic()
