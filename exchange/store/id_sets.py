"""Sets of ids as rows of bits, so that a hundred thousand people are counted against a filter in microseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class IdSet:
    """Bit ``n`` of ``bits`` stands for the id ``n``. Ids are the small positive numbers that a database hands out."""

    bits: int = 0

    @classmethod
    def of(cls, ids: Iterable[int]) -> IdSet:
        return cls._of(np.fromiter(ids, np.int64))

    @classmethod
    def listed(cls, ids: str | None) -> IdSet:
        """The ids that a database has joined by commas: one text is read much faster than a row for each."""
        return cls._of(np.fromstring(ids or "", np.int64, sep=","))

    @classmethod
    def _of(cls, ids: npt.NDArray[np.int64]) -> IdSet:
        row = np.zeros(int(ids.max(initial=0)) + 1, np.bool_)
        row[ids] = True
        return cls.load(np.packbits(row, bitorder="little").tobytes())

    @classmethod
    def load(cls, stored: bytes) -> IdSet:
        return cls(int.from_bytes(stored, "little"))

    def dump(self) -> bytes:
        return self.bits.to_bytes((self.bits.bit_length() + 7) // 8, "little")

    def __and__(self, other: IdSet) -> IdSet:
        return IdSet(self.bits & other.bits)

    def __or__(self, other: IdSet) -> IdSet:
        return IdSet(self.bits | other.bits)

    def __sub__(self, other: IdSet) -> IdSet:
        return IdSet(self.bits & ~other.bits)

    def __len__(self) -> int:
        return self.bits.bit_count()

    def ids(self) -> list[int]:
        """Everybody in the set, in rising order."""
        found: list[int] = self._places().tolist()
        return found

    def lowest(self, number: int) -> list[int]:
        """So many of the lowest ids, in rising order."""
        found: list[int] = self._places()[:number].tolist()
        return found

    def _places(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(np.unpackbits(np.frombuffer(self.dump(), np.uint8), bitorder="little"))

    def among(self, ids: Iterable[int]) -> list[int]:
        """Those of ``ids`` that are in the set, in the order given."""
        row = self.dump()
        top = len(row) * 8
        return [ident for ident in ids if ident < top and row[ident >> 3] >> (ident & 7) & 1]
