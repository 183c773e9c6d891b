"""Sets of ids as rows of bits, so that ten thousand people are counted against a filter in a microsecond."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdSet:
    """Bit ``n`` of ``bits`` stands for the id ``n``. Ids are the small positive numbers that a database hands out."""

    bits: int = 0

    @classmethod
    def of(cls, ids: Iterable[int]) -> IdSet:
        known = list(ids)
        row = bytearray(max(known, default=0) // 8 + 1)
        for ident in known:
            row[ident >> 3] |= 1 << (ident & 7)
        return cls.load(bytes(row))

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
        return [at * 8 + bit for at, byte in enumerate(self.dump()) if byte for bit in range(8) if byte >> bit & 1]

    def among(self, ids: Iterable[int]) -> list[int]:
        """Those of ``ids`` that are in the set, in the order given."""
        row = self.dump()
        top = len(row) * 8
        return [ident for ident in ids if ident < top and row[ident >> 3] >> (ident & 7) & 1]

    def places(self, ids: Sequence[int]) -> list[int]:
        """Where in ``ids`` those stand that are in the set."""
        row = self.dump()
        top = len(row) * 8
        return [place for place, ident in enumerate(ids) if ident < top and row[ident >> 3] >> (ident & 7) & 1]
