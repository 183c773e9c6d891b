"""How much of a person's week is spoken for, day by day, and where it is too much.

Shares are of full time (1 is a whole week, 0.5 half), as decimals: 0.5 + 0.5 + 0.1 is 1.1, not nearly so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from exchange.domain.periods import Load, Period, sweep

FULL_TIME = Decimal(1)


@dataclass(frozen=True, slots=True)
class Commitment:
    """A share of somebody's time over some days: a secondment's host or home part, or an allocation to a workstream.

    ``city`` is where an in-person stay keeps them; empty for work from anywhere.
    """

    label: str
    period: Period
    share: Decimal
    city: str = ""


@dataclass(frozen=True, slots=True)
class Overbooking:
    """Days on which more is asked than there is; ``by`` is how much more."""

    period: Period
    total: Decimal
    by: Decimal


def parse_share(text: str) -> Decimal:
    """A share as people type it: ``0.5``, ``0,5``, ``50%`` or a bare per cent (``50``). Refused outside (0, 1].

    Bare numbers between 1 and 5 are refused: nobody can tell 1.1 of a week from 1.1 per cent.
    """
    cleaned = text.strip().replace(",", ".")
    per_cent = cleaned.endswith("%")
    try:
        value = Decimal(cleaned.removesuffix("%").strip())
    except InvalidOperation:
        raise ValueError(f"{text!r} is no share of working time: write 0.5, or 50%.") from None
    if value.is_finite() and (per_cent or value >= 5):
        value /= 100
    if not value.is_finite() or not 0 < value <= 1:
        raise ValueError(f"{text!r} is no share of working time: it must be above 0 and at most 1 (100%).")
    return value


def load(commitments: Iterable[Commitment]) -> tuple[Load, ...]:
    """The summed share over runs of days, leaving out days with nothing."""
    return sweep((one.period, one.share) for one in commitments)


def overbookings(commitments: Iterable[Commitment], limit: Decimal = FULL_TIME) -> tuple[Overbooking, ...]:
    """The runs of days on which the sum is above ``limit``."""
    return tuple(
        Overbooking(level.period, level.amount, level.amount - limit)
        for level in load(commitments)
        if level.amount > limit
    )


def peak(commitments: Iterable[Commitment], within: Period) -> Decimal:
    """The largest share asked on any day of ``within``."""
    return max((level.amount for level in load(commitments) if level.period.overlaps(within)), default=Decimal(0))


def two_cities(commitment: Commitment, others: Iterable[Commitment]) -> tuple[Commitment, ...]:
    """Rule 4: the other in-person stays that share at least one day with this one in another city."""
    if not commitment.city:
        return ()
    return tuple(
        other
        for other in others
        if other.city and other.city != commitment.city and other.period.overlaps(commitment.period)
    )
