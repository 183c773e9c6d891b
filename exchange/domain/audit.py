"""The audit trail's arithmetic: a record, its canonical bytes, and the chain of SHA-256 hashes through them.

Each hash covers the record, its sequence number and the hash before it, so an edited, removed, inserted or reordered
record breaks the chain where it stands (the construction of hash-linked timestamps: Haber and Stornetta, 1991).
A cut-off tail leaves a shorter but intact chain; it is found by comparing with a head noted elsewhere (``anchor``).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened. Coordinators of ``institutes`` may read it; ``detail`` is JSON, before and after."""

    at: datetime
    actor_id: int | None
    actor_name: str
    verb: str
    outcome: str
    subject_kind: str
    subject_id: int | None
    institutes: tuple[int, ...]
    summary: str
    detail: dict[str, Any] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        """The fields as stored."""
        return {
            "at": self.at,
            "actor_id": self.actor_id,
            "actor_name": self.actor_name,
            "verb": self.verb,
            "outcome": self.outcome,
            "subject_kind": self.subject_kind,
            "subject_id": self.subject_id,
            "institutes": list(self.institutes),
            "summary": self.summary,
            "detail": self.detail,
        }

    def canonical(self, seq: int, previous: str) -> bytes:
        """The bytes that are hashed: JSON with sorted keys, instants in UTC to the microsecond."""
        content = self.columns() | {
            "seq": seq,
            "previous": previous,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
        }
        return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()

    def sealed(self, seq: int, previous: str) -> Sealed:
        return Sealed(seq, hashlib.sha256(self.canonical(seq, previous)).hexdigest())


@dataclass(frozen=True, slots=True)
class Sealed:
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """``records`` were read; ``faults`` are sentences, empty when the trail is as it was written."""

    records: int
    head: str
    faults: tuple[str, ...]

    @property
    def intact(self) -> bool:
        return not self.faults


def verify(records: Iterable[tuple[int, str, str, Entry]], anchor: tuple[int, str] | None = None) -> ChainReport:
    """Walk the trail, given as (seq, previous, hash, entry) in order, and name every place where it does not hold.

    ``anchor`` is a (seq, hash) noted earlier outside the database; a trail without it was cut off or rewritten.
    """
    faults: list[str] = []
    last_seq, last_hash, read = 0, GENESIS, 0
    anchored = anchor is None
    for seq, previous, stored, entry in records:
        read += 1
        if seq != last_seq + 1:
            faults.append(f"Record {seq} follows record {last_seq}: records between them are missing or out of order.")
        if previous != last_hash:
            faults.append(f"Record {seq} does not continue record {last_seq}.")
        if entry.sealed(seq, previous).hash != stored:
            faults.append(f"Record {seq} was changed after it was written.")
        if anchor is not None and (seq, stored) == anchor:
            anchored = True
        last_seq, last_hash = seq, stored
    if not anchored and anchor is not None:
        faults.append(
            f"Record {anchor[0]} with the hash noted earlier is not in the trail: its end was cut off or rewritten."
        )
    return ChainReport(read, last_hash, tuple(faults))
