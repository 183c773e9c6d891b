"""How well one person fits many needs: the same figures as a ranking of everybody, of their own documents alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.affinity import AffinityIndex, Segment
from exchange.matching.profiles import Need
from exchange.matching.skill_fit import SkillFit, skill_fits
from exchange.matching.words import count_terms

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy.typing as npt

    from exchange.matching.lexical import Query

    Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Fit:
    """``total`` orders needs as it orders people; ``document_id`` is the nearest document, None without any."""

    total: float
    text: float
    skill: float
    document_id: int | None
    skills: tuple[SkillFit, ...]


def fits(
    index: AffinityIndex, person_id: int, needs: Sequence[tuple[Need, Floats | None]], *, today: date | None = None
) -> list[Fit] | None:
    """A fit for each need, given with its text's vector where there is one; None for whoever is not in the index."""
    place = np.flatnonzero(index.people == person_id)
    if not len(place):
        return None
    return [_fit(index, int(place[0]), need, vector, today) for need, vector in needs]


def _fit(index: AffinityIndex, place: int, need: Need, vector: Floats | None, today: date | None) -> Fit:
    weights = index.calibration
    meant = vector if index.has_vectors else None
    rows, figures = _figures(index, place, need, meant)
    text = 0.0
    if need.text.strip():
        text = _decayed(figures, weights.rank_decay) if len(figures) else weights.unrelated(embedded=meant is not None)
    skills = skill_fits(index.skills, need.skills, [place], index.vocabulary, today)[place]
    asked = sum(one.weight for one in need.skills)
    skill = sum(fit.requirement.weight * fit.part for fit in skills) / asked if asked else 1.0
    best = int(index.document[rows[int(np.argmax(figures))]]) if len(figures) else None
    total = weights.text_weight * text + weights.skill_weight * skill + weights.offset
    return Fit(total, text, skill, best, skills)


def _decayed(figures: Floats, decay: float) -> float:
    """The mean with weights decay^rank, best first."""
    weights = np.float32(decay) ** np.arange(len(figures), dtype=np.float32)
    return float(np.sort(figures)[::-1] @ weights / weights.sum())


def _figures(
    index: AffinityIndex, place: int, need: Need, vector: Floats | None
) -> tuple[npt.NDArray[np.int64], Floats]:
    """The person's rows and the fused figure of each."""
    query = index.segments[0].lexical.query(count_terms(need.text))
    rows, figures, before = np.flatnonzero(index.owner == place), [np.zeros(0, np.float32)], 0
    for segment in index.segments:
        inside = rows[(rows >= before) & (rows < before + segment.lexical.size)] - before
        before += segment.lexical.size
        if len(inside):
            figures.append(_of_segment(index, segment, inside, query, vector))
    return rows, np.concatenate(figures)


def _of_segment(
    index: AffinityIndex, segment: Segment, rows: npt.NDArray[np.int64], query: Query, vector: Floats | None
) -> Floats:
    shared = segment.lexical.shared_terms(query, rows.tolist())
    by_words = np.array([sum(shared[row].values()) for row in rows.tolist()], np.float32)
    plain = index.calibration.score(by_words)
    if vector is None or not segment.vectors.shape[1]:
        return plain
    fused = index.calibration.score(by_words, segment.vectors[rows] @ vector)
    return np.where(segment.embedded[rows], fused, plain)
