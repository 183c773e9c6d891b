"""What a search page costs: CPU milliseconds at 10,000 people with 15 publications each and at 100,000 with 3 each.

    OPENBLAS_NUM_THREADS=1 python benchmarks/search.py [PEOPLE PUBLICATIONS_EACH]

With the language model installed, the order by meaning is part of it: "search" then includes what the model's vectors
cost, and "new words" what it costs the first time that these words are asked for. The vectors of the made-up texts are
drawn by chance, those of the words are the model's own. The last line is one need ranked against everybody.

The world is made up in a SQLite file in a temporary folder, which is deleted: words with Zipf's frequencies, claims,
institutes, and the index made by the application's own code. Each query is the page's whole search (who matches, the
counts of every filter, 20 hits with where they were found); "page" adds the web: session, rendering, headers. CPU time
of this process, the median of 15 runs after one that warms the caches. The rivals: "LIKE", what a LIKE on names,
titles, skills, texts and publications costs, ordered by name and without any count; and "all scored", the engine's own
BM25 of everybody who has the words, best first, without a page and without any count.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from itertools import accumulate
from pathlib import Path
from uuid import UUID

import numpy as np
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from exchange.actions.accounts import token_hash
from exchange.actions.affinity import IndexCache
from exchange.domain.actors import Role
from exchange.domain.skills import vocabulary
from exchange.matching.encoder import WIDTH
from exchange.matching.model_files import ModelError, install_model
from exchange.matching.profiles import Need
from exchange.matching.ranking import rank
from exchange.store import search_index
from exchange.store.institutes import Institute
from exchange.store.people import Employment, Person, RoleGrant
from exchange.store.publications import Publication
from exchange.store.search import Asked, find
from exchange.store.search_words import read_query
from exchange.store.sessions import SignInSession
from exchange.store.skills import SkillClaim
from exchange.web import Settings, create_app
from exchange.web.database import db

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
WORDS = 20_000
ABSTRACT = 140  # words
INSTITUTES = ("UK-AISI", "US-CAISI", "JP-AISI", "SG-AISI")
RUNS = 15
AT_ONCE = 500  # people made up in one go
SIZES = ((10_000, 15), (100_000, 3))
QUERIES = {
    "a name": "lindqvist042",
    "a skill": "red teaming",
    "one common word": "word00000",
    "a word of most titles": "research",
    "two common words": "word00000 word00001",
    "two words of the middle": "word00300 word00500",
    "nothing typed": "",
}
LIKE = text(
    """
    SELECT person.id, person.full_name FROM person
    WHERE person.full_name LIKE :like OR person.about LIKE :like
      OR EXISTS (SELECT 1 FROM employment e WHERE e.person_id = person.id AND e.title LIKE :like)
      OR EXISTS (SELECT 1 FROM skill_claim c WHERE c.person_id = person.id AND c.skill LIKE :like)
      OR EXISTS (SELECT 1 FROM publication p WHERE p.person_id = person.id
                 AND (p.title LIKE :like OR p.abstract LIKE :like))
    ORDER BY person.full_name LIMIT 25
    """
)
ALL_SCORED = text(
    """
    SELECT rowid, bm25(search_words, 8.0, 4.0, 6.0, 3.0, 1.0) AS score FROM search_words
    WHERE search_words MATCH :words ORDER BY score
    """
)


def main() -> None:
    sizes = [(int(sys.argv[1]), int(sys.argv[2]))] if len(sys.argv) > 2 else SIZES
    for people, each in sizes:
        measure_world(people, each)


def measure_world(people: int, each: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), f"sqlite:///{folder}/search.sqlite3", "x" * 40, secure_cookies=False)
        app = create_app(settings, CLOCK=lambda: NOW)
        with app.app_context():
            upgrade()
            session = db.session()
            build(session, people, each)
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie["_user_id"] = "token"
                cookie["_fresh"] = True
        with app.app_context():
            cache = give_meaning(app, db.session())
        print(f"{people:,} people, {people * each:,} publications, {len(INSTITUTES)} institutes; CPU ms, median")
        print(f"{'query':26}{'found':>8}{'search':>9}{'new words':>11}{'page':>9}{'LIKE':>9}{'all scored':>12}")
        for name, words in QUERIES.items():
            with app.app_context():
                measure(cache, client, name, words)
        with app.app_context():
            index = cache.current(db.session())
        need = Need(" ".join(f"word{rank:05d}" for rank in range(3, 900, 9)))
        ranked = cpu(partial(rank, index, need, need_vector=cache.read(need.text), today=NOW.date()))
        print(f"one need ranked, {len(index.people):,} people, {len(index.document):,} documents: {ranked:.1f}")


def measure(cache: IndexCache, client: FlaskClient, name: str, words: str) -> None:
    session = db.session()
    look = partial(find, session, Asked(words), own={1}, meaning=lambda: cache.meaning(session, words))
    total = look().total
    search = cpu(look)
    rival = cpu(partial(like, session, words), runs=3)
    fresh = cpu(partial(forget, cache, look)) if cache.has_model() else search
    page = cpu(partial(client.get, "/people", query_string={"q": words}))
    scored = cpu(partial(all_scored, session, words), runs=3) if words else 0.0
    print(f"{name:26}{total:>8,}{search:>9.1f}{fresh:>11.1f}{page:>9.1f}{rival:>9.1f}{scored:>12.1f}")


def forget(cache: IndexCache, look: Callable[[], object]) -> None:
    cache.needs.clear()
    look()


def give_meaning(app: Flask, session: Session) -> IndexCache:
    """The application's index, with the model and a vector for every text where the model is at hand."""
    data = app.config["SETTINGS"].data
    try:
        install_model(data / "model")
    except ModelError as missing:
        print(missing)
    cache = app.extensions["index_cache"] = IndexCache(data)
    index = cache.current(session)
    if cache.has_model() and cache.vectors is not None:
        chance = np.random.default_rng(1)
        with cache.vectors.writing():
            for part in np.array_split(np.unique(index.text), max(1, len(index.text) // 10_000)):
                vectors = chance.normal(size=(len(part), WIDTH)).astype(np.float32)
                cache.vectors.append(part.tolist(), vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
    return cache


def cpu(run: Callable[[], object], runs: int = RUNS) -> float:
    """Median CPU milliseconds of a run."""
    run()
    taken = []
    for _ in range(runs):
        start = time.process_time()
        run()
        taken.append((time.process_time() - start) * 1000)
    return statistics.median(taken)


def like(session: Session, words: str) -> None:
    for word in words.split() or [""]:
        session.execute(LIKE, {"like": f"%{word}%"}).all()


def all_scored(session: Session, words: str) -> None:
    both = " AND ".join(f'"{word}"' for word in read_query(words).stems)
    session.execute(ALL_SCORED, {"words": both}).all()


def build(session: Session, people: int, each: int) -> None:
    """Fill an empty database with a made-up world and index it."""
    chance = random.Random(1)
    weights = list(accumulate(1 / (rank + 20) for rank in range(WORDS)))
    known = [f"word{rank:05d}" for rank in range(WORDS)]
    skills = [skill.code for skill in vocabulary().skills if not skill.sensitive]
    session.add_all(
        Institute(id=n, code=code, country=code[:2], name=code, short_name=code, zone="Europe/London")
        for n, code in enumerate(INSTITUTES, start=1)
    )
    session.flush()
    for first in range(1, people + 1, AT_ONCE):
        rows: dict[type, list[dict[str, object]]] = {Person: [], Employment: [], SkillClaim: [], Publication: []}
        for ident in range(first, min(first + AT_ONCE, people + 1)):
            some = chance.choices(known, cum_weights=weights, k=40 + each * ABSTRACT)
            rows[Person].append(person(ident, " ".join(some[:40])))
            rows[Employment].append(employment(ident))
            rows[SkillClaim] += [claim(ident, n, code) for n, code in enumerate(chance.sample(skills, 6))]
            papers = [some[40 + n * ABSTRACT : 40 + (n + 1) * ABSTRACT] for n in range(each)]
            rows[Publication] += [paper(ident, n, words) for n, words in enumerate(papers)]
        for table, values in rows.items():
            session.execute(insert(table), values)
    session.add(RoleGrant(person_id=1, role=Role.WORKSTREAM_LEAD, institute_id=1, granted_at=NOW))
    session.add(SignInSession(token_hash=token_hash("token"), person_id=1, created_at=NOW, last_seen_at=NOW))
    session.flush()
    search_index.refresh_all(session, day=NOW.date())
    session.commit()


def person(ident: int, about: str) -> dict[str, object]:
    return {
        "id": ident,
        "public_id": UUID(int=ident),
        "full_name": f"Person{ident % 997:03d} Lindqvist{ident % 101:03d}",
        "email": f"p{ident}@example.org",
        "zone": "Europe/London",
        "about": about,
        "created_at": NOW,
    }


def employment(ident: int) -> dict[str, object]:
    return {
        "person_id": ident,
        "institute_id": 1 + ident % len(INSTITUTES),
        "title": "Research scientist",
        "fte": 1,
        "starts_on": date(2024, 1, 1),
    }


def claim(ident: int, number: int, code: str) -> dict[str, object]:
    level = 1 + number % 4
    return {
        "person_id": ident,
        "skill": code,
        "level": level,
        "confirmed_on": NOW.date(),
        "evidence": "",
        "wish": "none",
    }


def paper(ident: int, number: int, words: list[str]) -> dict[str, object]:
    return {
        "person_id": ident,
        "title": " ".join(words[:8]),
        "abstract": " ".join(words[8:]),
        "year": 2010 + number,
        "venue": "",
        "digest": f"{ident}-{number}",
        "added_at": NOW,
    }


if __name__ == "__main__":
    main()
