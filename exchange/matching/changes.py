"""Changes of a round, each the smallest of its kind: what would have to give, or what one more would bring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from exchange.domain.skills import Level
from exchange.matching.assignment import assign
from exchange.matching.highs import Effort
from exchange.matching.problem import LendingBudget, Opening, Person, Problem, Requirement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exchange.matching.answer import Answer, Shortfall


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A change of an opening that makes a shortfall vanish. ``steps`` counts how much is given up; fewer is cheaper.

    ``value`` is that of the best answer of the changed round, ``others_short`` what is missing elsewhere in it.
    """

    sentence: str
    steps: int
    problem: Problem
    value: float
    others_short: int


def relaxations(
    problem: Problem, answer: Answer, short: Shortfall, effort: Effort | None = None
) -> tuple[Relaxation, ...]:
    """The changes that make a shortfall vanish, cheapest first; each was tried by solving the round again.

    Tried are: a lower level, fewer heads, less time, a period less at either end, one more from one institute.
    """
    opening = next(one for one in problem.openings if one.id == short.opening_id)
    found = []
    for sentence, steps, changed in ways(opening, short):
        relaxed = with_opening(problem, changed)
        again = assign(relaxed, answer.objective, effort or Effort(seconds=10, gap=1e-6))
        still = {(one.opening_id, one.requirement) for one in again.shortfalls}
        asked = same_demand(opening, changed, short.requirement)
        if (short.opening_id, asked) not in still:
            found.append(Relaxation(sentence, steps, relaxed, again.value, len(still)))
    return tuple(sorted(found, key=lambda one: (one.steps, -one.value)))


def with_head(problem: Problem, opening_id: int) -> Problem:
    """One more head asked for by an opening."""
    return with_opening(problem, _opened(problem, opening_id, lambda one: replace(one, heads=one.heads + 1)))


def with_skill(problem: Problem, person_id: int, skill: str, level: Level) -> Problem:
    """A person who has a skill at a level."""
    return _with_person(
        problem,
        person_id,
        lambda one: replace(
            one, skills=(*(held for held in one.skills if held[0] != skill or held[1] > level), (skill, level))
        ),
    )


def with_mark(problem: Problem, person_id: int, mark: str) -> Problem:
    """A person who has a mark, such as a clearance."""
    return _with_person(problem, person_id, lambda one: replace(one, marks=one.marks | {mark}))


def with_capacity(problem: Problem, person_id: int) -> Problem:
    """A person who may take one opening more."""
    return _with_person(problem, person_id, lambda one: replace(one, capacity=one.capacity + 1))


def with_budget(problem: Problem, institute_id: int, more: float) -> Problem:
    """An institute that lends more, in shares of time times periods."""
    budgets = tuple(
        LendingBudget(one.institute_id, one.amount + more) if one.institute_id == institute_id else one
        for one in problem.budgets
    )
    return replace_problem(problem, budgets=budgets)


def replace_problem(problem: Problem, **parts: object) -> Problem:
    """A problem with some of its parts replaced, checked anew."""
    fields = {name: getattr(problem, name) for name in ("people", "openings", "pairs", "budgets", "barred")}
    return Problem(**{**fields, "incumbent_bonus": problem.incumbent_bonus, **parts})


def ways(opening: Opening, short: Shortfall) -> Iterator[tuple[str, int, Opening]]:
    """Changed openings, each with a sentence and the number of steps given up."""
    if short.requirement is not None:
        yield from _ways_of_requirement(opening, short.requirement, short.missing)
    if short.missing < opening.heads and short.requirement is None:
        fewer = opening.heads - short.missing
        people = "1 person" if fewer == 1 else f"{fewer} people"
        yield f"Ask for {people} instead of {opening.heads}.", 3 * short.missing, replace(opening, heads=fewer)
    if opening.share > 0.1 + 1e-9:
        less = round(opening.share - 0.1, 3)
        yield f"Ask for {less:.0%} of their time instead of {opening.share:.0%}.", 1, replace(opening, share=less)
    if len(opening.periods) > 1:
        yield "Begin one period later.", 1, replace(opening, periods=opening.periods[1:])
        yield "End one period earlier.", 1, replace(opening, periods=opening.periods[:-1])
    if opening.from_one_institute is not None:
        more = opening.from_one_institute + 1
        yield f"Let one institute send {more}.", 1, replace(opening, from_one_institute=more)


def _ways_of_requirement(opening: Opening, place: int, missing: int) -> Iterator[tuple[str, int, Opening]]:
    asked = opening.requirements[place]
    if asked.level is not None:
        for level in range(asked.level - 1, 0, -1):
            lower = Level(level)
            sentence = f"Accept “{asked.label}” at the level {lower.name.lower()}."
            yield sentence, asked.level - level, _with_requirement(opening, place, replace(asked, level=lower))
    if missing < asked.heads:
        fewer = replace(asked, heads=asked.heads - missing)
        sentence = f"Ask for “{asked.label}” from {fewer.heads} instead of {asked.heads}."
        yield sentence, 2 * missing, _with_requirement(opening, place, fewer)
    yield f"Do without “{asked.label}”.", 4, _with_requirement(opening, place, None)


def _with_requirement(opening: Opening, place: int, changed: Requirement | None) -> Opening:
    kept = [*opening.requirements[:place], *([changed] if changed else []), *opening.requirements[place + 1 :]]
    return replace(opening, requirements=tuple(kept))


def same_demand(opening: Opening, changed: Opening, place: int | None) -> int | None:
    """Where the demand is in the changed opening; a place that does not exist once it was dropped."""
    dropped = len(changed.requirements) < len(opening.requirements)
    return len(opening.requirements) if dropped and place is not None else place


def _opened(problem: Problem, opening_id: int, change: Callable[[Opening], Opening]) -> Opening:
    return change(next(one for one in problem.openings if one.id == opening_id))


def with_opening(problem: Problem, changed: Opening) -> Problem:
    """The round with one opening replaced by its changed form."""
    openings = tuple(changed if one.id == changed.id else one for one in problem.openings)
    return replace_problem(problem, openings=openings)


def _with_person(problem: Problem, person_id: int, change: Callable[[Person], Person]) -> Problem:
    people = tuple(change(one) if one.id == person_id else one for one in problem.people)
    return replace_problem(problem, people=people)
