"""Shares of people's time that workstreams have: drafted by a lead, confirmed by the person and their institute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, UtcDateTime, choice


class AllocationStatus(StrEnum):
    DRAFT = "draft"  # waits for the person, their institute, or both
    CONFIRMED = "confirmed"  # both have agreed
    DECLINED = "declined"  # one of them has said no
    WITHDRAWN = "withdrawn"  # the lead took it back


STANDING = frozenset({AllocationStatus.DRAFT, AllocationStatus.CONFIRMED})


class Allocation(Base):
    """Somebody's seat in a workstream. ``institute_id`` is their employer, whose coordinators agree to it."""

    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"), index=True)
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    share: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[AllocationStatus] = mapped_column(choice(AllocationStatus), default=AllocationStatus.DRAFT)
    team_run_id: Mapped[int | None] = mapped_column(ForeignKey("team_run.id", ondelete="SET NULL"))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    person_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    institute_agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    institute_agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # declined or withdrawn
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")


@dataclass(frozen=True, slots=True)
class Seat:
    """An allocation as planning counts it."""

    person_id: int
    requirement_id: int
    share: Decimal
    starts_on: date
    ends_on: date
    status: AllocationStatus


def seats(session: Session, ends_from: date) -> list[Seat]:
    """Every allocation that has not ended before that day, declined ones too: nobody is asked the same twice."""
    columns = (
        Allocation.person_id,
        Allocation.requirement_id,
        Allocation.share,
        Allocation.starts_on,
        Allocation.ends_on,
        Allocation.status,
    )
    rows = session.execute(select(*columns).where(Allocation.ends_on >= ends_from).order_by(Allocation.id))
    return [Seat(*row) for row in rows]
