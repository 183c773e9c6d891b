"""Faults of an iCalendar file that calendar programs punish and no single library notices all of.

Each rule names its source in RFC 5545 unless it says otherwise. The file is read byte by byte here, without icalendar,
so that a fault of the writer is not overlooked by the same hand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exchange.feeds.lines import Fault, Finding, Property, physical_faults, properties
from exchange.feeds.lint_times import check_times

_STATUSES = {
    "VEVENT": {"TENTATIVE", "CONFIRMED", "CANCELLED"},
    "VTODO": {"NEEDS-ACTION", "COMPLETED", "IN-PROCESS", "CANCELLED"},
    "VJOURNAL": {"DRAFT", "FINAL", "CANCELLED"},
}
# RFC 5545 sections 3.6 to 3.8, RFC 7986 section 5, RFC 7808, RFC 9073 to 9253; everything else has to begin with X-.
_STANDARD_NAMES = """
ACKNOWLEDGED ACTION ATTACH ATTENDEE BEGIN CALENDAR-ADDRESS CALSCALE CATEGORIES CLASS COLOR COMMENT COMPLETED
CONCEPT CONFERENCE CONTACT CREATED DESCRIPTION DTEND DTSTAMP DTSTART DUE DURATION END EXDATE EXRULE FREEBUSY
GEO IMAGE LAST-MODIFIED LINK LOCATION LOCATION-TYPE METHOD NAME ORGANIZER PARTICIPANT-TYPE PERCENT-COMPLETE
PRIORITY PRODID PROXIMITY RDATE RECURRENCE-ID REFID REFRESH-INTERVAL RELATED-TO REPEAT REQUEST-STATUS
RESOURCE-TYPE RESOURCES RRULE SEQUENCE SOURCE STATUS STRUCTURED-DATA STYLED-DESCRIPTION SUMMARY TRANSP TRIGGER
TZID TZID-ALIAS-OF TZNAME TZOFFSETFROM TZOFFSETTO TZUNTIL TZURL UID URL VERSION
"""
_NAMES = frozenset(_STANDARD_NAMES.split())
_VALUE_TYPES = {"REFRESH-INTERVAL": "DURATION", "SOURCE": "URI", "CONFERENCE": "URI"}  # RFC 7986 section 5
_WITH_UID = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_COMPONENT = re.compile(r"[A-Z][A-Z0-9-]*")


@dataclass(slots=True)
class Component:
    """A component while it is being read: its name, first line, properties and the components inside it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inside: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def one(self, name: str) -> Property | None:
        found = self.all(name)
        return found[0] if found else None

    def walk(self) -> Iterator[Component]:
        """This component and all inside it, without recursion: a hostile file may be nested deeply."""
        waiting = [self]
        while waiting:
            component = waiting.pop()
            yield component
            waiting.extend(component.inside)


def lint(data: bytes) -> tuple[Finding, ...]:
    """All findings in the order of their lines; none for a file that no known program stumbles over."""
    findings = list(physical_faults(data))
    root = Component("", 0)
    findings.extend(_read(data, root))
    if not root.inside:
        findings.append(Finding(1, Fault.TRUNCATED, "There is no calendar here; a file begins with BEGIN:VCALENDAR."))
    for calendar in root.inside:
        findings.extend(_calendar_faults(calendar))
    return tuple(sorted(set(findings)))


def _read(data: bytes, root: Component) -> Iterator[Finding]:
    """Fill the tree under ``root`` and report what does not fit into one."""
    stack = [root]
    last = 0
    for each in properties(data):
        last = each.line
        if isinstance(each, Finding):
            yield each
        elif each.name == "BEGIN" and _COMPONENT.fullmatch(each.value):
            stack[-1].inside.append(Component(each.value, each.line))
            stack.append(stack[-1].inside[-1])
        elif each.name == "END":
            if len(stack) > 1 and stack[-1].name == each.value:
                stack.pop()
            else:
                yield Finding(each.line, Fault.TRUNCATED, f"END:{each.value} closes nothing that is open here.")
        else:
            stack[-1].properties.append(each)
            yield from _property_faults(each)
    for component in stack[1:]:
        yield Finding(last, Fault.TRUNCATED, f"BEGIN:{component.name} of line {component.line} is never closed.")


def _property_faults(each: Property) -> Iterator[Finding]:
    if each.name not in _NAMES and not each.name.startswith("X-"):
        sentence = f"{each.name} is no property; a line break inside a text is written as \\n."
        yield Finding(each.line, Fault.NOT_A_PROPERTY, sentence)
    if not each.value.strip():
        yield Finding(each.line, Fault.EMPTY_VALUE, f"{each.name} is empty; leave the property out.")
    wanted = _VALUE_TYPES.get(each.name)
    if wanted is not None and each.parameters.get("VALUE", "").upper() != wanted:
        sentence = f"{each.name} does not name its type; write {each.name};VALUE={wanted}."
        yield Finding(each.line, Fault.NO_VALUE_TYPE, sentence)


def _calendar_faults(calendar: Component) -> Iterator[Finding]:
    events = [component for component in calendar.inside if component.name in _WITH_UID]
    method = calendar.one("METHOD")
    publishes = method is not None and method.value.upper() == "PUBLISH"
    for event in events:
        yield from _identity_faults(event)
        yield from _status_faults(event)
        yield from check_times(event.all)
        if publishes and event.one("ORGANIZER") is None:
            # RFC 5546 section 3.2.1
            sentence = "A published event needs an ORGANIZER; add one or leave METHOD out."
            yield Finding(event.line, Fault.NO_ORGANIZER, sentence)
    yield from _duplicates(events)
    yield from _zone_faults(calendar)


def _identity_faults(event: Component) -> Iterator[Finding]:
    if event.one("UID") is None:
        yield Finding(event.line, Fault.NO_UID, f"The {event.name} has no UID; programs could not update it.")
    if event.one("DTSTAMP") is None:
        yield Finding(event.line, Fault.NO_STAMP, f"The {event.name} has no DTSTAMP; give the time of its last change.")


def _status_faults(event: Component) -> Iterator[Finding]:
    for status in event.all("STATUS"):
        allowed = _STATUSES.get(event.name, set())
        if status.value.upper() not in allowed:
            sentence = f"STATUS:{status.value} is unknown in a {event.name}; use {', '.join(sorted(allowed))}."
            yield Finding(status.line, Fault.BAD_STATUS, sentence)


def _duplicates(events: Iterable[Component]) -> Iterator[Finding]:
    seen: Counter[tuple[str, str]] = Counter()
    for event in events:
        uid, slot = event.one("UID"), event.one("RECURRENCE-ID")
        if uid is None:
            continue
        identity = (uid.value, slot.value if slot else "")
        seen[identity] += 1
        if seen[identity] > 1:
            sentence = f"The UID {uid.value} appears again; one event has one UID."
            yield Finding(uid.line, Fault.DUPLICATE_UID, sentence)


def _zone_faults(calendar: Component) -> Iterator[Finding]:
    defined = {each.value for part in calendar.inside if part.name == "VTIMEZONE" for each in part.all("TZID")}
    for component in calendar.walk():
        for each in component.properties:
            zone = each.parameters.get("TZID")
            if zone is None or zone in defined:
                continue
            if not defined:
                sentence = f"{each.name} names the zone {zone}, but the file defines none; add a VTIMEZONE."
                yield Finding(each.line, Fault.NO_ZONES, sentence)
            else:
                sentence = f"{each.name} names the zone {zone}, which no VTIMEZONE of this file defines; add it."
                yield Finding(each.line, Fault.UNKNOWN_ZONE, sentence)
