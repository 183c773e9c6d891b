"""Agreement versions, which never change, and the approvals given to exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    ScalarSelect,
    String,
    Text,
    UniqueConstraint,
    cast,
    func,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from exchange.domain import agreements as rules
from exchange.domain.agreements import Decision
from exchange.domain.secondment_facts import Side
from exchange.store.base import Base, UtcDateTime, choice


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
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AbandonedVersion(Base):
    """A version somebody went back from; the last one all three approved stays in force."""

    __tablename__ = "abandoned_version"

    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_version.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Approval(Base):
    """A decision on one version; nobody approves a version twice, and no side has two approvals."""

    __tablename__ = "approval"
    __table_args__ = (
        Index(
            "uq_approval_version_side",
            "version_id",
            "side",
            unique=True,
            sqlite_where=text("decision = 'approve'"),
            postgresql_where=text("decision = 'approve'"),
        ),
        Index(
            "uq_approval_version_person",
            "version_id",
            "person_id",
            unique=True,
            sqlite_where=text("decision = 'approve'"),
            postgresql_where=text("decision = 'approve'"),
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


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it is kept, with its decisions; ``domain`` is the same for the rules."""

    id: int
    sha256: str
    created_at: datetime
    decided: tuple[tuple[Side, int, Decision, str, datetime], ...]  # side, person, decision, reason, instant
    domain: rules.AgreementVersion


def versions_of(session: Session, secondment_id: int) -> list[StoredVersion]:
    """All versions of a secondment's agreement with their decisions, oldest first, in one statement."""
    query = (
        select(AgreementVersion, Approval, AbandonedVersion.version_id)
        .outerjoin(Approval, Approval.version_id == AgreementVersion.id)
        .outerjoin(AbandonedVersion, AbandonedVersion.version_id == AgreementVersion.id)
        .where(AgreementVersion.secondment_id == secondment_id)
        .order_by(AgreementVersion.number, Approval.id)
    )
    found: dict[int, tuple[AgreementVersion, list[Approval], bool]] = {}
    for version, approval, abandoned in session.execute(query):
        _, approvals, _ = found.setdefault(version.id, (version, [], abandoned is not None))
        if approval is not None:
            approvals.append(approval)
    return [_stored(*entry) for entry in found.values()]


def newest_of(secondment_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[int]:
    """The id of the newest version of a secondment's agreement, as a column of a list of secondments."""
    version = aliased(AgreementVersion)
    return (
        select(version.id)
        .where(version.secondment_id == secondment_id)
        .order_by(version.number.desc())
        .limit(1)
        .scalar_subquery()
    )


def decided_on(version_id: ColumnElement[int] | InstrumentedAttribute[int]) -> ScalarSelect[str]:
    """The decisions on a version, as a column for ``awaited_by``."""
    said = cast(Approval.side, String) + ":" + cast(Approval.decision, String)
    return select(func.aggregate_strings(said, ",")).where(Approval.version_id == version_id).scalar_subquery()


def awaited_by(decided: str | None) -> frozenset[Side]:
    """The sides that have yet to decide on a version; nobody once somebody sent it back."""
    given = dict(one.split(":") for one in decided.split(",")) if decided else {}
    return frozenset() if Decision.SEND_BACK in given.values() else frozenset(rules.PARTIES) - given.keys()


def _stored(row: AgreementVersion, decisions: list[Approval], abandoned: bool) -> StoredVersion:
    approvals = tuple(rules.Approval(a.side, a.person_id, a.decision, a.sha256, a.reason) for a in decisions)
    content = rules.AgreementContent.read(row.content)
    return StoredVersion(
        row.id,
        row.sha256,
        row.created_at,
        tuple((a.side, a.person_id, a.decision, a.reason, a.decided_at) for a in decisions),
        rules.AgreementVersion(content, row.proposed_by_id, approvals, abandoned),
    )
