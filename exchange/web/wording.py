"""Dates, times and numbers as the reader writes them. "Now" and "today" are always arguments.

A date of a secondment is a civil date and reads the same everywhere. An instant reads in the reader's own zone with the
city named, and in brackets at the other side: ``13 Nov 2026, 15:04 London (10:04 Washington DC)``. Nothing is ever
written ``03/04/2027``, which the two sides of the Atlantic read as two different days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_decimal, format_percent
from flask import g, has_request_context

from exchange.domain.periods import respoken
from exchange.domain.secondment_facts import State

if TYPE_CHECKING:
    from decimal import Decimal

    from flask import Flask

LocaleName = Literal["en_GB", "en_US"]
Style = Literal["medium", "long", "spoken", "short", "month", "month_year", "whole_month", "weekday"]

PATTERNS: Final[dict[LocaleName, dict[Style, str]]] = {
    "en_GB": {
        "medium": "d MMM y",
        "long": "EEEE d MMMM y",
        "spoken": "d MMMM y",
        "short": "d MMM",
        "month": "MMM",
        "month_year": "MMM y",
        "whole_month": "MMMM y",
        "weekday": "EEE d MMM",
    },
    "en_US": {
        "medium": "MMM d, y",
        "long": "EEEE, MMMM d, y",
        "spoken": "MMMM d, y",
        "short": "MMM d",
        "month": "MMM",
        "month_year": "MMM y",
        "whole_month": "MMMM y",
        "weekday": "EEE, MMM d",
    },
}
# The words for a state of a secondment and the kind of its tag (static/kit.css gives each kind a colour and a shape).
STATES: Final[dict[State, tuple[str, str]]] = {
    State.DRAFT: ("Draft", "draft"),
    State.NOMINATED: ("Nominated", "proposed"),
    State.ACCEPTED: ("Accepted", "proposed"),
    State.AGREEMENT: ("Agreement", "proposed"),
    State.CLEARANCE: ("Clearance", "proposed"),
    State.READY: ("Ready", "confirmed"),
    State.ACTIVE: ("In progress", "active"),
    State.SUSPENDED: ("Suspended", "bad"),
    State.CLOSING: ("Closing", "active"),
    State.COMPLETED: ("Completed", "done"),
    State.CLOSED: ("Closed", "done"),
    State.WITHDRAWN: ("Withdrawn", ""),
    State.DECLINED: ("Declined", ""),
    State.LAPSED: ("Lapsed", ""),
    State.CANCELLED: ("Cancelled", ""),
    State.ENDED_EARLY: ("Ended early", ""),
}
CLOCKS: Final[dict[LocaleName, str]] = {
    "en_GB": "HH:mm",
    "en_US": "h:mm\u00a0a",
}  # the time and its AM or PM stay on one line


@dataclass(frozen=True, slots=True)
class Place:
    """A city and its IANA zone."""

    city: str
    zone: str

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


LONDON: Final = Place("London", "Europe/London")
WASHINGTON: Final = Place("Washington DC", "America/New_York")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who the page is written for. ``there`` is the other side whose time is given in brackets, if any."""

    locale: LocaleName = "en_GB"
    here: Place = LONDON
    there: Place | None = WASHINGTON

    @property
    def tag(self) -> str:
        """The language tag of the page (BCP 47)."""
        return self.locale.replace("_", "-")


def reader_in(zone: str, locale: str) -> Reader:
    """The reader who lives in this zone. London and Washington each see the other's time too."""
    there = {LONDON.zone: WASHINGTON, WASHINGTON.zone: LONDON}.get(zone)
    return Reader("en_US" if locale == "en_US" else "en_GB", place_in(zone), there)


def facing(reader: Reader, *zones: str) -> Reader:
    """The same reader of something that happens between these zones: the first that is not theirs is the other side."""
    other = next((zone for zone in zones if zone != reader.here.zone), None)
    return replace(reader, there=place_in(other)) if other else reader


def place_in(zone: str) -> Place:
    """The city that a zone is named after, but for the one that people call by its own name."""
    return Place("Washington DC" if zone == WASHINGTON.zone else zone.rpartition("/")[2].replace("_", " "), zone)


def current_reader() -> Reader:
    """The reader of this request (``g.reader``, set at sign-in), or a reader in London."""
    reader = g.get("reader") if has_request_context() else None
    return reader if isinstance(reader, Reader) else Reader()


def written_date(day: date, reader: Reader, style: Style = "medium") -> str:
    """A civil date in words: ``3 Apr 2027`` or ``Apr 3, 2027``. An instant is refused: it has no day of its own."""
    if isinstance(day, datetime):
        raise TypeError("A moment has a day only in some zone: use written_instant.")
    return _formatted(day, style, reader.locale)


@lru_cache(maxsize=4096)
def _formatted(day: date, style: Style, locale: LocaleName) -> str:
    return format_date(day, PATTERNS[locale][style], locale=locale)


def written_clock(at: datetime, place: Place, locale: LocaleName) -> str:
    """The time of day at a place: ``15:04`` or ``3:04 PM``."""
    return format_time(at.astimezone(place.tz), CLOCKS[locale], tzinfo=place.tz, locale=locale)


def written_instant(at: datetime, reader: Reader, *, now: datetime | None = None) -> str:
    """A moment where the reader is and, in brackets, at the other side. With ``now``, this year's drop the year.

    Raises:
        ValueError: when ``at`` has no zone.
    """
    if at.tzinfo is None:
        raise ValueError("A moment needs its zone: give an aware datetime.")
    here = at.astimezone(reader.here.tz)
    this_year = now is not None and now.astimezone(reader.here.tz).year == here.year
    day = written_date(here.date(), reader, "short" if this_year else "medium")
    text = f"{day}, {written_clock(at, reader.here, reader.locale)} {reader.here.city}"
    if reader.there is None or reader.there.zone == reader.here.zone:
        return text
    there_day = at.astimezone(reader.there.tz).date()
    lead = "" if there_day == here.date() else f"{written_date(there_day, reader, 'short')}, "
    return f"{text} ({lead}{written_clock(at, reader.there, reader.locale)} {reader.there.city})"


def written_time_now(now: datetime, place: Place, reader: Reader) -> str:
    """The time of day at a place: ``10:42 in London``."""
    return f"{written_clock(now, place, reader.locale)} in {place.city}"


def weeks_between(first: date, last: date) -> int:
    """Whole weeks of a stay whose two days both count, rounded to the nearest; at least one."""
    return max(1, round(((last - first).days + 1) / 7))


def counted(number: int, one: str, many: str = "", *, locale: LocaleName = "en_GB") -> str:
    """A number with its noun: ``1 person``, ``1,204 people``."""
    noun = one if number == 1 else many or f"{one}s"
    return f"{written_number(number, locale)} {noun}"


@lru_cache(maxsize=4096)
def written_number(number: float, locale: LocaleName) -> str:
    """A number with its groups: ``1,204``. A page of filters writes a hundred of them, mostly the same."""
    return format_decimal(number, locale=locale)


def written_share(share: float | Decimal, locale: LocaleName, places: int = 0) -> str:
    """A share of one in per cent: ``50%``, or ``0.31%`` with two places."""
    return format_percent(share, f"0.{'0' * places}%" if places else "0%", locale=locale)


def time_left(day: date, today: date) -> str:
    """How far off a day is: ``today``, ``in 3 days``, ``2 weeks ago``, ``in 4 months``."""
    days = (day - today).days
    if days == 0:
        return "today"
    size = abs(days)
    if size < 14:
        words = counted(size, "day")
    elif size < 61:
        words = counted(round(size / 7), "week")
    else:
        words = counted(round(size / 30.44), "month")
    return f"in {words}" if days > 0 else f"{words} ago"


def state_words(state: State | str) -> tuple[str, str]:
    """The words for a state of a secondment, and the kind of its tag."""
    return STATES[State(state)]


def initials(name: str) -> str:
    """First letters of the first and the last name; one letter for a single name."""
    words = [word for word in name.split() if word[0].isalpha()]
    ends = words[:1] + words[1:][-1:]
    return "".join(word[0] for word in ends).upper()


def register(app: Flask) -> None:
    """Give the templates their filters and the ``reader``."""

    def fdate(day: date, style: Style = "medium") -> str:
        return written_date(day, current_reader(), style)

    def fsentence(sentence: object) -> str:
        """A rule's sentence with its days as the reader writes them; what was markup stays so."""
        reader, text = current_reader(), sentence if isinstance(sentence, str) else str(sentence)
        return type(text)(respoken(text, lambda day: written_date(day, reader, "spoken")))

    def finstant(at: datetime, now: datetime | None = None) -> str:
        return written_instant(at, current_reader(), now=now)

    def fclock(at: datetime, place: Place | None = None) -> str:
        reader = current_reader()
        return written_clock(at, place or reader.here, reader.locale)

    def fcount(number: int, one: str, many: str = "") -> str:
        return counted(number, one, many, locale=current_reader().locale)

    def fnumber(number: float) -> str:
        return written_number(number, current_reader().locale)

    def fpercent(share: float | Decimal, places: int = 0) -> str:
        return written_share(share, current_reader().locale, places)

    app.jinja_env.filters |= {
        "fdate": fdate,
        "fsentence": fsentence,
        "finstant": finstant,
        "fclock": fclock,
        "fcount": fcount,
        "fnumber": fnumber,
        "fpercent": fpercent,
        "time_left": time_left,
        "initials": initials,
    }
    app.jinja_env.globals.update(weeks_between=weeks_between, state_words=state_words)
    app.context_processor(lambda: {"reader": current_reader()})
