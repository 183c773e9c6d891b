"""The index that finds people: one row of words a person, and a row of bits for each value that search can filter by.

Whoever is hidden or has left has no row, so that no list and no count can ever hold them. ``refresh`` is called by
every action that changes what is indexed, inside its own transaction.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.people import Employed, OpenTo, Visibility, present_employment
from exchange.domain.skills import vocabulary
from exchange.store.base import Base
from exchange.store.id_sets import IdSet
from exchange.store.people import Employment, Person, PersonOpenTo, PersonStatus
from exchange.store.profile_versions import store_versions
from exchange.store.publications import Publication
from exchange.store.search_engines import index_words, unindex_words
from exchange.store.search_words import fold, stem, stems, words
from exchange.store.skills import Endorsement, SkillClaim

AT_ONCE = 300  # people whose words are in memory together
MOST_REPEATS = 4  # a word counts once for each publication it is in, up to this many


class Facet(StrEnum):
    SEEN_BY = "seen_by"  # "network", or the id of the only institute whose people find the profile
    INSTITUTE = "institute"
    SKILL = "skill"
    OPEN_TO = "open_to"


NETWORK = "network"


class SearchPerson(Base):
    """What search knows of a person. The engine's own index of the words is written with the row, never without."""

    __tablename__ = "search_person"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    job_title: Mapped[str] = mapped_column(String(200))
    publication_count: Mapped[int]
    sort_name: Mapped[str] = mapped_column(String(700), index=True)  # folded; a transcription comes first
    name: Mapped[str] = mapped_column(Text)  # from here on: stems
    title: Mapped[str] = mapped_column(Text)
    skills: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    publications: Mapped[str] = mapped_column(Text)


class SearchFacet(Base):
    """The people who have one value of a facet, as the bits of an ``IdSet``."""

    __tablename__ = "search_facet"

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(String(60), primary_key=True)
    people: Mapped[bytes] = mapped_column(LargeBinary)


FacetValue = tuple[str, str]
_FACETS = select(SearchFacet.kind, SearchFacet.value, SearchFacet.people)


@dataclass
class _Texts:
    """What is known of one person while their row is made."""

    employments: list[tuple[Employed, str]] = field(default_factory=list)
    skills: list[str] = field(default_factory=list)
    open_to: list[OpenTo] = field(default_factory=list)
    documents: int = 0
    document_words: Counter[str] = field(default_factory=Counter)
    state: hashlib._Hash = field(default_factory=hashlib.sha256)

    def note(self, *values: object) -> None:
        """Let these values count for the version of the profile."""
        self.state.update(repr(values).encode())

    @property
    def version(self) -> int:
        """62 bits of the state: a whole number that both engines and NumPy hold."""
        return int.from_bytes(self.state.digest()[:8], "little") >> 2


def refresh(session: Session, person_ids: Iterable[int], *, day: date) -> None:
    """Bring the index up to date for these people. ``day`` decides which employment is the present one."""
    ids = sorted(set(person_ids))
    if not ids:
        return
    session.flush()
    values: dict[int, set[FacetValue]] = {ident: set() for ident in ids}
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        unindex_words(session, part)
        session.execute(delete(SearchPerson).where(SearchPerson.person_id.in_(part)))
        rows = list(_rows(session, part, day, values))
        if rows:
            session.execute(insert(SearchPerson), rows)
            index_words(session, part)
    _store_facets(session, values)


def refresh_all(session: Session, *, day: date) -> int:
    """Make the index anew for everybody; the number of people looked at."""
    ids = list(session.scalars(select(Person.id)))
    session.execute(delete(SearchFacet))
    refresh(session, ids, day=day)
    return len(ids)


def facets(session: Session) -> dict[FacetValue, IdSet]:
    """Every value that search can filter by, with who has it."""
    rows = session.execute(_FACETS)
    return {(kind, value): IdSet.load(people) for kind, value, people in rows}


def _rows(
    session: Session, ids: Sequence[int], day: date, values: dict[int, set[FacetValue]]
) -> Iterator[dict[str, Any]]:
    texts = _texts(session, ids)
    store_versions(session, {ident: texts[ident].version for ident in ids})
    people = session.execute(
        select(Person.id, Person.full_name, Person.latin_name, Person.about, Person.open_to, Person.visibility).where(
            Person.id.in_(ids), Person.status == PersonStatus.ACTIVE, Person.visibility != Visibility.HIDDEN
        )
    )
    for person in people:
        text = texts[person.id]
        titles = dict(text.employments)
        employed = present_employment(titles, day)
        institute = employed.institute_id if employed else None
        if institute is None and person.visibility is Visibility.INSTITUTE:
            continue  # nobody shares an institute with somebody who has none
        values[person.id] = _values(person.visibility, institute, text)
        names = words(f"{person.latin_name or ''} {person.full_name}")
        yield {
            "person_id": person.id,
            "institute_id": institute,
            "job_title": titles[employed] if employed else "",
            "publication_count": text.documents,
            "sort_name": fold(f"{person.latin_name or ''} {person.full_name}".strip()),
            "name": " ".join(dict.fromkeys([*names, *map(stem, names)])),
            "title": " ".join(stems(titles[employed] if employed else "")),
            "skills": " ".join(word for code in text.skills for word in sorted(skill_stems(code))),
            "about": " ".join(stems(f"{person.about}\n{person.open_to}")),
            "publications": " ".join(
                " ".join([word] * min(count, MOST_REPEATS)) for word, count in text.document_words.items()
            ),
        }


def _texts(session: Session, ids: Sequence[int]) -> dict[int, _Texts]:
    texts: dict[int, _Texts] = defaultdict(_Texts)
    employments = select(
        Employment.person_id, Employment.institute_id, Employment.starts_on, Employment.ends_on, Employment.title
    )
    for ident, institute, starts_on, ends_on, title in session.execute(
        employments.where(Employment.person_id.in_(ids)).order_by(Employment.id)
    ):
        texts[ident].employments.append((Employed(institute, starts_on, ends_on), title))
        texts[ident].note(institute, starts_on, ends_on)
    _read_claims(session, ids, texts)
    for ident, kind in session.execute(
        select(PersonOpenTo.person_id, PersonOpenTo.kind).where(PersonOpenTo.person_id.in_(ids))
    ):
        texts[ident].open_to.append(kind)
    written = select(
        Publication.person_id, Publication.id, Publication.title, Publication.abstract, Publication.year
    ).where(Publication.person_id.in_(ids))
    for ident, publication, title, abstract, year in session.execute(written.order_by(Publication.id)):
        texts[ident].documents += 1
        texts[ident].document_words.update(set(stems(f"{title} {abstract}")))
        texts[ident].note(publication, title, abstract, year)
    return texts


def _read_claims(session: Session, ids: Sequence[int], texts: dict[int, _Texts]) -> None:
    """What people claim, and who vouches for it. Only what the whole network may see is searched by."""
    claims = session.scalars(
        select(SkillClaim).where(SkillClaim.person_id.in_(ids)).order_by(SkillClaim.person_id, SkillClaim.skill)
    )
    for claim in claims:
        code = current_code(claim.skill)
        if claim.visibility is Visibility.NETWORK and is_public(code) and code not in texts[claim.person_id].skills:
            texts[claim.person_id].skills.append(code)
        texts[claim.person_id].note(claim.skill, claim.level, claim.last_used_on, claim.wish, claim.visibility)
    endorsed = select(Endorsement.person_id, Endorsement.skill, Endorsement.endorser_id, Endorsement.institute_id)
    for ident, *vouched in session.execute(
        endorsed.where(Endorsement.person_id.in_(ids)).order_by(Endorsement.skill, Endorsement.endorser_id)
    ):
        texts[ident].note(*vouched)


@cache
def current_code(code: str) -> str:
    """The code that the vocabulary has now for a claim made under an older one; itself where there is none."""
    skill = vocabulary().find(code)
    return skill.code if skill else code


@cache
def is_public(code: str) -> bool:
    """Whether the vocabulary knows the skill and does not call it sensitive: only then may search know of it."""
    skill = vocabulary().find(code)
    return skill is not None and not skill.sensitive


@cache
def skill_stems(code: str) -> frozenset[str]:
    """The stems of everything the vocabulary calls a skill."""
    skill = vocabulary().get(code)
    return frozenset(word for name in (skill.label, *skill.aliases) for word in stems(name))


def _values(visibility: Visibility, institute: int | None, text: _Texts) -> set[FacetValue]:
    seen_by = NETWORK if visibility is Visibility.NETWORK else str(institute)
    found: set[FacetValue] = {(Facet.SEEN_BY.value, seen_by)}
    if institute is not None:
        found.add((Facet.INSTITUTE.value, str(institute)))
    found |= {(Facet.SKILL.value, code) for code in text.skills}
    return found | {(Facet.OPEN_TO.value, kind.value) for kind in text.open_to}


def _store_facets(session: Session, values: dict[int, set[FacetValue]]) -> None:
    """Write the bits of these people where they changed."""
    rows = {(row.kind, row.value): row for row in session.scalars(select(SearchFacet))}
    asked = IdSet.of(values)
    having: dict[FacetValue, list[int]] = defaultdict(list)
    for ident, found in values.items():
        for value in found:
            having[value].append(ident)
    for value in rows.keys() | having.keys():
        old = IdSet.load(rows[value].people) if value in rows else IdSet()
        new = (old - asked) | IdSet.of(having[value])
        if value not in rows:
            session.add(SearchFacet(kind=value[0], value=value[1], people=new.dump()))
        elif new != old:
            rows[value].people = new.dump()
    session.flush()
