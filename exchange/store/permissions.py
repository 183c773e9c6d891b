"""Permissions to stay and work in a country. They are appended: a curtailed one is superseded, never overwritten."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, UtcDateTime


class StayPermission(Base):
    """``route`` is a legal route of the policy seeds. Of the document only the last four characters are kept."""

    __tablename__ = "stay_permission"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    country: Mapped[str] = mapped_column(String(2))
    route: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    withdrawn: Mapped[bool] = mapped_column(default=False)
    conditions: Mapped[str] = mapped_column(Text, default="")
    document_last4: Mapped[str] = mapped_column(String(4), default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("stay_permission.id"), unique=True)
