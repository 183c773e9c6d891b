"""Invented clearances, of a kind that fits the country, with a sponsor that says what they are.

Some end soon, some have lapsed, many people have none.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from exchange.actions.populations import Cleared
from exchange.domain.clearance_schemes import LEVELS, ReviewKind
from exchange.domain.periods import add_months
from exchange.store.clearances import ClearanceStatus

SPONSOR = "Invented for the demo"
SHARE_WITHOUT = 0.35
SOON = (5, 20, 60, 85)  # days until the end of those that end soon


def held_by(country: str, today: date, chance: Random) -> tuple[Cleared, ...]:
    """At most one clearance, of a scheme of the institute's country."""
    levels = [level for level in LEVELS if level.country == country and level.rank > 0]
    if not levels or chance.random() < SHARE_WITHOUT:
        return ()
    level = chance.choice(levels)
    granted = today - timedelta(days=chance.randint(100, 1200))
    ends = None
    if level.months is not None:
        ends = (
            today + timedelta(days=chance.choice(SOON)) if chance.random() < 0.15 else add_months(granted, level.months)
        )
    status = chance.choices((ClearanceStatus.ACTIVE, ClearanceStatus.LAPSED), weights=(94, 6))[0]
    return (
        Cleared(
            scheme=level.scheme.code,
            level=level.code,
            granted_on=granted,
            review_due_on=ends if level.review_kind is ReviewKind.REVIEW else None,
            expires_on=ends if level.review_kind is not ReviewKind.REVIEW else None,
            status=status,
            sponsor=SPONSOR,
        ),
    )
