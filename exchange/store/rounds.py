"""Exchange rounds and the runs of the solver over them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.round_settings import Weeks
from exchange.store.base import Base, UtcDateTime
from exchange.store.runs import RunColumns, RunStatus


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
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class Run(RunColumns, Base):
    """One run of the solver over a round, with the plan as it came out.

    A run with ``base_id`` replans that run: it keeps close to the ``published`` placements, and ``repair`` is the
    proposal that was there at once (placements, value and how long it took). ``asked`` is what it was started with: the
    days of the round as they were then, ``locks``, and for a replan whether agreed days may be changed.
    """

    __tablename__ = "run"

    round_id: Mapped[int] = mapped_column(ForeignKey("exchange_round.id", ondelete="CASCADE"), index=True)
    asked: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    keys: Mapped[dict[str, Any]] = mapped_column(JSON)  # the problem's short names to the ids of records
    plan: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    settings: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # the round's, as they were then
    base_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    published: Mapped[list[Any] | None] = mapped_column(JSON)
    repair: Mapped[dict[str, Any] | None] = mapped_column(JSON)


def weeks_of(run: Run, row: ExchangeRound) -> Weeks:
    """The weeks that a run's numbers count; the round may have got other days since."""
    if "starts_on" not in run.asked:  # of before runs kept them
        return Weeks(row.starts_on, row.weeks)
    return Weeks(date.fromisoformat(run.asked["starts_on"]), run.asked["weeks"])


@dataclass(frozen=True, slots=True)
class RoundRow:
    id: int
    title: str
    starts_on: date
    weeks: int
    institute_id: int
    runs: int


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the page of its round lists it; figures are None until there is a plan."""

    id: int
    status: RunStatus
    created_at: datetime
    placed: int | None
    value: int | None
    gap: float | None
    base_id: int | None = None


def listed(session: Session, institutes: frozenset[int] | None) -> list[RoundRow]:
    """The rounds of these institutes (None: of all), the newest first, in one statement."""
    runs = select(func.count()).where(Run.round_id == ExchangeRound.id).scalar_subquery()
    query = select(
        ExchangeRound.id,
        ExchangeRound.title,
        ExchangeRound.starts_on,
        ExchangeRound.weeks,
        ExchangeRound.institute_id,
        runs,
    ).order_by(ExchangeRound.id.desc())
    if institutes is not None:
        query = query.where(ExchangeRound.institute_id.in_(institutes))
    return [RoundRow(*row) for row in session.execute(query)]


def find(session: Session, ident: int, institutes: frozenset[int] | None) -> ExchangeRound | None:
    """The round if it is one of these institutes' (None: any)."""
    row = session.get(ExchangeRound, ident)
    return row if row is not None and (institutes is None or row.institute_id in institutes) else None


def runs_of(session: Session, round_id: int) -> list[RunRow]:
    """The runs of a round, the newest first."""
    rows = session.execute(
        select(Run.id, Run.status, Run.created_at, Run.plan, Run.base_id)
        .where(Run.round_id == round_id)
        .order_by(Run.id.desc())
    )
    return [
        RunRow(
            ident,
            status,
            created_at,
            len(plan["placements"]) if plan else None,
            plan["value"] if plan else None,
            plan["gap"] if plan else None,
            base_id,
        )
        for ident, status, created_at, plan, base_id in rows
    ]


def find_run(session: Session, ident: int, institutes: frozenset[int] | None) -> tuple[Run, ExchangeRound] | None:
    """A run with its round, within the same bounds as ``find``."""
    query = (
        select(Run, ExchangeRound)
        .join(ExchangeRound, ExchangeRound.id == Run.round_id)
        .where(Run.id == ident)
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none()
    if row is None or (institutes is not None and row[1].institute_id not in institutes):
        return None
    return row[0], row[1]
