"""What one cell may say, by type. Each reader takes the cell's text and gives a value or a sentence (ValueError)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import available_timezones

from exchange.domain.skills import Level, parse_level, vocabulary
from exchange.files.columns import fold
from exchange.files.reading import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")
LONGEST_WORD = 100  # of a choice; folding takes time that grows with the square of the length at its worst
LONGEST_EMAIL = 254  # RFC 5321 §4.5.3.1.3, without the angle brackets

_SPREADSHEET_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})
_LINE_BREAKS = re.compile(r"[\t\r\n\v\f\x85\u2028\u2029]+")
# Control characters but for line breaks and tabs, and halves of surrogate pairs, which no database can store.
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\.]+(?:\.[^\s@<>,;:\"()\[\]\\.]+)+")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,15})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,]0{1,6})?")
_SKILL = re.compile(r"(?P<skill>[^:]+?)\s*:\s*(?P<level>[a-z0-9]+)(?:\s+(?P<must>must))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SkillAsked:
    """A skill's code in the vocabulary, the least level wanted, and whether nobody without it will do."""

    skill: str
    level: Level
    must: bool = False


def prose(text: str, longest: int = 20_000) -> str:
    """Free text of any number of lines, without blanks around it."""
    plain = text.replace("\r\n", "\n").strip()
    if plain in _SPREADSHEET_ERRORS:
        raise ValueError(f"{plain} is a spreadsheet's error message. Correct the formula in that cell.")
    if len(plain) > longest:
        raise ValueError(f"“{shown(plain)}” has {len(plain):,} characters; {longest:,} is the most that is kept.")
    if control := _CONTROL.search(plain):
        raise ValueError(f"The text holds a control character (U+{ord(control[0]):04X}). Type it again.")
    return plain


def without_controls(text: str) -> str:
    """The text without the characters that :func:`prose` refuses, for files that nobody types by hand."""
    return _CONTROL.sub("", text)


def line(longest: int) -> Callable[[str], str]:
    """A reader of free text on one line; nothing but line breaks is changed in it."""

    def read(text: str) -> str:
        parts = (part.strip() for part in _LINE_BREAKS.split(text))
        return prose(" ".join(part for part in parts if part), longest)

    return read


def email(text: str) -> str:
    """An e-mail address in lower case."""
    plain = text.strip().lower()
    if not _EMAIL.fullmatch(plain) or len(plain) > LONGEST_EMAIL:
        raise ValueError(f"“{shown(text)}” is not an e-mail address. Write one address, like name@example.org.")
    return prose(plain)


def decimal(text: str) -> Decimal:
    """A number with a point or a comma before its decimals; "80%" is 0.8."""
    plain = text.strip()
    percent = plain.endswith("%")
    number = plain.removesuffix("%").rstrip()
    if not _DECIMAL.fullmatch(number):
        raise ValueError(f"“{shown(text)}” is not a number. Write it like 0.5, 0,5 or 50%.")
    value = Decimal(number.replace(",", "."))
    return value / 100 if percent else value


def share(text: str) -> Decimal:
    """A part of full time, above 0 and up to 1, to three decimals."""
    value = decimal(text)
    rounded = round(value, 3)
    if value > 1:
        per_cent = f", or {shown(text)}%" if value <= 100 and "%" not in text else ""
        raise ValueError(f"“{shown(text)}” is more than full time. Write 1 for full time, 0.5 for half{per_cent}.")
    if rounded <= 0:
        raise ValueError(f"“{shown(text)}” is no share of time. Write more than 0 and up to 1, such as 0.5 or 50%.")
    return rounded


def integer(lowest: int, highest: int) -> Callable[[str], int]:
    """A reader of whole numbers within both bounds; "3.0" is 3, as spreadsheets write it."""

    def read(text: str) -> int:
        plain = text.strip()
        if not _INTEGER.fullmatch(plain):
            raise ValueError(f"“{shown(text)}” is not a whole number.")
        value = int(re.split("[.,]", plain)[0])
        if not lowest <= value <= highest:
            raise ValueError(f"{value} is outside {lowest} to {highest}.")
        return value

    return read


def choice(choices: Mapping[str, T], also: Mapping[str, T] | None = None) -> Callable[[str], T]:
    """A reader of one of the given words, whatever its case and punctuation; ``also`` are words it need not offer."""
    folded = {fold(word): value for word, value in {**(also or {}), **choices}.items()}

    def read(text: str) -> T:
        key = fold(text) if len(text) <= LONGEST_WORD else ""
        if key not in folded:
            raise ValueError(f"“{shown(text)}” is not one of: {', '.join(choices)}.")
        return folded[key]

    return read


def items(longest: int, most: int = 50) -> Callable[[str], tuple[str, ...]]:
    """A reader of several values between commas, semicolons or line breaks; repeats and blanks are dropped."""

    def read(text: str) -> tuple[str, ...]:
        parts = map(line(longest), re.split(r"[,;\n]", text))
        found = tuple(dict.fromkeys(part for part in parts if part))
        if len(found) > most:
            raise ValueError(f"There are {len(found)} values; {most} is the most that is kept.")
        return found

    return read


def skills(text: str) -> tuple[SkillAsked, ...]:
    """Skills of the vocabulary with the level wanted: ``inspect:3 must; red-teaming:working``."""
    found: dict[str, SkillAsked] = {}
    for part in items(80)(text):
        match = _SKILL.fullmatch(part)
        if match is None:
            raise ValueError(
                f"“{shown(part)}” does not say a skill and a level. Write the skill, a colon and a level from 1 "
                "(awareness) to 4 (expert), such as red-teaming:3, with semicolons between."
            )
        asked = SkillAsked(_skill_code(match["skill"]), parse_level(match["level"]), must=match["must"] is not None)
        if asked.skill in found:
            raise ValueError(f"The skill “{shown(match['skill'])}” is asked for twice. Keep one level.")
        found[asked.skill] = asked
    return tuple(found.values())


def _skill_code(name: str) -> str:
    known = vocabulary()
    skill = known.find(name)
    if skill is None:
        near = get_close_matches(name.casefold(), [skill.code for skill in known.skills], n=1)
        advice = f"The nearest is {near[0]}." if near else "Choose one from the list of skills."
        raise ValueError(f"“{shown(name)}” is not in the skills vocabulary. {advice}")
    return skill.code


def zone(text: str) -> str:
    """A time zone by its name in the IANA database."""
    names = _zones()
    plain = text.strip().replace(" ", "_")
    if plain.lower() not in names:
        raise ValueError(f"“{shown(text)}” is not a time zone. Write region and city, like Europe/London.")
    return names[plain.lower()]


@cache
def _zones() -> Mapping[str, str]:
    return {name.lower(): name for name in available_timezones()}


code = line(40)
