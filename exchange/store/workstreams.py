"""Workstreams and joint testing exercises, their strands, and what they require."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.allocations import Allocation, AllocationStatus
from exchange.store.base import Base, choice
from exchange.store.people import Person


class WorkstreamKind(StrEnum):
    WORKSTREAM = "workstream"  # standing work
    EXERCISE = "exercise"  # a dated joint testing exercise with strands


class Publication(StrEnum):
    """How far the public report of an exercise is."""

    NONE = "none"  # no report is planned
    PLANNED = "planned"
    DRAFTED = "drafted"
    REVIEW = "review"  # with the institutes taking part
    PUBLISHED = "published"


class Workstream(Base):
    __tablename__ = "workstream"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[WorkstreamKind] = mapped_column(choice(WorkstreamKind), default=WorkstreamKind.WORKSTREAM)
    area: Mapped[str] = mapped_column(String(100), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    lead_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    lead_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    clearance_asked: Mapped[str | None] = mapped_column(String(40))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)  # those in which an exercise tests
    model_label: Mapped[str] = mapped_column(String(200), default="")  # what is tested, as it may be called
    report_on: Mapped[date | None]  # when the public report is due, or came out
    publication: Mapped[Publication] = mapped_column(choice(Publication), default=Publication.NONE)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class WorkstreamPartner(Base):
    __tablename__ = "workstream_partner"

    workstream_id: Mapped[int] = mapped_column(ForeignKey("workstream.id", ondelete="CASCADE"), primary_key=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), primary_key=True)


class Strand(Base):
    """A part of a joint testing exercise, led by one institute."""

    __tablename__ = "strand"
    __table_args__ = (UniqueConstraint("workstream_id", "title"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workstream_id: Mapped[int] = mapped_column(ForeignKey("workstream.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    lead_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)


class Phase(Base):
    """A stretch of an exercise, or of one strand; its days are those of the zone."""

    __tablename__ = "phase"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workstream_id: Mapped[int] = mapped_column(ForeignKey("workstream.id", ondelete="CASCADE"), index=True)
    strand_id: Mapped[int | None] = mapped_column(ForeignKey("strand.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(64))


class Requirement(Base):
    """What a workstream or strand needs: so many heads in a role, with these skills, for this share of their time."""

    __tablename__ = "requirement"
    __table_args__ = (
        CheckConstraint("heads BETWEEN 1 AND 100", name="heads"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="order"),
        CheckConstraint("overlap_hours BETWEEN 1 AND 8", name="overlap_hours"),
        CheckConstraint("most_from_one >= 1", name="most_from_one"),
        UniqueConstraint("workstream_id", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workstream_id: Mapped[int] = mapped_column(ForeignKey("workstream.id", ondelete="CASCADE"), index=True)
    strand_id: Mapped[int | None] = mapped_column(ForeignKey("strand.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(200))
    heads: Mapped[int] = mapped_column(default=1)
    share: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=Decimal(1))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    clearance_asked: Mapped[str | None] = mapped_column(String(40))
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    citizenships: Mapped[list[str]] = mapped_column(JSON, default=list)  # countries; one of them is enough
    overlap_hours: Mapped[int | None]  # of the working day with the leading institute, at least
    from_each: Mapped[list[int]] = mapped_column(JSON, default=list)  # institutes that send at least one
    most_from_one: Mapped[int | None]  # people whom one institute sends at most


class RequirementSkill(Base):
    __tablename__ = "requirement_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]
    must: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class WorkstreamRow:
    """A workstream as lists show it: ``seats`` asked for and ``filled`` ones."""

    id: int
    code: str
    title: str
    kind: WorkstreamKind
    area: str
    lead_institute_id: int
    starts_on: date | None
    ends_on: date | None
    seats: int
    filled: int


@dataclass(frozen=True, slots=True)
class SkillRow:
    skill: str
    level: int
    must: bool


@dataclass(frozen=True, slots=True)
class RequirementRow:
    id: int
    workstream_id: int
    role: str
    heads: int
    share: Decimal
    starts_on: date | None
    ends_on: date | None
    site_id: int | None
    clearance_asked: str | None
    languages: tuple[str, ...]
    citizenships: tuple[str, ...]
    overlap_hours: int | None
    from_each: tuple[int, ...]
    most_from_one: int | None
    strand: str
    skills: tuple[SkillRow, ...]
    filled: int
    drafted: int = 0


@dataclass(frozen=True, slots=True)
class WorkstreamPage:
    workstream: Workstream
    lead_name: str
    partners: frozenset[int]
    requirements: tuple[RequirementRow, ...]


def listed(session: Session) -> list[WorkstreamRow]:
    """Every workstream and exercise by title, in one statement."""
    seats = select(func.coalesce(func.sum(Requirement.heads), 0)).where(Requirement.workstream_id == Workstream.id)
    filled = (
        select(func.count())
        .select_from(Allocation)
        .join(Requirement, Requirement.id == Allocation.requirement_id)
        .where(Requirement.workstream_id == Workstream.id, Allocation.status == AllocationStatus.CONFIRMED)
    )
    rows = session.execute(
        select(
            Workstream.id,
            Workstream.code,
            Workstream.title,
            Workstream.kind,
            Workstream.area,
            Workstream.lead_institute_id,
            Workstream.starts_on,
            Workstream.ends_on,
            seats.scalar_subquery(),
            filled.scalar_subquery(),
        ).order_by(Workstream.kind.desc(), Workstream.title)
    )
    return [WorkstreamRow(*row) for row in rows]


def page(session: Session, ident: int) -> WorkstreamPage | None:
    """One workstream with all it requires, in three statements."""
    rows = session.execute(
        select(Workstream, func.coalesce(Person.full_name, ""), WorkstreamPartner.institute_id)
        .outerjoin(Person, Person.id == Workstream.lead_person_id)
        .outerjoin(WorkstreamPartner, WorkstreamPartner.workstream_id == Workstream.id)
        .where(Workstream.id == ident)
    ).all()
    if not rows:
        return None
    partners = frozenset(row[2] for row in rows if row[2] is not None)
    return WorkstreamPage(rows[0][0], rows[0][1], partners, tuple(requirements(session, ident)))


def requirements(session: Session, workstream_id: int) -> list[RequirementRow]:
    """What it requires, in two statements."""
    return _requirements(session, Requirement.workstream_id == workstream_id)


def requirement(session: Session, ident: int) -> RequirementRow | None:
    found = _requirements(session, Requirement.id == ident)
    return found[0] if found else None


def _requirements(session: Session, where: ColumnElement[bool]) -> list[RequirementRow]:
    taken = select(func.count()).where(Allocation.requirement_id == Requirement.id)
    filled, drafted = (
        taken.where(Allocation.status == status).scalar_subquery()
        for status in (AllocationStatus.CONFIRMED, AllocationStatus.DRAFT)
    )
    rows = session.execute(
        select(Requirement, func.coalesce(Strand.title, ""), filled, drafted)
        .outerjoin(Strand, Strand.id == Requirement.strand_id)
        .where(where)
        .order_by(Requirement.id)
    ).all()
    skills: dict[int, list[SkillRow]] = {row[0].id: [] for row in rows}
    for skill in session.scalars(
        select(RequirementSkill)
        .join(Requirement, Requirement.id == RequirementSkill.requirement_id)
        .where(where)
        .order_by(RequirementSkill.must.desc(), RequirementSkill.skill)
    ):
        skills[skill.requirement_id].append(SkillRow(skill.skill, skill.level, skill.must))
    return [
        RequirementRow(
            id=one.id,
            workstream_id=one.workstream_id,
            role=one.role,
            heads=one.heads,
            share=one.share,
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            site_id=one.site_id,
            clearance_asked=one.clearance_asked,
            languages=tuple(one.languages),
            citizenships=tuple(one.citizenships),
            overlap_hours=one.overlap_hours,
            from_each=tuple(one.from_each),
            most_from_one=one.most_from_one,
            strand=strand,
            skills=tuple(skills[one.id]),
            filled=count,
            drafted=waiting,
        )
        for one, strand, count, waiting in rows
    ]
