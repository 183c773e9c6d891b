"""What the invented people work on, read from ``areas.toml`` beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Area:
    """``skills`` are codes of the vocabulary; the rest are phrases of publications."""

    code: str
    title: str
    skills: tuple[str, ...]
    subjects: tuple[str, ...]
    methods: tuple[str, ...]
    settings: tuple[str, ...]
    findings: tuple[str, ...]


def _read() -> tuple[Area, ...]:
    text = files("exchange.demo").joinpath("areas.toml").read_text(encoding="utf-8")
    return tuple(
        Area(
            code=area["code"],
            title=area["title"],
            skills=tuple(area["skills"]),
            subjects=tuple(area["subjects"]),
            methods=tuple(area["methods"]),
            settings=tuple(area["settings"]),
            findings=tuple(area["findings"]),
        )
        for area in tomllib.loads(text)["area"]
    )


AREAS = _read()
BY_CODE = {area.code: area for area in AREAS}
