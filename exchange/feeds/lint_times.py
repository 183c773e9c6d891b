"""The faults of one event's times and rules: starts, ends, and repetitions that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

from exchange.feeds import zones
from exchange.feeds.lines import Fault, Finding, Property

_DATE = re.compile(r"\d{8}")
_TIME = re.compile(r"(\d{8}T\d{6})(Z?)")
_BY_DAY = re.compile(r"(?:[+-]?[1-9]\d?)?(?:MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?\d{1,3}")
_LISTS = ("BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS")
_RULE_PARTS: dict[str, re.Pattern[str]] = {
    "FREQ": re.compile("SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d*"),
    "COUNT": re.compile(r"[1-9]\d*"),
    "UNTIL": re.compile(r"\d{8}(?:T\d{6}Z?)?"),
    "WKST": re.compile("MO|TU|WE|TH|FR|SA|SU"),
    "BYDAY": re.compile(rf"{_BY_DAY.pattern}(?:,{_BY_DAY.pattern})*"),
    **{name: re.compile(rf"{_NUMBER.pattern}(?:,{_NUMBER.pattern})*") for name in _LISTS},
}

Lookup = Callable[[str], list[Property]]
"""Gives an event's properties of a name."""


def check_times(of: Lookup) -> Iterator[Finding]:
    """The faults of one event; ``of`` gives its properties by name."""
    starts, ends = of("DTSTART"), of("DTEND")
    for each in (*starts, *ends, *of("RECURRENCE-ID"), *of("EXDATE"), *of("RDATE")):
        yield from _value_faults(each)
    if starts and ends:
        yield from _order_faults(starts[0], ends[0])
    for rule in of("RRULE"):
        yield from _rule_faults(rule, starts[0] if starts else None)


def _value_faults(each: Property) -> Iterator[Finding]:
    """RFC 5545 sections 3.3.4, 3.3.5 and 3.2.20."""
    for value in each.value.split(","):
        kind, (clock, utc) = each.parameters.get("VALUE", "DATE-TIME"), _parts(value)
        if kind == "PERIOD":
            continue
        if kind != "DATE" and _DATE.fullmatch(value):
            sentence = f"{each.name} is a date without saying so; write {each.name};VALUE=DATE."
            yield Finding(each.line, Fault.NO_VALUE_TYPE, sentence)
        elif _read(each, value) is None:
            yield Finding(each.line, Fault.BAD_TIME, f"{each.name}:{value} is no date or time of the calendar.")
        elif clock and not utc and "TZID" not in each.parameters:
            sentence = f"{each.name} has neither a zone nor a Z, so that it means another instant to every reader."
            yield Finding(each.line, Fault.BAD_TIME, sentence)


def _order_faults(start: Property, end: Property) -> Iterator[Finding]:
    """RFC 5545 section 3.8.2.2."""
    begins, ends = _read(start, start.value), _read(end, end.value)
    if begins is None or ends is None:
        return
    if isinstance(begins, datetime) != isinstance(ends, datetime):
        sentence = "DTSTART and DTEND are of different types; give two dates or two times."
        yield Finding(end.line, Fault.MIXED_TYPES, sentence)
    elif _instant(ends) < _instant(begins):
        yield Finding(end.line, Fault.END_BEFORE_START, "DTEND is before DTSTART; exchange them.")
    elif _instant(ends) == _instant(begins):
        sentence = "DTEND equals DTSTART; the end is exclusive, so that a single day ends on the next one."
        yield Finding(end.line, Fault.END_EQUALS_START, sentence)


def _rule_faults(rule: Property, start: Property | None) -> Iterator[Finding]:
    """RFC 5545 section 3.3.10."""
    parts = dict(part.partition("=")[::2] for part in rule.value.split(";"))
    wrong = [name for name, value in parts.items() if not _fits(name, value)]
    if "FREQ" not in parts or wrong:
        what = f"{wrong[0]}={parts[wrong[0]]}" if wrong else "FREQ is missing"
        yield Finding(rule.line, Fault.BAD_RULE, f"The rule of repetition cannot be read: {what}.")
    if "UNTIL" in parts and "COUNT" in parts:
        sentence = "The rule has both UNTIL and COUNT; programs disagree on which one counts. Give one."
        yield Finding(rule.line, Fault.UNTIL_AND_COUNT, sentence)
    if start is not None and "UNTIL" in parts:
        timed = "T" in start.value
        anchored = "TZID" in start.parameters or start.value.endswith("Z")
        until = parts["UNTIL"]
        if timed != ("T" in until) or (anchored and not until.endswith("Z")):
            wanted = "in UTC, ending with Z" if timed else "a date, as DTSTART is"
            yield Finding(rule.line, Fault.UNTIL_FLOATING, f"UNTIL={until} has to be {wanted}.")


def _fits(name: str, value: str) -> bool:
    pattern = _RULE_PARTS.get(name)
    return pattern is not None and pattern.fullmatch(value) is not None


def _parts(value: str) -> tuple[str, bool]:
    match = _TIME.fullmatch(value)
    return (match[1], bool(match[2])) if match else ("", False)


def _read(each: Property, value: str) -> date | datetime | None:
    """The value as a date or an aware instant; None where it is neither."""
    clock, utc = _parts(value)
    try:
        if not clock:
            return date.fromisoformat(value) if _DATE.fullmatch(value) else None
        instant = datetime.strptime(clock + "+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
    zone = each.parameters.get("TZID", "UTC")
    # A zone under a name of its own is read as UTC: enough to compare two times of the same zone.
    known = zone in zones.names() and not utc
    return instant.replace(tzinfo=zones.load(zone)) if known else instant


def _instant(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), tzinfo=UTC)
