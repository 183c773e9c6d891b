"""Who may take a seat of a team: the filters, each with its sentence, and what a draft assignment waits for.

A filter that touches clearances or citizenship is *guarded*: its sentence is for the officers who keep those records.
Everybody else reads the same words whichever of them failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from exchange.domain.clearances import Need
from exchange.domain.eligibility import Check, Finding, Result
from exchange.domain.periods import DAY, Period
from exchange.domain.skills import Level

NOT_AVAILABLE = "Not available for this."
WORKING_DAY = 8  # hours; offices are taken to work at the same hours of their own day


@dataclass(frozen=True, slots=True)
class SeatPerson:
    """What the filters look at that everybody may read about."""

    skills: Mapping[str, Level] = field(default_factory=dict)
    languages: frozenset[str] = frozenset()
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class SeatNeed:
    """What a seat asks of everybody in it. ``must`` holds (code, label, level); one of ``languages`` is enough."""

    period: Period
    must: tuple[tuple[str, str, Level], ...] = ()
    languages: tuple[tuple[str, str], ...] = ()  # code and label
    overlap_hours: int = 0
    zone: str = "UTC"  # that of the leading institute
    access: Need = field(default_factory=lambda: Need("", 0))


@dataclass(frozen=True, slots=True)
class Failed:
    """Sentences on what somebody does not pass: those for everybody, and those for the keepers of the records."""

    open: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        return bool(self.open or self.guarded)

    @property
    def for_everybody(self) -> tuple[str, ...]:
        return (*self.open, NOT_AVAILABLE) if self.guarded else self.open


def failed(person: SeatPerson, need: SeatNeed, access: Iterable[Finding]) -> Failed:
    """The filters that somebody does not pass. What is not known is never a pass.

    ``access`` is what the rules of eligibility find about clearance and citizenship for the days of the seat.
    """
    return Failed(failed_openly(person, need), tuple(_guarded(access, need.period)))


def failed_openly(person: SeatPerson, need: SeatNeed) -> tuple[str, ...]:
    """The filters that everybody may read about which somebody does not pass."""
    said = [
        f"Does not claim {label} at the level {level.name.lower()} or above, which everybody in this seat must have."
        for code, label, level in need.must
        if person.skills.get(code, 0) < level
    ]
    if need.languages and not speaks_one(person, need):
        said.append(f"Speaks none of the languages asked for: {', '.join(label for _, label in need.languages)}.")
    hours = shared_hours(person.zone, need.zone, need.period.start)
    if hours < need.overlap_hours:
        said.append(f"Shares {hours:g} hours of the working day with the leading institute, not {need.overlap_hours}.")
    return tuple(said)


def speaks_one(person: SeatPerson, need: SeatNeed) -> bool:
    """Whether somebody speaks at least one of the languages asked for."""
    return any(speaks(person, code) for code, _ in need.languages)


def speaks(person: SeatPerson, language: str) -> bool:
    """Whether a language is among those somebody gives, or among the skills they claim at working level or above."""
    return language in person.languages or person.skills.get(f"lang-{language}", 0) >= Level.WORKING


def shared_hours(one: str, other: str, day: date) -> float:
    """How many hours of the working day two places share on a day, whichever way round the globe is shorter."""
    noon = datetime.combine(day, time(12))
    offsets = [noon.replace(tzinfo=ZoneInfo(zone)).utcoffset() for zone in (one, other)]
    apart = abs(
        sum(sign * (offset.total_seconds() if offset else 0) for sign, offset in zip((1, -1), offsets, strict=True))
    )
    hours = apart / 3600
    return max(0.0, WORKING_DAY - min(hours, 24 - hours))


def _guarded(access: Iterable[Finding], days: Period) -> Iterator[str]:
    for finding in access:
        sure = finding.result is Result.PASS and (finding.until is None or finding.until >= days.end)
        if finding.check is Check.CLEARANCE and not sure:
            yield "No recorded clearance certainly opens the work on every day of the seat."
        elif finding.check is Check.CITIZENSHIP and finding.result is Result.FAIL:
            yield "The citizenship rule is not met."
        elif finding.check is Check.CITIZENSHIP and finding.result is Result.UNKNOWN:
            yield "Whether the citizenship rule is met is not known: no citizenship is recorded."


@dataclass(frozen=True, slots=True)
class Load:
    """A share of somebody's time on some days."""

    period: Period
    share: float


def free_share(employed: tuple[Load, ...], taken: tuple[Load, ...], away: tuple[Period, ...], days: Period) -> float:
    """The share of time that somebody has left on every day of ``days``: never more than on the fullest of them."""
    if any(stretch.overlaps(days) for stretch in away):
        return 0.0
    edges = {days.start, days.end}
    for load in (*employed, *taken):
        after = min(load.period.end, date.max - DAY) + DAY
        edges |= {day for day in (load.period.start, load.period.end, after) if day in days}
    return round(max(0.0, min(_on(employed, day) - _on(taken, day) for day in edges)), 3)


def _on(loads: tuple[Load, ...], day: date) -> float:
    return sum(load.share for load in loads if day in load.period)
