"""The affinity of everybody to one need, as numbers: likeness by words and by meaning, fused, and skills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.affinity import NOBODY, AffinityIndex
from exchange.matching.profiles import Need
from exchange.matching.skill_fit import skill_scores
from exchange.matching.words import count_terms

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DocumentScores:
    """The likeness of each document: cosines and the fused figure, float32 [rows]."""

    by_words: Floats
    by_meaning: Floats | None
    fused: Floats
    embedded: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of all people of an index, in its order, float32 [people] each.

    ``affinity`` in (0, 1) is the logistic of ``total``, which still tells people apart where the affinity is near 1.
    """

    affinity: Floats
    total: Floats
    text: Floats
    skill: Floats
    documents: DocumentScores


def score_people(
    index: AffinityIndex, need: Need, *, need_vector: Floats | None = None, today: date | None = None
) -> Scores:
    """The affinity of everybody in the index to one need, without reasons."""
    rows = _document_scores(index, need, need_vector)
    text = _decayed(index, rows) if need.text.strip() else np.zeros(len(index.people), np.float32)
    skill = skill_scores(index.skills, need.skills, len(index.people), index.vocabulary, today)
    weights = index.calibration
    total = np.float32(weights.text_weight) * text + np.float32(weights.skill_weight) * skill
    total += np.float32(weights.offset)
    affinity = 1 / (1 + np.exp(-np.clip(total, -15, 15)))
    return Scores(affinity.astype(np.float32), total, text, skill, rows)


def _document_scores(index: AffinityIndex, need: Need, need_vector: Floats | None) -> DocumentScores:
    counted = count_terms(need.text)
    query = index.segments[0].lexical.query(counted)
    by_words = np.concatenate([segment.lexical.likeness(query) for segment in index.segments])
    embedded = np.concatenate([segment.embedded for segment in index.segments])
    score = index.calibration.score
    if need_vector is None or not embedded.any():
        return DocumentScores(by_words, None, score(by_words), np.zeros_like(embedded))
    by_meaning = np.concatenate([_cosines(segment.vectors, need_vector) for segment in index.segments])
    fused = score(by_words, by_meaning)
    if not embedded.all():
        fused = np.where(embedded, fused, score(by_words))
    return DocumentScores(by_words, by_meaning, fused, embedded)


def _cosines(vectors: Floats, need_vector: Floats) -> Floats:
    if vectors.shape[1] == 0:
        return np.zeros(len(vectors), np.float32)
    if vectors.shape[1] != len(need_vector):
        raise ValueError("The need was embedded by another model than the documents. Embed both with one model.")
    return vectors @ need_vector.astype(np.float32)


def _decayed(index: AffinityIndex, rows: DocumentScores) -> Floats:
    """The mean of each person's figures, best first with weights decay^rank; unrelated for nobody's documents."""
    people, width = len(index.people), int(index.slot.max(initial=0)) + 1
    grid = np.full(people * width + 1, -np.inf, np.float32)  # the last place takes what nobody owns
    place = index.owner.astype(np.int64) * width + index.slot
    grid[np.where(index.owner == NOBODY, people * width, place)] = rows.fused
    table = grid[:-1].reshape(people, width)
    number = np.isfinite(table).sum(axis=1)
    table.sort(axis=1)
    weights = np.float32(index.calibration.rank_decay) ** np.arange(width, dtype=np.float32)
    total = np.where(np.isfinite(table), table, np.float32(0)) @ weights[::-1]
    sums = np.concatenate([[1.0], np.cumsum(weights)]).astype(np.float32)
    nothing = np.float32(index.calibration.unrelated(embedded=rows.by_meaning is not None))
    return np.where(number > 0, total / sums[number], nothing).astype(np.float32)
