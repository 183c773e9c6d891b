"""The two engines' own full-text search: writing its index, and asking who matches these words and how well.

A score counts downwards: the lower, the better. FTS5 ranks by BM25 and PostgreSQL by ``ts_rank``; both give a word in a
name the most weight, then in a skill, a job title, the text about the person, a publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from exchange.store.search_words import Query

Scored = list[tuple[int, float]]

NAME_FIRST = -1000.0  # somebody whose name begins as typed stands before whoever has written of the word
MOST_NEAR = 40

_SQLITE = text(
    """
    SELECT rowid, bm25(search_words, 8.0, 4.0, 6.0, 3.0, 1.0) FROM search_words WHERE search_words MATCH :words
    UNION ALL
    SELECT rowid, :name_first FROM search_names WHERE search_names MATCH :names
    """
)
_SQLITE_NEAR = text(
    "SELECT rowid FROM search_near WHERE search_near MATCH :trigrams ORDER BY rank LIMIT :most",
)
_POSTGRES = text(
    """
    SELECT person_id, -ts_rank('{0.1, 0.4, 0.6, 1.0}', words, to_tsquery('simple', :words)) FROM search_words
    WHERE words @@ to_tsquery('simple', :words)
    UNION ALL
    SELECT person_id, :name_first FROM search_words WHERE words @@ to_tsquery('simple', :names)
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


def matching(session: Session, query: Query, *, any_word: bool = False) -> Scored:
    """Everybody in whose row all the words stand (or any of them), and whose name begins with what was typed."""
    sqlite = _is_sqlite(session)
    joined = _sqlite_words if sqlite else _postgres_words
    binds = {
        "words": joined(query.stems, any_word=any_word, mark=""),
        "names": joined(query.typed, any_word=False, mark="*" if sqlite else ":*A"),
        "name_first": NAME_FIRST,
    }
    rows = session.execute(_SQLITE if sqlite else _POSTGRES, binds).all()
    best: dict[int, float] = {}
    for ident, score in rows:
        known = best.get(ident)
        if known is None or score < known:
            best[ident] = score
    return list(best.items())


def near_names(session: Session, query: Query) -> list[int]:
    """People whose names share three-letter pieces with what was typed, the nearest first."""
    typed = " ".join(query.typed)
    if not _is_sqlite(session):
        return list(session.scalars(_POSTGRES_NEAR, {"name": typed, "most": MOST_NEAR}))
    pieces = trigrams(typed)
    if not pieces:
        return []
    either = " OR ".join(f'"{piece}"' for piece in sorted(pieces))
    return list(session.scalars(_SQLITE_NEAR, {"trigrams": either, "most": MOST_NEAR}))


def trigrams(name: str) -> frozenset[str]:
    """The three-letter pieces of each word of a folded name."""
    return frozenset(word[at : at + 3] for word in name.split() for at in range(len(word) - 2))


def _in_sqlite(session: Session, statement: str, person_ids: Sequence[int]) -> None:
    chosen = text(f"{statement} FROM search_person WHERE person_id IN :ids")
    session.execute(chosen.bindparams(bindparam("ids", expanding=True)), {"ids": person_ids})


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _sqlite_words(parts: tuple[str, ...], *, any_word: bool, mark: str) -> str:
    return (" OR " if any_word else " AND ").join(f'"{part}"{mark}' for part in parts)


def _postgres_words(parts: tuple[str, ...], *, any_word: bool, mark: str) -> str:
    return (" | " if any_word else " & ").join(f"'{part}'{mark}" for part in parts)
