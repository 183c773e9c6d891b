"""Everybody's profiles as one index, kept in each process and caught up with what has changed since.

The worker keeps two files beside the language model: the vectors of all texts that the model has read, and now and then
the whole index, so that a new process need not begin from nothing. Both may be deleted; they are made anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from exchange.matching.affinity import AffinityIndex, build_index
from exchange.matching.encoder import WIDTH, Encoder
from exchange.matching.index_files import IndexFileError, load_index, save_index
from exchange.matching.meaning import Middles, middles
from exchange.matching.model_files import MODEL_ID, is_installed
from exchange.matching.profiles import Document, PersonProfile
from exchange.matching.vector_files import VectorFile, text_key
from exchange.store import matches as store
from exchange.store.matches import PersonData, Text
from exchange.store.profile_versions import versions

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float32]

AT_ONCE = 500  # people whose texts are in memory together
KEPT_NEEDS = 2000  # texts of needs and searches whose vectors are kept in memory: three megabytes


@dataclass(frozen=True, slots=True)
class Meaning:
    """How near people are to the words of a search."""

    middles: Middles
    vector: Floats

    def ordered(self, ids: Sequence[int]) -> list[int]:
        return self.middles.ordered(ids, self.vector)

    def nearest(self, most: int) -> list[int]:
        return self.middles.nearest(self.vector, most)


@dataclass
class IndexCache:
    """The index of everybody's profiles, shared by the threads of one process. Without ``data``, by words only."""

    data: Path | None = None
    index: AffinityIndex | None = None
    stamp: int = -1
    lock: RLock = field(default_factory=RLock)
    vectors: VectorFile | None = None
    encoder: Encoder | None = None
    needs: dict[str, Floats] = field(default_factory=dict)
    middle: tuple[AffinityIndex, Middles] | None = None
    texts: dict[int, Text] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data is not None:
            name = MODEL_ID.replace("@", "-")
            self.vectors = VectorFile(self.data / "affinity" / f"{name}.vectors", WIDTH)

    def current(self, session: Session) -> AffinityIndex:
        """The index as of the newest change of a profile, with the vectors of the texts that have been read."""
        newest = store.stamp(session)
        with self.lock:
            index = self.index or self._begin()
            if newest != self.stamp:
                index = _caught_up(session, index)
                self.stamp, self.texts = newest, {}
                self._take_in_vectors()
                index = index.with_vectors(self.vectors) if self.vectors else index
            elif self._take_in_vectors() and self.vectors:
                index = index.with_vectors(self.vectors)
            self.index = index
            return index

    def documents(self, session: Session, ids: Iterable[int]) -> Mapping[int, Text]:
        """Publications by their ids, as of the last ``current``; those shown are kept until a profile changes."""
        wanted = set(ids)
        with self.lock:
            missing = wanted - self.texts.keys()
            if missing:
                self.texts.update(store.documents(session, missing))
            return {ident: self.texts[ident] for ident in wanted if ident in self.texts}

    def has_model(self) -> bool:
        return self.data is not None and is_installed(self.data / "model")

    def read(self, text: str) -> Floats | None:
        """The vector of what is asked for; None without a model, or without a text."""
        if not text.strip() or not self.has_model():
            return None
        with self.lock:
            if text not in self.needs:
                if len(self.needs) >= KEPT_NEEDS:
                    self.needs.pop(next(iter(self.needs)))
                self.needs[text] = self._read(text)
            return self.needs[text]

    def recall(self, text: str) -> Floats | None:
        """The vector of a text that the model has read already; reading it now would keep a page waiting."""
        with self.lock:
            key = np.array([text_key(text)], np.uint64)
            if self.vectors is not None and self.vectors.known(key)[0]:
                vector: Floats = self.vectors.vectors(key)[0]
                return vector
            return self.needs.get(text)

    def meaning(self, session: Session, text: str) -> Meaning | None:
        """What a search needs to know of the meaning of a few words; None without a model or without words.

        Whoever types them with other blanks or capitals means the same, and the model reads them once.
        """
        vector = self.read(" ".join(text.casefold().split()))
        if vector is None:
            return None
        index = self.current(session)
        with self.lock:
            if self.middle is None or self.middle[0] is not index:
                self.middle = (index, middles(index, self.middle[1] if self.middle else None))
            found = self.middle[1]
        return Meaning(found, vector) if found.any else None

    def reader(self) -> Encoder:
        """The model itself, loaded when first needed. Raises ``ModelError`` where it is not installed."""
        assert self.data is not None
        with self.lock:
            if self.encoder is None:
                self.encoder = Encoder.load(self.data / "model")
            return self.encoder

    def save(self) -> None:
        """Keep the whole index for processes to come."""
        if self.data is not None and self.index is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            save_index(self.index, self._file, MODEL_ID)

    @property
    def _file(self) -> Path:
        assert self.data is not None
        return self.data / "affinity" / "index.npz"

    def _begin(self) -> AffinityIndex:
        if self.data is not None and self._file.exists():
            try:
                return load_index(self._file, MODEL_ID)
            except IndexFileError as error:
                log.warning("The index is built anew: %s", error)
        return build_index(())

    def _take_in_vectors(self) -> bool:
        return self.vectors is not None and self.vectors.refresh()

    def _read(self, text: str) -> Floats:
        key = np.array([text_key(text)], np.uint64)
        if self.vectors is not None and self.vectors.known(key)[0]:
            vectors = self.vectors.vectors(key)
        else:
            vectors = self.reader().encode([text])
        vector: Floats = vectors[0]
        return vector


def _caught_up(session: Session, index: AffinityIndex) -> AffinityIndex:
    """The index with everybody as they are now: only those whose version differs are read."""
    now = versions(session)
    gone = np.setdiff1d(index.people, now.people)
    if len(gone):
        index = index.without(gone)
    changed = now.other_than(index.people, index.version)
    ids = list(changed)
    fresh = [
        _profile(person)
        for start in range(0, len(ids), AT_ONCE)
        for person in store.profiles(session, ids[start : start + AT_ONCE], changed)
    ]
    if not fresh:
        return index
    return index.with_people(fresh) if len(index.people) else build_index(fresh)


def _profile(person: PersonData) -> PersonProfile:
    return PersonProfile(
        person.id,
        tuple(Document(text.id, text.words) for text in person.texts),
        person.claims,
        person.home_id,
        person.version,
    )
