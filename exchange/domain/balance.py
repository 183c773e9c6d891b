"""The ledger between two institutes: person-weeks that went each way, done and planned, and whether they balance.

A person-week is seven calendar days of one person at the host full time; half time counts half.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from exchange.domain.periods import DAY, Period
from exchange.domain.policies import ANYWHERE, PolicyBook, Severity
from exchange.domain.secondment_facts import OVER, PLANNED, UNDER_WAY, State
from exchange.domain.stay_rules import Breach, Breaches

WEEKS_A_MONTH = Decimal("365.25") / 12 / 7
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A secondment as the ledger counts it; ``host_fte`` is the share of full time at the host."""

    secondment_id: int
    home_id: int
    host_id: int
    period: Period
    host_fte: Decimal
    state: State


@dataclass(frozen=True, slots=True)
class Flow:
    """Person-weeks in one direction, and how many people they are."""

    done: Decimal = NOTHING
    planned: Decimal = NOTHING
    people: int = 0

    @property
    def total(self) -> Decimal:
        return self.done + self.planned

    def __add__(self, other: Flow) -> Flow:
        return Flow(self.done + other.done, self.planned + other.planned, self.people + other.people)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How uneven a pair may be: out of balance above both the share of the larger side and the months (rule 26)."""

    per_cent: Decimal = Decimal(20)
    months: Decimal = Decimal(6)


DEFAULT_TOLERANCE = Tolerance()


def tolerance_of(book: PolicyBook, day: date, pair: str = ANYWHERE) -> Tolerance:
    """The tolerance as the policy rows have it on a day: the pair's own where its agreement names one."""
    per_cent = book.amount("balance.tolerance_per_cent", day, pair)
    return Tolerance(per_cent, book.amount("balance.tolerance_months", day, pair))


@dataclass(frozen=True, slots=True)
class PairBalance:
    """Two institutes, the one with the smaller id first."""

    first_id: int
    second_id: int
    first_to_second: Flow = field(default_factory=Flow)
    second_to_first: Flow = field(default_factory=Flow)

    @property
    def surplus(self) -> Decimal:
        """How many more person-weeks the first institute sends than it receives, done and planned."""
        return self.first_to_second.total - self.second_to_first.total

    def seen_from(self, institute_id: int) -> tuple[Flow, Flow]:
        """(out, in) as the institute sees them."""
        if institute_id == self.first_id:
            return self.first_to_second, self.second_to_first
        return self.second_to_first, self.first_to_second


def weeks(entry: Exchanged, today: date) -> Flow:
    """What one secondment adds: days up to today are done once it is under way, later ones planned.

    Drafts and secondments that came to nothing add nothing.
    """
    if entry.state in PLANNED:
        return Flow(planned=_weeks(entry.period, entry.host_fte), people=1)
    if entry.state not in UNDER_WAY | OVER:
        return Flow()
    past = entry.period.clip(Period(date.min, today))
    ahead = entry.period.clip(Period(today + DAY))
    return Flow(_weeks(past, entry.host_fte), _weeks(ahead, entry.host_fte), 1)


def ledger(entries: Iterable[Exchanged], today: date, within: Period | None = None) -> tuple[PairBalance, ...]:
    """The balance of every pair that exchanged anybody, the larger surplus first; ``within`` counts only those days."""
    flows: dict[tuple[int, int], Flow] = {}
    for entry in entries:
        period = entry.period if within is None else entry.period.clip(within)
        if period is None or entry.home_id == entry.host_id:
            continue
        clipped = Exchanged(entry.secondment_id, entry.home_id, entry.host_id, period, entry.host_fte, entry.state)
        way = (entry.home_id, entry.host_id)
        flows[way] = flows.get(way, Flow()) + weeks(clipped, today)
    pairs = sorted({(min(way), max(way)) for way, flow in flows.items() if flow.people})
    balances = (
        PairBalance(one, other, flows.get((one, other), Flow()), flows.get((other, one), Flow()))
        for one, other in pairs
    )
    return tuple(sorted(balances, key=lambda pair: -abs(pair.surplus)))


def reciprocity(pair: PairBalance, tolerance: Tolerance = DEFAULT_TOLERANCE) -> Breaches:
    """Rule 26: a pair is out of balance when it is so both in proportion and in person-months."""
    larger = max(pair.first_to_second.total, pair.second_to_first.total)
    off = abs(pair.surplus)
    if off * 100 <= tolerance.per_cent * larger or off <= tolerance.months * WEEKS_A_MONTH:
        return ()
    months = (off / WEEKS_A_MONTH).quantize(Decimal("0.1"))
    return (
        Breach(26, Severity.WARN, f"{months} person-months more go one way than the other: plan some the other way."),
    )


def _weeks(period: Period | None, share: Decimal) -> Decimal:
    return NOTHING if period is None else period.weeks * share
