"""Shares of people's time that workstreams have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, choice


class AllocationStatus(StrEnum):
    DRAFT = "draft"
    CONFIRMED = "confirmed"


class Allocation(Base):
    __tablename__ = "allocation"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share"),
        CheckConstraint("ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id", ondelete="CASCADE"), index=True)
    share: Mapped[Decimal] = mapped_column(Numeric(4, 3))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[AllocationStatus] = mapped_column(choice(AllocationStatus), default=AllocationStatus.DRAFT)
