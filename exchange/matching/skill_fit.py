"""How far a person's skills meet the requirements of a need, for one person with reasons or for all as numbers.

The part of one requirement is min(1, level / required level), halved for each three years since the skill was last
used, raised by a tenth when somebody from another institute vouches for it, and never more than 1. A sibling skill
counts half. The fit is the mean of the parts by weight, 1 when nothing is required.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from exchange.domain.skills import Level, SkillRequirement, Vocabulary, endorsed_elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy.typing as npt

    from exchange.matching.profiles import PersonProfile

    Floats = npt.NDArray[np.float32]

HALF_LIFE_MONTHS = 36
ENDORSED_ELSEWHERE = 1.1
SIBLING = 0.5
UNKNOWN_MONTH = -1  # a skill whose last use nobody wrote down is not held against its owner


class Meeting(StrEnum):
    """How a requirement is met."""

    MET = "met"
    BELOW = "below the level"
    SIBLING = "by a related skill"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SkillFit:
    """One requirement and one person. ``claimed`` is the skill that counts; ``part`` in [0, 1] is what it earns."""

    requirement: SkillRequirement
    meeting: Meeting
    claimed: str | None
    level: Level | None
    part: float


@dataclass(frozen=True, slots=True)
class SkillTable:
    """All claims as columns of one length: place of the person, place of the skill in ``codes``, level, month, vouched.

    Months count from year 0; ``UNKNOWN_MONTH`` stands for none.
    """

    codes: tuple[str, ...]
    person: npt.NDArray[np.int32]
    skill: npt.NDArray[np.int32]
    level: npt.NDArray[np.int8]
    month: npt.NDArray[np.int32]
    vouched: npt.NDArray[np.bool_]

    def moved(self, place: npt.NDArray[np.int64]) -> SkillTable:
        """The claims with person p at ``place[p]``, without those of people whose new place is negative."""
        new = place[self.person]
        kept = new >= 0
        return SkillTable(
            self.codes,
            new[kept].astype(np.int32),
            self.skill[kept],
            self.level[kept],
            self.month[kept],
            self.vouched[kept],
        )

    def shifted(self, people: int) -> SkillTable:
        """The claims with every person this many places later."""
        return replace(self, person=self.person + np.int32(people))

    def joined(self, other: SkillTable) -> SkillTable:
        """The claims of both."""
        codes = tuple(dict.fromkeys(self.codes + other.codes))
        renumbered = np.array([codes.index(code) for code in other.codes], np.int32)
        return SkillTable(
            codes,
            np.concatenate([self.person, other.person]),
            np.concatenate([self.skill, renumbered[other.skill]]),
            np.concatenate([self.level, other.level]),
            np.concatenate([self.month, other.month]),
            np.concatenate([self.vouched, other.vouched]),
        )


def skill_table(people: Sequence[PersonProfile], vocabulary: Vocabulary) -> SkillTable:
    """The claims of people in their order; old codes are read as the skills they were merged into."""
    codes: dict[str, int] = {}
    columns: list[tuple[int, int, int, int, bool]] = []
    for place, person in enumerate(people):
        for claim in person.claims:
            known = vocabulary.find(claim.skill)
            skill = codes.setdefault(known.code if known else claim.skill, len(codes))
            vouched = endorsed_elsewhere(claim, person.home_institute_id)
            columns.append((place, skill, claim.level, _month(claim.last_used), vouched))
    person_, skill_, level, month, vouched_ = zip(*columns, strict=True) if columns else ((), (), (), (), ())
    return SkillTable(
        tuple(codes),
        np.array(person_, np.int32),
        np.array(skill_, np.int32),
        np.array(level, np.int8),
        np.array(month, np.int32),
        np.array(vouched_, np.bool_),
    )


def skill_scores(
    table: SkillTable,
    required: Sequence[SkillRequirement],
    people: int,
    vocabulary: Vocabulary,
    today: date | None,
) -> Floats:
    """The fit of each of ``people`` people, float32 [people] in [0, 1]. An unknown skill is a ``KeyError``."""
    if not required:
        return np.ones(people, np.float32)
    total = np.zeros(people, np.float32)
    for one in required:
        best = np.zeros(people, np.float32)
        for code, worth in _accepted(one, vocabulary):
            held, parts = _parts(table, code, one.level, worth, today)
            np.maximum.at(best, table.person[held], parts)
        total += np.float32(one.weight) * best
    return total / np.float32(sum(one.weight for one in required))


def skill_fits(
    table: SkillTable,
    required: Sequence[SkillRequirement],
    people: Sequence[int],
    vocabulary: Vocabulary,
    today: date | None,
) -> dict[int, tuple[SkillFit, ...]]:
    """The reasons behind the fit of a few people (places in the table): a line for each requirement in order."""
    place = np.full(int(table.person.max(initial=0)) + max(people, default=0) + 1, -1, np.int64)
    place[list(people)] = people
    few = table.moved(place)
    return {person: tuple(_fit(few, one, person, vocabulary, today) for one in required) for person in people}


def _fit(table: SkillTable, one: SkillRequirement, person: int, vocabulary: Vocabulary, today: date | None) -> SkillFit:
    best = SkillFit(one, Meeting.MISSING, None, None, 0.0)
    for code, worth in _accepted(one, vocabulary):
        held, parts = _parts(table, code, one.level, worth, today)
        for claim, part in zip(held[table.person[held] == person], parts[table.person[held] == person], strict=True):
            if part <= best.part:
                continue
            level = Level(int(table.level[claim]))
            own = Meeting.MET if level >= one.level else Meeting.BELOW
            best = SkillFit(one, own if worth == 1 else Meeting.SIBLING, code, level, float(part))
    return best


def _accepted(one: SkillRequirement, vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """The skills that count for a requirement and their worth, the skill itself first."""
    skill = vocabulary.get(one.skill)
    return [(skill.code, 1.0), *((near, SIBLING) for near in sorted(vocabulary.siblings(skill.code)))]


def _parts(
    table: SkillTable, code: str, needed: Level, worth: float, today: date | None
) -> tuple[npt.NDArray[np.int64], Floats]:
    """The claims of one skill (places in the table) and what each earns towards the needed level."""
    if code not in table.codes:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    held = np.flatnonzero(table.skill == table.codes.index(code))
    parts = np.minimum(1.0, table.level[held] / float(needed))
    if today is not None:
        idle = np.where(table.month[held] == UNKNOWN_MONTH, 0, np.maximum(0, _month(today) - table.month[held]))
        parts *= 0.5 ** (idle / HALF_LIFE_MONTHS)
    parts = worth * np.minimum(1.0, np.where(table.vouched[held], ENDORSED_ELSEWHERE, 1.0) * parts)
    return held, parts.astype(np.float32)


def _month(day: date | None) -> int:
    return UNKNOWN_MONTH if day is None else day.year * 12 + day.month - 1
