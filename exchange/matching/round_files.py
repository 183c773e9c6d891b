"""Rounds and answers as JSON, for the process that solves them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from exchange.domain.skills import Level
from exchange.matching.answer import Answer, Ending, Shortfall, TeamFigure
from exchange.matching.easing import Ease
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
    from collections.abc import Iterable
    from pathlib import Path

    from exchange.matching.easing import Eased
    from exchange.matching.worths import Worth


class RoundFileError(Exception):
    """The file does not hold a round or an answer; the message says why."""


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """A round as plain values; ``problem_from_json`` gives an equal one."""
    raw = asdict(problem)
    del raw["periods"]
    for person in raw["people"]:
        person["marks"] = sorted(person["marks"])
    return raw


def problem_from_json(raw: dict[str, Any]) -> Problem:
    """A round from plain values.

    Raises:
        KeyError, TypeError, ValueError: the values are no round, or one that makes no sense.
    """
    return Problem(
        people=tuple(_person(one) for one in raw["people"]),
        openings=tuple(_opening(one) for one in raw["openings"]),
        pairs=tuple(Pair(**one) for one in raw["pairs"]),
        budgets=tuple(LendingBudget(**one) for one in raw["budgets"]),
        barred=tuple(_barred(one) for one in raw["barred"]),
        incumbent_bonus=raw["incumbent_bonus"],
    )


def eases_to_json(eases: Iterable[Ease]) -> list[dict[str, Any]]:
    """Changes that may be tried, as plain values."""
    return [asdict(one) for one in eases]


def eases_from_json(raw: list[dict[str, Any]]) -> tuple[Ease, ...]:
    """Changes that may be tried, from plain values."""
    return tuple(
        Ease(one["sentence"], one["steps"], _opening(one["opening"]), tuple(Pair(**pair) for pair in one["pairs"]))
        for one in raw
    )


def write_problem(problem: Problem, path: Path) -> None:
    """Write a round; ``read_problem`` gives an equal one."""
    write_json(problem_to_json(problem), path)


def read_problem(path: Path) -> Problem:
    """Read a round. Raises ``RoundFileError`` when the file is no round or the round makes no sense."""
    raw = read_json(path)
    try:
        return problem_from_json(raw)
    except (KeyError, TypeError, ValueError) as cause:
        raise RoundFileError(f"{path.name} does not hold a round of assignment: {cause}") from cause


def read_eases(path: Path) -> tuple[Ease, ...]:
    """The changes that may be tried, which stand beside the round in its file; none where there are none."""
    raw = read_json(path)
    try:
        return eases_from_json(raw.get("eases", []))
    except (KeyError, TypeError, ValueError) as cause:
        raise RoundFileError(f"{path.name} holds changes that make no sense: {cause}") from cause


def answer_from_json(raw: dict[str, Any]) -> Answer:
    """An answer from plain values.

    Raises:
        KeyError, TypeError, ValueError: the values are no answer.
    """
    return Answer(
        objective=Objective(raw["objective"]),
        chosen=tuple((int(person), int(opening)) for person, opening in raw["chosen"]),
        shortfalls=tuple(Shortfall(**one) for one in raw["shortfalls"]),
        teams=tuple(TeamFigure(**one) for one in raw["teams"]),
        value=raw["value"],
        bound=raw["bound"],
        gap=raw["gap"],
        fair_bound=raw["fair_bound"],
        fair_whole=raw.get("fair_whole", False),  # answers of before 2027 do not say
        ending=Ending(raw["ending"]),
    )


def write_answer(answer: Answer, path: Path) -> None:
    """Write an answer; ``read_answer`` gives an equal one."""
    write_json(asdict(answer), path)


def read_answer(path: Path) -> Answer:
    """Read an answer. Raises ``RoundFileError`` when the file holds none."""
    raw = read_json(path)
    try:
        return answer_from_json(raw)
    except (KeyError, TypeError, ValueError) as cause:
        raise RoundFileError(f"{path.name} does not hold an answer: {cause}") from cause


def write_explained(answer: Answer, eased: Iterable[Eased], worths: Iterable[Worth], path: Path) -> None:
    """Write an answer with what would help it, under ``answer``, ``eased`` and ``worths``."""
    more = {"eased": [asdict(one) for one in eased], "worths": [asdict(one) for one in worths]}
    write_json({"answer": asdict(answer), **more}, path)


def write_json(raw: dict[str, Any], path: Path) -> None:
    """Write plain values in one step: nobody ever reads half a file."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds; the readers above check it
    """Plain values from a file. Raises ``RoundFileError`` when it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise RoundFileError(f"{path.name} cannot be read as JSON: {cause}") from cause


def _barred(raw: dict[str, Any]) -> Barred:
    reasons, guarded = tuple(raw["reasons"]), tuple(raw.get("guarded", ()))
    return Barred(raw["person_id"], raw["opening_id"], reasons, guarded)


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
