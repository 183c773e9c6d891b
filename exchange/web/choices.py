"""Lists to choose from that several forms share: skills, levels, clearance levels."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import BooleanField, FieldList, FormField, SelectChoice, SelectField
from wtforms import Form as PlainForm

from exchange.domain.clearance_schemes import LEVELS
from exchange.domain.skills import Level, vocabulary

SKILL_ROWS = 6
LEVEL_WORDS = {
    Level.AWARENESS: "Awareness",
    Level.WORKING: "Working",
    Level.PRACTITIONER: "Practitioner",
    Level.EXPERT: "Expert",
}


def skills() -> list[SelectChoice]:
    """Every skill of the vocabulary, by group."""
    return [SelectChoice("", "None")] + [
        SelectChoice(skill.code, skill.label, optgroup=skill.group) for skill in vocabulary().skills
    ]


def levels() -> list[SelectChoice]:
    return [SelectChoice(str(level.value), words) for level, words in LEVEL_WORDS.items()]


def clearances() -> list[SelectChoice]:
    """Every clearance level of the network's schemes, by scheme."""
    return [SelectChoice("", "None")] + [
        SelectChoice(level.key, level.name, optgroup=level.scheme.name) for level in LEVELS
    ]


class SkillRow(PlainForm):
    """One skill that is asked for. Without a token of its own: the form around it has one."""

    skill = SelectField("Skill", choices=skills, default="")
    level = SelectField("At least", choices=levels, default="2")
    must = BooleanField("Must have")


def skill_rows(label: str = "Skills") -> FieldList:
    """A list of rows for a form; empty rows are left out by ``chosen``."""
    return FieldList(FormField(SkillRow), label, min_entries=SKILL_ROWS, max_entries=SKILL_ROWS * 4)


def chosen(rows: FieldList) -> tuple[tuple[str, int, bool], ...]:
    """The rows that name a skill, as (code, level, must)."""
    return tuple(
        (row.form.skill.data, int(row.form.level.data), bool(row.form.must.data)) for row in rows if row.form.skill.data
    )


def typed(skills_asked: Iterable[tuple[str, int, bool]]) -> list[dict[str, object]]:
    """Stored skills as the rows of a form, with empty ones behind them."""
    rows: list[dict[str, object]] = [
        {"skill": code, "level": str(level), "must": must} for code, level, must in skills_asked
    ]
    return rows + [{} for _ in range(max(1, SKILL_ROWS - len(rows)))]
