"""The lines of an iCalendar file as RFC 5545 section 3.1 lays them out, and what is wrong with them byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST_LINE = 75  # octets, the line break not counted

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_PARAMETER = r';([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)'
_CONTENT_LINE = re.compile(rf"(?P<name>[A-Za-z0-9-]+)(?P<parameters>(?:{_PARAMETER})*):(?P<value>.*)", re.DOTALL)
_PARAMETERS = re.compile(_PARAMETER)


class Fault(StrEnum):
    """What a calendar program may stumble over."""

    BARE_NEWLINE = "bare-newline"
    LONG_LINE = "long-line"
    SPLIT_CHARACTER = "split-character"
    CONTROL_CHARACTER = "control-character"
    NOT_A_PROPERTY = "not-a-property"
    TRUNCATED = "truncated"
    EMPTY_VALUE = "empty-value"
    NO_VALUE_TYPE = "no-value-type"
    NO_UID = "no-uid"
    NO_STAMP = "no-stamp"
    DUPLICATE_UID = "duplicate-uid"
    END_BEFORE_START = "end-before-start"
    END_EQUALS_START = "end-equals-start"
    MIXED_TYPES = "mixed-types"
    NO_ZONES = "no-zones"
    UNKNOWN_ZONE = "unknown-zone"
    BAD_RULE = "bad-rule"
    UNTIL_FLOATING = "until-floating"
    UNTIL_AND_COUNT = "until-and-count"
    BAD_STATUS = "bad-status"
    NO_ORGANIZER = "no-organizer"
    BAD_TIME = "bad-time"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A fault at a line, counted from 1 as editors do, and a sentence that says what to do."""

    line: int
    fault: Fault
    sentence: str


@dataclass(frozen=True, slots=True)
class Property:
    """One content line, unfolded. Names are in capitals; ``line`` is where it begins."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str


def physical_faults(data: bytes) -> Iterator[Finding]:
    """What is wrong with the lines before they are unfolded."""
    *lines, rest = data.split(b"\n")
    if rest:
        yield Finding(len(lines) + 1, Fault.TRUNCATED, "The last line has no line break; the file seems to be cut off.")
    for number, ended in enumerate(lines, 1):
        line = ended.removesuffix(b"\r")
        if line == ended:
            yield Finding(number, Fault.BARE_NEWLINE, "The line ends with LF alone; end it with CR LF.")
        if len(line) > LONGEST_LINE:
            yield Finding(number, Fault.LONG_LINE, f"The line has {len(line)} octets; fold it after {LONGEST_LINE}.")
        if _CONTROL.search(line):
            yield Finding(number, Fault.CONTROL_CHARACTER, "The line contains a control character; take it out.")
        if not _is_text(line):
            yield Finding(
                number, Fault.SPLIT_CHARACTER, "The line is no UTF-8; fold between characters, not inside one."
            )


def properties(data: bytes) -> Iterator[Property | Finding]:
    """The content lines in order; a finding in place of each that is none."""
    for number, text in _unfolded(data):
        match = _CONTENT_LINE.fullmatch(text)
        if match is None:
            sentence = f"{text[:40]!r} is no property; a line break inside a text is written as \\n."
            yield Finding(number, Fault.NOT_A_PROPERTY, sentence)
            continue
        parameters = {name.upper(): value.strip('"') for name, value in _PARAMETERS.findall(match["parameters"])}
        yield Property(number, match["name"].upper(), parameters, match["value"])


def _unfolded(data: bytes) -> Iterator[tuple[int, str]]:
    begun, parts = 0, [b""]
    for number, line in enumerate(data.replace(b"\r\n", b"\n").split(b"\n"), 1):
        if line[:1] in {b" ", b"\t"}:
            parts.append(line[1:])
            continue
        if any(parts):
            yield begun, b"".join(parts).decode(errors="replace")
        begun, parts = number, [line]
    if any(parts):
        yield begun, b"".join(parts).decode(errors="replace")


def _is_text(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
