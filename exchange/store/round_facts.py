"""What a round is planned from: people with their absences and stays, openings with their skills, past exchange."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from exchange.domain.periods import Period
from exchange.store.openings import Opening, OpeningSkill, OpeningStatus
from exchange.store.people import Absence, Employment
from exchange.store.secondments import HOLDING, Secondment


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment that holds somebody: it is fixed in every plan."""

    person_id: int
    home_id: int
    host_id: int
    opening_id: int | None
    period: Period


def stays(session: Session, ends_from: date) -> list[Stay]:
    """The holding secondments that end on that day or later."""
    rows = session.scalars(
        select(Secondment).where(Secondment.state.in_(HOLDING), Secondment.ends_on >= ends_from).order_by(Secondment.id)
    )
    return [Stay(r.person_id, r.home_institute_id, r.host_institute_id, r.opening_id, r.period) for r in rows]


def absences(session: Session, within: Period) -> dict[int, list[Period]]:
    """The days on which people are away, by person."""
    found: dict[int, list[Period]] = {}
    rows = select(Absence).where(Absence.starts_on <= within.end, Absence.ends_on >= within.start)
    for row in session.scalars(rows):
        found.setdefault(row.person_id, []).append(Period(row.starts_on, row.ends_on))
    return found


def employments(session: Session, within: Period) -> dict[int, list[Period]]:
    """When people are employed, by person."""
    found: dict[int, list[Period]] = {}
    rows = select(Employment).where(
        Employment.starts_on <= within.end, or_(Employment.ends_on.is_(None), Employment.ends_on >= within.start)
    )
    for row in session.scalars(rows):
        found.setdefault(row.person_id, []).append(Period(row.starts_on, row.ends_on or date.max))
    return found


def openings(session: Session, hosts: frozenset[int], within: Period) -> dict[Opening, dict[str, int]]:
    """The openings of these hosts that take somebody within the window, with the skills each asks for."""
    rows = session.scalars(
        select(Opening)
        .where(
            Opening.host_institute_id.in_(hosts),
            Opening.status == OpeningStatus.OPEN,
            Opening.opens_on <= within.end,
            Opening.closes_on >= within.start,
        )
        .order_by(Opening.code)
    ).all()
    asked: dict[int, dict[str, int]] = {row.id: {} for row in rows}
    skills = select(OpeningSkill).where(OpeningSkill.opening_id.in_(asked)).order_by(OpeningSkill.skill)
    for skill in session.scalars(skills):
        asked[skill.opening_id][skill.skill] = skill.level
    return {row: asked[row.id] for row in rows}
