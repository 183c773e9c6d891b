"""How well the affinity orders what people can judge, and how fast it ranks.

    python benchmarks/affinity.py DATA.json.gz PREDICTIONS.json [--model FOLDER] [--words-only]
    python benchmarks/affinity.py --speed [--people 10000] [--documents 15]

DATA.json.gz holds {"documents": {id: {"title", "abstract"}}, "self_ratings": {person: {document id: 1 to 5}},
"profiles": [{person: [ids of their documents]}, …]}, the form of the gold standard of expertise (Stelmakh et al., arXiv
2303.16750). PREDICTIONS.json gets a list with one {person: {document id: affinity}} for each profile version, of the
best method that could run. The default constants are used as they are.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from exchange.domain.skills import Level, SkillClaim, SkillRequirement, vocabulary
from exchange.matching.affinity import AffinityIndex, Segment, build_index
from exchange.matching.encoder import WIDTH, Encoder
from exchange.matching.lexical import index_documents
from exchange.matching.model_files import ModelError, install_model
from exchange.matching.profiles import Document, Need, PersonProfile
from exchange.matching.ranking import rank
from exchange.matching.scores import score_people
from exchange.matching.words import TermCounts, count_terms

Predictions: TypeAlias = dict[str, dict[str, float]]
Vectors: TypeAlias = dict[str, npt.NDArray[np.float32]]

# Losses on all 58 participants, from the paper's repository and the README of OpenReview's expertise models.
PUBLISHED = {"ELMo": 0.345, "TPMS": 0.281, "SPECTER": 0.269, "SPECTER+MFR": 0.238, "SPECTER2+SciNCL": 0.21}


TERMS = 200_000
AT_ONCE = (
    150_000  # invented documents indexed together, so that a million and a half fit into memory while they are made
)


@dataclass(frozen=True)
class Data:
    texts: dict[str, str]
    ratings: dict[str, dict[str, float]]
    profiles: list[dict[str, list[str]]]


def read(path: Path) -> Data:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        raw = json.load(file)
    texts = {key: f"{one.get('title') or ''}. {one.get('abstract') or ''}" for key, one in raw["documents"].items()}
    return Data(texts, raw["self_ratings"], raw["profiles"])


def figures(ratings: dict[str, dict[str, float]], affinity: Predictions) -> tuple[float, float, float]:
    """Loss, and the shares of easy and hard pairs in the right order, as the paper defines them."""
    cost = worst = 0.0
    right: dict[str, list[bool]] = {"easy": [], "hard": []}
    for person, rated in ratings.items():
        for one, other in itertools.combinations(rated, 2):
            gap = rated[one] - rated[other]
            if not gap:
                continue
            order = (affinity[person][one] - affinity[person][other]) * gap
            worst += abs(gap)
            cost += abs(gap) * (0.5 if order == 0 else float(order < 0))
            low, high = sorted((rated[one], rated[other]))
            if low >= 4:
                right["hard"].append(order > 0)
            elif high >= 4 and low <= 2:
                right["easy"].append(order > 0)
    easy, hard = (statistics.mean(right[kind]) if right[kind] else float("nan") for kind in ("easy", "hard"))
    return cost / worst, easy, hard


def exchange_affinity(data: Data, profile: dict[str, list[str]], vectors: Vectors) -> Predictions:
    """The text affinity of Exchange. Documents of nobody are indexed too, so that rarity is that of the corpus."""
    number = {key: place for place, key in enumerate(data.texts)}
    held = {key for keys in profile.values() for key in keys}
    people = [
        PersonProfile(place, tuple(Document(number[key], data.texts[key]) for key in profile[person]))
        for place, person in enumerate(data.ratings)
    ]
    others = [
        PersonProfile(len(people) + number[key], (Document(number[key], text),))
        for key, text in data.texts.items()
        if key not in held
    ]
    index = build_index([*people, *others], {number[key]: vector for key, vector in vectors.items()})
    fits = {
        key: score_people(index, Need(data.texts[key]), need_vector=vectors.get(key)).text
        for key in {key for rated in data.ratings.values() for key in rated}
    }
    return {
        person: {key: float(fits[key][place]) for key in rated}
        for place, (person, rated) in enumerate(data.ratings.items())
    }


def concatenated_tfidf(data: Data, profile: dict[str, list[str]]) -> Predictions:
    """The rival in the manner of TPMS: all documents of a person as one, cosine of TF-IDF (Charlin & Zemel 2013)."""
    people = list(data.ratings)
    whole = [count_terms("\n".join(data.texts[key] for key in profile[person])) for person in people]
    corpus = index_documents([*whole, *(count_terms(text) for text in data.texts.values())])
    predictions: Predictions = {person: {} for person in people}
    for key in {key for rated in data.ratings.values() for key in rated}:
        likeness = corpus.likeness(corpus.query(count_terms(data.texts[key])))
        for place, person in enumerate(people):
            if key in data.ratings[person]:
                predictions[person][key] = float(likeness[place])
    return predictions


def sklearn_tfidf(data: Data, profile: dict[str, list[str]]) -> Predictions:
    """The same rival by scikit-learn, when it is installed: plain counts, no stems, its own English stop words."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    people = list(data.ratings)
    model: Any = TfidfVectorizer(stop_words="english")
    model.fit(data.texts.values())
    profiles = model.transform(["\n".join(data.texts[key] for key in profile[person]) for person in people])
    predictions: Predictions = {}
    for place, person in enumerate(people):
        keys = list(data.ratings[person])
        likeness = (model.transform([data.texts[key] for key in keys]) @ profiles[place].T).toarray()[:, 0]
        predictions[person] = dict(zip(keys, likeness.tolist(), strict=True))
    return predictions


def embed(data: Data, folder: Path | None) -> Vectors:
    with tempfile.TemporaryDirectory() as scratch:
        place = folder or Path(scratch)
        install_model(place)
        encoder = Encoder.load(place)
    started = time.process_time()
    vectors = dict(zip(data.texts, encoder.encode(list(data.texts.values())), strict=True))
    print(f"embedded {len(vectors)} documents: {1000 * (time.process_time() - started) / len(vectors):.0f} CPU-ms each")
    return vectors


def compare(data: Data, out: Path, folder: Path | None, *, words_only: bool) -> None:
    vectors: Vectors = {}
    if not words_only:
        try:
            vectors = embed(data, folder)
        except ModelError as missing:
            print(missing)
    methods: dict[str, Callable[[dict[str, list[str]]], Predictions]] = {
        "TF-IDF, profile as one text (rival)": lambda profile: concatenated_tfidf(data, profile),
        "TF-IDF of scikit-learn (rival)": lambda profile: sklearn_tfidf(data, profile),
        "Exchange, words only": lambda profile: exchange_affinity(data, profile, {}),
    }
    if vectors:
        methods["Exchange, words and meaning"] = lambda profile: exchange_affinity(data, profile, vectors)
    print(f"{'method':40} {'loss':>7} {'easy':>6} {'hard':>6} {'CPU-s':>6}")
    for name, method in methods.items():
        started = time.process_time()
        try:
            predictions = [method(profile) for profile in data.profiles]
        except ModuleNotFoundError as missing:
            print(f"{name:40} not installed: {missing.name}")
            continue
        rows = [figures(data.ratings, one) for one in predictions]
        loss, easy, hard = (statistics.mean(column) for column in zip(*rows, strict=True))
        print(f"{name:40} {loss:7.4f} {easy:6.3f} {hard:6.3f} {time.process_time() - started:6.1f}")
    out.write_text(json.dumps(predictions))
    print(f"people {len(data.ratings)}; predictions of the last method: {out}")
    print("published losses on all 58 people: " + ", ".join(f"{name} {loss}" for name, loss in PUBLISHED.items()))


def speed(people: int, documents: int) -> None:
    """Rank invented people: 130 terms a document, as common as those of real abstracts, and random unit vectors."""
    random = np.random.default_rng(1)
    total = people * documents
    index = invented_index(people, documents, random)
    text = " and ".join(f"word{term}" for term in invented_terms(random))
    need = Need(text, (SkillRequirement("debate", Level.EXPERT), SkillRequirement("ctf-design", Level.WORKING)))
    vector = unit(random, 1)[0]
    rank(index, need, need_vector=vector)
    started = time.process_time()
    for _ in range(20):
        rank(index, need, need_vector=vector)
    each = 1000 * (time.process_time() - started) / 20
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    postings = sum(len(segment.lexical.rows) for segment in index.segments)
    print(f"{people} people, {total} documents, {postings} postings; peak memory {memory:.0f} MB")
    print(f"one need ranked with reasons for the best 20: {each:.1f} CPU-ms (the aim: at most 40)")


def invented_index(people: int, documents: int, random: np.random.Generator) -> AffinityIndex:
    codes = [skill.code for skill in vocabulary().skills]
    profiles = [
        PersonProfile(
            person,
            tuple(Document(person * documents + slot, "") for slot in range(documents)),
            tuple(SkillClaim(codes[skill], Level(1 + skill % 4)) for skill in random.integers(0, len(codes), 6)),
        )
        for person in range(people)
    ]
    index = build_index(profiles)
    keys = np.array([count_terms(f"word{term}").keys[0] for term in range(TERMS)], np.uint32)
    segments: list[Segment] = []
    for start in range(0, people * documents, AT_ONCE):
        counted = []
        for _ in range(min(AT_ONCE, people * documents - start)):
            found, counts = np.unique(keys[invented_terms(random)], return_counts=True)
            counted.append(TermCounts(found, counts.astype(np.uint8)))
        lexical = index_documents(counted, segments[0].lexical.rarity if segments else None)
        segments.append(Segment(lexical, unit(random, len(counted)), np.ones(len(counted), np.bool_)))
    return AffinityIndex(
        index.calibration,
        tuple(segments),
        index.people,
        index.document,
        index.owner,
        index.slot,
        index.skills,
        index.vocabulary,
        index.version,
        index.text,
    )


def invented_terms(random: np.random.Generator) -> npt.NDArray[np.int64]:
    """The terms of one document, drawn with frequencies 1 / (rank + 50).

    The commonest is in six of ten documents and two documents share eight terms, as in researchers' abstracts.
    """
    return (50 * (TERMS / 50 + 1) ** random.random(180)).astype(np.int64) - 50


def unit(random: np.random.Generator, rows: int) -> npt.NDArray[np.float32]:
    vectors = random.standard_normal((rows, WIDTH), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("predictions", type=Path, nargs="?")
    parser.add_argument("--model", type=Path, help="folder of the language model; installed there when it is not")
    parser.add_argument("--words-only", action="store_true", help="leave the language model out")
    parser.add_argument("--speed", action="store_true", help="measure ranking on invented people instead")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--documents", type=int, default=15)
    chosen = parser.parse_args()
    if chosen.speed:
        speed(chosen.people, chosen.documents)
    elif chosen.data and chosen.predictions:
        compare(read(chosen.data), chosen.predictions, chosen.model, words_only=chosen.words_only)
    else:
        parser.error("Give DATA.json.gz and PREDICTIONS.json, or --speed.")


if __name__ == "__main__":
    main()
