"""How alike two texts are by the words they share: TF-IDF with sublinear counts, as an inverted index.

A term that occurs n times in a document weighs (1 + ln n) · idf, idf = 1 + ln((1 + N) / (1 + df)); the likeness is the
cosine of the weights (Salton & Buckley 1988). Only the counts are stored, five bytes a posting, so that an index of
150,000 abstracts stays near 150 MB and is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.words import MOST_COUNTED, TermCounts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

_SUBLINEAR = np.concatenate([[0.0], 1.0 + np.log(np.arange(1, MOST_COUNTED + 1))]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Rarity:
    """The idf of every known term: ``keys`` uint32 [terms] rising, ``idf`` float32 [terms]; ``unseen`` for others."""

    keys: npt.NDArray[np.uint32]
    idf: Floats
    unseen: float

    def of(self, keys: npt.NDArray[np.uint32]) -> Floats:
        """The idf of each key, float32 [len(keys)]."""
        if not len(self.keys):
            return np.full(len(keys), self.unseen, np.float32)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, self.idf[place], np.float32(self.unseen)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Query:
    """A text as a unit vector of term weights: ``keys`` uint32 [n], ``weights`` float32 [n]; empty without words."""

    keys: npt.NDArray[np.uint32]
    weights: Floats


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Postings by term: those of ``keys[t]`` are ``rows`` and ``counts`` from ``start[t]`` to ``start[t + 1]``.

    ``inverse_norm`` float32 [documents] is one over the length of a document's weights, 0 for one without words.
    """

    keys: npt.NDArray[np.uint32]
    start: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    counts: npt.NDArray[np.uint8]
    inverse_norm: Floats
    rarity: Rarity

    @property
    def size(self) -> int:
        """The number of documents."""
        return len(self.inverse_norm)

    def query(self, counted: TermCounts) -> Query:
        """Weigh a text's terms as a document of this index would be."""
        weights = _SUBLINEAR[counted.counts] * self.rarity.of(counted.keys)
        length = float(np.linalg.norm(weights))
        return Query(counted.keys, weights / np.float32(length or 1.0))

    def likeness(self, query: Query) -> Floats:
        """The cosine of the query with each document, float32 [documents], in [0, 1]."""
        total = np.zeros(self.size, np.float32)
        for term, scale in self._matches(query):
            here = slice(self.start[term], self.start[term + 1])
            np.add.at(total, self.rows[here], (_SUBLINEAR * scale)[self.counts[here]])
        total *= self.inverse_norm
        return total

    def shared_terms(self, query: Query, rows: Sequence[int]) -> dict[int, dict[int, float]]:
        """For each of a few documents: term key to its part of the likeness. The parts add up to the cosine."""
        wanted = np.array(rows, np.int32)
        shared: dict[int, dict[int, float]] = {row: {} for row in rows}
        for term, scale in self._matches(query):
            first, last = self.start[term], self.start[term + 1]
            place = first + np.searchsorted(self.rows[first:last], wanted)
            found = self.rows[np.minimum(place, last - 1)] == wanted
            parts = _SUBLINEAR[self.counts[place[found]]] * scale * self.inverse_norm[wanted[found]]
            for row, part in zip(wanted[found].tolist(), parts.tolist(), strict=True):
                shared[row][int(self.keys[term])] = part
        return shared

    def _matches(self, query: Query) -> Iterable[tuple[int, np.float32]]:
        """The query's terms that occur here: place in ``keys``, and the query's weight times the term's idf."""
        if not len(self.keys):
            return
        place = np.minimum(np.searchsorted(self.keys, query.keys), len(self.keys) - 1)
        scales = query.weights * self.rarity.of(query.keys)
        for term in np.flatnonzero(self.keys[place] == query.keys):
            yield int(place[term]), scales[term]


def index_documents(documents: Sequence[TermCounts], rarity: Rarity | None = None) -> LexicalIndex:
    """Index documents in their order. Without ``rarity`` it is measured on these documents themselves."""
    sizes = [len(counted.keys) for counted in documents]
    keys = np.concatenate([np.zeros(0, np.uint32), *(counted.keys for counted in documents)])
    counts = np.concatenate([np.zeros(0, np.uint8), *(counted.counts for counted in documents)])
    rows = np.repeat(np.arange(len(documents), dtype=np.int32), sizes)
    return _index_postings(keys, rows, counts, len(documents), rarity)


def join_indexes(
    parts: Sequence[LexicalIndex], kept: Sequence[npt.NDArray[np.bool_]], rarity: Rarity | None = None
) -> LexicalIndex:
    """One index of the documents that are kept of each part, in order. ``rarity`` as in ``index_documents``."""
    keys, rows, counts = [], [], []
    before = 0
    for part, keep in zip(parts, kept, strict=True):
        new_row = np.cumsum(keep) - 1 + before
        alive = keep[part.rows]
        keys.append(np.repeat(part.keys, np.diff(part.start))[alive])
        rows.append(new_row[part.rows[alive]].astype(np.int32))
        counts.append(part.counts[alive])
        before += int(keep.sum())
    return _index_postings(np.concatenate(keys), np.concatenate(rows), np.concatenate(counts), before, rarity)


def _index_postings(
    keys: npt.NDArray[np.uint32],
    rows: npt.NDArray[np.int32],
    counts: npt.NDArray[np.uint8],
    documents: int,
    rarity: Rarity | None,
) -> LexicalIndex:
    order = np.lexsort((rows, keys))
    distinct, frequency = np.unique(keys, return_counts=True)
    start = np.concatenate([[0], np.cumsum(frequency)]).astype(np.int64)
    if rarity is None:
        idf = (1.0 + np.log((1.0 + documents) / (1.0 + frequency))).astype(np.float32)
        rarity = Rarity(distinct, idf, 1.0 + float(np.log(1.0 + documents)))
    weights = _SUBLINEAR[counts[order]] * np.repeat(rarity.of(distinct), frequency)
    length = np.sqrt(np.bincount(rows[order], weights * weights, documents))
    inverse = np.divide(1.0, length, out=np.zeros(documents), where=length > 0).astype(np.float32)
    return LexicalIndex(distinct, start, rows[order], counts[order], inverse, rarity)
