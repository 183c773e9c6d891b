"""Rounds and answers as JSON, for the process that solves them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from exchange.domain.skills import Level
from exchange.matching.answer import Answer, Ending, Shortfall, TeamFigure
from exchange.matching.problem import (
    Barred,
    LendingBudget,
    Objective,
    Opening,
    Pair,
    Person,
    Problem,
    Requirement,
)

if TYPE_CHECKING:
    from pathlib import Path


class RoundFileError(Exception):
    """The file does not hold a round or an answer; the message says why."""


def write_problem(problem: Problem, path: Path) -> None:
    """Write a round; ``read_problem`` gives an equal one."""
    raw = asdict(problem)
    del raw["periods"]
    for person in raw["people"]:
        person["marks"] = sorted(person["marks"])
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")


def read_problem(path: Path) -> Problem:
    """Read a round. Raises ``RoundFileError`` when the file is no round or the round makes no sense."""
    raw = _read(path)
    try:
        return Problem(
            people=tuple(_person(one) for one in raw["people"]),
            openings=tuple(_opening(one) for one in raw["openings"]),
            pairs=tuple(Pair(**one) for one in raw["pairs"]),
            budgets=tuple(LendingBudget(**one) for one in raw["budgets"]),
            barred=tuple(Barred(**{**one, "reasons": tuple(one["reasons"])}) for one in raw["barred"]),
            incumbent_bonus=raw["incumbent_bonus"],
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise RoundFileError(f"{path.name} does not hold a round of assignment: {cause}") from cause


def write_answer(answer: Answer, path: Path) -> None:
    """Write an answer in one step; ``read_answer`` gives an equal one."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(asdict(answer), ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read_answer(path: Path) -> Answer:
    """Read an answer. Raises ``RoundFileError`` when the file holds none."""
    raw = _read(path)
    try:
        return Answer(
            objective=Objective(raw["objective"]),
            chosen=tuple((int(person), int(opening)) for person, opening in raw["chosen"]),
            shortfalls=tuple(Shortfall(**one) for one in raw["shortfalls"]),
            teams=tuple(TeamFigure(**one) for one in raw["teams"]),
            value=raw["value"],
            bound=raw["bound"],
            gap=raw["gap"],
            fair_bound=raw["fair_bound"],
            ending=Ending(raw["ending"]),
        )
    except (KeyError, TypeError, ValueError) as cause:
        raise RoundFileError(f"{path.name} does not hold an answer: {cause}") from cause


def _read(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds; the readers above check it
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise RoundFileError(f"{path.name} cannot be read as JSON: {cause}") from cause


def _person(raw: dict[str, Any]) -> Person:
    return Person(
        id=raw["id"],
        institute_id=raw["institute_id"],
        capacity=raw["capacity"],
        availability=tuple(raw["availability"]),
        skills=tuple((skill, Level(level)) for skill, level in raw["skills"]),
        marks=frozenset(raw["marks"]),
    )


def _opening(raw: dict[str, Any]) -> Opening:
    requirements = tuple(
        Requirement(**{**one, "level": None if one["level"] is None else Level(one["level"])})
        for one in raw["requirements"]
    )
    return Opening(**{**raw, "periods": tuple(raw["periods"]), "requirements": requirements})
