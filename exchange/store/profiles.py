"""What a person's page shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Select, func, literal, or_, select
from sqlalchemy import union as either
from sqlalchemy.orm import Session

from exchange.domain.agreements import Mode
from exchange.domain.people import OpenTo, Standing, Visibility
from exchange.domain.periods import Period, union
from exchange.domain.secondment_facts import State
from exchange.store.batches import gather
from exchange.store.institutes import Institute
from exchange.store.introductions import Introduction, IntroductionState
from exchange.store.people import Absence, Job, Person, PersonOpenTo, PersonStatus, jobs_of, present_job
from exchange.store.publications import PublicationRow, publications_of
from exchange.store.search_index import is_public
from exchange.store.secondments import HOLDING, Secondment
from exchange.store.skills import Endorsement, SkillClaim, Wish
from exchange.store.workstreams import Workstream

Read: TypeAlias = "Select[*tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class EndorserRow:
    """Who vouches for a claim. ``open``: the whole network finds them, so that they may be named to anybody."""

    person_id: int
    name: str
    institute_id: int | None
    open: bool


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim as the page shows it. ``sensitive``: only the own institute may know of it, whatever its owner says."""

    skill: str
    level: int
    last_used_on: date | None
    evidence: str
    wish: Wish
    confirmed_on: date
    visibility: Visibility
    sensitive: bool
    endorsers: tuple[EndorserRow, ...]

    def elsewhere(self, home: int | None) -> int:
        """How many vouch for it from another institute than the owner's."""
        return sum(one.institute_id not in (None, home) for one in self.endorsers)


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
    person_id: int
    opening_id: int | None
    workstream_id: int | None
    mode: Mode
    phased: bool

    @property
    def period(self) -> Period:
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
    endorsed: tuple[tuple[int, int], ...]  # (endorser, claimant) among this person and those next to them
    introductions: tuple[tuple[int, int, IntroductionState], ...]  # (asker, asked, state)
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
    read = gather(
        session,
        absences=select(Absence.id, Absence.starts_on, Absence.ends_on).where(
            Absence.person_id == person_id, Absence.ends_on >= today
        ),
        claims=_claims(person_id),
        endorsers=_endorsers(person_id),
        endorsed=_endorsed(person_id),
        introductions=_introductions(person_id),
    )
    absences = [(ident, Period(first, last)) for ident, first, last in sorted(read["absences"], key=itemgetter(1, 2))]
    held = [stay.period for stay in stays if stay.state in HOLDING and stay.ends_on >= today]
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
        claims=_claim_rows(read["claims"], read["endorsers"]),
        endorsed=tuple((giver, taker) for giver, taker in read["endorsed"]),
        introductions=tuple((asker, asked, state) for asker, asked, state in read["introductions"]),
        publications=tuple(publications_of(session, person_id)),
        absences=tuple(absences),
        away=union((*(days for _, days in absences), *held)),
        stays=tuple(stays),
    )


def _claims(person_id: int) -> Read:
    return select(
        SkillClaim.skill,
        SkillClaim.level,
        SkillClaim.last_used_on,
        SkillClaim.evidence,
        SkillClaim.wish,
        SkillClaim.confirmed_on,
        SkillClaim.visibility,
    ).where(SkillClaim.person_id == person_id)


def _endorsers(person_id: int) -> Read:
    return (
        select(Endorsement.skill, Person.id, Person.full_name, Endorsement.institute_id, Person.visibility)
        .join(Person, Person.id == Endorsement.endorser_id)
        .where(Endorsement.person_id == person_id)
    )


def _endorsed(person_id: int) -> Read:
    """Who endorses whom among this person and everybody next to them: enough to see a ring of three."""
    gave = select(Endorsement.person_id).where(Endorsement.endorser_id == person_id)
    took = select(Endorsement.endorser_id).where(Endorsement.person_id == person_id)
    near = either(gave, took, select(literal(person_id)))
    return (
        select(Endorsement.endorser_id, Endorsement.person_id)
        .where(Endorsement.endorser_id.in_(near), Endorsement.person_id.in_(near))
        .distinct()
    )


def _introductions(person_id: int) -> Read:
    return select(Introduction.asker_id, Introduction.person_id, Introduction.state).where(
        or_(Introduction.asker_id == person_id, Introduction.person_id == person_id)
    )


def _claim_rows(claims: Sequence[tuple[Any, ...]], endorsers: Sequence[tuple[Any, ...]]) -> tuple[ClaimRow, ...]:
    """The claims, the highest level first, each with those who vouch for it by name."""
    vouching: dict[str, list[EndorserRow]] = defaultdict(list)
    for skill, ident, name, institute_id, visibility in sorted(endorsers, key=itemgetter(2, 1)):
        vouching[skill].append(EndorserRow(ident, name, institute_id, visibility is Visibility.NETWORK))
    ordered = sorted(claims, key=lambda claim: (-claim[1], claim[0]))
    return tuple(
        ClaimRow(
            skill, level, last_used, evidence, wish, confirmed, visibility, not is_public(skill), tuple(vouching[skill])
        )
        for skill, level, last_used, evidence, wish, confirmed, visibility in ordered
    )


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
            Secondment.person_id,
            Secondment.opening_id,
            Secondment.workstream_id,
            Secondment.mode,
            Secondment.phased_access != "",
        )
        .join(Institute, Institute.id == Secondment.host_institute_id)
        .outerjoin(Workstream, Workstream.id == Secondment.workstream_id)
        .where(Secondment.person_id == person_id)
        .order_by(Secondment.starts_on.desc())
    )
    return [Stay(*tuple(row)) for row in rows]
