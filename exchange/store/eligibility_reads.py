"""The small reads from which eligibility is judged; ``batches.gather`` sends them as one statement."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, or_, select

from exchange.domain.agreements import Mode
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import OVER, UNDER_WAY
from exchange.store import policies
from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.clearances import Clearance
from exchange.store.institutes import Institute, Site
from exchange.store.openings import Opening, OpeningSkill
from exchange.store.papers import StayPaper, Waiver
from exchange.store.people import Citizenship, Employment, Person
from exchange.store.permissions import StayPermission
from exchange.store.recognitions import Recognition, VisitRequest
from exchange.store.secondments import HOLDING, Secondment
from exchange.store.skills import SkillClaim
from exchange.store.workstreams import Requirement, Workstream

Reads = dict[str, Select[*tuple[Any, ...]]]
THE_SITE = "the host's site"  # where a stay in person is when nobody has named the site


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom and what to judge: a secondment that exists, or one that somebody is about to propose."""

    person_id: int
    home_id: int
    host_id: int
    period: Period
    opening_id: int | None = None
    workstream_id: int | None = None
    site_id: int | None = None
    mode: Mode = Mode.IN_PERSON
    host_share: Decimal = Decimal(1)
    legal_basis: str = ""
    secondment_id: int = 0  # none yet
    released: bool | None = None
    consented: bool | None = None


def subject_of(row: Secondment, period: Period | None = None) -> Subject:
    """A stored secondment; with ``period``, as if it had these days."""
    return Subject(
        person_id=row.person_id,
        home_id=row.home_institute_id,
        host_id=row.host_institute_id,
        period=period or row.period,
        opening_id=row.opening_id,
        workstream_id=row.workstream_id,
        site_id=row.site_id,
        mode=row.mode,
        host_share=Decimal(row.host_share),
        legal_basis=row.legal_basis,
        secondment_id=row.id,
        released=True if row.released_at else None,
        consented=True if row.consented_at else None,
    )


def reads_for(subject: Subject) -> Reads:
    """Every read for this person, seat and stay, by the name under which its rows come back."""
    return {**_of_person(subject), **_of_work(subject), **_of_offer(subject), **_of_stay(subject.secondment_id)}


def _of_person(subject: Subject) -> Reads:
    person, job, permit = subject.person_id, Employment, StayPermission
    return {
        "employment": select(job.institute_id, job.starts_on, job.ends_on, job.fte, job.probation_ends_on).where(
            job.person_id == person
        ),
        "citizenship": select(Citizenship.country).where(Citizenship.person_id == person),
        "languages": select(Person.languages).where(Person.id == person),
        "clearance": select(
            Clearance.id,
            Clearance.scheme,
            Clearance.level,
            Clearance.status,
            Clearance.granted_on,
            Clearance.review_due_on,
            Clearance.expires_on,
            Clearance.continuous_vetting,
            Clearance.caveats,
            Clearance.confirmed_at,
            Clearance.supersedes_id,
        ).where(Clearance.person_id == person),
        "permission": select(
            permit.id,
            permit.country,
            permit.route,
            permit.starts_on,
            permit.ends_on,
            permit.withdrawn,
            permit.supersedes_id,
        ).where(permit.person_id == person),
        "claim": select(SkillClaim.skill, SkillClaim.level).where(SkillClaim.person_id == person),
    }


def _of_work(subject: Subject) -> Reads:
    """What else takes the person's time: other stays, and shares of other workstreams."""
    stay, person, days = Secondment, subject.person_id, subject.period
    return {
        "other": select(
            stay.id,
            Institute.country,
            stay.legal_basis,
            stay.starts_on,
            stay.ends_on,
            stay.state,
            stay.host_share,
            stay.mode,
            func.coalesce(Site.name, THE_SITE),
        )
        .join(Institute, Institute.id == stay.host_institute_id)
        .outerjoin(Site, Site.id == stay.site_id)
        .where(stay.person_id == person, stay.id != subject.secondment_id, stay.state.in_(HOLDING | UNDER_WAY | OVER)),
        "allocation": select(Workstream.title, Allocation.starts_on, Allocation.ends_on, Allocation.share)
        .join(Requirement, Requirement.id == Allocation.requirement_id)
        .join(Workstream, Workstream.id == Requirement.workstream_id)
        .where(
            Allocation.person_id == person,
            Allocation.status == AllocationStatus.CONFIRMED,
            Allocation.starts_on <= days.end,
            Allocation.ends_on >= days.start,
            Workstream.id != (subject.workstream_id or 0),
        ),
    }


def _of_offer(subject: Subject) -> Reads:
    first_site = select(func.min(Site.id)).where(Site.institute_id == subject.host_id).scalar_subquery()
    return {
        "institute": select(Institute.id, Institute.country, Institute.membership).where(
            Institute.id.in_({subject.home_id, subject.host_id})
        ),
        "site": select(Site.name, Site.max_rank).where(Site.id == (subject.site_id or first_site)),
        "opening": select(
            Opening.opens_on, Opening.closes_on, Opening.min_weeks, Opening.max_weeks, Opening.clearance_asked
        ).where(Opening.id == (subject.opening_id or 0)),
        "must": select(OpeningSkill.skill, OpeningSkill.level).where(
            OpeningSkill.opening_id == (subject.opening_id or 0)
        ),
        "workstream": select(Workstream.clearance_asked)
        .where(
            or_(
                Workstream.id == (subject.workstream_id or 0),
                Workstream.id.in_(select(Opening.workstream_id).where(Opening.id == (subject.opening_id or 0))),
            )
        )
        .where(Workstream.clearance_asked.is_not(None)),
        "policy": policies.rows_read(),
    }


def _of_stay(ident: int) -> Reads:
    decision, visit = Recognition, VisitRequest
    return {
        "paper": select(StayPaper.id, StayPaper.kind, StayPaper.day).where(StayPaper.secondment_id == ident),
        "recognition": select(
            decision.id,
            decision.clearance_id,
            decision.host_country,
            decision.instrument,
            decision.rank,
            decision.programmes,
            decision.starts_on,
            decision.ends_on,
            decision.status,
            decision.decided_by_id,
            decision.conditions,
            decision.supersedes_id,
        ).where(decision.secondment_id == ident),
        "visit": select(visit.id, visit.starts_on, visit.ends_on, visit.granted).where(visit.secondment_id == ident),
        "waiver": select(Waiver.check_code, Waiver.granted_by_id, Waiver.reason, Waiver.until).where(
            Waiver.secondment_id == ident
        ),
    }
