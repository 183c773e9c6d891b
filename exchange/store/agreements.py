"""Agreement versions, which never change, and the approvals given to exactly one of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.domain.secondment_facts import Side
from exchange.store.base import Base, UtcDateTime, choice


class Decision(StrEnum):
    APPROVED = "approved"
    RETURNED = "returned"


class AgreementVersion(Base):
    """What both institutes and the person approve: canonical JSON with its SHA-256. A trigger keeps it as is."""

    __tablename__ = "agreement_version"
    __table_args__ = (UniqueConstraint("secondment_id", "number"), UniqueConstraint("id", "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    number: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_side: Mapped[Side] = mapped_column(choice(Side))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Approval(Base):
    """A decision on one version; nobody approves a version twice, and no side has two approvals."""

    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "uq_approval_version_side",
            "version_id",
            "side",
            unique=True,
            sqlite_where=text("decision = 'approved'"),
            postgresql_where=text("decision = 'approved'"),
        ),
        Index(
            "uq_approval_version_person",
            "version_id",
            "person_id",
            unique=True,
            sqlite_where=text("decision = 'approved'"),
            postgresql_where=text("decision = 'approved'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_version.id"), index=True)
    side: Mapped[Side] = mapped_column(choice(Side))
    institute_id: Mapped[int | None] = mapped_column(ForeignKey("institute.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[Decision] = mapped_column(choice(Decision))
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
