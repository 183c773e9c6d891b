"""Bringing a whole prepared world into an empty installation, in one transaction with one record.

People are named by their e-mail address, institutes, workstreams and openings by their code, sites by their city.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import refuse, writing
from exchange.domain.actors import PROGRAMME_WIDE, Actor, Role
from exchange.domain.people import Visibility
from exchange.domain.verdict import Refusal
from exchange.store.base import Base
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.institutes import Institute, Site
from exchange.store.openings import Opening, OpeningSkill, OpeningStatus, StartRule
from exchange.store.people import (
    Absence,
    Citizenship,
    Employment,
    EmploymentKind,
    MailChoice,
    Person,
    PersonStatus,
    RoleGrant,
)
from exchange.store.publications import Publication
from exchange.store.skills import SkillClaim, Wish
from exchange.store.workstreams import (
    Requirement,
    RequirementSkill,
    Strand,
    Workstream,
    WorkstreamKind,
    WorkstreamPartner,
)


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
    open_to: str = ""
    visibility: Visibility = Visibility.NETWORK
    status: PersonStatus = PersonStatus.ACTIVE
    password_hash: str | None = None
    roles: tuple[Role, ...] = (Role.RESEARCHER,)
    languages: tuple[str, ...] = ()
    citizenships: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    papers: tuple[Paper, ...] = ()
    clearances: tuple[Cleared, ...] = ()
    absences: tuple[tuple[date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement: ``skills`` are (code, level, must); ``strand`` and ``site`` are named or empty."""

    role: str
    heads: int
    share: Decimal
    skills: tuple[tuple[str, int, bool], ...]
    strand: str = ""
    site: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """A workstream or an exercise; ``strands`` are (title, lead institute)."""

    code: str
    title: str
    kind: WorkstreamKind
    area: str
    description: str
    lead: str
    lead_person: str
    partners: tuple[str, ...]
    needs: tuple[Need, ...]
    starts_on: date | None = None
    ends_on: date | None = None
    strands: tuple[tuple[str, str], ...] = ()
    clearance_asked: str | None = None


@dataclass(frozen=True, slots=True)
class Seat:
    """An opening: ``skills`` are (code, level)."""

    code: str
    title: str
    description: str
    host: str
    site: str
    workstream: str
    opens_on: date
    closes_on: date
    weeks: tuple[int, int, int]  # least, preferred, most
    seats: int = 1
    skills: tuple[tuple[str, int], ...] = ()
    start_rule: StartRule = StartRule.ANY_MONDAY
    status: OpeningStatus = OpeningStatus.OPEN
    clearance_asked: str | None = None


@dataclass(frozen=True, slots=True)
class World:
    people: tuple[Somebody, ...]
    works: tuple[Work, ...] = ()
    seats: tuple[Seat, ...] = ()


@dataclass(slots=True)
class _Ids:
    institutes: dict[str, int]
    sites: dict[tuple[str, str], int]
    people: dict[str, int] = field(default_factory=dict)
    works: dict[str, int] = field(default_factory=dict)


def is_empty(session: Session) -> bool:
    """Whether nobody is in the database yet."""
    return session.scalar(select(Person.id).limit(1)) is None


def bring_in(session: Session, actor: Actor, world: World, *, now: datetime) -> None:
    """Add everybody and everything of a world whose institutes are there already.

    Raises:
        Refused: there are people in the database.
    """
    with writing(session, actor, "world:bring_in", now=now) as work:
        work.subject("world", None)
        if not is_empty(session):
            raise refuse(Refusal.CONFLICT, "There are people in this database already; a world goes into an empty one.")
        ids = _known(session)
        _add_people(session, world.people, ids, now)
        _add_works(session, world.works, ids)
        _add_seats(session, world.seats, ids)
        work.record(
            f"An invented world was brought in: {len(world.people)} people, {len(world.works)} workstreams and "
            f"{len(world.seats)} openings."
        )


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
        open_to=one.open_to,
        visibility=one.visibility,
        status=one.status,
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
    digest = hashlib.sha256(paper.title.casefold().encode()).hexdigest()
    return Publication(
        person_id=person_id,
        title=paper.title,
        abstract=paper.abstract,
        year=paper.year,
        venue=paper.venue,
        digest=digest,
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


def _add_works(session: Session, works: tuple[Work, ...], ids: _Ids) -> None:
    for one in works:
        row = Workstream(
            code=one.code,
            title=one.title,
            kind=one.kind,
            area=one.area,
            description=one.description,
            lead_institute_id=ids.institutes[one.lead],
            lead_person_id=ids.people[one.lead_person] if one.lead_person else None,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            clearance_asked=one.clearance_asked,
        )
        session.add(row)
        session.flush()
        ids.works[one.code] = row.id
        session.add_all(
            WorkstreamPartner(workstream_id=row.id, institute_id=ids.institutes[code]) for code in one.partners
        )
        strands = {
            title: Strand(workstream_id=row.id, title=title, lead_institute_id=ids.institutes[lead])
            for title, lead in one.strands
        }
        session.add_all(strands.values())
        session.flush()
        for need in one.needs:
            _add_need(session, one, row, need, strands.get(need.strand), ids)


def _add_need(session: Session, work: Work, row: Workstream, need: Need, strand: Strand | None, ids: _Ids) -> None:
    requirement = Requirement(
        workstream_id=row.id,
        strand_id=strand.id if strand else None,
        role=need.role,
        heads=need.heads,
        share=need.share,
        starts_on=work.starts_on,
        ends_on=work.ends_on,
        site_id=ids.sites[work.lead, need.site] if need.site else None,
        clearance_asked=work.clearance_asked,
        languages=list(need.languages),
    )
    session.add(requirement)
    session.flush()
    session.add_all(
        RequirementSkill(requirement_id=requirement.id, skill=skill, level=level, must=must)
        for skill, level, must in need.skills
    )


def _add_seats(session: Session, seats: tuple[Seat, ...], ids: _Ids) -> None:
    for one in seats:
        least, preferred, most = one.weeks
        row = Opening(
            code=one.code,
            title=one.title,
            description=one.description,
            host_institute_id=ids.institutes[one.host],
            site_id=ids.sites[one.host, one.site],
            workstream_id=ids.works[one.workstream] if one.workstream else None,
            seats=one.seats,
            opens_on=one.opens_on,
            closes_on=one.closes_on,
            min_weeks=least,
            max_weeks=most,
            preferred_weeks=preferred,
            start_rule=one.start_rule,
            clearance_asked=one.clearance_asked,
            status=one.status,
        )
        session.add(row)
        session.flush()
        session.add_all(OpeningSkill(opening_id=row.id, skill=skill, level=level) for skill, level in one.skills)
