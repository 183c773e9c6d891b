"""Finding people: words over everything a profile says, filters with counts, a page of hits with where they were found.

Nothing here depends on how many people there are but the list of matches itself: filters and counts are sets of bits,
and only the people on the page are read. Whoever the reader may not find is in no set that is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from operator import itemgetter
from typing import Protocol

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from exchange.domain.people import OpenTo, Visibility
from exchange.domain.periods import Period
from exchange.store.availability import away
from exchange.store.id_sets import IdSet
from exchange.store.people import Person
from exchange.store.publications import Publication
from exchange.store.search_engines import Matching, matching, near_names, scores, trigrams
from exchange.store.search_index import NETWORK, Facet, FacetValue, SearchPerson, facets, is_public
from exchange.store.search_words import Query, beginnings, fold, found_in, read_query, seem_in, sentence
from exchange.store.skills import SkillClaim

PER_PAGE = 20
LAST_PAGE = 500  # 10,000 people; nobody reads further, and no page costs more than another
MOST_LOOKED_UP = 500  # put in order by asking for each; of more, everybody's names are gone through
NAMES_AT_ONCE = 200
MOST_DOCUMENTS = 600  # read to say where a word was found
FEW = 10  # found by their words: so many or fewer are followed by others who mean the same
MOST_ALIKE = 5
MOST_MEANT = 200  # the best by words, whose order the meaning may change
RANK_OFFSET = 60  # of the fusion, as its authors have it
NEAR_ENOUGH = 0.3  # of the three-letter pieces of two names, how many they share


# Statements are written once: to put one together takes longer than SQLite takes to answer it.
_HIT_ROWS = (
    select(
        Person.id,
        Person.full_name,
        Person.about,
        SearchPerson.job_title,
        SearchPerson.institute_id,
        SearchPerson.publication_count,
        SkillClaim.skill,
        SkillClaim.level,
    )
    .join(SearchPerson, SearchPerson.person_id == Person.id)
    .outerjoin(SkillClaim, and_(SkillClaim.person_id == Person.id, SkillClaim.visibility == Visibility.NETWORK))
    .where(Person.id.in_(bindparam("ids", expanding=True)))
    .order_by(SkillClaim.level.desc(), SkillClaim.skill)
)
_papers = Publication.__table__.c  # plain columns: of hundreds of rows none need become an object
_PAPERS = (
    select(_papers.person_id, _papers.title, _papers.abstract)
    .where(_papers.person_id.in_(bindparam("ids", expanding=True)))
    .order_by(_papers.year.desc(), _papers.id)
    .limit(MOST_DOCUMENTS)
)


class Meaning(Protocol):
    """How near people are to what was typed, by meaning."""

    def ordered(self, ids: Sequence[int]) -> list[int]: ...
    def nearest(self, most: int) -> list[int]: ...


class Sort(StrEnum):
    BEST = "best"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks for. Several values of one filter widen it; several filters narrow each other."""

    text: str = ""
    institutes: frozenset[int] = frozenset()
    skills: frozenset[str] = frozenset()
    open_to: frozenset[OpenTo] = frozenset()
    free: Period | None = None
    only: frozenset[int] = frozenset()  # these people and no others, where there are any
    sort: Sort = Sort.BEST
    page: int = 1


@dataclass(frozen=True, slots=True)
class Paper:
    """A publication in which words were found; ``excerpt`` is the sentence of its abstract that has what it lacks."""

    title: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """A person on the page. ``skills`` are (code, level), best first."""

    person_id: int
    name: str
    job_title: str
    institute_id: int | None
    publications: int
    skills: tuple[tuple[str, int], ...]
    open_to: tuple[OpenTo, ...]
    about: str
    written: Paper | None


@dataclass(frozen=True, slots=True)
class Found:
    """A page of ``hits`` out of ``total``. ``counts`` say how many each further filter value would leave.

    ``any_word``: nobody has all the words, so these have some. ``near``: names like the one typed, if nobody matched.
    ``alike``: a few more whom the filters let through, who have none of the words but mean the same.
    """

    query: Query
    total: int
    page: int
    hits: tuple[Hit, ...]
    counts: dict[FacetValue, int]
    any_word: bool = False
    near: tuple[tuple[int, str], ...] = ()
    alike: tuple[Hit, ...] = ()


@dataclass
class _Sets:
    """The filters as sets. ``having[None]`` is everybody the reader may find."""

    values: dict[FacetValue, IdSet]
    seen: IdSet
    chosen: dict[Facet, IdSet] = field(default_factory=dict)

    def left_by(self, people: IdSet, *, without: Facet | None = None) -> IdSet:
        """Those of ``people`` whom every chosen filter lets through, but for one."""
        for facet, having in self.chosen.items():
            if facet is not without:
                people = people & having
        return people


def find(
    session: Session, asked: Asked, *, own: Collection[int], meaning: Callable[[], Meaning | None] = lambda: None
) -> Found:
    """The page that was asked for. ``own`` are the reader's institutes, whose people they find where others do not.

    ``meaning`` is asked for only where words were typed that are no beginning of a name: where few are found, and where
    several words make a sense together. One word that many have means little but itself.
    """
    query = read_query(asked.text)
    sets = _sets(session, asked, own)
    matched = _matching(session, query, sets.seen)
    everybody = sets.seen & (matched.words | matched.names) if matched else sets.seen
    people = sets.left_by(everybody)
    page = max(1, min(asked.page, LAST_PAGE, -(-len(people) // PER_PAGE)))
    by_name = matched is not None and len(matched.names & sets.seen) > 0
    may_mean = query and not by_name and asked.sort is Sort.BEST and (len(query.stems) > 1 or len(people) <= FEW)
    meant = meaning() if may_mean else None
    on_page = _on_page(session, asked, people, matched, page, meant)
    alike = _alike(sets, everybody, meant) if meant and len(people) <= FEW else []
    hits = _hits(session, [*on_page, *alike], query, sets.values)
    return Found(
        query=query,
        total=len(people),
        page=page,
        hits=hits[: len(on_page)],
        counts=_counts(sets, everybody),
        any_word=matched is not None and matched.any_word and len(people) > 0,
        near=() if people.bits or not query or query.is_common else _near(session, query, sets.seen),
        alike=hits[len(on_page) :],
    )


def found_ids(session: Session, asked: Asked, *, own: Collection[int]) -> IdSet:
    """Everybody who is found, without a page: for a search that somebody keeps."""
    query = read_query(asked.text)
    sets = _sets(session, asked, own)
    if not query:
        return sets.left_by(sets.seen)
    matched = _matching(session, query, sets.seen)
    return IdSet() if not matched or matched.any_word else sets.left_by(sets.seen & (matched.words | matched.names))


def _alike(sets: _Sets, everybody: IdSet, meaning: Meaning) -> list[int]:
    """Who means the same in other words, out of those whom the filters let through."""
    others = sets.left_by(sets.seen - everybody)
    return others.among(meaning.nearest(MOST_ALIKE * 10))[:MOST_ALIKE]


def _sets(session: Session, asked: Asked, own: Collection[int]) -> _Sets:
    values = facets(session)
    seen = values.get((Facet.SEEN_BY.value, NETWORK), IdSet())
    for institute in own:
        seen = seen | values.get((Facet.SEEN_BY.value, str(institute)), IdSet())
    if asked.free is not None:
        seen = seen - IdSet.of(away(session, asked.free))
    if asked.only:
        seen = IdSet.of(seen.among(asked.only))
    sets = _Sets(values, seen)
    choices: tuple[tuple[Facet, Iterable[str]], ...] = (
        (Facet.INSTITUTE, map(str, asked.institutes)),
        (Facet.SKILL, asked.skills),
        (Facet.OPEN_TO, (kind.value for kind in asked.open_to)),
    )
    for facet, wanted in choices:
        having = [values.get((facet.value, value), IdSet()) for value in wanted]
        if having:
            sets.chosen[facet] = IdSet()
            for one in having:
                sets.chosen[facet] = sets.chosen[facet] | one
    return sets


def _matching(session: Session, query: Query, seen: IdSet) -> Matching | None:
    """Who has all the words; where nobody has, who has any.

    Which of the two is tried depends only on people whom the reader may find, or it would tell of the others.
    """
    if not query:
        return None
    found = matching(session, query)
    if (seen & (found.words | found.names)).bits or len(query.stems) == 1:
        return found
    return matching(session, query, any_word=True)


def _on_page(
    session: Session, asked: Asked, people: IdSet, matched: Matching | None, page: int, meaning: Meaning | None
) -> list[int]:
    """The ids of one page, in order."""
    first, last = (page - 1) * PER_PAGE, page * PER_PAGE
    if not people.bits:
        return []
    if matched is None or asked.sort is Sort.NAME:
        return _by_name(session, people, last)[first:]
    best = scores(session, matched, people)
    count = max(last, MOST_MEANT) if meaning else last
    ids = [ident for ident, _ in sorted(best, key=itemgetter(1, 0))[:count]]
    if last > len(best):
        ids += (people - IdSet.of(ident for ident, _ in best)).ids()[: last - len(best)]
    return (_fused(ids, meaning) if meaning else ids)[first:last]


def _by_name(session: Session, people: IdSet, count: int) -> list[int]:
    """The first of these people by name. Only as many names are read as it takes to come upon them."""
    names = select(SearchPerson.person_id).order_by(SearchPerson.sort_name, SearchPerson.person_id)
    if len(people) <= MOST_LOOKED_UP:
        return list(session.scalars(names.where(SearchPerson.person_id.in_(people.ids())).limit(count)))
    with session.scalars(names.execution_options(yield_per=NAMES_AT_ONCE)) as rows:
        return list(islice((ident for part in rows.partitions() for ident in people.among(part)), count))


def _fused(ids: list[int], meaning: Meaning) -> list[int]:
    """The order by words joined with that by meaning: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)."""
    few = ids[:MOST_MEANT]
    merits: dict[int, float] = defaultdict(float)
    for order in (few, meaning.ordered(few)):
        for place, ident in enumerate(order):
            merits[ident] += 1 / (RANK_OFFSET + place)
    return [*sorted(few, key=lambda ident: -merits[ident]), *ids[MOST_MEANT:]]


def _counts(sets: _Sets, everybody: IdSet) -> dict[FacetValue, int]:
    """For each value, how many people ticking it as the only one of its filter would show."""
    left = {facet.value: sets.left_by(everybody, without=facet) for facet in Facet if facet is not Facet.SEEN_BY}
    counted = {
        value: len(having & left[value[0]]) for value, having in sets.values.items() if value[0] != Facet.SEEN_BY.value
    }
    return {value: count for value, count in counted.items() if count}


def _hits(session: Session, ids: Sequence[int], query: Query, values: dict[FacetValue, IdSet]) -> tuple[Hit, ...]:
    if not ids:
        return ()
    rows = session.execute(_HIT_ROWS, {"ids": ids}).all()
    skills: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        if row.skill is not None and is_public(row.skill):
            skills[row.id].append((row.skill, row.level))
    open_to = _open_to(values, ids)
    written = _written(session, ids, query) if query else {}
    hits = {
        row.id: Hit(
            person_id=row.id,
            name=row.full_name,
            job_title=row.job_title,
            institute_id=row.institute_id,
            publications=row.publication_count,
            skills=tuple(skills[row.id]),
            open_to=tuple(open_to[row.id]),
            about=row.about,
            written=written.get(row.id),
        )
        for row in {row.id: row for row in rows}.values()
    }
    return tuple(hits[ident] for ident in ids)


def _open_to(values: dict[FacetValue, IdSet], ids: Sequence[int]) -> dict[int, list[OpenTo]]:
    """What each is open to, from the bits that the filters have."""
    kinds: dict[int, list[OpenTo]] = defaultdict(list)
    for kind in OpenTo:
        for ident in values.get((Facet.OPEN_TO.value, kind.value), IdSet()).among(ids):
            kinds[ident].append(kind)
    return kinds


def _written(session: Session, ids: Sequence[int], query: Query) -> dict[int, Paper]:
    """For each person the publication with the most words of the query, rather in its title; the newest of several."""
    rows = session.execute(_PAPERS, {"ids": ids})
    begun = beginnings(query)
    promising: dict[int, list[tuple[int, int, int, str, str]]] = defaultdict(list)
    for place, (ident, title, abstract) in enumerate(rows):
        anywhere, in_title = seem_in(begun, fold(title), fold(abstract))
        if anywhere:
            promising[ident].append((-anywhere, -in_title, place, title, abstract))
    return {ident: found for ident, papers in promising.items() if (found := _first_true(sorted(papers), query))}


def _first_true(papers: Iterable[tuple[int, int, int, str, str]], query: Query) -> Paper | None:
    """The first of the promising publications in which a word truly stands, and not only its beginning."""
    for _, _, _, title, abstract in papers:
        in_title = found_in(title, query)
        if found_in(abstract, query) - in_title:
            return Paper(title, sentence(abstract, query))
        if in_title:
            return Paper(title)
    return None


def _near(session: Session, query: Query, seen: IdSet) -> tuple[tuple[int, str], ...]:
    """Names that a slip of the keyboard may have meant, among those the reader may find."""
    ids = near_names(session, query, seen)
    if not ids:
        return ()
    rows = session.execute(
        select(Person.id, Person.full_name, SearchPerson.sort_name)
        .join(SearchPerson, SearchPerson.person_id == Person.id)
        .where(Person.id.in_(ids))
    ).all()
    typed = trigrams(" ".join(query.typed))
    alike = [(_likeness(typed, trigrams(row.sort_name)), row.id, row.full_name) for row in rows]
    near = sorted((one for one in alike if one[0] >= NEAR_ENOUGH), key=lambda one: (-one[0], one[1]))
    return tuple((ident, name) for _, ident, name in near[:5])


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of three-letter pieces in common, of those of the shorter name."""
    return len(one & other) / max(1, min(len(one), len(other)))
