"""Publications: each author's own, or those of an institute's people; a title that is known already is updated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.imports.people import people_named
from exchange.actions.imports.planning import Effect, Importer, Plan, Refusals, Step, differences
from exchange.domain.access import Permission, reach
from exchange.domain.actors import Role
from exchange.domain.people import Employed, present_employment
from exchange.files.publications import PublicationRow
from exchange.files.reading import Reading, Row
from exchange.store import search_index
from exchange.store.people import Employment, PersonStatus
from exchange.store.publications import Publication, title_digest

NOT_YOURS = "Nobody whose publications you may import has this code or address. Import the people first, or correct it."
WHOSE = "The file does not say whose publications these are. Give the author's code or address with the file."


@dataclass(frozen=True, slots=True)
class Author:
    person_id: int
    name: str
    institute_id: int | None


def plan_publications(session: Session, importer: Importer, reading: Reading[PublicationRow]) -> Plan:
    """What these rows would do. A researcher imports their own, a coordinator those of the institute's people."""
    authors = _authors(session, importer, reading)
    known = _known(session, {author.person_id for author in authors.values()})
    refusals = Refusals(reading.problems)
    steps: list[Step] = []
    met: dict[tuple[int, str], Row[PublicationRow]] = {}
    for row in reading.rows:
        name = row.value.owner or importer.owner
        author = authors.get(name.casefold())
        if author is None:
            refusals.keep_out(row, "author", name, NOT_YOURS if name else WHOSE)
            continue
        key = (author.person_id, title_digest(row.value.title))
        first = met.setdefault(key, row)
        if first is not row:
            refusals.keep_out(row, "title", row.value.title, f"{author.name} has it already from {_place(first)}.")
            continue
        steps.append(_step(row, author, known.get(key)))
    return Plan(tuple(steps), refusals.in_order(), reading.notes, _finish)


def _finish(session: Session, people: Iterable[int], now: datetime) -> None:
    search_index.refresh(session, people, day=now.date())


def _authors(session: Session, importer: Importer, reading: Reading[PublicationRow]) -> dict[str, Author]:
    """Whose publications the importer may bring in, by the names the file has for them."""
    people = people_named(session, {row.owner or importer.owner for row in reading.values})
    jobs: dict[int, list[Employed]] = {}
    ids = {person.id for person in people.values()}
    for job in session.scalars(select(Employment).where(Employment.person_id.in_(ids))):
        jobs.setdefault(job.person_id, []).append(Employed(job.institute_id, job.starts_on, job.ends_on))
    keeps = _keeps(importer)
    authors = {}
    for name, person in people.items():
        present = present_employment(jobs.get(person.id, []), importer.today)
        institute = present.institute_id if present else None
        own = person.id == importer.actor.person_id
        if person.status is PersonStatus.ACTIVE and (own or keeps is None or institute in keeps):
            authors[name] = Author(person.id, person.full_name, institute)
    return authors


def _place(row: Row[PublicationRow]) -> str:
    return f"line {row.number}" + (f" of {row.source}" if row.source else "")


def _keeps(importer: Importer) -> frozenset[int] | None:
    """The institutes for all of whose people the importer acts; None is every institute."""
    if reach(importer.actor, Permission.IMPORT_PUBLICATIONS) is None:
        return None
    return importer.actor.institutes(Role.HR_COORDINATOR)


def _known(session: Session, authors: set[int]) -> dict[tuple[int, str], Publication]:
    rows = session.scalars(select(Publication).where(Publication.person_id.in_(authors)))
    return {(row.person_id, row.digest): row for row in rows}


def _step(row: Row[PublicationRow], author: Author, known: Publication | None) -> Step:
    value = row.value
    institutes = frozenset({author.institute_id} if author.institute_id is not None else ())
    label = f"{author.name}: {value.title}"
    if known is None:
        return Step(row.number, row.source, label, Effect.NEW, institutes, _adding(value, author.person_id))
    changed = differences(
        (
            ("Title", known.title, value.title),
            ("Abstract", known.abstract, value.abstract or known.abstract),
            ("Year", known.year, value.year or known.year),
            ("Venue", known.venue, value.venue or known.venue),
        )
    )
    effect = Effect.CHANGED if changed else Effect.SAME
    return Step(row.number, row.source, label, effect, institutes, _updating(value, known), changed)


def _adding(value: PublicationRow, person_id: int) -> Callable[[Session, datetime], int]:
    def apply(session: Session, now: datetime) -> int:
        session.add(
            Publication(
                person_id=person_id,
                title=value.title,
                abstract=value.abstract,
                year=value.year,
                venue=value.venue,
                digest=title_digest(value.title),
                added_at=now,
            )
        )
        return person_id

    return apply


def _updating(value: PublicationRow, known: Publication) -> Callable[[Session, datetime], int]:
    def apply(_session: Session, _now: datetime) -> int:
        known.title, known.abstract = value.title, value.abstract or known.abstract
        known.year, known.venue = value.year or known.year, value.venue or known.venue
        return known.person_id

    return apply
