"""When an event takes place: whole days, or two instants shown by the clocks of one zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from exchange.feeds import zones

# Before 1970 no VTIMEZONE reaches; far beyond a lifetime stand dates that mean "never" and break calendar programs.
_YEARS = range(1970, 2200)


@dataclass(frozen=True, slots=True)
class AllDay:
    """Civil dates, the last one included.

    Raises:
        ValueError: the last day is before the first, a year is out of range, or an instant was given.
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if isinstance(self.first, datetime) or isinstance(self.last, datetime):
            raise ValueError("An all-day event has civil dates, not instants; give the dates alone.")  # noqa: TRY004
        _check_years(self.first, self.last)
        if self.last < self.first:
            raise ValueError(f"The last day {self.last} is before the first day {self.first}; exchange the two.")

    @property
    def day(self) -> date:
        """The day on which it begins."""
        return self.first

    def on(self, day: date) -> AllDay:
        """The same number of days from another day on."""
        return AllDay(day, day + (self.last - self.first))


@dataclass(frozen=True, slots=True)
class Timed:
    """Two instants, and the IANA zone in whose clock time people speak of them.

    Raises:
        ValueError: an instant without an offset or with a fraction of a second, an end not after the start, a year out
            of range, or an unknown zone.
    """

    start: datetime
    end: datetime
    zone: str

    def __post_init__(self) -> None:
        zones.load(self.zone)
        _check_years(self.start, self.end)
        for instant in (self.start, self.end):
            if instant.tzinfo is None:
                raise ValueError(f"The time {instant} has no zone; say in which zone its clock stands.")
            if instant.microsecond:
                raise ValueError(f"The time {instant} has a fraction of a second; calendars know whole seconds only.")
        if self.length <= timedelta(0):
            raise ValueError(f"The end {self.end} is not after the start {self.start}; give a later end.")

    @classmethod
    def by_the_clock(cls, day: date, begins: time, ends: time, zone: str) -> Timed:
        """From a day and wall-clock times, as a person enters them; an end not after the beginning is the next day's.

        Raises:
            ValueError: also where a clock change leaves a time out, so that it never comes.
        """
        last = day if ends > begins else day + timedelta(days=1)
        return cls(_instant(day, begins, zone), _instant(last, ends, zone), zone)

    @property
    def length(self) -> timedelta:
        """Elapsed time, whatever the clocks do meanwhile."""
        # Two times of one zone would be subtracted by their clocks, hence the way over UTC.
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)

    @property
    def local_start(self) -> datetime:
        return self.start.astimezone(zones.load(self.zone))

    @property
    def local_end(self) -> datetime:
        return self.end.astimezone(zones.load(self.zone))

    @property
    def day(self) -> date:
        """The civil date in its zone on which it begins."""
        return self.local_start.date()

    def on(self, day: date) -> Timed:
        """The same clock time on another day, for the same elapsed time (RFC 5545 section 3.8.5.3)."""
        start = datetime.combine(day, self.local_start.time(), tzinfo=zones.load(self.zone))
        return Timed(start.astimezone(UTC), start.astimezone(UTC) + self.length, self.zone)

    @property
    def written_zone(self) -> str | None:
        """The zone whose name both ends may bear in a calendar; None where they are written in UTC."""
        fits = zones.can_carry(self.zone, self.start) and zones.can_carry(self.zone, self.end)
        return self.zone if fits else None

    @property
    def may_repeat(self) -> bool:
        """Whether a rule of repetition keeps the clock time: not in UTC on behalf of a zone that changes its clocks."""
        return zones.is_utc(self.zone) or self.written_zone is not None


When = AllDay | Timed


def _check_years(*moments: date) -> None:
    for moment in moments:
        if moment.year not in _YEARS:
            raise ValueError(f"The year {moment.year} is out of range; give one from {_YEARS[0]} to {_YEARS[-1]}.")


def _instant(day: date, clock: time, zone: str) -> datetime:
    local = datetime.combine(day, clock, tzinfo=zones.load(zone))
    instant = local.astimezone(UTC)
    if instant.astimezone(local.tzinfo).time() != clock.replace(fold=0):
        raise ValueError(f"On {day:%d %B %Y} the clocks in {zone} leave out {clock:%H:%M}; choose another time.")
    return instant
