"""Who works on the same things as somebody: the nearest by what they have written, and what joins them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.matching.affinity import AffinityIndex
from exchange.matching.profiles import Need
from exchange.matching.ranking import Affinity, rank
from exchange.store import matches as store
from exchange.store.matches import Named

LOOKED_AT = 40  # nearest people, of whom some may not be shown to the reader
SHOWN = 8
NEAR = 1.0  # standard deviations above how alike any two texts are: below, a likeness is chance
LONGEST_TEXT = 3_000  # characters of the newest titles: more say nothing new


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody near. ``skills`` are codes that both claim openly, ``words`` terms that their publications share."""

    who: Named
    skills: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Colleagues:
    """The nearest first. ``links`` join two of them, by place, with the number of skills both claim."""

    people: tuple[Colleague, ...] = ()
    links: tuple[tuple[int, int, int], ...] = ()


def working_on_the_same(
    session: Session, cache: IndexCache, person_id: int, titles: Iterable[str], *, own: Collection[int]
) -> Colleagues:
    """Who is near somebody with these publications, out of those whom a reader of the ``own`` institutes finds."""
    index = cache.current(session)
    place = np.flatnonzero(index.people == person_id)
    text = "\n".join(titles)[:LONGEST_TEXT]
    if not len(place) or not text.strip():
        return Colleagues()
    ranking = rank(index, Need(text), need_vector=_middle(index, int(place[0])), limit=LOOKED_AT)
    near = [one for one in ranking.people if one.person_id != person_id and one.text >= NEAR]
    seen = store.named(session, [one.person_id for one in near], own)
    return _joined(index, person_id, [(one, seen[one.person_id]) for one in near if one.person_id in seen][:SHOWN])


def _joined(index: AffinityIndex, person_id: int, near: Sequence[tuple[Affinity, Named]]) -> Colleagues:
    skills = _skills(index, [person_id, *(who.person_id for _, who in near)])
    people = tuple(
        Colleague(who, tuple(sorted(skills[person_id] & skills[who.person_id])), _telling(one)) for one, who in near
    )
    links = (
        (first, second, len(skills[near[first][1].person_id] & skills[near[second][1].person_id]))
        for first, second in combinations(range(len(near)), 2)
    )
    return Colleagues(people, tuple(link for link in links if link[2] >= 2))


def _telling(one: Affinity) -> tuple[str, ...]:
    """The shared terms without the words that a shared pair of words says already."""
    terms = [term.term for term in one.terms]
    return tuple(term for term in terms if not any(term != other and term in other.split() for other in terms))[:4]


def _middle(index: AffinityIndex, place: int) -> npt.NDArray[np.float32] | None:
    """The mean of a person's vectors, at unit length; None before the model has read any of their documents."""
    rows = np.flatnonzero(index.owner == place)
    found, before = [], 0
    for segment in index.segments:
        inside = rows[(rows >= before) & (rows < before + segment.lexical.size)] - before
        found += list(segment.vectors[inside[segment.embedded[inside]]])
        before += segment.lexical.size
    if not found:
        return None
    mean: npt.NDArray[np.float32] = np.mean(found, axis=0, dtype=np.float32)
    return mean / np.float32(np.linalg.norm(mean) or 1)


def _skills(index: AffinityIndex, ids: Sequence[int]) -> dict[int, set[str]]:
    """The codes that each claims in the index, which holds open ones only."""
    found: dict[int, set[str]] = {ident: set() for ident in ids}
    table = index.skills
    for claim in np.flatnonzero(np.isin(index.people[table.person], ids)):
        found[int(index.people[table.person[claim]])].add(table.codes[table.skill[claim]])
    return found
