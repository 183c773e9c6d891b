"""What a round of team assignment ends in: who takes which opening, what is missing, how good it is and could be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from exchange.matching.rows import Model, Rule

if TYPE_CHECKING:
    import numpy.typing as npt

    from exchange.matching.fairness import FairBound
    from exchange.matching.problem import Objective, Problem


class Ending(StrEnum):
    """Why the search ended."""

    PROVEN = "nothing better exists"
    TIME = "the time was over"
    STOPPED = "somebody stopped it"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What an opening lacks: ``missing`` heads of those it asks for, or of one of its requirements."""

    opening_id: int
    requirement: int | None
    label: str
    missing: int


@dataclass(frozen=True, slots=True)
class TeamFigure:
    """The mean affinity of a team: the sum over those who join, by the heads it asks for."""

    team_id: int
    mean: float


@dataclass(frozen=True, slots=True)
class Answer:
    """``chosen`` holds (person id, opening id). ``value`` is the total less prices, ``bound`` what none can exceed.

    ``gap`` is how much better an answer might still be by the objective that was asked for, as a share of the bound.
    ``fair_bound`` is the mean that the worst-off team could have at most; None unless the floor was asked for. Where it
    is ``fair_whole`` some choice reaches it; otherwise it is that of divided people, and perhaps no choice does.
    """

    objective: Objective
    chosen: tuple[tuple[int, int], ...]
    shortfalls: tuple[Shortfall, ...]
    teams: tuple[TeamFigure, ...]
    value: float
    bound: float
    gap: float
    fair_bound: float | None
    ending: Ending
    fair_whole: bool = False

    @property
    def worst(self) -> float:
        """The mean affinity of the worst-off team, 0 without teams."""
        return min((team.mean for team in self.teams), default=0.0)


def answer_of(
    problem: Problem,
    model: Model,
    chosen: npt.NDArray[np.bool_],
    *,
    objective: Objective,
    bound: float,
    gap: float,
    fair_bound: FairBound | None,
    ending: Ending,
) -> Answer:
    """Put a choice of pairs into words and figures."""
    picked = [problem.pairs[place] for place in np.flatnonzero(chosen)]
    value = model.value(chosen)
    return Answer(
        objective=objective,
        chosen=tuple(sorted((pair.person_id, pair.opening_id) for pair in picked)),
        shortfalls=_shortfalls(problem, model, chosen),
        teams=team_figures(problem, {(pair.person_id, pair.opening_id): pair.affinity for pair in picked}),
        value=value,
        bound=max(bound, value),
        gap=gap,
        fair_bound=fair_bound.mean if fair_bound else None,
        fair_whole=fair_bound is not None and fair_bound.whole,
        ending=ending,
    )


def team_figures(problem: Problem, chosen: dict[tuple[int, int], float]) -> tuple[TeamFigure, ...]:
    """The mean affinity of every team for (person id, opening id) pairs and their affinities."""
    team_of = {opening.id: opening.team_id for opening in problem.openings}
    heads: dict[int, int] = {}
    for opening in problem.openings:
        heads[opening.team_id] = heads.get(opening.team_id, 0) + opening.heads
    total = dict.fromkeys(heads, 0.0)
    for (_, opening_id), affinity in chosen.items():
        total[team_of[opening_id]] += affinity
    return tuple(TeamFigure(team, total[team] / heads[team]) for team in heads)


def _shortfalls(problem: Problem, model: Model, chosen: npt.NDArray[np.bool_]) -> tuple[Shortfall, ...]:
    openings = {opening.id: opening for opening in problem.openings}
    missing = np.rint(model.completed(chosen)[model.pairs :]).astype(int)
    found = []
    for row, number in zip(model.elastic, missing.tolist(), strict=True):
        name = model.rows[row]
        if number and name.opening_id is not None:
            opening = openings[name.opening_id]
            asked = None if name.rule is Rule.HEADS else name.requirement
            label = "people" if asked is None else opening.requirements[asked].label
            found.append(Shortfall(opening.id, asked, label, number))
    return tuple(found)
