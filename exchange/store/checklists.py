"""Which tasks of a secondment's checklist are done; what is to be done comes from the templates."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base


class ChecklistItem(Base):
    __tablename__ = "checklist_item"

    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    done_on: Mapped[date]
    done_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    evidence: Mapped[str] = mapped_column(Text, default="")
