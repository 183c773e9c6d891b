"""The cheapest change that fills what an answer lacks, each one tried by solving the round again.

Some changes are of the opening alone (a lower share, fewer heads); others let in people whom a filter had ruled out
(a lower level of a skill that one must have), which only those who know the filters can say: these come as ``Ease``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.matching.assignment import assign
from exchange.matching.changes import replace_problem, same_demand, ways, with_opening
from exchange.matching.highs import Effort

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exchange.matching.answer import Answer, Shortfall
    from exchange.matching.problem import Opening, Pair, Problem

ONE = Effort(seconds=5.0, gap=1e-6)
NOT_WORTH = 4  # steps above which a change is no longer "the cheapest that fills it" but another demand


@dataclass(frozen=True, slots=True)
class Ease:
    """A change of an opening with the pairs it then has, as many ``steps`` away from what was asked."""

    sentence: str
    steps: int
    opening: Opening
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Eased:
    """What is short and the cheapest change tried that mends it; ``left`` is what is missing then.

    ``sentence`` is empty where nothing that was tried helps.
    """

    opening_id: int
    requirement: int | None
    label: str
    missing: int
    sentence: str
    left: int


def cheapest(problem: Problem, answer: Answer, eases: Iterable[Ease], seconds: float) -> tuple[Eased, ...]:
    """For each shortfall the cheapest change that fills it, or the one that fills most. Stops when the time is over."""
    ends = time.monotonic() + seconds
    known = tuple(eases)
    return tuple(_mended(problem, answer, short, known, ends) for short in answer.shortfalls)


def _mended(problem: Problem, answer: Answer, short: Shortfall, eases: tuple[Ease, ...], ends: float) -> Eased:
    best = Eased(short.opening_id, short.requirement, short.label, short.missing, "", short.missing)
    for _, sentence, changed, place in sorted(_changes(problem, short, eases), key=lambda one: one[0]):
        if best.left == 0 or time.monotonic() > ends:
            break
        again = assign(changed, answer.objective, ONE)
        left = sum(
            one.missing for one in again.shortfalls if (one.opening_id, one.requirement) == (short.opening_id, place)
        )
        if left < best.left:
            best = Eased(short.opening_id, short.requirement, short.label, short.missing, sentence, left)
    return best


def _changes(
    problem: Problem, short: Shortfall, eases: tuple[Ease, ...]
) -> Iterator[tuple[int, str, Problem, int | None]]:
    """Steps, sentence, changed round, and the place of the demand in it."""
    opening = next(one for one in problem.openings if one.id == short.opening_id)
    for sentence, steps, changed in ways(opening, short):
        if steps <= NOT_WORTH:
            yield steps, sentence, with_opening(problem, changed), same_demand(opening, changed, short.requirement)
    for ease in eases:
        if ease.opening.id == short.opening_id:
            yield ease.steps, ease.sentence, eased(problem, ease), short.requirement


def eased(problem: Problem, ease: Ease) -> Problem:
    """The round with the change made."""
    others = tuple(pair for pair in problem.pairs if pair.opening_id != ease.opening.id)
    listed = {(pair.person_id, pair.opening_id) for pair in ease.pairs}
    barred = tuple(one for one in problem.barred if (one.person_id, one.opening_id) not in listed)
    changed = tuple(ease.opening if one.id == ease.opening.id else one for one in problem.openings)
    return replace_problem(problem, openings=changed, pairs=(*others, *ease.pairs), barred=barred)
