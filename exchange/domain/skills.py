"""Skills: the vocabulary, what a person claims, who vouches for it, and what a need asks for.

The vocabulary is ``skills.csv`` beside this file: codes never disappear, a merged or renamed skill keeps its old code
as an alias. The four levels are those of the UK Government Digital and Data framework (Open Government Licence 3.0).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache, cached_property
from importlib.resources import files

from exchange.domain.verdict import YES, Refusal, Verdict, no

COLUMNS = ("code", "label", "group", "broader", "aliases", "esco_uri", "sensitive")


class Level(IntEnum):
    """How well; each level includes the ones below."""

    AWARENESS = 1
    WORKING = 2
    PRACTITIONER = 3
    EXPERT = 4


@dataclass(frozen=True, slots=True)
class Skill:
    """One term. ``broader`` is a code or "". ``sensitive``: that somebody holds it is itself restricted."""

    code: str
    label: str
    group: str
    broader: str = ""
    aliases: tuple[str, ...] = ()
    esco_uri: str = ""
    sensitive: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The skills of one version, in the order of the file, found by code, alias or label in any case."""

    version: str
    skills: tuple[Skill, ...]

    def __post_init__(self) -> None:
        names: dict[str, str] = {}
        for skill in self.skills:
            for name in (skill.code, skill.label, *skill.aliases):
                other = names.setdefault(_key(name), skill.code)
                if other != skill.code:
                    raise ValueError(f"“{name}” names both {other} and {skill.code}; give each name to one skill only.")
        codes = {skill.code for skill in self.skills}
        for skill in self.skills:
            if skill.broader and skill.broader not in codes:
                raise ValueError(f"{skill.code} has the broader skill {skill.broader}, which is not in the vocabulary.")

    @cached_property
    def _by_name(self) -> Mapping[str, Skill]:
        return {_key(name): skill for skill in self.skills for name in (skill.code, skill.label, *skill.aliases)}

    @cached_property
    def _siblings(self) -> Mapping[str, frozenset[str]]:
        families: dict[str, set[str]] = {}
        for skill in self.skills:
            families.setdefault(skill.broader, set()).add(skill.code)
        near = {}
        for skill in self.skills:
            family = families[skill.broader] | {skill.broader} if skill.broader else set()
            near[skill.code] = frozenset((family | families.get(skill.code, set())) - {skill.code})
        return near

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The groups in the order of the file."""
        return tuple(dict.fromkeys(skill.group for skill in self.skills))

    def find(self, name: str) -> Skill | None:
        """The skill with this code, alias or label; None when the vocabulary has no such name."""
        return self._by_name.get(_key(name))

    def get(self, name: str) -> Skill:
        """As ``find``, but an unknown name is a ``KeyError`` with a sentence."""
        skill = self.find(name)
        if skill is None:
            raise KeyError(f"“{name}” is not in the skills vocabulary {self.version}. Choose a skill from the list.")
        return skill

    def in_group(self, group: str) -> tuple[Skill, ...]:
        return tuple(skill for skill in self.skills if skill.group == group)

    def siblings(self, code: str) -> frozenset[str]:
        """Codes so near that they count for half: the broader skill, narrower ones, those with the same broader."""
        return self._siblings[self.get(code).code]


@dataclass(frozen=True, slots=True)
class Endorsement:
    """Another person vouches for a claim. ``institute_id`` is theirs on the day they did so."""

    person_id: int
    institute_id: int | None
    on: date


@dataclass(frozen=True, slots=True)
class SkillClaim:
    """What a person says of themselves. ``last_used`` counts by its month; ``evidence`` holds links or references."""

    skill: str
    level: Level
    last_used: date | None = None
    evidence: tuple[str, ...] = ()
    endorsements: tuple[Endorsement, ...] = ()
    wants_to_use: bool = False
    wants_to_learn: bool = False


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    """A need asks for a skill at a level. ``weight`` is relative to the other requirements of the same need."""

    skill: str
    level: Level
    weight: float = 1.0

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise ValueError(f"The weight of {self.skill} is {self.weight:g}; a weight is more than 0.")


def parse_level(text: str) -> Level:
    """A level typed as its number or name. Raises ``ValueError`` with a sentence."""
    named = {level.name.casefold(): level for level in Level} | {str(level.value): level for level in Level}
    level = named.get(text.strip().casefold())
    if level is None:
        choices = ", ".join(f"{one.value} ({one.name.lower()})" for one in Level)
        raise ValueError(f"“{text}” is not a level of skill. Use one of: {choices}.")
    return level


def may_endorse(endorser_id: int, claimant_id: int, claim: SkillClaim) -> Verdict:
    """Anyone but the claimant may vouch for a claim, once."""
    if endorser_id == claimant_id:
        return no(Refusal.FORBIDDEN, "Nobody can endorse a skill of their own. Ask a colleague who has seen the work.")
    if any(given.person_id == endorser_id for given in claim.endorsements):
        return no(Refusal.CONFLICT, "This skill already has your endorsement.")
    return YES


def endorsed_elsewhere(claim: SkillClaim, home_institute_id: int | None) -> bool:
    """Whether somebody from another institute vouches for the claim, which counts for more."""
    return any(given.institute_id not in (None, home_institute_id) for given in claim.endorsements)


def endorsement_rings(endorsed: Iterable[tuple[int, int]]) -> tuple[frozenset[int], ...]:
    """Groups of two or more people who, directly or in a circle, all endorse each other.

    ``endorsed`` holds (endorser, claimant) pairs. The groups are the strongly connected components of more than one
    person, largest first: what a reader should know before trusting the endorsements inside.
    """
    gives: dict[int, set[int]] = {}
    takes: dict[int, set[int]] = {}
    for endorser, claimant in endorsed:
        gives.setdefault(endorser, set()).add(claimant)
        takes.setdefault(claimant, set()).add(endorser)
    rings: list[frozenset[int]] = []
    placed: set[int] = set()
    for person in sorted(gives):
        if person in placed:
            continue
        ring = frozenset(_reached(person, gives) & _reached(person, takes))
        placed |= ring
        if len(ring) > 1:
            rings.append(ring)
    return tuple(sorted(rings, key=lambda ring: (-len(ring), min(ring))))


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with Exchange."""
    return read_vocabulary(files("exchange.domain").joinpath("skills.csv").read_text(encoding="utf-8"))


def read_vocabulary(text: str) -> Vocabulary:
    """Read a vocabulary file: a first line naming its version, then CSV with a header. Raises ``ValueError``."""
    first, _, table = text.partition("\n")
    version = re.search(r"version ([0-9][0-9.]*)", first)
    if version is None:
        raise ValueError("The first line of a skills vocabulary says its version, such as “# …, version 2026.1”.")
    reader = csv.DictReader(table.splitlines(), restkey="surplus", restval="")
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise ValueError(f"A skills vocabulary has the columns {', '.join(COLUMNS)}, in this order.")
    return Vocabulary(version.group(1).rstrip("."), tuple(_skill(row) for row in reader))


def _skill(row: Mapping[str, str]) -> Skill:
    if "surplus" in row or not row["code"] or not row["label"] or not row["group"]:
        raise ValueError(f"Every skill has a code, a label and a group, and no cell too many: {row}")
    return Skill(
        code=row["code"],
        label=row["label"],
        group=row["group"],
        broader=row["broader"],
        aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
        esco_uri=row["esco_uri"],
        sensitive=row["sensitive"] == "yes",
    )


def _key(name: str) -> str:
    """Names are the same when they differ in case, hyphens, underscores or blanks only."""
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()


def _reached(start: int, links: Mapping[int, set[int]]) -> set[int]:
    seen = {start}
    open_ends = [start]
    while open_ends:
        for person in links.get(open_ends.pop(), set()) - seen:
            seen.add(person)
            open_ends.append(person)
    return seen


def language(code: str) -> str:
    """The name of a language where the vocabulary has it, its code otherwise."""
    found = vocabulary().find(f"lang-{code}")
    return found.label if found else code
