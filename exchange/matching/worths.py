"""What one more is worth to an answer: one more seat, one more person, one more who meets a demand.

The person is imagined: free, sent by nobody's budget, and as fitting as the middle of those who may take the opening.
So a figure says what recruiting, training or vetting somebody would bring, and nothing about anybody who is there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from exchange.matching.assignment import assign
from exchange.matching.changes import replace_problem, with_head
from exchange.matching.explanations import value_of
from exchange.matching.highs import Effort
from exchange.matching.problem import Opening, Pair, Person, Problem, Requirement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exchange.matching.answer import Answer

ONE = Effort(seconds=5.0, gap=1e-6)
NOBODY = -1  # the id of the person and of the institute that are imagined
MIDDLE = 0.5  # how fitting where nobody may take the opening


@dataclass(frozen=True, slots=True)
class Worth:
    """What one more of something is worth, in the unit of affinities. ``requirement`` is a place, or None."""

    opening_id: int
    what: str  # "seat", "person" or "demand"
    requirement: int | None
    label: str
    value: float


def worths(problem: Problem, answer: Answer, seconds: float) -> tuple[Worth, ...]:
    """The worth of one more for every opening, those that lack something first, until the time is over."""
    ends = time.monotonic() + seconds
    lacking = {short.opening_id for short in answer.shortfalls}
    before = value_of(problem, answer)
    found: list[Worth] = []
    for opening in sorted(problem.openings, key=lambda one: (one.id not in lacking, one.id)):
        for what, place, label, changed in _changes(problem, opening):
            if time.monotonic() > ends:
                return tuple(found)
            value = assign(changed, answer.objective, ONE).value - before
            found.append(Worth(opening.id, what, place, label, value))
    return tuple(found)


def _changes(problem: Problem, opening: Opening) -> Iterator[tuple[str, int | None, str, Problem]]:
    yield "seat", None, "One more seat", with_head(problem, opening.id)
    yield "person", None, "One more person", _with_somebody(problem, opening, None)
    for place, asked in enumerate(opening.requirements):
        yield "demand", place, asked.label, _with_somebody(problem, opening, asked)


def _with_somebody(problem: Problem, opening: Opening, asked: Requirement | None) -> Problem:
    listed = [pair.affinity for pair in problem.pairs if pair.opening_id == opening.id]
    skills = ((asked.skill, asked.level),) if asked and asked.skill and asked.level else ()
    marks = frozenset({asked.mark}) if asked and asked.mark else frozenset()
    institute = asked.institute_id if asked and asked.institute_id is not None else NOBODY
    somebody = Person(NOBODY, institute, 1, (1.0,) * problem.periods, skills, marks)
    pair = Pair(NOBODY, opening.id, median(listed) if listed else MIDDLE)
    return replace_problem(problem, people=(*problem.people, somebody), pairs=(*problem.pairs, pair))
