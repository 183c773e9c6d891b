"""What a person's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.domain.people import OpenTo, Standing, Visibility
from exchange.domain.periods import Period, union
from exchange.domain.secondment_facts import State
from exchange.store.institutes import Institute
from exchange.store.people import Job, Person, PersonOpenTo, PersonStatus, absences_of, jobs_of, present_job
from exchange.store.publications import PublicationRow, publications_of
from exchange.store.search_index import is_public
from exchange.store.secondments import HOLDING, Secondment
from exchange.store.skills import SkillClaim, Wish
from exchange.store.workstreams import Workstream


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as the page shows it. ``sensitive``: only the own institute may know of it."""

    skill: str
    level: int
    last_used_on: date | None
    evidence: str
    wish: Wish
    confirmed_on: date
    sensitive: bool


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment of the person. Who may know of it depends on ``home_id``, ``host_id`` and ``led_by``."""

    id: int
    home_id: int
    host_id: int
    host_code: str
    host_name: str
    workstream: str
    led_by: int | None
    starts_on: date
    ends_on: date
    state: State

    @property
    def days(self) -> Period:
        return Period(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """One person with everything their page needs. ``away`` are days not free, whatever the reason, merged."""

    person_id: int
    version: int
    full_name: str
    latin_name: str
    email: str
    code: str
    zone: str
    languages: tuple[str, ...]
    about: str
    open_to_words: str
    open_to: tuple[OpenTo, ...]
    visibility: Visibility
    status: PersonStatus
    has_account: bool
    jobs: tuple[Job, ...]
    job: Job | None
    claims: tuple[ClaimRow, ...]
    publications: tuple[PublicationRow, ...]
    absences: tuple[tuple[int, Period], ...]
    away: tuple[Period, ...]
    stays: tuple[Stay, ...]

    @property
    def standing(self) -> Standing:
        institute = self.job.institute_id if self.job else None
        return Standing(self.person_id, institute, self.visibility, self.status is PersonStatus.ACTIVE)

    @property
    def abstracts(self) -> int:
        """How many publications have an abstract: what affinity is computed from."""
        return sum(bool(one.abstract) for one in self.publications)


def profile(session: Session, person_id: int, *, today: date) -> ProfilePage | None:
    """The person, or None where there is no such person. Whether the reader may see it is for the caller to ask."""
    rows = session.execute(
        select(Person, PersonOpenTo.kind)
        .outerjoin(PersonOpenTo, PersonOpenTo.person_id == Person.id)
        .where(Person.id == person_id)
    ).all()
    if not rows:
        return None
    person, open_to = rows[0][0], {kind for _, kind in rows}
    jobs = jobs_of(session, person_id)
    stays = _stays(session, person_id)
    absences = absences_of(session, person_id, since=today)
    held = [stay.days for stay in stays if stay.state in HOLDING and stay.days.end >= today]
    return ProfilePage(
        person_id=person.id,
        version=person.version,
        full_name=person.full_name,
        latin_name=person.latin_name or "",
        email=person.email,
        code=person.code or "",
        zone=person.zone,
        languages=tuple(person.languages),
        about=person.about,
        open_to_words=person.open_to,
        open_to=tuple(kind for kind in OpenTo if kind in open_to),
        visibility=person.visibility,
        status=person.status,
        has_account=person.password_hash is not None,
        jobs=tuple(jobs),
        job=present_job(jobs, today),
        claims=tuple(_claims(session, person_id)),
        publications=tuple(publications_of(session, person_id)),
        absences=tuple(absences),
        away=union((*(days for _, days in absences), *held)),
        stays=tuple(stays),
    )


def _claims(session: Session, person_id: int) -> list[ClaimRow]:
    rows = session.execute(
        select(
            SkillClaim.skill,
            SkillClaim.level,
            SkillClaim.last_used_on,
            SkillClaim.evidence,
            SkillClaim.wish,
            SkillClaim.confirmed_on,
        )
        .where(SkillClaim.person_id == person_id)
        .order_by(SkillClaim.level.desc(), SkillClaim.skill)
    )
    return [ClaimRow(*row, sensitive=not is_public(row.skill)) for row in rows]


def _stays(session: Session, person_id: int) -> list[Stay]:
    rows = session.execute(
        select(
            Secondment.id,
            Secondment.home_institute_id,
            Secondment.host_institute_id,
            Institute.code,
            Institute.short_name,
            func.coalesce(Workstream.title, ""),
            Workstream.lead_person_id,
            Secondment.starts_on,
            Secondment.ends_on,
            Secondment.state,
        )
        .join(Institute, Institute.id == Secondment.host_institute_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .where(Secondment.person_id == person_id)
        .order_by(Secondment.starts_on.desc())
    )
    return [Stay(*tuple(row)) for row in rows]
