"""A round of team assignment as values: people, the openings of teams, who may take which, and the rules around them.

Who is eligible is decided before and elsewhere: only the pairs listed may be chosen, and why another pair may not is
carried along as sentences that nobody reads here. Periods are numbered from 0 and of equal length, such as months.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from exchange.domain.skills import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Objective(StrEnum):
    """What is best: the worst-off team and then the total, the total alone, or it with the bottom third lifted."""

    FLOOR = "floor"
    TOTAL = "total"
    LIFT = "lift"


@dataclass(frozen=True, slots=True)
class Person:
    """``capacity`` is the number of openings at most; ``availability`` the free share of time in each period, 0 to 1.

    ``marks`` are opaque facts that requirements may ask for, such as a clearance or a language.
    """

    id: int
    institute_id: int
    capacity: int
    availability: tuple[float, ...]
    skills: tuple[tuple[str, Level], ...] = ()
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Requirement:
    """At least ``heads`` of those who take the opening have a skill at a level, a mark, or come from an institute.

    Exactly one of ``skill`` (with ``level``), ``mark`` and ``institute_id`` is given. ``penalty`` is the loss for each
    head missing, in the unit of affinities.
    """

    label: str
    heads: int = 1
    skill: str | None = None
    level: Level | None = None
    mark: str | None = None
    institute_id: int | None = None
    penalty: float = 2.0

    def __post_init__(self) -> None:
        given = [one for one in (self.skill, self.mark, self.institute_id) if one is not None]
        if len(given) != 1 or (self.skill is None) != (self.level is None):
            raise ValueError(f"“{self.label}” must ask for one thing: a skill with its level, a mark or an institute.")
        if self.heads < 1 or self.penalty <= 0:
            raise ValueError(f"“{self.label}” must ask for at least one head, with a penalty above 0.")

    def met_by(self, person: Person) -> bool:
        """Whether a person counts towards this requirement."""
        if self.skill is not None and self.level is not None:
            return any(skill == self.skill and level >= self.level for skill, level in person.skills)
        return self.mark in person.marks if self.mark is not None else person.institute_id == self.institute_id


@dataclass(frozen=True, slots=True)
class Opening:
    """One role of a team: ``heads`` people, each for ``share`` of their time in each of ``periods``.

    ``from_one_institute`` is the most of them that one institute may send, None for no rule.
    """

    id: int
    team_id: int
    heads: int
    share: float
    periods: tuple[int, ...]
    requirements: tuple[Requirement, ...] = ()
    from_one_institute: int | None = None
    head_penalty: float = 5.0


@dataclass(frozen=True, slots=True)
class Pair:
    """A person who may take an opening. ``incumbent`` holds it now; ``confirmed`` stays whatever the rules say."""

    person_id: int
    opening_id: int
    affinity: float
    incumbent: bool = False
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Barred:
    """A pair that was ruled out before. ``reasons`` are sentences for everybody, ``guarded`` ones for a few.

    Both are carried along and read by nobody here.
    """

    person_id: int
    opening_id: int
    reasons: tuple[str, ...]
    guarded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LendingBudget:
    """The most that an institute lends: the sum of share times periods over its people."""

    institute_id: int
    amount: float


@dataclass(frozen=True)
class Problem:
    """Everything to be decided at once. ``incumbent_bonus`` is what keeping a standing pair is worth."""

    people: tuple[Person, ...]
    openings: tuple[Opening, ...]
    pairs: tuple[Pair, ...]
    budgets: tuple[LendingBudget, ...] = ()
    barred: tuple[Barred, ...] = ()
    incumbent_bonus: float = 0.02
    periods: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "periods", max((len(person.availability) for person in self.people), default=0))
        faults = _faults(self)
        if faults:
            raise ValueError(" ".join(faults[:5]))


def _faults(problem: Problem) -> list[str]:
    """What makes no sense in a problem, as sentences."""
    return [
        *_repeats("Person", (person.id for person in problem.people)),
        *_repeats("Opening", (opening.id for opening in problem.openings)),
        *_repeats("The pair", ((pair.person_id, pair.opening_id) for pair in problem.pairs)),
        *_repeats("The budget of institute", (budget.institute_id for budget in problem.budgets)),
        *_pair_faults(problem),
        *(fault for person in problem.people for fault in _person_faults(person, problem.periods)),
        *(fault for opening in problem.openings for fault in _opening_faults(opening, problem.periods)),
    ]


def _repeats(kind: str, ids: Iterable[object]) -> list[str]:
    return [f"{kind} {one} is there twice." for one, times in Counter(ids).items() if times > 1]


def _pair_faults(problem: Problem) -> Iterator[str]:
    people = {person.id for person in problem.people}
    openings = {opening.id for opening in problem.openings}
    for pair in problem.pairs:
        if pair.person_id not in people or pair.opening_id not in openings:
            yield f"Pair {pair.person_id}, {pair.opening_id} names somebody or something that is not there."
        if not 0 <= pair.affinity <= 1:
            yield f"The affinity of {pair.person_id} and {pair.opening_id} is not between 0 and 1."


def _person_faults(person: Person, periods: int) -> Iterator[str]:
    if len(person.availability) != periods:
        yield f"Person {person.id} has {len(person.availability)} periods, others {periods}."
    if person.capacity < 0 or not all(0 <= share <= 1 for share in person.availability):
        yield f"Person {person.id} has a capacity below 0 or a share of time outside 0 to 1."


def _opening_faults(opening: Opening, periods: int) -> list[str]:
    faults = []
    if opening.heads < 1:
        faults.append(f"Opening {opening.id} asks for {opening.heads} people; it needs at least one.")
    if not 0 < opening.share <= 1:
        faults.append(
            f"Opening {opening.id} takes {opening.share:g} of a person's time; it must be above 0 and up to 1."
        )
    if not opening.periods:
        faults.append(f"Opening {opening.id} has an empty window. Give it at least one period.")
    elif min(opening.periods) < 0 or max(opening.periods) >= periods:
        faults.append(f"Opening {opening.id} reaches beyond the {periods} periods of the round.")
    return faults
