"""Time zones as calendar programs understand them: one VTIMEZONE with yearly rules (RFC 5545 section 3.6.5).

Every compiled zone of the IANA database ends with its present rule in POSIX form, such as ``EST5EDT,M3.2.0,M11.1.0``
(RFC 9636 section 3.3). Two RRULEs say the same thing, and Outlook, which reads no other form, understands them.
``icalendar``'s own ``add_missing_timezones`` lists dates instead; several programs then misplace half of the year.

The zones come from the ``tzdata`` package and not from the machine, so that every installation writes the same bytes.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from io import BytesIO
from zoneinfo import ZoneInfo

import tzdata  # type: ignore[import-untyped]
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

TZDATA: str = tzdata.__version__
"""Version of the zone database. Part of the key of every stored body: new rules make new bodies."""

_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")  # POSIX numbers the days from Sunday = 0
_LAST_WEEK = 5  # in POSIX, week 5 means the last one of the month
_DAY = 24 * 3600
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NAME = r"(<[^>]+>|[A-Za-z]{3,})"
_OFFSET = r"([+-]?\d{1,3}(?::\d\d){0,2})"
_CHANGE = rf"M(\d+)\.(\d)\.(\d)(?:/{_OFFSET})?"
_FOOTER = re.compile(rf"{_NAME}{_OFFSET}(?:{_NAME}{_OFFSET}?,{_CHANGE},{_CHANGE})?")
_TZIF_HEADER = struct.Struct(">4sc15x6I")  # RFC 9636 section 3.1: magic, version, reserved, six counts


@dataclass(frozen=True, slots=True)
class Change:
    """A yearly clock change: the ``week``-th (5: last) ``weekday`` (0: Sunday) of ``month``.

    ``seconds`` counts from midnight by the clock that is then left.
    """

    month: int
    week: int
    weekday: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Observance:
    """One of the two offsets of a year, in seconds east of Greenwich, and the change that begins it."""

    name: str
    offset: int
    begins: Change | None


@lru_cache(maxsize=1)
def names() -> frozenset[str]:
    """The names of all zones in the database."""
    return frozenset((resources.files("tzdata") / "zones").read_text(encoding="ascii").split())


@lru_cache(maxsize=256)
def load(key: str) -> ZoneInfo:
    """The zone of that name, from the same database as its VTIMEZONE.

    Raises:
        ValueError: the database has no zone of that name.
    """
    return ZoneInfo.from_file(BytesIO(_compiled(key)), key=key)


def is_utc(key: str) -> bool:
    """Whether this zone is UTC itself, written with a ``Z`` and without a VTIMEZONE."""
    return key in _UTC_NAMES


def can_carry(key: str, instant: datetime) -> bool:
    """Whether wall-clock time with TZID=``key`` says this instant and no other.

    It does not where no VTIMEZONE can be written, before the zone's present rule began, and in the second pass of the
    hour that an autumn change repeats (RFC 5545 section 3.3.5 reads a repeated time as its first pass).
    """
    if definition(key) is None or instant < settled_since(key):
        return False
    return not instant.astimezone(load(key)).fold


@lru_cache(maxsize=256)
def settled_since(key: str) -> datetime:
    """The last change that the database lists by date: from here on, its rule alone decides."""
    compiled = _compiled(key)
    _, _, *counts = _TZIF_HEADER.unpack_from(compiled)
    of_universal, of_standard, leaps, changes, types, letters = counts
    # The first block repeats the zone in 32 bits for old readers; the second one follows it.
    second = _TZIF_HEADER.size + changes * 5 + types * 6 + letters + leaps * 8 + of_standard + of_universal
    changes = _TZIF_HEADER.unpack_from(compiled, second)[5]
    if not changes:
        return datetime.min.replace(tzinfo=UTC)
    (last,) = struct.unpack_from(">q", compiled, second + _TZIF_HEADER.size + 8 * (changes - 1))
    return _EPOCH + timedelta(seconds=last)


@lru_cache(maxsize=256)
def definition(key: str) -> bytes | None:
    """The VTIMEZONE of a zone as bytes; None where yearly rules cannot express it, or where it is UTC."""
    timezone = component(key)
    return None if timezone is None else timezone.to_ical()


def component(key: str) -> Timezone | None:
    """The VTIMEZONE of a zone, built of icalendar's own components; None as for :func:`definition`."""
    observances = () if is_utc(key) else _observances(key)
    if not observances:
        return None
    timezone = Timezone()
    timezone.add("TZID", key)
    timezone.add("X-LIC-LOCATION", key)
    summer = max(observances, key=lambda observance: observance.offset) if len(observances) > 1 else None
    for observance, before in zip(observances, reversed(observances), strict=True):
        timezone.add_component(_observance_component(observance, before.offset, daylight=observance is summer))
    return timezone


def _observance_component(
    observance: Observance, offset_before: int, *, daylight: bool
) -> TimezoneStandard | TimezoneDaylight:
    # Ireland calls its winter time the exception; programs expect the later clock to be the daylight one.
    part = TimezoneDaylight() if daylight else TimezoneStandard()
    part.add("TZNAME", observance.name)
    part.add("TZOFFSETFROM", timedelta(seconds=offset_before))
    part.add("TZOFFSETTO", timedelta(seconds=observance.offset))
    change = observance.begins
    if change is None:
        part.add("DTSTART", datetime(1970, 1, 1))  # noqa: DTZ001 - DTSTART of an observance is wall-clock time
        return part
    day = _day_of_change(1970, change)
    # In the clock that is left, as RFC 5545 section 3.6.5 wants it.
    part.add("DTSTART", datetime.combine(day, time()) + timedelta(seconds=change.seconds))
    nth = -1 if change.week == _LAST_WEEK else change.week
    part.add("RRULE", vRecur(FREQ="YEARLY", BYMONTH=change.month, BYDAY=f"{nth}{_WEEKDAYS[change.weekday]}"))
    return part


def _day_of_change(year: int, change: Change) -> date:
    first = date(year, change.month, 1)
    day = first + timedelta(days=(change.weekday - first.isoweekday()) % 7 + 7 * (change.week - 1))
    return day if day.month == change.month else day - timedelta(days=7)


def _observances(key: str) -> tuple[Observance, ...]:
    """The one or two observances of the zone's footer; none where they cannot be written as yearly rules."""
    footer = _compiled(key).rsplit(b"\n", 2)[1]  # between the last two line breaks; empty where there is no rule
    match = _FOOTER.fullmatch(footer.decode("ascii"))
    if match is None:
        return ()
    standard_name, west, daylight_name, daylight_west, *changes = match.groups()
    standard = -_seconds(west)  # POSIX counts westwards
    if daylight_name is None:
        return (Observance(standard_name.strip("<>"), standard, None),)
    daylight = standard + 3600 if daylight_west is None else -_seconds(daylight_west)
    begins, ends = _change(changes[:4]), _change(changes[4:])
    if not all(0 <= change.seconds < _DAY for change in (begins, ends)):
        return ()  # a change on the day before or after its rule's day needs more than "the second Sunday"
    return (
        Observance(daylight_name.strip("<>"), daylight, begins),
        Observance(standard_name.strip("<>"), standard, ends),
    )


def _change(fields: list[str | None]) -> Change:
    month, week, weekday, clock = fields
    assert month is not None
    assert week is not None
    assert weekday is not None
    return Change(int(month), int(week), int(weekday), _seconds(clock) if clock else 2 * 3600)


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    hours, minutes, seconds = (*map(int, text.lstrip("+-").split(":")), 0, 0)[:3]
    return sign * (hours * 3600 + minutes * 60 + seconds)


@lru_cache(maxsize=256)
def _compiled(key: str) -> bytes:
    if key not in names():
        raise ValueError(f"There is no time zone called {key!r}; use an IANA name such as Europe/London.")
    return resources.files("tzdata.zoneinfo").joinpath(*key.split("/")).read_bytes()
