"""Workstreams and joint testing exercises, their strands, and what they require."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, choice


class WorkstreamKind(StrEnum):
    WORKSTREAM = "workstream"  # standing work
    EXERCISE = "exercise"  # a dated joint testing exercise with strands


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


class Requirement(Base):
    """What a workstream or strand needs: so many heads in a role, with these skills, for this share of their time."""

    __tablename__ = "requirement"
    __table_args__ = (
        CheckConstraint("heads BETWEEN 1 AND 100", name="heads"),
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="order"),
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


class RequirementSkill(Base):
    __tablename__ = "requirement_skill"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)
    level: Mapped[int]
    must: Mapped[bool] = mapped_column(default=False)
