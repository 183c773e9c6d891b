"""The two engines' own full-text search: writing its index, and asking who matches these words and how well.

A score counts downwards: the lower, the better. FTS5 ranks by BM25 and PostgreSQL by ``ts_rank``; both give a word in a
name the most weight, then in a skill, a job title, the text about the person, a publication.

To find is cheap and to score is dear, forty times so. Everybody is found, as one text of ids; but where a word is in
thousands of profiles, only so many are scored: the first of them. Before them stands, unscored, who has it elsewhere
than in publications. A word that most people use tells little between them, so that little is lost.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from exchange.store.id_sets import IdSet
from exchange.store.search_words import Query

Scored = list[tuple[int, float]]

NAME_FIRST = -1000.0  # somebody whose name begins as typed stands before whoever has written of the word
ELSEWHERE_FIRST = -500.0  # where many have the words, who has them elsewhere stands before who has them in publications
FEW_WORDS = 3  # more of them hardly ever stand together elsewhere than in publications, and to look costs the most
MOST_NEAR = 40
MOST_SHARING = 5000  # people who are looked at for one piece of a name; one that more have tells nothing
MOST_SCORED = 300  # of those whom a word finds, and as many again of those who have it outside of publications

_SQLITE = text(
    """
    SELECT group_concat(rowid), 'words' FROM search_words WHERE search_words MATCH :words
    UNION ALL
    SELECT group_concat(rowid), 'names' FROM search_names WHERE search_names MATCH :names
    """
)
# The plus keeps SQLite from looking each id up in the index anew: it goes through whoever has the words once.
_SQLITE_SCORES = text(
    """
    SELECT rowid, bm25(search_words, 8.0, 4.0, 6.0, 3.0, 1.0) FROM search_words
    WHERE search_words MATCH :words AND rowid <= :edge AND +rowid IN (SELECT value FROM json_each(:ids))
    UNION ALL
    SELECT * FROM (
      SELECT rowid, :first FROM search_words WHERE search_words MATCH :elsewhere LIMIT :most
    )
    """
)
_SQLITE_PIECE = """
    SELECT group_concat(rowid) FROM (SELECT rowid FROM search_near WHERE search_near MATCH :piece_{number} LIMIT :most)
"""
_POSTGRES = text(
    """
    SELECT search_found(:words), 'words'
    UNION ALL
    SELECT string_agg(person_id::text, ','), 'names' FROM search_person WHERE sort_name ~ ALL(:names)
    """
)
_POSTGRES_SCORES = text(
    """
    SELECT person_id, -ts_rank('{0.1, 0.4, 0.6, 1.0}', words, to_tsquery('simple', :words))
    FROM search_words WHERE person_id = ANY(:ids)
    UNION ALL
    SELECT * FROM (
      SELECT person_id, CAST(:first AS real) FROM search_person
      WHERE :most > 0 AND concat_ws(' ', name, title, skills, about) ~ ALL(:elsewhere) ORDER BY person_id LIMIT :most
    ) AS elsewhere
    """
)
_POSTGRES_NEAR = text(
    "SELECT person_id FROM search_person WHERE sort_name % :name ORDER BY similarity(sort_name, :name) DESC LIMIT :most"
)

_SQLITE_INDEXES = {
    "search_words": "name, title, skills, about, publications",
    "search_names": "sort_name",
    "search_near": "sort_name",
}
_POSTGRES_INDEX = text(
    """
    INSERT INTO search_words (person_id, words)
    SELECT person_id,
      setweight(to_tsvector('simple', name), 'A') || setweight(to_tsvector('simple', skills), 'B')
      || setweight(to_tsvector('simple', title || ' ' || about), 'C')
      || setweight(to_tsvector('simple', publications), 'D')
    FROM search_person WHERE person_id IN :ids
    """
).bindparams(bindparam("ids", expanding=True))
_POSTGRES_UNINDEX = text("DELETE FROM search_words WHERE person_id IN :ids").bindparams(
    bindparam("ids", expanding=True)
)


def index_words(session: Session, person_ids: Sequence[int]) -> None:
    """Index the rows of ``search_person`` that were just written."""
    if not _is_sqlite(session):
        session.execute(_POSTGRES_INDEX, {"ids": person_ids})
        return
    for index, columns in _SQLITE_INDEXES.items():
        _in_sqlite(session, f"INSERT INTO {index} (rowid, {columns}) SELECT person_id, {columns}", person_ids)


def unindex_words(session: Session, person_ids: Sequence[int]) -> None:
    """Take rows of ``search_person`` out of the index before they go: FTS5 must be told what they said."""
    if not _is_sqlite(session):
        session.execute(_POSTGRES_UNINDEX, {"ids": person_ids})
        return
    for index, columns in _SQLITE_INDEXES.items():
        taken = f"INSERT INTO {index} ({index}, rowid, {columns}) SELECT 'delete', person_id, {columns}"
        _in_sqlite(session, taken, person_ids)


@dataclass(frozen=True, slots=True)
class Matching:
    """Who has the words: all of them or any, ``any_word``; and whose name begins with what was typed."""

    query: Query
    any_word: bool
    words: IdSet
    names: IdSet


def matching(session: Session, query: Query, *, any_word: bool = False) -> Matching:
    """Everybody in whose row all the words stand (or any of them), and whose name begins with what was typed."""
    sqlite = _is_sqlite(session)
    binds = {
        "words": _joined(query.stems, any_word=any_word, sqlite=sqlite),
        "names": _joined(query.typed, any_word=False, sqlite=True, mark="*") if sqlite else _begun(query.typed),
    }
    found = {kind: ids for ids, kind in session.execute(_SQLITE if sqlite else _POSTGRES, binds)}
    return Matching(query, any_word, IdSet.listed(found["words"]), IdSet.listed(found["names"]))


def scores(session: Session, found: Matching, seen: IdSet) -> Scored:
    """How well people match, out of those who may be ``seen``. Where many do, some have no score."""
    best = dict.fromkeys((seen & found.names).lowest(MOST_SCORED), NAME_FIRST)
    by_words = seen & found.words
    sqlite = _is_sqlite(session)
    words = _joined(found.query.stems, any_word=found.any_word, sqlite=sqlite)
    first = by_words.lowest(MOST_SCORED)
    binds = {
        "words": words,
        "ids": json.dumps(first) if sqlite else first,
        "elsewhere": f"{{name title skills about}} : ({words})" if sqlite else _whole(found),
        "edge": first[-1] if first else 0,
        "first": ELSEWHERE_FIRST,
        "most": MOST_SCORED if len(by_words) > MOST_SCORED and len(found.query.stems) <= FEW_WORDS else 0,
    }
    for ident, score in session.execute(_SQLITE_SCORES if sqlite else _POSTGRES_SCORES, binds).all():
        best[ident] = best.get(ident, 0.0) + score
    ids = seen.among(best)
    return [(ident, best[ident]) for ident in ids]


def near_names(session: Session, query: Query, seen: IdSet) -> list[int]:
    """People whose names share three-letter pieces with what was typed, the nearest first, as far as they are seen."""
    typed = " ".join(query.typed)
    if not _is_sqlite(session):
        return seen.among(session.scalars(_POSTGRES_NEAR, {"name": typed, "most": MOST_NEAR}))
    pieces = sorted(trigrams(typed))
    if not pieces:
        return []
    # To count what is shared is quick where hundreds of thousands share something; FTS5's own rank is not.
    one_each = " UNION ALL ".join(_SQLITE_PIECE.format(number=number) for number in range(len(pieces)))
    binds: dict[str, object] = {f"piece_{number}": f'"{piece}"' for number, piece in enumerate(pieces)}
    binds["most"] = MOST_SHARING
    having = [np.fromstring(ids or "", np.int64, sep=",") for ids in session.scalars(text(one_each), binds)]
    shared = np.bincount(np.concatenate(having))
    few = min(len(shared), MOST_NEAR)
    nearest = np.argpartition(-shared, few - 1)[:few] if few else np.zeros(0, np.int64)
    return seen.among(nearest[shared[nearest] > 0].tolist())


def trigrams(name: str) -> frozenset[str]:
    """The three-letter pieces of each word of a folded name."""
    return frozenset(word[at : at + 3] for word in name.split() for at in range(len(word) - 2))


def _in_sqlite(session: Session, statement: str, person_ids: Sequence[int]) -> None:
    chosen = text(f"{statement} FROM search_person WHERE person_id IN :ids")
    session.execute(chosen.bindparams(bindparam("ids", expanding=True)), {"ids": person_ids})


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _begun(words: Sequence[str]) -> list[str]:
    """A regular expression for each word to begin with. PostgreSQL knows where a word begins in Latin letters only."""
    return [rf"\m{word}" if word.isascii() else word for word in words]


def _whole(found: Matching) -> list[str]:
    """Regular expressions, all of which hold where the words stand."""
    words = [rf"\m{word}\M" if word.isascii() else word for word in found.query.stems]
    return ["|".join(words)] if found.any_word else words


def _joined(parts: tuple[str, ...], *, any_word: bool, sqlite: bool, mark: str = "") -> str:
    """The words in the engine's own language; ``mark`` says where or how each has to stand."""
    either, both, quote = (" OR ", " AND ", '"') if sqlite else (" | ", " & ", "'")
    return (either if any_word else both).join(f"{quote}{part}{quote}{mark}" for part in parts)
