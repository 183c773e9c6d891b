"""How near people are to a few words by meaning: one vector a person, the middle of their documents.

Coarser than the affinity of a need, which looks at each document, and a twentieth of its cost: a search page has to be
quick. The words decide who is found; the meaning only helps to order them, and finds who says it in other words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.affinity import NOBODY, AffinityIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]
    Ints = npt.NDArray[np.int64]

NEAR = 0.25  # cosine below which a person has nothing to do with the words
UNKNOWN = -1.0  # of whom nothing has been read
ANEW_AT = 50  # all middles are made anew when those of a fiftieth have changed


@dataclass(frozen=True, slots=True)
class Middles:
    """``people`` int64 [people] in rising order, ``vectors`` float32 [people, width] of unit length.

    ``version`` and ``documents`` int64 [people] are the profile and the number of read documents they were made from;
    the vector of whoever has none is zero. ``later`` holds whoever has changed since, for whom it counts instead.
    """

    people: Ints
    version: Ints
    documents: Ints
    vectors: Floats
    later: Middles | None = None

    @property
    def any(self) -> bool:
        """Whether anything was read."""
        return bool(self.documents.any()) or (self.later is not None and self.later.any)

    def ordered(self, ids: Sequence[int], vector: Floats) -> list[int]:
        """These people, the nearest first; whoever has no documents read last, all in the order given otherwise."""
        found = self._likeness(np.asarray(ids, np.int64), vector)
        return [ids[at] for at in np.argsort(-found, kind="stable").tolist()]

    def nearest(self, vector: Floats, most: int) -> list[int]:
        """Who is near enough, the nearest first."""
        people, likeness = self.people, _cosines(self.vectors, vector)
        if self.later is not None:
            place, held = _places(people, self.later.people)
            likeness[place[held]] = UNKNOWN
            people = np.concatenate([people, self.later.people])
            likeness = np.concatenate([likeness, _cosines(self.later.vectors, vector)])
        count = min(most, len(likeness))
        best = np.argpartition(-likeness, count - 1)[:count] if count else np.zeros(0, np.int64)
        best = best[np.argsort(-likeness[best], kind="stable")]
        return [int(people[at]) for at in best if likeness[at] >= NEAR]

    def _likeness(self, ids: Ints, vector: Floats) -> Floats:
        found = np.full(len(ids), UNKNOWN, np.float32)
        for part in (self, self.later):
            if part is not None:
                place, held = _places(part.people, ids)
                likeness = _cosines(part.vectors[place[held]], vector)
                found[held] = np.where(part.documents[place[held]] > 0, likeness, UNKNOWN)
        return found


def middles(index: AffinityIndex, before: Middles | None = None) -> Middles:
    """The middle of the read documents of everybody. Those of ``before`` stay where nothing has changed."""
    order = np.argsort(index.people, kind="stable")
    people, version, documents = index.people[order], index.version[order], _read(index)[order]
    if before is not None and len(before.people):
        place, held = _places(before.people, people)
        same = held & (before.version[place] == version) & (before.documents[place] == documents)
        changed = np.flatnonzero(~same)
        if len(changed) * ANEW_AT <= len(people):
            made = _made(index, order[changed])
            later = Middles(people[changed], version[changed], documents[changed], made)
            return replace(before, later=later if len(changed) else None)
    return Middles(people, version, documents, _made(index, order))


def _cosines(vectors: Floats, vector: Floats) -> Floats:
    """With each of the vectors; nothing where none was there when they were made, and they have no width."""
    return vectors @ vector if vectors.shape[1] else np.zeros(len(vectors), np.float32)


def _places(people: Ints, ids: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where each of these ids stands among rising ``people``, and whether it does."""
    if not len(people):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), np.bool_)
    place = np.minimum(np.searchsorted(people, ids), len(people) - 1)
    return place, people[place] == ids


def _read(index: AffinityIndex) -> Ints:
    """How many documents of each person the model has read."""
    embedded = np.concatenate([segment.embedded for segment in index.segments])
    return np.bincount(index.owner[embedded & (index.owner != NOBODY)], minlength=len(index.people))


def _made(index: AffinityIndex, places: Ints) -> Floats:
    """The middles of people, given as places in the index, in that order."""
    width = max(segment.vectors.shape[1] for segment in index.segments)
    total = np.zeros((len(places), width), np.float32)
    turn = np.full(len(index.people) + 1, NOBODY)  # the last place is that of ``NOBODY``
    turn[places] = np.arange(len(places))
    before = 0
    for segment in index.segments:
        whose = turn[index.owner[before : before + segment.lexical.size]]
        rows = np.flatnonzero(segment.embedded & (whose != NOBODY))
        before += segment.lexical.size
        if not len(rows):
            continue
        rows = rows[np.argsort(whose[rows], kind="stable")]
        several, first = np.unique(whose[rows], return_index=True)
        as_they_lie = len(rows) == len(whose) and bool((np.diff(rows) == 1).all())  # then nothing need be copied
        total[several] += np.add.reduceat(segment.vectors if as_they_lie else segment.vectors[rows], first, axis=0)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    np.divide(total, length, out=total, where=length > 0)
    return total
