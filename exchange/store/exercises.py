"""The programme of a joint testing exercise: its strands and its phases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import JSON, Date, Integer, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from exchange.store.workstreams import Phase, Strand


@dataclass(frozen=True, slots=True)
class StrandRow:
    id: int
    title: str
    lead_institute_id: int
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhaseRow:
    """A phase of the whole exercise, or (``strand_id``) of one strand; its days are those of ``zone``."""

    id: int
    title: str
    strand_id: int | None
    starts_on: date
    ends_on: date
    zone: str


@dataclass(frozen=True, slots=True)
class Programme:
    strands: tuple[StrandRow, ...]
    phases: tuple[PhaseRow, ...]

    def strand(self, ident: int | None) -> StrandRow | None:
        return next((one for one in self.strands if one.id == ident), None)

    def phase(self, ident: int) -> PhaseRow | None:
        return next((one for one in self.phases if one.id == ident), None)


def programme(session: Session, workstream_id: int) -> Programme:
    """Strands by title and phases in the order of their days, in one statement."""
    strands = select(
        literal(True).label("is_strand"),
        Strand.id,
        Strand.title,
        Strand.lead_institute_id.label("institute_id"),
        Strand.languages,
        cast(null(), Integer).label("strand_id"),
        cast(null(), Date).label("starts_on"),
        cast(null(), Date).label("ends_on"),
        cast(null(), String).label("zone"),
    ).where(Strand.workstream_id == workstream_id)
    phases = select(
        literal(False),
        Phase.id,
        Phase.title,
        cast(null(), Integer),
        cast(null(), JSON),
        Phase.strand_id,
        Phase.starts_on,
        Phase.ends_on,
        Phase.zone,
    ).where(Phase.workstream_id == workstream_id)
    both = union_all(strands, phases).subquery()
    rows = session.execute(
        select(both).order_by(both.c.is_strand.desc(), func.coalesce(both.c.starts_on, date.min), both.c.title)
    ).all()
    return Programme(
        tuple(StrandRow(r.id, r.title, r.institute_id, tuple(r.languages)) for r in rows if r.is_strand),
        tuple(PhaseRow(r.id, r.title, r.strand_id, r.starts_on, r.ends_on, r.zone) for r in rows if not r.is_strand),
    )
