"""What every run of a solver keeps, whatever it solves: how far it is, who asked for it, when it was last heard of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import UtcDateTime, choice

SILENT_FOR = timedelta(seconds=60)  # after which a running run's worker is taken to be gone


R = TypeVar("R", bound="RunColumns")


class RunStatus(StrEnum):
    WAITING = "waiting"
    PREPARING = "preparing"  # the worker reads the records and builds what is to be solved
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"  # by a person; the best plan so far is kept
    FAILED = "failed"
    INTERRUPTED = "interrupted"  # the worker went away


IN_HAND = frozenset({RunStatus.PREPARING, RunStatus.RUNNING})  # of a worker
COULD_NOT = "It could not be planned:"


class RunColumns:
    """The columns of a run. ``seconds`` are the CPU seconds it may use.

    ``problem`` is what it solves, as it stood when the worker had prepared it; empty until then.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[RunStatus] = mapped_column(choice(RunStatus), default=RunStatus.WAITING)
    seconds: Mapped[int] = mapped_column(default=10)
    problem: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message: Mapped[str] = mapped_column(String(500), default="")
    stop_asked: Mapped[bool] = mapped_column(default=False)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def begin(self, now: datetime) -> None:
        """A worker has it in hand: it is being prepared from now on."""
        self.status, self.started_at, self.heartbeat_at = RunStatus.PREPARING, now, now

    def solve(self, problem: dict[str, Any], now: datetime) -> None:
        """It has been prepared and is being solved from now on."""
        self.status, self.problem, self.heartbeat_at = RunStatus.RUNNING, problem, now

    def ask_to_stop(self, now: datetime) -> bool:
        """End it with the best it has, at once where nobody has begun; False when it is over already."""
        if self.status is RunStatus.WAITING:
            self.status, self.finished_at, self.message = RunStatus.STOPPED, now, "Stopped before it began."
        elif self.status in IN_HAND:
            self.stop_asked = True
        else:
            return False
        return True

    def hear(self, progress: dict[str, Any], now: datetime) -> bool:
        """Keep the newest progress; returns whether somebody has asked it to stop."""
        self.progress, self.heartbeat_at = progress, now
        return self.stop_asked

    def end_without(self, sentence: str, now: datetime, *, interrupted: bool) -> None:
        """It ended without a result, for the reason given."""
        self.status = RunStatus.INTERRUPTED if interrupted else RunStatus.FAILED
        self.message, self.finished_at = sentence[:500], now

    def end_unplanned(self, reasons: Sequence[str], now: datetime) -> str:
        """It could not even be prepared; what the reasons are is kept whole beside the sentence that this returns."""
        sentence = " ".join((COULD_NOT, *reasons))
        self.end_without(sentence, now, interrupted=False)
        self.progress = {"reasons": list(reasons)}
        return sentence


def oldest_waiting(session: Session, kind: type[R]) -> R | None:
    """The run that is next to be solved."""
    return session.scalars(select(kind).where(kind.status == RunStatus.WAITING).order_by(kind.id).limit(1)).first()


def silent(session: Session, kind: type[RunColumns], now: datetime) -> list[int]:
    """The runs in hand that nobody has heard of for too long: their worker has gone away."""
    query = select(kind.id).where(kind.status.in_(IN_HAND), kind.heartbeat_at < now - SILENT_FOR)
    return list(session.scalars(query))
