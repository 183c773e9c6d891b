"""The index behind every affinity: the documents and skills of all people as contiguous arrays, ready to be ranked.

An index is a value. A changed profile gives a new index that shares the large arrays of the old one: the changed people
go into a small second segment, and both are joined when it has grown to a tenth of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exchange.domain.skills import Vocabulary, vocabulary
from exchange.matching.lexical import LexicalIndex, Rarity, index_documents, join_indexes
from exchange.matching.profiles import DOCUMENT_LIMIT, PersonProfile
from exchange.matching.skill_fit import SkillTable, skill_table
from exchange.matching.vector_files import text_key
from exchange.matching.words import count_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from exchange.matching.vector_files import VectorFile

    Floats = npt.NDArray[np.float32]
    _Rows = tuple[npt.NDArray[np.int32], npt.NDArray[np.int8], npt.NDArray[np.int64], npt.NDArray[np.uint64]]

NOBODY = -1  # the owner of a document that has been replaced
JOIN_AT = 10  # the second segment is joined to the first when it holds a tenth of its documents


@dataclass(frozen=True, slots=True)
class Calibration:
    """The frozen constants of the affinity; an index keeps those it was built with.

    The likeness by meaning and that by words are standardised over pairs of need and document, then weighed .7 to .3.
    A person's documents count with weights .7^rank. The affinity is logistic(text_weight · text + skill_weight · skill
    + offset). Means and deviations were measured once, on researchers' abstracts against papers to be judged.
    """

    version: str = "2026.1"
    words_mean: float = 0.0213
    words_deviation: float = 0.0153
    meaning_mean: float = 0.2422
    meaning_deviation: float = 0.1522
    meaning_weight: float = 0.7
    rank_decay: float = 0.7
    text_weight: float = 1.0
    skill_weight: float = 2.0
    offset: float = -4.0

    def score(self, by_words: Floats, by_meaning: Floats | None = None) -> Floats:
        """One figure a document: fused where there is a likeness by meaning, by words alone where there is none."""
        words = (by_words - np.float32(self.words_mean)) / np.float32(self.words_deviation)
        if by_meaning is None:
            return words
        meaning = (by_meaning - np.float32(self.meaning_mean)) / np.float32(self.meaning_deviation)
        weight = np.float32(self.meaning_weight)
        return weight * meaning + (1 - weight) * words

    def unrelated(self, *, embedded: bool) -> float:
        """The figure of a document that has nothing in common with the need."""
        nothing = np.zeros(1, np.float32)
        return float(self.score(nothing, nothing if embedded else None)[0])


@dataclass(frozen=True, slots=True)
class Segment:
    """Documents indexed together. ``vectors`` float32 [documents, width], unit length where ``embedded``, else zero."""

    lexical: LexicalIndex
    vectors: Floats
    embedded: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AffinityIndex:
    """People and their documents. ``people`` int64 [people] holds their ids; rows run over the segments in order.

    ``document`` int64 [rows] holds ids, ``owner`` int32 [rows] a place in ``people`` or ``NOBODY``,
    ``slot`` int8 [rows] the place among the owner's documents, 0 for the newest. ``version`` int64 [people] is that of
    their profiles, ``text`` uint64 [rows] the key of each document's text, under which its vector is filed.
    """

    calibration: Calibration
    segments: tuple[Segment, ...]
    people: npt.NDArray[np.int64]
    document: npt.NDArray[np.int64]
    owner: npt.NDArray[np.int32]
    slot: npt.NDArray[np.int8]
    skills: SkillTable
    vocabulary: Vocabulary
    version: npt.NDArray[np.int64]
    text: npt.NDArray[np.uint64]

    @property
    def rarity(self) -> Rarity:
        """How rare each term is in the first segment: the corpus that all likeness by words is measured with."""
        return self.segments[0].lexical.rarity

    @property
    def has_vectors(self) -> bool:
        return any(segment.embedded.any() for segment in self.segments)

    @property
    def unread(self) -> npt.NDArray[np.int64]:
        """The rows of documents that count and have no vector yet."""
        embedded = np.concatenate([segment.embedded for segment in self.segments])
        return np.flatnonzero(~embedded & (self.owner != NOBODY))

    def documents_of(self, ids: Iterable[int]) -> list[int]:
        """The documents of these people."""
        places = np.flatnonzero(np.isin(self.people, np.fromiter(ids, np.int64)))
        found: list[int] = self.document[np.isin(self.owner, places)].tolist()
        return found

    def with_vectors(self, known: VectorFile) -> AffinityIndex:
        """The index with the vectors of all documents that the model has read by now."""
        rows = self.unread
        rows = rows[known.known(self.text[rows])]
        if not len(rows):
            return self
        segments, before = [], 0
        for segment in self.segments:
            size = segment.lexical.size
            inside = rows[(rows >= before) & (rows < before + size)]
            segments.append(_filled(segment, inside - before, known.vectors(self.text[inside])))
            before += size
        return replace(self, segments=tuple(segments))

    def with_people(
        self, changed: Sequence[PersonProfile], vectors: Mapping[int, Floats] | None = None
    ) -> AffinityIndex:
        """The index with these people added, or replaced where it knows them. ``vectors`` as for ``build_index``."""
        kept = self.without([person.id for person in changed])
        fresh = _segment(changed, vectors or {}, kept.rarity)
        owner, slot, document, text = _rows(changed)
        grown = replace(
            kept,
            segments=(*kept.segments, fresh),
            people=np.concatenate([kept.people, np.array([person.id for person in changed], np.int64)]),
            document=np.concatenate([kept.document, document]),
            owner=np.concatenate([kept.owner, owner + np.int32(len(kept.people))]),
            slot=np.concatenate([kept.slot, slot]),
            skills=kept.skills.joined(skill_table(changed, self.vocabulary).shifted(len(kept.people))),
            version=np.concatenate([kept.version, np.array([person.version for person in changed], np.int64)]),
            text=np.concatenate([kept.text, text]),
        )
        return _settled(grown)

    def without(self, ids: Iterable[int]) -> AffinityIndex:
        """The index without these people; ids that it does not know are no error."""
        stays = ~np.isin(self.people, np.fromiter(ids, np.int64))
        place = np.where(stays, np.cumsum(stays) - 1, NOBODY)
        owner = np.where(self.owner == NOBODY, NOBODY, place[self.owner]) if len(place) else self.owner
        return replace(
            self,
            people=self.people[stays],
            owner=owner.astype(np.int32),
            skills=self.skills.moved(place),
            version=self.version[stays],
        )

    def joined(self) -> AffinityIndex:
        """The same people in one segment, with the rarity of terms measured anew where anything has changed."""
        if len(self.segments) == 1 and (self.owner != NOBODY).all():
            return self
        return _join_from(self, 0, None)


def build_index(
    people: Sequence[PersonProfile],
    vectors: Mapping[int, Floats] | None = None,
    calibration: Calibration | None = None,
    skills: Vocabulary | None = None,
) -> AffinityIndex:
    """Index people from nothing. ``vectors`` maps document ids to unit vectors of one width, for those embedded so far.

    Documents without a vector are found by their words alone. Two people with one id are a ``ValueError``.
    """
    ids = np.array([person.id for person in people], np.int64)
    if len(np.unique(ids)) != len(ids):
        raise ValueError("Two people share an id. Give each person to the index once.")
    owner, slot, document, text = _rows(people)
    known = skills or vocabulary()
    segments = (_segment(people, vectors or {}, None),)
    table = skill_table(people, known)
    version = np.array([person.version for person in people], np.int64)
    return AffinityIndex(
        calibration or Calibration(), segments, ids, document, owner, slot, table, known, version, text
    )


def _settled(index: AffinityIndex) -> AffinityIndex:
    """Two segments at most, and one while the second is not small."""
    sizes = [segment.lexical.size for segment in index.segments]
    if sum(sizes[1:]) * JOIN_AT >= sizes[0]:
        return index.joined()
    return index if len(sizes) < 3 else _join_from(index, 1, index.rarity)


def _join_from(index: AffinityIndex, first: int, rarity: Rarity | None) -> AffinityIndex:
    """Make one segment of the ``first`` and all later ones, without the documents that nobody owns any more."""
    before, joined = index.segments[:first], index.segments[first:]
    start = sum(segment.lexical.size for segment in before)
    alive = index.owner != NOBODY
    alive[:start] = True
    kept = np.split(alive[start:], np.cumsum([segment.lexical.size for segment in joined])[:-1])
    width = max(segment.vectors.shape[1] for segment in joined)
    whole = Segment(
        join_indexes([segment.lexical for segment in joined], kept, rarity),
        np.concatenate([_widened(one, width)[part] for one, part in zip(joined, kept, strict=True)]),
        np.concatenate([one.embedded[part] for one, part in zip(joined, kept, strict=True)]),
    )
    return replace(
        index,
        segments=(*before, whole),
        document=index.document[alive],
        owner=index.owner[alive],
        slot=index.slot[alive],
        text=index.text[alive],
    )


def _rows(people: Sequence[PersonProfile]) -> _Rows:
    """Owner, slot, document id and text key of every document that counts."""
    rows = [
        (place, slot, document.id, text_key(document.text))
        for place, person in enumerate(people)
        for slot, document in enumerate(person.documents[:DOCUMENT_LIMIT])
    ]
    owner, slots, ids, texts = zip(*rows, strict=True) if rows else ((), (), (), ())
    return np.array(owner, np.int32), np.array(slots, np.int8), np.array(ids, np.int64), np.array(texts, np.uint64)


def _filled(segment: Segment, rows: npt.NDArray[np.int64], vectors: Floats) -> Segment:
    """The segment with the vectors of some of its documents, given in the order of ``rows``."""
    if not len(rows):
        return segment
    matrix = _widened(segment, vectors.shape[1]).copy()
    matrix[rows] = vectors
    embedded = segment.embedded.copy()
    embedded[rows] = True
    return Segment(segment.lexical, matrix, embedded)


def _segment(people: Sequence[PersonProfile], vectors: Mapping[int, Floats], rarity: Rarity | None) -> Segment:
    documents = [document for person in people for document in person.documents[:DOCUMENT_LIMIT]]
    lexical = index_documents([count_terms(document.text) for document in documents], rarity)
    width = next((len(vector) for vector in vectors.values()), 0)
    matrix = np.zeros((len(documents), width), np.float32)
    embedded = np.zeros(len(documents), np.bool_)
    for row, document in enumerate(documents):
        if document.id in vectors:
            matrix[row] = vectors[document.id]
            embedded[row] = True
    return Segment(lexical, matrix, embedded)


def _widened(segment: Segment, width: int) -> Floats:
    """The vectors of a segment; zeros of the right width where none of its documents has one yet."""
    if segment.vectors.shape[1] == width:
        return segment.vectors
    if segment.embedded.any():
        raise ValueError(
            "The vectors of these documents come from different models. Embed all documents with one model."
        )
    return np.zeros((len(segment.embedded), width), np.float32)
