"""The small reads from which eligibility is judged; ``batches.gather`` sends them as one statement.

Every read is for many people, seats and stays at once, its first column saying whose row it is: what is asked of one
person and seat is the same read with one of each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

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


@dataclass(frozen=True, slots=True)
class Scope:
    """Of whom and what the records are read, by their ids; of people, their stays with what was decided on them too."""

    people: frozenset[int]
    institutes: frozenset[int]
    openings: frozenset[int] = frozenset()
    workstreams: frozenset[int] = frozenset()


def scope_of(subjects: Iterable[Subject]) -> Scope:
    """All that these subjects touch."""
    known = tuple(subjects)
    return Scope(
        people=frozenset(one.person_id for one in known),
        institutes=frozenset(ident for one in known for ident in (one.home_id, one.host_id)),
        openings=frozenset(one.opening_id for one in known if one.opening_id),
        workstreams=frozenset(one.workstream_id for one in known if one.workstream_id),
    )


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


def reads_for(scope: Scope) -> Reads:
    """Every read for these people, seats and stays, by the name under which its rows come back."""
    return {**_of_people(scope), **_of_work(scope), **_of_offers(scope), **_of_stays(scope.people)}


def _among(column: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Whether the column is one of the ids, which stand in the statement: a database takes few parameters."""
    return column.in_(bindparam("ids", sorted(ids), expanding=True, literal_execute=True, unique=True))


def _of_people(scope: Scope) -> Reads:
    job, permit, people = Employment, StayPermission, scope.people
    return {
        "employment": select(
            job.person_id, job.institute_id, job.starts_on, job.ends_on, job.fte, job.probation_ends_on
        ).where(_among(job.person_id, people)),
        "citizenship": select(Citizenship.person_id, Citizenship.country).where(_among(Citizenship.person_id, people)),
        "languages": select(Person.id, Person.languages).where(_among(Person.id, people)),
        "clearance": select(
            Clearance.person_id,
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
        ).where(_among(Clearance.person_id, people)),
        "permission": select(
            permit.person_id,
            permit.id,
            permit.country,
            permit.route,
            permit.starts_on,
            permit.ends_on,
            permit.withdrawn,
            permit.supersedes_id,
        ).where(_among(permit.person_id, people)),
        "claim": select(SkillClaim.person_id, SkillClaim.skill, SkillClaim.level).where(
            _among(SkillClaim.person_id, people if scope.openings else ())  # what no opening asks for is not looked at
        ),
    }


def _of_work(scope: Scope) -> Reads:
    """What takes people's time: stays, and shares of workstreams."""
    stay = Secondment
    return {
        "stay": select(
            stay.person_id,
            stay.id,
            stay.host_institute_id,
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
        .where(_among(stay.person_id, scope.people), stay.state.in_(HOLDING | UNDER_WAY | OVER)),
        "allocation": select(
            Allocation.person_id,
            Workstream.id,
            Workstream.title,
            Allocation.starts_on,
            Allocation.ends_on,
            Allocation.share,
        )
        .join(Requirement, Requirement.id == Allocation.requirement_id)
        .join(Workstream, Workstream.id == Requirement.workstream_id)
        .where(_among(Allocation.person_id, scope.people), Allocation.status == AllocationStatus.CONFIRMED),
    }


def _of_offers(scope: Scope) -> Reads:
    seat, openings = Opening, scope.openings
    return {
        "institute": select(Institute.id, Institute.country, Institute.membership).where(
            _among(Institute.id, scope.institutes)
        ),
        "site": select(
            Site.institute_id, Site.id, Site.name, Site.max_rank, Site.holiday_country, Site.holiday_subdivision
        ).where(_among(Site.institute_id, scope.institutes)),
        "opening": select(
            seat.id,
            seat.opens_on,
            seat.closes_on,
            seat.min_weeks,
            seat.max_weeks,
            seat.clearance_asked,
            seat.workstream_id,
        ).where(_among(seat.id, openings)),
        "must": select(OpeningSkill.opening_id, OpeningSkill.skill, OpeningSkill.level).where(
            _among(OpeningSkill.opening_id, openings)
        ),
        "workstream": select(Workstream.id, Workstream.clearance_asked).where(
            Workstream.clearance_asked.is_not(None),
            or_(
                _among(Workstream.id, scope.workstreams),
                Workstream.id.in_(select(seat.workstream_id).where(_among(seat.id, openings))),
            ),
        ),
        "policy": policies.rows_read(),
    }


def _of_stays(people: frozenset[int]) -> Reads:
    """The papers and decisions of the stays that exist already."""
    decision, visit = Recognition, VisitRequest
    theirs = select(Secondment.id).where(_among(Secondment.person_id, people))
    return {
        "paper": select(StayPaper.secondment_id, StayPaper.id, StayPaper.kind, StayPaper.day).where(
            StayPaper.secondment_id.in_(theirs)
        ),
        "recognition": select(
            decision.secondment_id,
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
        ).where(decision.secondment_id.in_(theirs)),
        "visit": select(visit.secondment_id, visit.id, visit.starts_on, visit.ends_on, visit.granted).where(
            visit.secondment_id.in_(theirs)
        ),
        "waiver": select(
            Waiver.secondment_id, Waiver.check_code, Waiver.granted_by_id, Waiver.reason, Waiver.until
        ).where(Waiver.secondment_id.in_(theirs)),
    }
