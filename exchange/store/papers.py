"""Papers of a secondment and waivers of its checks; both are appended, the latest counts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.domain.papers import PaperKind
from exchange.store.base import Base, UtcDateTime, choice


class StayPaper(Base):
    """``day`` is when it was signed, given or obtained; for a passport, the last day on which it is valid."""

    __tablename__ = "stay_paper"

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(choice(PaperKind))
    day: Mapped[date]
    note: Mapped[str] = mapped_column(Text, default="")
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Waiver(Base):
    """Somebody's decision to go on in spite of a failed check, until a day."""

    __tablename__ = "waiver"

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    check_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[date]
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
