"""Runs that fill the seats of workstreams: what went in, what came out, and how far each is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base
from exchange.store.runs import RunColumns, RunStatus


class TeamRun(RunColumns, Base):
    """One run for the seats of one or several workstreams that ``institute_id`` leads."""

    __tablename__ = "team_run"

    title: Mapped[str] = mapped_column(String(200))
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    notes: Mapped[list[str]] = mapped_column(JSON, default=list)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class TeamRunRow:
    """A run as a list shows it; ``chosen`` is None until there is an answer."""

    id: int
    title: str
    institute_id: int
    status: RunStatus
    created_at: datetime
    chosen: int | None
    missing: int | None


def listed(session: Session, institutes: frozenset[int] | None) -> list[TeamRunRow]:
    """The runs of these institutes (None: of all), the newest first, in one statement."""
    query = select(
        TeamRun.id, TeamRun.title, TeamRun.institute_id, TeamRun.status, TeamRun.created_at, TeamRun.answer
    ).order_by(TeamRun.id.desc())
    if institutes is not None:
        query = query.where(TeamRun.institute_id.in_(institutes))
    return [
        TeamRunRow(ident, title, institute_id, status, created_at, *_counts(answer))
        for ident, title, institute_id, status, created_at, answer in session.execute(query)
    ]


def find(session: Session, ident: int, institutes: frozenset[int] | None) -> TeamRun | None:
    """The run if it is one of these institutes' (None: any)."""
    query = select(TeamRun).where(TeamRun.id == ident).execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none()
    return row if row is not None and (institutes is None or row.institute_id in institutes) else None


def _counts(answer: dict[str, Any] | None) -> tuple[int | None, int | None]:
    if answer is None:
        return None, None
    empty = sum(one["missing"] for one in answer["answer"]["shortfalls"] if one["requirement"] is None)
    return len(answer["answer"]["chosen"]), empty
