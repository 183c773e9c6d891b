"""Who fits a need, in order, and why: the exact share of each document and term, each skill met or missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.affinity import AffinityIndex, build_index
from exchange.matching.profiles import Need, PersonProfile, strength_note
from exchange.matching.scores import DocumentScores, Scores, score_people
from exchange.matching.skill_fit import SkillFit, skill_fits
from exchange.matching.words import count_terms, looks_english, spellings, tells

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    import numpy.typing as npt

    from exchange.matching.lexical import Query

    Floats = npt.NDArray[np.float32]

SHOWN_DOCUMENTS = 3
SHOWN_TERMS = 6


@dataclass(frozen=True, slots=True)
class DocumentShare:
    """One document's part in the fit of the text. ``share``s of all documents of a person add up to 1.

    ``by_words`` and ``by_meaning`` are cosines; ``by_meaning`` is None for a document that has not been embedded.
    """

    document_id: int
    share: float
    by_words: float
    by_meaning: float | None


@dataclass(frozen=True, slots=True)
class TermShare:
    """A term of the need that the documents shown have too, and its share of their likeness by words."""

    term: str
    share: float


@dataclass(frozen=True, slots=True)
class Affinity:
    """How well one person fits one need. ``affinity`` in (0, 1) orders people; it is no grade of a person.

    ``text`` is the standardised fit of the documents, ``skill`` in [0, 1] that of the skills. ``strength`` is a
    sentence that says what would make the profile stronger, or "".
    """

    person_id: int
    affinity: float
    text: float
    skill: float
    documents: tuple[DocumentShare, ...]
    terms: tuple[TermShare, ...]
    skills: tuple[SkillFit, ...]
    strength: str


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best people first, out of ``considered``. ``notes`` are sentences on what limits this ranking."""

    people: tuple[Affinity, ...]
    considered: int
    notes: tuple[str, ...]


def rank(
    index: AffinityIndex,
    need: Need,
    *,
    need_vector: Floats | None = None,
    today: date | None = None,
    among: Collection[int] | None = None,
    limit: int = 20,
) -> Ranking:
    """The best ``limit`` people for a need, with reasons; ``among`` names those who may be considered.

    ``need_vector`` is the need's text embedded by the model of the index (unit length); without it, or without
    vectors in the index, likeness is by words alone. ``today`` ages skills that were not used lately. Equal people
    come in the order of their ids. An unknown skill is a ``KeyError`` with a sentence.
    """
    scores = score_people(index, need, need_vector=need_vector, today=today)
    places = np.arange(len(index.people))
    if among is not None:
        places = np.flatnonzero(np.isin(index.people, np.fromiter(among, np.int64)))
    best = _best(scores.total, index.people, places, limit)
    reasons = _reasons(index, need, scores, best, today)
    return Ranking(reasons, len(places), _notes(index, need, need_vector))


def rank_people(need: Need, people: Sequence[PersonProfile], *, today: date | None = None, limit: int = 20) -> Ranking:
    """Rank a handful of people by their words and skills without keeping an index."""
    return rank(build_index(people), need, today=today, limit=limit)


def _best(total: Floats, ids: npt.NDArray[np.int64], places: npt.NDArray[np.int64], limit: int) -> list[int]:
    """The places of the best people, best first, equal ones by id."""
    if len(places) > limit:
        least = np.partition(total[places], -limit)[-limit] if limit else np.inf
        places = places[total[places] >= least]
    order = np.lexsort((ids[places], -total[places]))
    return [int(place) for place in places[order][:limit]]


def _reasons(
    index: AffinityIndex, need: Need, scores: Scores, best: list[int], today: date | None
) -> tuple[Affinity, ...]:
    rows = _rows_of(index, best)
    query = index.segments[0].lexical.query(count_terms(need.text))
    shares = {person: _shares(index, scores.documents, rows[person]) for person in best}
    shown = {person: shares[person][:SHOWN_DOCUMENTS] for person in best}
    terms = _terms_of_rows(index, query, [row for person in best for row, _ in shown[person]])
    spelt = spellings(need.text)
    fits = skill_fits(index.skills, need.skills, best, index.vocabulary, today)
    return tuple(
        Affinity(
            person_id=int(index.people[person]),
            affinity=float(scores.affinity[person]),
            text=float(scores.text[person]),
            skill=float(scores.skill[person]),
            documents=tuple(_document(index, scores.documents, row, share) for row, share in shown[person]),
            terms=_top_terms(terms, shown[person], spelt),
            skills=fits[person],
            strength=strength_note(len(rows[person])),
        )
        for person in best
    )


def _rows_of(index: AffinityIndex, best: list[int]) -> dict[int, list[int]]:
    """The documents of each. One look-up a row: to search for every owner among the best takes twenty times as long."""
    wanted = np.zeros(len(index.people) + 1, np.bool_)  # the last place is that of ``NOBODY``
    wanted[best] = True
    rows: dict[int, list[int]] = {person: [] for person in best}
    for row in np.flatnonzero(wanted[index.owner]):
        rows[int(index.owner[row])].append(int(row))
    return rows


def _shares(index: AffinityIndex, scores: DocumentScores, rows: list[int]) -> list[tuple[int, float]]:
    """Each document with its share of the person's fit, measured from that of unrelated documents, best first."""
    ordered = sorted(rows, key=lambda row: (-float(scores.fused[row]), row))
    nothing = [index.calibration.unrelated(embedded=embedded) for embedded in (False, True)]
    parts = [
        index.calibration.rank_decay**place * (float(scores.fused[row]) - nothing[int(scores.embedded[row])])
        for place, row in enumerate(ordered)
    ]
    total = sum(parts)
    return [(row, part / total if total > 0 else 0.0) for row, part in zip(ordered, parts, strict=True)]


def _document(index: AffinityIndex, scores: DocumentScores, row: int, share: float) -> DocumentShare:
    meaning = float(scores.by_meaning[row]) if scores.by_meaning is not None and scores.embedded[row] else None
    return DocumentShare(int(index.document[row]), share, float(scores.by_words[row]), meaning)


def _terms_of_rows(index: AffinityIndex, query: Query, rows: list[int]) -> dict[int, dict[int, float]]:
    """For each row of the whole index, the terms it shares with the query."""
    shared: dict[int, dict[int, float]] = {}
    before = 0
    for segment in index.segments:
        inside = [row - before for row in rows if before <= row < before + segment.lexical.size]
        found = segment.lexical.shared_terms(query, inside) if inside else {}
        shared.update({row + before: parts for row, parts in found.items()})
        before += segment.lexical.size
    return shared


def _top_terms(
    shared: dict[int, dict[int, float]], shares: list[tuple[int, float]], spelt: dict[int, str]
) -> tuple[TermShare, ...]:
    """The terms that carry most of the likeness by words of the documents shown, each by its share."""
    totals: dict[int, float] = {}
    for row, share in shares:
        for key, part in shared[row].items():
            totals[key] = totals.get(key, 0.0) + max(share, 0.0) * part
    whole = sum(totals.values())
    telling = (key for key in totals if totals[key] > 0 and tells(spelt[key]))
    best = sorted(telling, key=lambda key: (-totals[key], spelt[key]))[:SHOWN_TERMS]
    return tuple(TermShare(spelt[key], totals[key] / whole) for key in best)


def _notes(index: AffinityIndex, need: Need, need_vector: Floats | None) -> tuple[str, ...]:
    """What a reader should know about how this ranking came about."""
    notes = []
    if not need.text.strip():
        notes.append("The need has no text, so documents do not count. Describe the work in a few sentences.")
    elif need_vector is None or not index.has_vectors:
        notes.append("Ranked by shared words only: there is no language model, or it has yet to read the documents.")
    if not looks_english(need.text):
        notes.append("The text does not look English, the only language that the model knows: matches are weaker.")
    if not need.text.strip() and not need.skills:
        notes.append("Nothing is asked for, so everybody fits equally. Add a text or skills.")
    return tuple(notes)
