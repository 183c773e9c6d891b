"""Clearances. Records are appended and superseded, never overwritten: the history is the record."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, UtcDateTime, choice


class ClearanceStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


class Clearance(Base):
    __tablename__ = "clearance"
    __table_args__ = (
        CheckConstraint("expires_on IS NULL OR expires_on >= granted_on", name="expiry"),
        CheckConstraint("review_due_on IS NULL OR review_due_on >= granted_on", name="review"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    scheme: Mapped[str] = mapped_column(String(20))
    level: Mapped[str] = mapped_column(String(30))
    status: Mapped[ClearanceStatus] = mapped_column(choice(ClearanceStatus), default=ClearanceStatus.ACTIVE)
    granted_on: Mapped[date]
    review_due_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    caveats: Mapped[list[str]] = mapped_column(JSON, default=list)
    sponsor: Mapped[str] = mapped_column(String(200), default="")
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("clearance.id"), unique=True)
