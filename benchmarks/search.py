"""What a search page costs, above all the first time: CPU milliseconds at 10,000 people and at 100,000.

    OPENBLAS_NUM_THREADS=1 python benchmarks/search.py [PEOPLE PUBLICATIONS_EACH] [--keep FOLDER] [--database postgresql+psycopg://…]

Without sizes, 10,000 people have 15 publications each, and 100,000 have 3.
The world is made up in a SQLite file in a temporary folder, which is deleted, or in the empty database that is named:
words with Zipf's frequencies (the commonest are those of the skills vocabulary, so that the model reads words as people
type them), claims, institutes, and the index made by the application's own code. The vectors of the made-up texts are
drawn by chance; those of what is searched for are the model's own, where it is installed.

Each figure is a whole request of the page: session, search, the counts of every filter, 20 hits with where they were
found, rendering, headers. "First" is what it costs when nobody has asked for these words: the best, the median and the
worst of nine searches of a kind; "again" is the median when the same are repeated. The rivals: "LIKE", what a LIKE on
names, titles, skills, texts and publications costs, ordered by name and without any count; and "all scored", the
engine's own BM25 of everybody who has the words, best first, without a page and without any count. On PostgreSQL
"server" is the CPU time of its process, beside that of this one. The last line is one need ranked against everybody.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from http import HTTPStatus
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
from exchange.store.search_words import read_query, words
from exchange.store.sessions import SignInSession
from exchange.store.skills import SkillClaim
from exchange.web import Settings, create_app
from exchange.web.database import db

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
SPOKEN = [
    word
    for word in dict.fromkeys(
        word for skill in vocabulary().skills for name in (skill.label, *skill.aliases) for word in words(name)
    )
    if len(word) > 2
]
KNOWN = [*SPOKEN, *(f"word{rank:05d}" for rank in range(20_000 - len(SPOKEN)))]
WEIGHTS = list(accumulate(1 / (rank + 20) for rank in range(len(KNOWN))))
ABSTRACT = 140  # words
INSTITUTES = ("UK-AISI", "US-CAISI", "JP-AISI", "SG-AISI")
SEARCHES = 9  # of a kind
AT_ONCE = 500  # people made up in one go
SIZES = ((10_000, 15), (100_000, 3))
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


Asking = dict[str, str | list[str]]


def kinds(each: int) -> dict[str, list[Asking]]:
    """Nine searches of each kind, no two alike. Broad words are in nearly every profile."""
    half = rank_of_half(40 + each * ABSTRACT)
    numbers = range(SEARCHES)
    typed = {
        "a name": [f"lindqvist{40 + n:03d}" for n in numbers],
        "the beginning of a name": [f"lindqvist{n}" for n in numbers],
        "a misspelt name": [f"lindqvst{50 + n:03d}" for n in numbers],
        "a word nobody has": [f"unheard{n}" for n in numbers],
        "one broad word": [KNOWN[n] for n in numbers],
        "two broad words": [" ".join(KNOWN[10 + n : 30 + n : 10]) for n in numbers],
        "three broad words": [" ".join(KNOWN[31 + n : 58 + n : 9]) for n in numbers],
        "five broad words": [" ".join(KNOWN[1 + n : 56 + n : 11]) for n in numbers],
        "a word that half have": [KNOWN[half + n] for n in numbers],
        "two words that half have": [f"{KNOWN[half + 10 + n]} {KNOWN[half + 20 + n]}" for n in numbers],
        "two rare words": [f"{KNOWN[2000 + n]} {KNOWN[3000 + n]}" for n in numbers],
        "nothing typed": ["" for _ in numbers],
    }
    asked: dict[str, list[Asking]] = {name: [{"q": text} for text in texts] for name, texts in typed.items()}
    filters: Asking = {"home": ["UK-AISI", "JP-AISI"], "skill": ["red-teaming", "debate"], "free": "2027-02"}
    asked["two broad words, filtered"] = [{"q": " ".join(KNOWN[12 + n : 34 + n : 11]), **filters} for n in numbers]
    return asked


def rank_of_half(each: int) -> int:
    """Which word, by its frequency, is in half of all profiles of so many words."""
    return round(each / (math.log(2) * WEIGHTS[-1])) - 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", type=int, nargs="*", help="PEOPLE PUBLICATIONS_EACH")
    parser.add_argument("--database", help="an empty database to fill; a SQLite file of its own otherwise")
    parser.add_argument("--keep", type=Path, help="a folder in which the world stays and is found again")
    chosen = parser.parse_args()
    for people, each in [tuple(chosen.size)] if chosen.size else SIZES:
        measure_world(people, each, chosen.database, chosen.keep)


def measure_world(people: int, each: int, database: str | None, kept: Path | None) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept / f"{people}-{each}" if kept else Path(temporary)
        app = world(people, each, folder, database or f"sqlite:///{folder}/search.sqlite3")
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = "token"
            cookie["_fresh"] = True
        print(f"{people:,} people, {people * each:,} publications, {len(INSTITUTES)} institutes; CPU ms")
        print(f"{'search':26}{'found':>8}  {'first: best, median, worst':>26}{'again':>8}{'LIKE':>9}{'all scored':>12}")
        get(client, {"q": "warm up"})
        for name, asked in kinds(each).items():
            measure(app, client, name, asked)
        cache: IndexCache = app.extensions["index_cache"]
        with app.app_context():
            index = cache.current(db.session())
        need = Need(" ".join(KNOWN[3:900:9]))
        ranked = median_cpu(partial(rank, index, need, need_vector=cache.read(need.text), today=NOW.date()), 15)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"one need ranked, {len(index.people):,} people, {len(index.document):,} documents: {ranked:.1f}")
        print(f"most memory of this process: {memory:,.0f} MB")


def world(people: int, each: int, folder: Path, url: str) -> Flask:
    """The application on a made-up world; one that was made before in this folder is used again."""
    made = (folder / "affinity" / "index.npz").exists()
    folder.mkdir(parents=True, exist_ok=True)
    app = create_app(Settings(folder, url, "x" * 40, secure_cookies=False), CLOCK=lambda: NOW)
    with app.app_context():
        if not made:
            upgrade()
            build(db.session(), people, each)
        cache = app.extensions["index_cache"] = IndexCache(folder)
        if not made:
            give_meaning(cache, db.session())
        cache.current(db.session())
        cache.save()
    return app


def measure(app: Flask, client: FlaskClient, name: str, asked: list[Asking]) -> None:
    first = [cpu(partial(get, client, one)) for one in asked]
    with app.app_context():
        server = server_cpu(db.session())
        again = [cpu(partial(get, client, one)) for one in asked]
        on_server = "" if server is None else f"   server {(server_cpu(db.session()) or 0) - server:.0f} for these nine"
        words = str(asked[0]["q"])
        total = find(db.session(), Asked(words), own={1}).total
        rivals = rivals_cpu(db.session(), words) if server is None else ""
    spread = f"{min(first):.1f}, {statistics.median(first):.1f}, {max(first):.1f}"
    print(f"{name:26}{total:>8,}  {spread:>26}{statistics.median(again):>8.1f}{rivals}{on_server}", flush=True)


def get(client: FlaskClient, asked: Asking) -> None:
    answer = client.get("/people", query_string=asked)
    assert answer.status_code == HTTPStatus.OK, answer.status


def rivals_cpu(session: Session, words: str) -> str:
    scored = median_cpu(partial(all_scored, session, words)) if words else 0.0
    return f"{cpu(partial(like, session, words)):>9.1f}{scored:>12.1f}"


def server_cpu(session: Session) -> float | None:
    """CPU milliseconds of PostgreSQL's process for this session so far; None on SQLite."""
    if session.get_bind().dialect.name == "sqlite":
        return None
    fields = (
        Path(f"/proc/{session.scalar(text('SELECT pg_backend_pid()'))}/stat").read_text().rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def give_meaning(cache: IndexCache, session: Session) -> None:
    """The language model, where it is at hand, and a vector by chance for every text."""
    assert cache.data is not None
    try:
        install_model(cache.data / "model")
    except ModelError as missing:
        print(missing)
    index = cache.current(session)
    if cache.has_model() and cache.vectors is not None:
        chance = np.random.default_rng(1)
        with cache.vectors.writing():
            for part in np.array_split(np.unique(index.text), max(1, len(index.text) // 10_000)):
                vectors = chance.normal(size=(len(part), WIDTH)).astype(np.float32)
                cache.vectors.append(part.tolist(), vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def cpu(run: Callable[[], object]) -> float:
    """CPU milliseconds of this process for one run."""
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1000


def median_cpu(run: Callable[[], object], runs: int = 3) -> float:
    run()
    return statistics.median(cpu(run) for _ in range(runs))


def like(session: Session, words: str) -> None:
    for word in words.split() or [""]:
        session.execute(LIKE, {"like": f"%{word}%"}).all()


def all_scored(session: Session, words: str) -> None:
    both = " AND ".join(f'"{word}"' for word in read_query(words).stems)
    session.execute(ALL_SCORED, {"words": both}).all()


def build(session: Session, people: int, each: int) -> None:
    """Fill an empty database with a made-up world and index it."""
    chance = random.Random(1)
    skills = [skill.code for skill in vocabulary().skills if not skill.sensitive]
    session.add_all(
        Institute(id=n, code=code, country=code[:2], name=code, short_name=code, zone="Europe/London")
        for n, code in enumerate(INSTITUTES, start=1)
    )
    session.flush()
    for first in range(1, people + 1, AT_ONCE):
        rows: dict[type, list[dict[str, object]]] = {Person: [], Employment: [], SkillClaim: [], Publication: []}
        for ident in range(first, min(first + AT_ONCE, people + 1)):
            some = chance.choices(KNOWN, cum_weights=WEIGHTS, k=40 + each * ABSTRACT)
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
