"""From a round to the model that every step of the search works on."""

from __future__ import annotations

from exchange.scheduling.columns import build_catalogue
from exchange.scheduling.eligibility import eligible_slots
from exchange.scheduling.index import build_index
from exchange.scheduling.limits import Model, open_limits
from exchange.scheduling.problem import Problem
from exchange.scheduling.validity import require_valid


def build_model(problem: Problem) -> Model:
    """Columns and limits of the round; ProblemError with sentences where it makes no sense."""
    require_valid(problem)
    index = build_index(problem)
    return Model(index, build_catalogue(index, eligible_slots(index)), open_limits(index))
