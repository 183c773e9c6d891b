"""Policy rows that were changed here; where none was, the domain's seeds hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Numeric, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from exchange.domain.periods import OPEN_END
from exchange.domain.policies import PolicyBook, PolicyRule, PolicySubject, Severity, Unit
from exchange.domain.policy_seeds import SEEDS
from exchange.domain.secondment_facts import BEFORE_ARRIVAL, FINAL, State
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.institutes import Institute
from exchange.store.secondments import Secondment


class PolicyRow(Base):
    """One number, from a day on, until a day (both included; empty: without bound).

    The first change of a key in a jurisdiction copies its seed here, so that what held before stays on record.
    """

    __tablename__ = "policy_rule"
    __table_args__ = (
        CheckConstraint("value >= 0", name="value"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="order"),
        UniqueConstraint("key", "jurisdiction", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60))
    jurisdiction: Mapped[str] = mapped_column(String(41))  # a country, a pair of institutes, or * for everywhere
    value: Mapped[Decimal] = mapped_column(Numeric(10, 3))
    unit: Mapped[str] = mapped_column(String(40))
    severity: Mapped[Severity] = mapped_column(choice(Severity))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source_url: Mapped[str] = mapped_column(Text, default="")
    note: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


def rows_read() -> Select[*tuple[Any, ...]]:
    """The read that ``book_of`` takes the rows of, for use in a batch."""
    return select(
        PolicyRow.key,
        PolicyRow.jurisdiction,
        PolicyRow.value,
        PolicyRow.unit,
        PolicyRow.severity,
        PolicyRow.valid_from,
        PolicyRow.valid_to,
        PolicyRow.source_url,
        PolicyRow.note,
    )


def book(session: Session) -> PolicyBook:
    """Every row that holds, has held or will hold."""
    return book_of(tuple(row) for row in session.execute(rows_read()))


def book_of(rows: Iterable[tuple[Any, ...]]) -> PolicyBook:
    """The book from the rows of ``rows_read``, which stand in place of the seeds of the same key and jurisdiction."""
    stored = tuple(_rule(row) for row in rows)
    changed = {(rule.key, rule.jurisdiction) for rule in stored}
    seeds = tuple(seed for seed in SEEDS if (seed.key, seed.jurisdiction) not in changed)
    return PolicyBook((*seeds, *stored))


def subjects(session: Session) -> list[PolicySubject]:
    """The secondments that are not over, as a change of policy sees them, in one statement."""
    home, host = aliased(Institute), aliased(Institute)
    rows = session.execute(
        select(Secondment, home.country, host.country)
        .join(home, home.id == Secondment.home_institute_id)
        .join(host, host.id == Secondment.host_institute_id)
        .where(Secondment.state.not_in(FINAL | {State.COMPLETED}))
        .order_by(Secondment.id)
    )
    return [
        PolicySubject(
            row.id,
            row.period,
            from_country,
            to_country,
            frozenset({row.legal_basis} - {""}),
            started=row.state not in BEFORE_ARRIVAL,
        )
        for row, from_country, to_country in rows
    ]


def _rule(row: tuple[Any, ...]) -> PolicyRule:
    key, jurisdiction, value, unit, severity, valid_from, valid_to, source_url, note = row
    return PolicyRule(
        key,
        Decimal(value),
        Unit(unit),
        severity,
        jurisdiction,
        valid_from or date.min,
        valid_to or OPEN_END,
        source_url,
        note,
    )
