"""For every day of a stay, whether each thing it stands on covers that day - as runs of days, with the gaps named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.domain.clearances import coverage, gone
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period, gaps, shared, union
from exchange.domain.recognitions import RecognitionStatus
from exchange.domain.secondment_facts import SuspensionCode


class Lane(StrEnum):
    EMPLOYMENT = "employment"
    CLEARANCE = "clearance"
    RECOGNITION = "recognition"
    VISIT = "visit"
    PERMISSION = "permission"
    AGREEMENT = "agreement"


class Cover(StrEnum):
    COVERED = "covered"
    UNKNOWN = "unknown"
    GAP = "gap"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class LaneDays:
    """The days that a lane certainly covers, and those it may cover; a lane that is not needed covers nothing."""

    covered: tuple[Period, ...] = ()
    unknown: tuple[Period, ...] = ()
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    period: Period
    cover: Cover


@dataclass(frozen=True, slots=True)
class Gap:
    """Days that a lane does not, or not certainly, cover: the task is to close it."""

    lane: Lane
    period: Period
    cover: Cover


@dataclass(frozen=True, slots=True)
class Strip:
    """Each lane's runs fill the stay from its first day to its last, in order and without overlap."""

    period: Period
    lanes: Mapping[Lane, tuple[Run, ...]]

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing, the earliest first."""
        found = (
            Gap(lane, run.period, run.cover)
            for lane, runs in self.lanes.items()
            for run in runs
            if run.cover in {Cover.GAP, Cover.UNKNOWN}
        )
        return tuple(sorted(found, key=lambda gap: (gap.period.start, list(Lane).index(gap.lane))))

    @property
    def open_days(self) -> tuple[Period, ...]:
        """The days on which every lane that is needed certainly covers."""
        closed = union(gap.period for gap in self.gaps)
        return gaps(self.period, closed)

    @property
    def whole(self) -> bool:
        return not self.gaps

    def covers(self, *lanes: Lane) -> bool:
        """Whether these lanes cover every day for certain or are not needed."""
        return not any(gap.lane in lanes for gap in self.gaps)

    def opens(self) -> bool:
        """Whether access covers the stay well enough to begin: what may fall due later is warned of, not waited for."""
        lanes = self.covers(Lane.RECOGNITION, Lane.VISIT, Lane.PERMISSION)
        clearance = [gap for gap in self.gaps if gap.lane is Lane.CLEARANCE]
        return lanes and not any(gap.cover is Cover.GAP or self.period.start in gap.period for gap in clearance)

    def on(self, lane: Lane, day: date) -> Cover:
        return next(run.cover for run in self.lanes[lane] if day in run.period)


def strip(period: Period, lanes: Mapping[Lane, LaneDays]) -> Strip:
    """The strip of a stay. A lane that is not given is a gap from end to end: what was not looked up covers nothing."""
    return Strip(period, {lane: _runs(period, lanes.get(lane, LaneDays())) for lane in Lane})


def lapse_on(found: Strip, facts: EligibilityFacts, phased: bool) -> SuspensionCode | None:
    """Rule 17: what today needs and certainly lacks.

    Not knowing suspends nobody, and what was never recorded is not known rather than lapsed. A phased access does
    without a decision of the host.
    """
    day = min(max(facts.today, found.period.start), found.period.end)
    recorded = {
        Lane.CLEARANCE: True,  # a person without any record is unknown in this lane
        Lane.RECOGNITION: bool(facts.stay.recognitions) and not phased,
        Lane.VISIT: bool(facts.stay.visits) and not phased,
        Lane.PERMISSION: any(one.country == facts.offer.host_country for one in facts.candidate.permissions),
    }
    missing = [lane for lane, counts in recorded.items() if counts and found.on(lane, day) is Cover.GAP]
    if gone(facts.candidate.clearances, facts.offer.need, day, facts.stay.recognitions):
        missing.append(Lane.CLEARANCE)
    if not missing:
        return None
    return SuspensionCode.PERMISSION if missing == [Lane.PERMISSION] else SuspensionCode.ACCESS


def lanes_of(facts: EligibilityFacts, agreed: Period | None) -> dict[Lane, LaneDays]:
    """The lanes of a stay as its facts have them; ``agreed`` are the dates of the agreement in force."""
    candidate, offer, stay, period = facts.candidate, facts.offer, facts.stay, facts.period
    held = coverage(
        candidate.clearances,
        offer.need,
        period,
        facts.today,
        recognitions=stay.recognitions,
        confirmation_days=facts.book.number("clearance.confirmation_days", facts.today),
    )
    own = coverage(candidate.clearances, offer.need, period, facts.today).covered
    across = offer.need.rank > 0 and facts.abroad and not own
    decided = [decision for decision in stay.recognitions if decision.rank >= offer.need.rank]
    employments = candidate.employments
    return {
        Lane.EMPLOYMENT: LaneDays(
            tuple(e.period for e in employments or () if e.institute_id == stay.home_id),
            (period,) if employments is None else (),
        ),
        Lane.CLEARANCE: LaneDays(held.covered, held.unknown, needed=offer.need.rank > 0),
        Lane.RECOGNITION: LaneDays(
            tuple(d.period for d in decided if d.status is RecognitionStatus.GRANTED),
            tuple(d.period for d in decided if d.status is RecognitionStatus.PENDING),
            needed=across,
        ),
        Lane.VISIT: LaneDays(stay.visits, (period,) if stay.visit_pending else (), needed=across and stay.visit_needed),
        Lane.PERMISSION: LaneDays(
            tuple(p.period for p in candidate.permissions if p.country == offer.host_country),
            needed=facts.abroad and offer.host_country not in (candidate.citizenships or frozenset()),
        ),
        Lane.AGREEMENT: LaneDays((agreed,) if agreed else ()),
    }


def _runs(period: Period, days: LaneDays) -> tuple[Run, ...]:
    if not days.needed:
        return (Run(period, Cover.NOT_NEEDED),)
    covered = shared(days.covered, [period])
    rest = gaps(period, covered)
    unknown = shared(days.unknown, rest)
    missing = [gap for one in rest for gap in gaps(one, unknown)]
    runs = [
        *(Run(one, Cover.COVERED) for one in covered),
        *(Run(one, Cover.UNKNOWN) for one in unknown),
        *(Run(one, Cover.GAP) for one in missing),
    ]
    return tuple(sorted(runs, key=lambda run: run.period.start))
