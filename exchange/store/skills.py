"""What people say they can do. The vocabulary itself is the domain's; here are the claims."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.domain.people import Visibility
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
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility), default=Visibility.NETWORK)


class Endorsement(Base):
    """Somebody vouches for a claim. ``institute_id`` is where they worked on that day."""

    __tablename__ = "endorsement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["person_id", "skill"],
            ["skill_claim.person_id", "skill_claim.skill"],
            name="fk_endorsement_claim",
            ondelete="CASCADE",
        ),
        CheckConstraint("endorser_id <> person_id", name="not_oneself"),
    )

    person_id: Mapped[int] = mapped_column(primary_key=True)
    skill: Mapped[str] = mapped_column(String(60), primary_key=True)
    endorser_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    given_on: Mapped[date]
