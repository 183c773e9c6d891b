"""What a calendar may say of a stay: from when on it is shown, as what, and which of its days are marked.

A calendar is read outside the institutes, on servers of others. So these values carry names, places and days, and
nothing of clearances, citizenship, reasons or notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from exchange.domain.periods import Period
from exchange.domain.secondment_facts import FINAL, State

TENTATIVE = frozenset({State.NOMINATED, State.ACCEPTED, State.AGREEMENT})
"""The agreement is not concluded: programs show these as not yet certain."""

CALLED_OFF = FINAL - {State.CLOSED} | {State.DRAFT}
"""What was shown before is now marked as cancelled; a draft is one that was sent back."""

ARRIVAL_CHECK_IN = timedelta(days=14)
END_CHECK_IN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Stay:
    """A secondment as calendars may show it."""

    id: int
    public_id: UUID
    person: str
    home: str
    host: str
    site: str
    workstream: str
    period: Period
    state: State

    @property
    def tentative(self) -> bool:
        return self.state in TENTATIVE

    @property
    def called_off(self) -> bool:
        return self.state in CALLED_OFF


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day of a stay on which something is due. ``key`` names it for good, whatever day it is moved to."""

    key: str
    words: str
    day: date


def milestones(period: Period, closing_days: int) -> tuple[Milestone, ...]:
    """The days of a stay that people plan by, in order. A stay that is too short for one of them goes without it."""
    days = (
        Milestone("arrival-check-in", "Check-in after arrival", period.start + ARRIVAL_CHECK_IN),
        Milestone("closing", "Closing begins", period.end - timedelta(days=closing_days)),
        Milestone("end-check-in", "Check-in before the end", period.end - END_CHECK_IN),
    )
    return tuple(sorted((one for one in days if period.start < one.day < period.end), key=lambda one: one.day))


def agreement_due(period: Period) -> date:
    """The last day on which an agreement can be concluded: nobody arrives without one."""
    return period.start - timedelta(days=1)


class AdminMatter(StrEnum):
    CLEARANCE = "clearance"
    VISA = "visa"


@dataclass(frozen=True, slots=True)
class AdminDay:
    """A day by which a person has to see to a matter of their own. It is shown to nobody else."""

    what: AdminMatter
    record_id: int
    day: date
    recorded_at: datetime


SAYS_SO_FOR = timedelta(days=30)
"""For so long a link that was switched off serves one event that says so; it takes the place of all others."""


class LinkState(StrEnum):
    LIVE = "live"
    SWITCHED_OFF = "switched off"
    GONE = "gone"


def link_state(revoked_at: datetime | None, now: datetime) -> LinkState:
    """How a link stands. ``revoked_at`` may lie ahead, while a new address takes over."""
    if revoked_at is None or now < revoked_at:
        return LinkState.LIVE
    return LinkState.SWITCHED_OFF if now < revoked_at + SAYS_SO_FOR else LinkState.GONE
