"""What people say they can do. The vocabulary itself is the domain's; here are the claims."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, choice


class Wish(StrEnum):
    NONE = "none"
    USE = "use"
    LEARN = "learn"


class SkillClaim(Base):
    __tablename__ = "skill_claim"
    __table_args__ = (CheckConstraint("level BETWEEN 1 AND 4", name="level"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)  # a code of the vocabulary
    level: Mapped[int]
    last_used_on: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(String(500), default="")
    wish: Mapped[Wish] = mapped_column(choice(Wish), default=Wish.NONE)
    confirmed_on: Mapped[date]
