"""Staff lists: people recognised by e-mail address or staff code, with where they are employed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.imports.planning import (
    Difference,
    Effect,
    Importer,
    Institutes,
    Plan,
    Refusals,
    Step,
    differences,
)
from exchange.domain.access import Permission
from exchange.domain.actors import Role
from exchange.domain.people import Employed, may_employ, present_employment, reading_locale
from exchange.domain.periods import spoken
from exchange.files.people import PersonRow
from exchange.files.reading import Reading, Row
from exchange.store import search_index
from exchange.store.institutes import InstituteRow
from exchange.store.people import Employment, Person, PersonStatus, RoleGrant

ELSEWHERE = (
    "Somebody of another institute has this {what}. If the person has moved, ask that institute to change it; "
    "otherwise check it."
)


@dataclass
class _Known:
    """Whom the file may mean: the people with its addresses or codes, and their employments."""

    by_email: dict[str, Person] = field(default_factory=dict)
    by_code: dict[str, Person] = field(default_factory=dict)
    jobs: dict[int, list[Employment]] = field(default_factory=dict)
    former: set[str] = field(default_factory=set)  # addresses and codes of records that were merged
    met: dict[int, int] = field(default_factory=dict)  # person to the row that meant them first


@dataclass(frozen=True, slots=True)
class _Change:
    """What a row does to somebody's employment: the row to change or None for a new one, and what ends before it."""

    job: Employment | None
    ends: Employment | None = None


def plan_people(session: Session, importer: Importer, reading: Reading[PersonRow]) -> Plan:
    """What these rows would do. Rows of institutes that are not the importer's stay out."""
    institutes = Institutes.of(session, importer.actor, Permission.IMPORT_PEOPLE)
    known = _known(session, reading)
    refusals = Refusals(reading.problems)
    steps = []
    for row in reading.rows:
        step = _step(row, importer, institutes, known, refusals)
        if step is not None:
            steps.append(step)
    return Plan(tuple(steps), refusals.in_order(), reading.notes, _finish)


def _finish(session: Session, people: Collection[int], now: datetime) -> None:
    search_index.refresh(session, people, day=now.date())
    publishing.publish_people(session, people, now)


def _known(session: Session, reading: Reading[PersonRow]) -> _Known:
    emails = {row.email for row in reading.values}
    codes = {row.code.casefold() for row in reading.values if row.code}
    known = _Known()
    for wanted in (Person.email.in_(emails), func.lower(Person.code).in_(codes)):
        for row in session.scalars(select(Person).where(wanted)):
            person = row if row.merged_into_id is None else session.get_one(Person, row.merged_into_id)
            known.by_email[row.email] = person
            if person is not row:
                known.former |= {row.email, (row.code or "").casefold()}
            if row.code:
                known.by_code[row.code.casefold()] = person
    found = {person.id for person in (*known.by_email.values(), *known.by_code.values())}
    for job in session.scalars(
        select(Employment).where(Employment.person_id.in_(found)).order_by(Employment.starts_on)
    ):
        known.jobs.setdefault(job.person_id, []).append(job)
    return known


def _step(
    row: Row[PersonRow], importer: Importer, institutes: Institutes, known: _Known, refusals: Refusals
) -> Step | None:
    value = row.value
    institute = _home(row, institutes, refusals)
    if institute is None or not _means_one(row, known, refusals):
        return None
    person = known.by_email.get(value.email) or known.by_code.get((value.code or "").casefold())
    if person is None:
        within = frozenset({institute.id})
        return Step(row.number, row.source, value.full_name, Effect.NEW, within, _adding(value, institute))
    row = _under_present_names(row, person, known)
    jobs = known.jobs.get(person.id, [])
    if not institutes.own(_present_institute(jobs, importer)):
        what, column = ("address", "E-mail") if person.email == value.email else ("code", "Code")
        refusals.keep_out(row, column, value.email, ELSEWHERE.format(what=what))
        return None
    return _changing(row, person, jobs, institute, refusals)


def _under_present_names(row: Row[PersonRow], person: Person, known: _Known) -> Row[PersonRow]:
    """An address or code of a record that was merged means the person, and is not theirs to have again."""
    value = row.value
    email = person.email if value.email in known.former else value.email
    code = person.code if value.code and value.code.casefold() in known.former else value.code
    return replace(row, value=replace(value, email=email, code=code))


def _home(row: Row[PersonRow], institutes: Institutes, refusals: Refusals) -> InstituteRow | None:
    """The row's institute, where the importer acts for it."""
    name = row.value.institute
    institute = institutes.find(name)
    if institute is None:
        refusals.keep_out(row, "Institute", name, institutes.missing(name))
        return None
    if not institutes.own(institute.id):
        sentence = f"You import people of your own institute only; {institute.code} imports its own."
        refusals.keep_out(row, "Institute", name, sentence)
        return None
    return institute


def _means_one(row: Row[PersonRow], known: _Known, refusals: Refusals) -> bool:
    """Whether address and code do not mean two people, nor somebody whom an earlier row meant already."""
    value = row.value
    by_email, by_code = known.by_email.get(value.email), known.by_code.get((value.code or "").casefold())
    if by_email is not None and by_code is not None and by_email is not by_code:
        sentence = "The address belongs to one person and the code to another. Correct one of them."
        refusals.keep_out(row, "Code", value.code or "", sentence)
        return False
    person = by_email or by_code
    if person is not None and (first := known.met.setdefault(person.id, row.number)) != row.number:
        refusals.keep_out(row, "E-mail", value.email, f"Row {first} means the same person. Keep one of the two.")
        return False
    return True


def _present_institute(jobs: list[Employment], importer: Importer) -> int | None:
    present = present_employment((_employed(job) for job in jobs), importer.today)
    return present.institute_id if present else None


def _changing(
    row: Row[PersonRow], person: Person, jobs: list[Employment], institute: InstituteRow, refusals: Refusals
) -> Step | None:
    """The step for somebody who is known already; None where the employment does not fit beside the others."""
    value = row.value
    change = _change(value, jobs, institute.id)
    others = [_employed(job) for job in jobs if job is not change.job and job is not change.ends]
    verdict = may_employ(_wanted(value, institute.id, change.job), others)
    if not verdict.allowed:
        refusals.keep_out(row, "Start date", value.start.isoformat(), " ".join(verdict.reasons))
        return None
    changed = (*_differences(value, person), *_job_differences(value, change))
    effect = Effect.CHANGED if changed else Effect.SAME
    apply = _updating(value, person.id, institute.id, change.job, change.ends)
    return Step(row.number, row.source, value.full_name, effect, frozenset({institute.id}), apply, changed)


def _change(value: PersonRow, jobs: list[Employment], institute_id: int) -> _Change:
    """The employment that the row speaks of.

    It is the one with this first day; the only one, where the file says it began earlier; or a new one, before which an
    open one ends.
    """
    here = [job for job in jobs if job.institute_id == institute_id]
    same_day = next((job for job in here if job.starts_on == value.start), None)
    if same_day is not None:
        return _Change(same_day)
    if not here:
        return _Change(None)
    latest = here[-1]
    if value.start < latest.starts_on:
        return _Change(latest if len(here) == 1 else None)
    return _Change(None, latest if latest.ends_on is None or latest.ends_on >= value.start else None)


def _differences(value: PersonRow, person: Person) -> tuple[Difference, ...]:
    """Blank cells change nothing: a file without a column does not empty it."""
    return differences(
        (
            ("Full name", person.full_name, value.full_name),
            ("E-mail", person.email, value.email),
            ("Code", person.code, value.code or person.code),
            ("Languages", tuple(person.languages), value.languages or tuple(person.languages)),
            ("Time zone", person.zone, value.zone or person.zone),
            ("Status", person.status.value, PersonStatus.ACTIVE.value),
        )
    )


def _job_differences(value: PersonRow, change: _Change) -> tuple[Difference, ...]:
    job = change.job
    if job is None:
        before = f"{change.ends.title or 'employed'} since {spoken(change.ends.starts_on)}" if change.ends else "none"
        return (Difference("Employment", before, f"{value.job_title or 'employed'} from {spoken(value.start)}"),)
    return differences(
        (
            ("Job title", job.title, value.job_title or job.title),
            ("FTE", _plain(job.fte), _plain(value.fte)),
            ("Start date", job.starts_on, value.start),
            ("End date", job.ends_on, value.end or job.ends_on),
        )
    )


def _plain(fte: Decimal) -> str:
    return f"{fte.normalize():f}"


def _wanted(value: PersonRow, institute_id: int, job: Employment | None) -> Employed:
    return Employed(institute_id, value.start, value.end or (job.ends_on if job else None), value.fte)


def _employed(job: Employment) -> Employed:
    return Employed(job.institute_id, job.starts_on, job.ends_on, job.fte)


def _adding(value: PersonRow, institute: InstituteRow) -> Callable[[Session, datetime], int]:
    def apply(session: Session, now: datetime) -> int:
        person = Person(
            public_id=uuid4(),
            full_name=value.full_name,
            email=value.email,
            code=value.code,
            zone=value.zone or institute.zone,
            locale=reading_locale(institute.country),
            languages=list(value.languages),
            created_at=now,
        )
        session.add(person)
        session.flush()
        session.add(_new_job(value, person.id, institute.id))
        session.add(RoleGrant(person_id=person.id, role=Role.RESEARCHER, institute_id=institute.id, granted_at=now))
        return person.id

    return apply


def _updating(
    value: PersonRow, person_id: int, institute_id: int, job: Employment | None, ends: Employment | None
) -> Callable[[Session, datetime], int]:
    def apply(session: Session, _now: datetime) -> int:
        person = session.get_one(Person, person_id)
        person.full_name, person.email, person.status = value.full_name, value.email, PersonStatus.ACTIVE
        person.code, person.zone = value.code or person.code, value.zone or person.zone
        person.languages = list(value.languages) or person.languages
        if ends is not None:
            ends.ends_on = value.start - timedelta(days=1)
        if job is None:
            session.add(_new_job(value, person_id, institute_id))
        else:
            job.title, job.fte = value.job_title or job.title, value.fte
            job.starts_on, job.ends_on = value.start, value.end or job.ends_on
        return person_id

    return apply


def _new_job(value: PersonRow, person_id: int, institute_id: int) -> Employment:
    return Employment(
        person_id=person_id,
        institute_id=institute_id,
        title=value.job_title,
        fte=value.fte,
        starts_on=value.start,
        ends_on=value.end,
    )


def people_named(session: Session, names: Iterable[str]) -> dict[str, Person]:
    """People by the codes and addresses that a file names them with, in lower case."""
    wanted = {name.casefold() for name in names}
    rows = session.scalars(select(Person).where(or_(Person.email.in_(wanted), func.lower(Person.code).in_(wanted))))
    found: dict[str, Person] = {}
    for row in rows:
        person = row if row.merged_into_id is None else session.get_one(Person, row.merged_into_id)
        found[row.email] = person
        if row.code:
            found.setdefault(row.code.casefold(), person)
    return {name: found[name] for name in wanted if name in found}
