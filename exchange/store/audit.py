"""The audit trail: one hash-chained line of records that triggers make append-only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.audit import GENESIS, Entry
from exchange.store.base import Base, UtcDateTime


class AuditEvent(Base):
    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_kind", "subject_id"),)

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: the trail outlives what it speaks of
    actor_name: Mapped[str] = mapped_column(String(300))
    verb: Mapped[str] = mapped_column(String(60), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    institutes: Mapped[list[int]] = mapped_column(JSON)
    summary: Mapped[str] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


def head(session: Session) -> tuple[int, str]:
    """Sequence number and hash of the newest record; (0, the genesis hash) for an empty trail."""
    row = session.execute(select(AuditEvent.seq, AuditEvent.hash).order_by(AuditEvent.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def append(session: Session, entry: Entry) -> None:
    """Add one record behind the head. Only inside a writing transaction, where nobody else can do the same."""
    seq, previous = head(session)
    record = entry.sealed(seq + 1, previous)
    session.add(AuditEvent(seq=record.seq, previous=previous, hash=record.hash, **entry.columns()))
    session.flush()


def entries(session: Session) -> Iterator[tuple[int, str, str, Entry]]:
    """Every record in order as (seq, previous, hash, entry), streamed."""
    rows = session.execute(select(AuditEvent).order_by(AuditEvent.seq).execution_options(yield_per=1000))
    for event in rows.scalars():
        yield event.seq, event.previous, event.hash, entry_of(event)


def entry_of(event: AuditEvent) -> Entry:
    return Entry(
        at=event.at,
        actor_id=event.actor_id,
        actor_name=event.actor_name,
        verb=event.verb,
        outcome=event.outcome,
        subject_kind=event.subject_kind,
        subject_id=event.subject_id,
        institutes=tuple(event.institutes),
        summary=event.summary,
        detail=event.detail,
    )


def newest(
    session: Session, *, institutes: frozenset[int] | None, limit: int, before: int | None = None
) -> list[tuple[int, Entry]]:
    """The newest records first; with ``institutes`` only those that concern one of them."""
    query = select(AuditEvent).order_by(AuditEvent.seq.desc())
    if before is not None:
        query = query.where(AuditEvent.seq < before)
    found: list[tuple[int, Entry]] = []
    for event in session.execute(query.execution_options(yield_per=200)).scalars():
        if institutes is None or institutes & set(event.institutes):
            found.append((event.seq, entry_of(event)))
        if len(found) == limit:
            break
    return found


def of_subject(session: Session, kind: str, ident: int) -> list[Entry]:
    """What was done to one record, oldest first; refusals are left out."""
    rows = session.execute(
        select(AuditEvent)
        .where(AuditEvent.subject_kind == kind, AuditEvent.subject_id == ident, AuditEvent.outcome == "done")
        .order_by(AuditEvent.seq)
    ).scalars()
    return [entry_of(event) for event in rows]


def count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(AuditEvent)).scalar_one()
