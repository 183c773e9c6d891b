"""How near people are to a few words by meaning: one vector a person, the middle of their documents.

Coarser than the affinity of a need, which looks at each document, and a twentieth of its cost: a search page has to be
quick. The words decide who is found; the meaning only helps to order them, and finds who says it in other words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.affinity import NOBODY, AffinityIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

NEAR = 0.25  # cosine below which a person has nothing to do with the words


@dataclass(frozen=True, slots=True)
class Middles:
    """``people`` int64 [people] in rising order, ``vectors`` float32 [people, width] of unit length."""

    people: npt.NDArray[np.int64]
    vectors: Floats

    def ordered(self, ids: Sequence[int], vector: Floats) -> list[int]:
        """These people, the nearest first; whoever has no documents read last, all in the order given otherwise."""
        if not len(self.people):
            return list(ids)
        wanted = np.asarray(ids, np.int64)
        place = np.minimum(np.searchsorted(self.people, wanted), len(self.people) - 1)
        found = np.where(self.people[place] == wanted, self.vectors[place] @ vector, -1)
        return [ids[at] for at in np.argsort(-found, kind="stable").tolist()]

    def nearest(self, vector: Floats, most: int) -> list[int]:
        """Who is near enough, the nearest first."""
        likeness = self.vectors @ vector
        count = min(most, len(likeness))
        best = np.argpartition(-likeness, count - 1)[:count] if count else np.zeros(0, np.int64)
        best = best[np.argsort(-likeness[best], kind="stable")]
        return [int(self.people[at]) for at in best if likeness[at] >= NEAR]


def middles(index: AffinityIndex) -> Middles:
    """The middle of the read documents of everybody who has any."""
    width = max(segment.vectors.shape[1] for segment in index.segments)
    total = np.zeros((len(index.people), width), np.float32)
    before = 0
    for segment in index.segments:
        owner = index.owner[before : before + segment.lexical.size]
        rows = np.flatnonzero(segment.embedded & (owner != NOBODY))
        before += segment.lexical.size
        if len(rows):
            rows = rows[np.argsort(owner[rows], kind="stable")]
            owners, first = np.unique(owner[rows], return_index=True)
            total[owners] += np.add.reduceat(segment.vectors[rows], first, axis=0)
    length = np.linalg.norm(total, axis=1)
    some = np.flatnonzero(length > 0)
    order = some[np.argsort(index.people[some])]
    return Middles(index.people[order], total[order] / length[order, None])
