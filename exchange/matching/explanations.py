"""Why an answer is as it is: each figure is the difference to an answer that was really searched for.

When something is forced or changed, the round is solved again under the same objective. Among equally good answers the
one that keeps most of what stands is taken, so that nobody moves without need.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.answer import Answer
from exchange.matching.assignment import assign, assign_model
from exchange.matching.highs import Effort, solve_relaxed
from exchange.matching.rows import Model, RowName, build_model

if TYPE_CHECKING:
    import numpy.typing as npt

    from exchange.matching.problem import Problem

    Bools = npt.NDArray[np.bool_]
    Key = tuple[int, int]

KEEP = 1e-6  # what keeping a pair counts in a search for an explanation: it decides ties and nothing else
EXACT = Effort(seconds=30.0, gap=1e-7)


@dataclass(frozen=True, slots=True)
class Why:
    """What a chosen pair brings. ``serves`` are places of requirements of the opening that the person counts towards.

    ``loss`` is what the answer loses without this pair, ``worst`` the mean of the worst-off team then; ``joins`` and
    ``leaves`` are the pairs (person id, opening id) by which that answer differs.
    """

    affinity: float
    serves: tuple[int, ...]
    loss: float
    worst: float
    joins: tuple[Key, ...]
    leaves: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a pair was not chosen: ruled out before, blocked by what is confirmed, or worse by ``loss``.

    ``reasons`` are the sentences of what barred it, ``guarded`` those for a few. ``blocked_by`` are rules that
    the pair and what is confirmed would break together. Otherwise ``loss`` is what forcing the pair costs, ``needed``
    the affinity at which it would cost nothing, and ``joins`` and ``leaves`` what else would change.
    """

    listed: bool
    reasons: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    blocked_by: tuple[RowName, ...] = ()
    loss: float | None = None
    needed: float | None = None
    worst: float | None = None
    joins: tuple[Key, ...] = ()
    leaves: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit more of a rule's limit, or one head less of a demand, is worth by the linear relaxation: about."""

    row: RowName
    about: float


def why(problem: Problem, answer: Answer, person_id: int, opening_id: int, effort: Effort = EXACT) -> Why:
    """What a chosen pair brings. Raises ``KeyError`` when it was not chosen, ``ValueError`` when it is confirmed."""
    if (person_id, opening_id) not in answer.chosen:
        raise KeyError(f"Person {person_id} was not chosen for opening {opening_id}; ask why not instead.")
    model = build_model(problem)
    column = _column(problem, person_id, opening_id)
    pair = problem.pairs[column]
    if pair.confirmed:
        raise ValueError(f"Person {person_id} is confirmed for opening {opening_id}, so nothing was decided.")
    upper = model.programme.upper.copy()
    upper[column] = 0
    other = _again(problem, replace(model, programme=replace(model.programme, upper=upper)), answer, effort)
    person = next(one for one in problem.people if one.id == person_id)
    opening = next(one for one in problem.openings if one.id == opening_id)
    serves = tuple(place for place, asked in enumerate(opening.requirements) if asked.met_by(person))
    joins, leaves = _moves(answer, other)
    return Why(pair.affinity, serves, _loss(problem, model, answer, other), other.worst, joins, leaves)


def why_not(problem: Problem, answer: Answer, person_id: int, opening_id: int, effort: Effort = EXACT) -> WhyNot:
    """Why a pair was not chosen, with the exact loss of forcing it. Raises ``KeyError`` when it was chosen."""
    if (person_id, opening_id) in answer.chosen:
        raise KeyError(f"Person {person_id} was chosen for opening {opening_id}; ask why instead.")
    if not any((pair.person_id, pair.opening_id) == (person_id, opening_id) for pair in problem.pairs):
        barred = [one for one in problem.barred if (one.person_id, one.opening_id) == (person_id, opening_id)]
        return WhyNot(
            listed=False,
            reasons=tuple(reason for one in barred for reason in one.reasons),
            guarded=tuple(reason for one in barred for reason in one.guarded),
        )
    model = build_model(problem)
    column = _column(problem, person_id, opening_id)
    lower = model.programme.lower.copy()
    lower[column] = 1
    over = model.programme.matrix @ np.where(np.arange(len(lower)) < model.pairs, lower, 0)
    blocked = tuple(model.rows[row] for row in np.flatnonzero(over > model.programme.row_upper + 1e-6))
    if blocked:
        return WhyNot(listed=True, blocked_by=blocked)
    other = _again(problem, replace(model, programme=replace(model.programme, lower=lower)), answer, effort)
    loss = _loss(problem, model, answer, other)
    joins, leaves = _moves(answer, other)
    return WhyNot(
        listed=True,
        loss=loss,
        needed=problem.pairs[column].affinity + max(0.0, loss),
        worst=other.worst,
        joins=joins,
        leaves=leaves,
    )


def worth(problem: Problem, answer: Answer, changed: Problem, effort: Effort = EXACT) -> float:
    """What a change of the round is worth: the value of its best answer less that of ``answer``.

    The functions of ``changes`` make the usual changes: one more head, a skill, a mark, a larger budget.
    """
    return assign(changed, answer.objective, effort).value - value_of(problem, answer)


def bottlenecks(problem: Problem, most: int = 10, effort: Effort = EXACT) -> tuple[Price, ...]:
    """The rules that cost most, by the duals of the linear relaxation of the best total. Approximate."""
    model = build_model(problem)
    duals = solve_relaxed(model.programme, effort).row_duals
    order = np.argsort(-np.abs(duals), kind="stable")[:most]
    return tuple(Price(model.rows[row], abs(float(duals[row]))) for row in order if abs(duals[row]) > 1e-6)


def value_of(problem: Problem, answer: Answer) -> float:
    """The value of an answer under the prices of a problem with the same pairs."""
    model = build_model(problem)
    return model.value(_chosen(problem, answer))


def _again(problem: Problem, model: Model, answer: Answer, effort: Effort) -> Answer:
    """The best answer of a changed model that keeps most of a known one."""
    cost = model.programme.cost.copy()
    cost[: model.pairs] += KEEP * _chosen(problem, answer)
    return assign_model(
        problem, replace(model, programme=replace(model.programme, cost=cost)), answer.objective, effort
    )


def _loss(problem: Problem, model: Model, answer: Answer, other: Answer) -> float:
    return model.value(_chosen(problem, answer)) - model.value(_chosen(problem, other))


def _moves(answer: Answer, other: Answer) -> tuple[tuple[Key, ...], tuple[Key, ...]]:
    before, after = set(answer.chosen), set(other.chosen)
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def _chosen(problem: Problem, answer: Answer) -> Bools:
    keys = set(answer.chosen)
    return np.array([(pair.person_id, pair.opening_id) in keys for pair in problem.pairs], np.bool_)


def _column(problem: Problem, person_id: int, opening_id: int) -> int:
    return next(
        place
        for place, pair in enumerate(problem.pairs)
        if (pair.person_id, pair.opening_id) == (person_id, opening_id)
    )
