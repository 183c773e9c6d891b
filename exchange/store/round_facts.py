"""What a round is planned from: people with their absences and stays, openings with their skills, past exchange."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from exchange.domain.periods import Period
from exchange.domain.secondment_facts import State
from exchange.store.institutes import Institute
from exchange.store.openings import Opening, OpeningSkill, OpeningStatus
from exchange.store.people import Absence, Employment
from exchange.store.rounds import Run
from exchange.store.secondments import HOLDING, Secondment

OPEN = frozenset({State.DRAFT, State.NOMINATED})  # agreed by nobody yet: only the round they came from holds them
NOT_BEGUN = frozenset({State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY})  # agreed, before the arrival


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment that stands in a plan; ``holds`` it fixed, where both institutes have agreed."""

    id: int
    person_id: int
    home_id: int
    host_id: int
    opening_id: int | None
    period: Period
    state: State
    run_id: int | None
    version: int

    @property
    def holds(self) -> bool:
        return self.state in HOLDING


def stays(session: Session, ends_from: date, round_id: int) -> list[Stay]:
    """The secondments that hold somebody on that day or later, and the open drafts made from this round's plans."""
    of_round = select(Run.id).where(Run.round_id == round_id)
    rows = session.scalars(
        select(Secondment)
        .where(
            or_(
                Secondment.state.in_(HOLDING),
                and_(Secondment.state.in_(OPEN), Secondment.run_id.in_(of_round)),
            ),
            Secondment.ends_on >= ends_from,
        )
        .order_by(Secondment.id)
    )
    return [_stay(row) for row in rows]


def taken_over(session: Session, round_id: int) -> list[Stay]:
    """Every secondment that was made from a plan of this round, whatever became of it."""
    rows = session.scalars(
        select(Secondment)
        .join(Run, Run.id == Secondment.run_id)
        .where(Run.round_id == round_id)
        .order_by(Secondment.id)
    )
    return [_stay(row) for row in rows]


def secondments(session: Session, idents: Iterable[int]) -> list[Secondment]:
    """The secondments with these ids."""
    return list(session.scalars(select(Secondment).where(Secondment.id.in_(list(idents))).order_by(Secondment.id)))


def home_of(session: Session, person_id: int) -> int:
    """The institute where somebody was employed last."""
    return session.scalars(
        select(Employment.institute_id)
        .where(Employment.person_id == person_id)
        .order_by(Employment.starts_on.desc())
        .limit(1)
    ).one()


def opening_states(session: Session, idents: Iterable[int]) -> dict[int, OpeningStatus]:
    """Whether these openings still take somebody; one that is gone has no entry."""
    rows = session.execute(select(Opening.id, Opening.status).where(Opening.id.in_(list(idents))))
    return {row.id: row.status for row in rows}


def _stay(row: Secondment) -> Stay:
    return Stay(
        row.id,
        row.person_id,
        row.home_institute_id,
        row.host_institute_id,
        row.opening_id,
        row.period,
        row.state,
        row.run_id,
        row.version,
    )


def fiscal_months(session: Session) -> dict[int, int]:
    """In which month each institute's fiscal year begins."""
    rows = session.execute(select(Institute.id, Institute.fiscal_year_month))
    return {row.id: row.fiscal_year_month for row in rows}


def absences(session: Session, within: Period) -> dict[int, list[Period]]:
    """The days on which people are away, by person."""
    found: dict[int, list[Period]] = {}
    rows = select(Absence).where(Absence.starts_on <= within.end, Absence.ends_on >= within.start)
    for row in session.scalars(rows):
        found.setdefault(row.person_id, []).append(Period(row.starts_on, row.ends_on))
    return found


def proposed(session: Session, within: Period, round_id: int) -> dict[int, list[Period]]:
    """The days for which people are proposed for stays that this round did not make, by person.

    Nobody has agreed to them yet, but a second proposal for the same days would be refused.
    """
    of_round = select(Run.id).where(Run.round_id == round_id)
    rows = select(Secondment.person_id, Secondment.starts_on, Secondment.ends_on).where(
        Secondment.state.in_(OPEN),
        or_(Secondment.run_id.is_(None), Secondment.run_id.not_in(of_round)),
        Secondment.starts_on <= within.end,
        Secondment.ends_on >= within.start,
    )
    found: dict[int, list[Period]] = {}
    for person_id, first, last in session.execute(rows):
        found.setdefault(person_id, []).append(Period(first, last))
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
