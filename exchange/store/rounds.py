"""Exchange rounds and the runs of the solver over them."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, UtcDateTime, choice


class RunStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # by a person; the best plan so far is kept
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the worker went away


class ExchangeRound(Base):
    """A planning round: which openings and whose people, over which weeks, under which limits."""

    __tablename__ = "exchange_round"
    __table_args__ = (CheckConstraint("weeks BETWEEN 1 AND 260", name="weeks"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]  # a Monday
    weeks: Mapped[int]
    institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)  # whose coordinator plans it
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Run(Base):
    """One run of the solver: the problem as it stood, the plan as it came out, and how far it is."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("exchange_round.id", ondelete="CASCADE"), index=True)
    status: Mapped[RunStatus] = mapped_column(choice(RunStatus), default=RunStatus.WAITING)
    seconds: Mapped[int] = mapped_column(default=10)
    problem: Mapped[dict[str, Any]] = mapped_column(JSON)
    keys: Mapped[dict[str, Any]] = mapped_column(JSON)  # the problem's short names to the ids of records
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    message: Mapped[str] = mapped_column(String(500), default="")
    stop_asked: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
