"""What a host decided on a foreign clearance for one secondment, and the visit requests it rides on."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.domain.recognitions import Instrument, RecognitionStatus, VisitKind
from exchange.store.base import Base, UtcDateTime, choice


class Recognition(Base):
    """One decision. It is never changed: a later one supersedes it. ``rank`` is what it opens, in the host's ranks."""

    __tablename__ = "recognition"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("rank BETWEEN 0 AND 4", name="rank"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    clearance_id: Mapped[int] = mapped_column(ForeignKey("clearance.id"))
    host_country: Mapped[str] = mapped_column(String(2))
    instrument: Mapped[Instrument] = mapped_column(choice(Instrument))
    rank: Mapped[int]
    programmes: Mapped[list[str]] = mapped_column(JSON, default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[RecognitionStatus] = mapped_column(choice(RecognitionStatus))
    conditions: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("recognition.id"), unique=True)


class VisitRequest(Base):
    """A request for visit of one person, in one country, for one programme; ``granted`` is None while it is open."""

    __tablename__ = "visit_request"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    kind: Mapped[VisitKind] = mapped_column(choice(VisitKind))
    country: Mapped[str] = mapped_column(String(2))
    programme: Mapped[str] = mapped_column(String(200))
    site_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    submitted_on: Mapped[date]
    granted: Mapped[bool | None]
    decided_on: Mapped[date | None]
    conditions: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
