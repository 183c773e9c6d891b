"""Bringing many people at once into an empty installation, in one transaction with one record.

People are named by their e-mail address, institutes by their code, sites by their city.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.actors import PROGRAMME_WIDE, Actor, Role
from exchange.domain.people import OpenTo, Visibility
from exchange.domain.verdict import Refusal
from exchange.store import search_index
from exchange.store.base import Base
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.institutes import Institute, Site
from exchange.store.people import (
    Absence,
    Citizenship,
    Employment,
    EmploymentKind,
    MailChoice,
    Person,
    PersonOpenTo,
    RoleGrant,
)
from exchange.store.publications import Publication, title_digest
from exchange.store.skills import SkillClaim, Wish


@dataclass(frozen=True, slots=True)
class Claim:
    skill: str
    level: int
    last_used_on: date
    wish: Wish = Wish.NONE


@dataclass(frozen=True, slots=True)
class Paper:
    title: str
    abstract: str
    year: int
    venue: str


@dataclass(frozen=True, slots=True)
class Cleared:
    """A clearance as recorded; ``level`` belongs to ``scheme``."""

    scheme: str
    level: str
    granted_on: date
    review_due_on: date | None = None
    expires_on: date | None = None
    status: ClearanceStatus = ClearanceStatus.ACTIVE
    sponsor: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Where a person is employed, and on what terms."""

    institute: str
    site: str
    title: str
    starts_on: date
    ends_on: date | None = None
    kind: EmploymentKind = EmploymentKind.PERMANENT
    fte: Decimal = Decimal(1)
    probation_ends_on: date | None = None
    manager: str = ""


@dataclass(frozen=True, slots=True)
class Somebody:
    public_id: UUID
    email: str
    full_name: str
    job: Job
    latin_name: str | None = None
    zone: str = "UTC"
    locale: str = "en_GB"
    about: str = ""
    open_to: tuple[OpenTo, ...] = ()
    visibility: Visibility = Visibility.NETWORK
    password_hash: str | None = None
    roles: tuple[Role, ...] = (Role.RESEARCHER,)
    languages: tuple[str, ...] = ()
    citizenships: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    papers: tuple[Paper, ...] = ()
    clearances: tuple[Cleared, ...] = ()
    absences: tuple[tuple[date, date], ...] = ()


@dataclass(slots=True)
class _Ids:
    institutes: dict[str, int]
    sites: dict[tuple[str, str], int]
    people: dict[str, int] = field(default_factory=dict)


def is_empty(session: Session) -> bool:
    """Whether nobody is in the database yet."""
    return session.scalar(select(Person.id).limit(1)) is None


def bring_in(session: Session, actor: Actor, people: tuple[Somebody, ...], *, now: datetime) -> None:
    """Add everybody with what is known of them. Their institutes are there already.

    Raises:
        Refused: there are people in the database.
    """
    with writing(session, actor, "population:bring_in", now=now) as work:
        work.subject("population", None)
        if not is_empty(session):
            raise refuse(Refusal.CONFLICT, "There are people in this database already: this is for an empty one.")
        ids = _known(session)
        _add_people(session, people, ids, now)
        search_index.refresh(session, ids.people.values(), day=now.date())
        work.record(f"{len(people)} people were brought in together.")


def _known(session: Session) -> _Ids:
    institutes = {code: ident for ident, code in session.execute(select(Institute.id, Institute.code))}
    codes = {ident: code for code, ident in institutes.items()}
    sites = session.execute(select(Site.id, Site.institute_id, Site.name))
    return _Ids(institutes, {(codes[institute], name): ident for ident, institute, name in sites})


def _add_people(session: Session, people: tuple[Somebody, ...], ids: _Ids, now: datetime) -> None:
    rows = [_person(one, now) for one in people]
    session.add_all(rows)
    session.flush()
    ids.people.update((row.email, row.id) for row in rows)
    for one in people:
        session.add_all(_of_person(one, ids, now))
    session.flush()


def _person(one: Somebody, now: datetime) -> Person:
    return Person(
        public_id=one.public_id,
        full_name=one.full_name,
        latin_name=one.latin_name,
        email=one.email,
        zone=one.zone,
        locale=one.locale,
        languages=list(one.languages),
        about=one.about,
        visibility=one.visibility,
        mail=MailChoice.NEVER,  # nobody of an invented world has a mailbox
        password_hash=one.password_hash,
        created_at=now,
    )


def _of_person(one: Somebody, ids: _Ids, now: datetime) -> list[Base]:
    ident = ids.people[one.email]
    rows: list[Base] = [_employment(one, ids)]
    rows += [
        RoleGrant(
            person_id=ident,
            role=role,
            institute_id=None if role in PROGRAMME_WIDE else ids.institutes[one.job.institute],
            granted_at=now,
        )
        for role in one.roles
    ]
    rows += [Citizenship(person_id=ident, country=country) for country in one.citizenships]
    rows += [PersonOpenTo(person_id=ident, kind=kind) for kind in one.open_to]
    rows += [Absence(person_id=ident, starts_on=first, ends_on=last) for first, last in one.absences]
    rows += [
        SkillClaim(
            person_id=ident,
            skill=claim.skill,
            level=claim.level,
            last_used_on=claim.last_used_on,
            wish=claim.wish,
            confirmed_on=now.date(),
        )
        for claim in one.claims
    ]
    rows += [_publication(paper, ident, now) for paper in one.papers]
    rows += [_clearance(cleared, ident, now) for cleared in one.clearances]
    return rows


def _employment(one: Somebody, ids: _Ids) -> Employment:
    job = one.job
    return Employment(
        person_id=ids.people[one.email],
        institute_id=ids.institutes[job.institute],
        site_id=ids.sites[job.institute, job.site],
        title=job.title,
        kind=job.kind,
        fte=job.fte,
        starts_on=job.starts_on,
        ends_on=job.ends_on,
        probation_ends_on=job.probation_ends_on,
        line_manager_id=ids.people[job.manager] if job.manager else None,
    )


def _publication(paper: Paper, person_id: int, now: datetime) -> Publication:
    return Publication(
        person_id=person_id,
        title=paper.title,
        abstract=paper.abstract,
        year=paper.year,
        venue=paper.venue,
        digest=title_digest(paper.title),
        added_at=now,
    )


def _clearance(cleared: Cleared, person_id: int, now: datetime) -> Clearance:
    return Clearance(
        person_id=person_id,
        scheme=cleared.scheme,
        level=cleared.level,
        status=cleared.status,
        granted_on=cleared.granted_on,
        review_due_on=cleared.review_due_on,
        expires_on=cleared.expires_on,
        caveats=[],
        sponsor=cleared.sponsor,
        confirmed_at=now,
    )
