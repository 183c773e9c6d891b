"""What seats are filled from: what people speak, where they are, what they hold, how much of them is spoken for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from exchange.domain.people import Visibility
from exchange.domain.periods import Period
from exchange.domain.seats import Load, SeatPerson
from exchange.domain.skills import Level
from exchange.store.people import Employment, Person, PersonStatus
from exchange.store.secondments import HOLDING, Secondment
from exchange.store.skills import SkillClaim
from exchange.store.workstreams import Requirement, Workstream, WorkstreamPartner


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a page names them."""

    person_id: int
    name: str
    institute_id: int


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment that holds somebody, on the work of ``workstream_id``."""

    person_id: int
    workstream_id: int | None
    load: Load


def languages_and_zones(session: Session) -> dict[int, tuple[frozenset[str], str]]:
    """What everybody speaks and in which zone they live, by person."""
    rows = session.execute(select(Person.id, Person.languages, Person.zone))
    return {ident: (frozenset(spoken), zone) for ident, spoken, zone in rows}


def speakers(session: Session, person_ids: Collection[int]) -> dict[int, SeatPerson]:
    """What these people speak and in which zone they live, as far as the whole network may know."""
    claimed = and_(
        SkillClaim.person_id == Person.id,
        SkillClaim.visibility == Visibility.NETWORK,
        SkillClaim.skill.startswith("lang-"),
    )
    rows = session.execute(
        select(Person.id, Person.languages, Person.zone, SkillClaim.skill, SkillClaim.level)
        .outerjoin(SkillClaim, claimed)
        .where(Person.id.in_(person_ids))
    ).all()
    claims: dict[int, dict[str, Level]] = defaultdict(dict)
    for row in rows:
        if row.skill is not None:
            claims[row.id][row.skill] = Level(row.level)
    return {row.id: SeatPerson(claims[row.id], frozenset(row.languages), row.zone) for row in rows}


def employments(session: Session, within: Period) -> dict[int, list[Load]]:
    """The share for which people are employed, by person."""
    found: dict[int, list[Load]] = {}
    rows = select(Employment).where(
        Employment.starts_on <= within.end, or_(Employment.ends_on.is_(None), Employment.ends_on >= within.start)
    )
    for row in session.scalars(rows):
        period = Period(row.starts_on, row.ends_on or date.max)
        found.setdefault(row.person_id, []).append(Load(period, float(row.fte)))
    return found


def stays(session: Session, within: Period) -> list[Stay]:
    """The secondments that hold somebody on some of these days."""
    rows = session.scalars(
        select(Secondment)
        .where(Secondment.state.in_(HOLDING), Secondment.starts_on <= within.end, Secondment.ends_on >= within.start)
        .order_by(Secondment.id)
    )
    return [Stay(row.person_id, row.workstream_id, Load(row.period, float(row.host_share))) for row in rows]


def names(session: Session, people: Collection[int], today: date) -> Mapping[int, Named]:
    """Those of these people who work somewhere today."""
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Person.id.in_(people),
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
        )
    )
    return {ident: Named(ident, name, institute_id) for ident, name, institute_id in rows}


def find_names(session: Session, typed: str, institutes: Collection[int], today: date, *, limit: int) -> list[Named]:
    """People of these institutes whose name holds what was typed, for whoever may see their profile."""
    pattern = "%" + typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = session.execute(
        select(Person.id, Person.full_name, Employment.institute_id)
        .join(Employment, Employment.person_id == Person.id)
        .where(
            Person.status == PersonStatus.ACTIVE,
            Person.visibility == Visibility.NETWORK,
            Employment.institute_id.in_(institutes),
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
            or_(Person.full_name.ilike(pattern, escape="\\"), Person.latin_name.ilike(pattern, escape="\\")),
        )
        .order_by(Person.full_name, Person.id)
        .limit(limit)
    )
    return [Named(*row) for row in rows]


def led_with_seats(session: Session, institutes: Collection[int], today: date) -> list[int]:
    """The workstreams that these institutes lead, that ask for somebody and are not over."""
    query = (
        select(Workstream.id)
        .where(
            Workstream.lead_institute_id.in_(institutes),
            Workstream.id.in_(select(Requirement.workstream_id)),
            or_(Workstream.ends_on.is_(None), Workstream.ends_on >= today),
        )
        .order_by(Workstream.id)
    )
    return list(session.scalars(query))


def taking_part(session: Session, workstreams: Collection[int]) -> frozenset[int]:
    """The institutes that lead these workstreams or take part in them."""
    leading = select(Workstream.lead_institute_id).where(Workstream.id.in_(workstreams))
    partners = select(WorkstreamPartner.institute_id).where(WorkstreamPartner.workstream_id.in_(workstreams))
    return frozenset(session.scalars(leading.union(partners)))
