"""Openings: seats that a host offers to secondees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, choice


class StartRule(StrEnum):
    ANY_MONDAY = "any_monday"
    FIRST_MONDAY_OF_MONTH = "first_monday_of_month"
    FIRST_MONDAY_OF_QUARTER = "first_monday_of_quarter"


class OpeningStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Opening(Base):
    __tablename__ = "opening"
    __table_args__ = (
        CheckConstraint("closes_on >= opens_on", name="order"),
        CheckConstraint("seats BETWEEN 1 AND 100", name="seats"),
        CheckConstraint("min_weeks BETWEEN 1 AND max_weeks", name="weeks"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    host_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    workstream_id: Mapped[int | None] = mapped_column(ForeignKey("workstream.id"), index=True)
    seats: Mapped[int] = mapped_column(default=1)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    min_weeks: Mapped[int]
    max_weeks: Mapped[int]
    preferred_weeks: Mapped[int]
    start_rule: Mapped[StartRule] = mapped_column(choice(StartRule), default=StartRule.ANY_MONDAY)
    clearance_asked: Mapped[str | None] = mapped_column(String(40))
    status: Mapped[OpeningStatus] = mapped_column(choice(OpeningStatus), default=OpeningStatus.OPEN)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class OpeningSkill(Base):
    __tablename__ = "opening_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """An opening as lists show it."""

    id: int
    code: str
    title: str
    host_institute_id: int
    seats: int
    opens_on: date
    closes_on: date
    min_weeks: int
    max_weeks: int
    status: OpeningStatus


def listed(session: Session) -> list[OpeningRow]:
    """Every opening, the ones that still take somebody first, in one statement."""
    rows = session.execute(
        select(
            Opening.id,
            Opening.code,
            Opening.title,
            Opening.host_institute_id,
            Opening.seats,
            Opening.opens_on,
            Opening.closes_on,
            Opening.min_weeks,
            Opening.max_weeks,
            Opening.status,
        ).order_by(Opening.status.desc(), Opening.opens_on, Opening.title)
    )
    return [OpeningRow(*tuple(row)) for row in rows]


def skills_of(session: Session, opening_id: int) -> list[tuple[str, int]]:
    """The skills an opening asks for, as (code, level)."""
    rows = session.execute(
        select(OpeningSkill.skill, OpeningSkill.level)
        .where(OpeningSkill.opening_id == opening_id)
        .order_by(OpeningSkill.skill)
    )
    return [(row.skill, row.level) for row in rows]


def seats_offered(session: Session, today: date) -> int:
    """How many seats the openings offer that still take somebody."""
    total = select(func.coalesce(func.sum(Opening.seats), 0)).where(
        Opening.status == OpeningStatus.OPEN, Opening.closes_on >= today
    )
    return session.scalar(total) or 0
