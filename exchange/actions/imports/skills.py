"""Skills as a file asks for them, turned into codes of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable

from exchange.domain.skills import vocabulary
from exchange.files.cells import SkillAsked


def unknown(asked: Iterable[SkillAsked]) -> str | None:
    """A sentence naming the skills that the vocabulary does not have, or that the row asks for twice."""
    asked = tuple(asked)
    missing = [one.skill for one in asked if vocabulary().find(one.skill) is None]
    if missing:
        named = ", ".join(f"“{skill}”" for skill in missing)
        return f"{named}: not in the skills vocabulary. Use a code, label or alias of it, such as red-teaming."
    codes = [vocabulary().get(one.skill).code for one in asked]
    twice = sorted({code for code in codes if codes.count(code) > 1})
    return f"{', '.join(twice)}: asked for twice under two names. Keep one." if twice else None


def coded(asked: Iterable[SkillAsked]) -> dict[str, tuple[int, bool]]:
    """Code to level and whether it is a must."""
    return {vocabulary().get(one.skill).code: (one.level, one.must) for one in asked}


def spoken(levels: dict[str, tuple[int, bool]]) -> str:
    return ", ".join(f"{code}:{level}{' must' if must else ''}" for code, (level, must) in sorted(levels.items()))
