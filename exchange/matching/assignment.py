"""The best teams for a round: build the rows, set the objective, search, and say what came out."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.answer import Answer, Ending, answer_of
from exchange.matching.fairness import FairBound, floors, means_alone, team_means, with_dearest, with_floors, with_lift
from exchange.matching.highs import Effort, Programme, Solution, solve_relaxed, solve_whole
from exchange.matching.neighbourhoods import dive, improve
from exchange.matching.problem import Objective, Problem
from exchange.matching.rows import Model, build_model

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Report = Callable[["Progress"], bool]

SHARE_OF_TOTAL = 0.5  # of the time of a fair search, for the best total that comes before it
ONE_SEARCH = 80_000  # pairs; above, the relaxation is rounded and improved part by part


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come: seconds since it began, best value so far (None without one), bound."""

    seconds: float
    value: float | None
    bound: float | None


def assign(
    problem: Problem,
    objective: Objective = Objective.FLOOR,
    effort: Effort | None = None,
    report: Report | None = None,
) -> Answer:
    """The best assignment that the effort allows, within every rule; what cannot be met is named as a shortfall.

    ``report`` is called with the progress now and then and stops the search by returning True: the best so far is kept.
    A search that ends by proof gives the same answer for the same seed.
    """
    return assign_model(problem, build_model(problem), objective, effort or Effort(), report)


def assign_model(
    problem: Problem, model: Model, objective: Objective, effort: Effort, report: Report | None = None
) -> Answer:
    """As ``assign``, for a model that may have been changed, such as by forcing a pair."""
    began = time.monotonic()
    goal = _goal(problem, model, objective, effort, report)
    left = replace(effort, seconds=max(0.1, effort.seconds - (time.monotonic() - began)))
    search = _Search(goal.programme, model, left, began, report)
    values, bound, ending = search.whole() if model.pairs <= ONE_SEARCH else search.parts()
    gap = max(0.0, bound - float(goal.programme.cost @ values)) / max(abs(bound), 1e-9)
    return answer_of(
        problem,
        model,
        np.rint(values[: model.pairs]).astype(np.bool_),
        objective=objective,
        bound=bound if goal.total_bound is None else goal.total_bound,
        gap=gap,
        fair_bound=goal.fair_bound,
        ending=ending,
    )


@dataclass(frozen=True, slots=True)
class _Goal:
    """The programme of an objective, with bounds on the worst-off mean and on the total where the objective differs."""

    programme: Programme
    fair_bound: FairBound | None = None
    total_bound: float | None = None


def _goal(problem: Problem, model: Model, objective: Objective, effort: Effort, report: Report | None) -> _Goal:
    programme = model.programme
    if objective is Objective.TOTAL or not model.pairs:
        return _Goal(programme)
    means = team_means(problem, model)
    if objective is Objective.FLOOR:
        programme = _no_dearer(model, effort, report)
        due, fair_bound = floors(programme, means, means_alone(problem, model), effort)
        return _Goal(with_floors(programme, means, due), fair_bound=fair_bound)
    relaxed = solve_relaxed(programme, effort)
    if relaxed.values is None:
        return _Goal(programme)
    heads: dict[int, float] = {}
    for opening in problem.openings:
        heads[opening.team_id] = heads.get(opening.team_id, 0) + opening.heads
    lifted = with_lift(programme, means, means @ relaxed.values, np.array(list(heads.values()), np.float64))
    return _Goal(lifted, total_bound=relaxed.bound)


def _no_dearer(model: Model, effort: Effort, report: Report | None) -> Programme:
    """The programme in which what is missing costs no more than in the best total that a part of the time finds."""
    programme = model.programme
    if not len(model.elastic):
        return programme
    part = replace(effort, seconds=effort.seconds * SHARE_OF_TOTAL)
    search = _Search(programme, model, part, time.monotonic(), report)
    values, _, _ = search.whole() if model.pairs <= ONE_SEARCH else search.parts()
    chosen = np.rint(values[: model.pairs]).astype(np.bool_)
    missing = model.completed(chosen)[model.pairs :]
    return with_dearest(programme, model.pairs, float(-programme.cost[model.pairs :] @ missing) + 1e-6)


@dataclass
class _Search:
    """One run over one programme."""

    programme: Programme
    model: Model
    effort: Effort
    began: float
    report: Report | None
    stopped: bool = False

    def whole(self) -> tuple[Floats, float, Ending]:
        """One exact search."""
        found = solve_whole(self.programme, self.effort, watch=self._watch)
        if found.values is None:
            return self._nothing_but_confirmed(), found.bound, self._ending(found)
        return found.values, found.bound, self._ending(found)

    def parts(self) -> tuple[Floats, float, Ending]:
        """Round the relaxation, then improve."""
        relaxed, values = dive(self.programme, self.effort)
        if values is None:
            values = self._nothing_but_confirmed()
        left = self.effort.seconds - (time.monotonic() - self.began)
        effort = replace(self.effort, seconds=max(0.0, left))
        values, self.stopped = improve(self.programme, self.model, values, relaxed.bound, effort, self._watch)
        near = relaxed.bound - float(self.programme.cost @ values) <= effort.gap * abs(relaxed.bound)
        return values, relaxed.bound, Ending.STOPPED if self.stopped else Ending.PROVEN if near else Ending.TIME

    def _watch(self, value: float, bound: float) -> bool:
        if self.report is None:
            return False
        known = [figure if np.isfinite(figure) and abs(figure) < 1e15 else None for figure in (value, bound)]
        self.stopped = self.report(Progress(time.monotonic() - self.began, known[0], known[1]))
        return self.stopped

    def _ending(self, found: Solution) -> Ending:
        if found.optimal:
            return Ending.PROVEN
        return Ending.STOPPED if self.stopped else Ending.TIME

    def _nothing_but_confirmed(self) -> Floats:
        """What always holds: only what is confirmed, and everything else short."""
        chosen = self.programme.lower[: self.model.pairs] > 0
        plain = self.model.completed(chosen)
        values = np.concatenate([plain, np.zeros(len(self.programme.cost) - len(plain))])
        reached = self.programme.matrix @ values
        below = np.maximum(0.0, self.programme.row_lower - reached)[len(self.model.rows) :]
        if len(plain) + len(below) == len(values):  # a column for each floor
            values[len(plain) :] = below
        return values
