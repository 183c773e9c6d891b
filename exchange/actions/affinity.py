"""Everybody's profiles as one index, kept in the process and built anew when a profile has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy.orm import Session

from exchange.matching.affinity import AffinityIndex, build_index
from exchange.matching.profiles import Document, PersonProfile
from exchange.store import matches as store
from exchange.store.matches import Text


@dataclass
class IndexCache:
    """The index of everybody's profiles, shared by the threads of one process."""

    stamp: int = -1
    index: AffinityIndex | None = None
    texts: Mapping[int, Text] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def current(self, session: Session) -> tuple[AffinityIndex, Mapping[int, Text]]:
        """The index as of the newest change of a profile, with the texts behind its documents."""
        newest = store.stamp(session)
        with self.lock:
            if self.index is None or newest != self.stamp:
                self.texts = {text.id: text for text in store.texts(session)}
                self.index = build_index(_profiles(self.texts, session))
                self.stamp = newest
            return self.index, self.texts


def _profiles(texts: Mapping[int, Text], session: Session) -> list[PersonProfile]:
    documents: dict[int, list[Document]] = {}
    for text in texts.values():
        documents.setdefault(text.person_id, []).append(Document(text.id, f"{text.title}\n{text.abstract}"))
    claims = store.claims(session)
    return [
        PersonProfile(ident, tuple(documents.get(ident, ())), tuple(claims.get(ident, ())))
        for ident in sorted(documents.keys() | claims.keys())
    ]
