"""Vectors of texts as one file that only grows: the worker appends what the model has read, every process reads it.

A vector is filed under its text, so that a text is read once whoever wrote it and however often it is imported; the
name of the file holds the model. Half precision: the order of people is the same with a quarter of that (8 bits).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Keys = npt.NDArray[np.uint64]


def text_key(text: str) -> int:
    """The number of a text: 64 bits of its SHA-256. Of a million texts two share one in 37 million cases."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


class VectorFile:
    """The file as far as this process has read it. Whoever shares it between threads takes a lock around it."""

    def __init__(self, path: Path, width: int) -> None:
        self.path = path
        self.record = np.dtype([("key", "<u8"), ("vector", "<f2", (width,))])
        self._rows = np.zeros(0, self.record)
        self._place: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def refresh(self) -> bool:
        """Take in what was appended since; whether there was anything."""
        known = len(self._rows)
        whole = self.path.stat().st_size // self.record.itemsize if self.path.exists() else 0
        if whole == known:
            return False
        self._rows = np.memmap(self.path, self.record, "r", shape=(whole,)) if whole else np.zeros(0, self.record)
        if whole < known:  # somebody deleted it, which is allowed: all is read anew
            self._place, known = {}, 0
        for place, key in enumerate(self._rows["key"][known:].tolist(), start=known):
            self._place[key] = place
        return True

    def known(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Which of these texts have a vector."""
        return np.fromiter((key in self._place for key in keys.tolist()), np.bool_, len(keys))

    def vectors(self, keys: Keys) -> Floats:
        """The vectors of texts that have one, float32 [keys, width]."""
        places = [self._place[key] for key in keys.tolist()]
        found: Floats = self._rows["vector"][places].astype(np.float32)
        return found

    def append(self, keys: Sequence[int], vectors: Floats) -> None:
        """Add vectors at the end, after cutting off what a killed writer left of a record. Needs ``writing``."""
        rows = np.zeros(len(keys), self.record)
        rows["key"], rows["vector"] = keys, vectors
        with self.path.open("ab") as file:
            whole = file.tell() - file.tell() % self.record.itemsize
            file.truncate(whole)
            file.write(rows.tobytes())

    @contextmanager
    def writing(self) -> Iterator[bool]:
        """The right to append, which one process has at a time; False when another one has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
        finally:
            os.close(handle)  # which gives the lock back
