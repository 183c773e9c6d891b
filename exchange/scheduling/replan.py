"""Replanning when life changes: slots for one person at once, an instant repair, and the most stable good plan.

The round is given as it is now (an opening closed, a person's dates changed, a slipped secondment confirmed at its new
dates); ``published`` is the plan as people know it. The instant repair keeps every placement that is still possible and
refills what is left; it takes a fraction of a second. The stability solve searches the whole round again with a bonus
for everything that stays as published (minimal perturbation; El Sakkout and Wallace, *Probe backtrack search for
minimal perturbation in dynamic scheduling*, 2000).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from exchange.scheduling.checker import check
from exchange.scheduling.columns import Columns, Keeping
from exchange.scheduling.compare import Diff, compare_placements
from exchange.scheduling.effort import Options, Progress, Run
from exchange.scheduling.explain import column_numbers, placements_of
from exchange.scheduling.greedy import insert_greedily
from exchange.scheduling.index import Bools, Ints
from exchange.scheduling.limits import Model
from exchange.scheduling.mending import mend
from exchange.scheduling.model import build_model
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.plan import Plan
from exchange.scheduling.portfolio import search
from exchange.scheduling.problem import Placement, Problem, placement_value, plan_value
from exchange.scheduling.reasons import Stay
from exchange.scheduling.report import UnlawfulPlanError
from exchange.scheduling.restricted import Work, choose_best
from exchange.scheduling.rows import build_rows


@dataclass(frozen=True, slots=True)
class Stability:
    """Bonus points: ``same`` for an identical placement; for the same opening ``opening`` less ``per_week`` moved."""

    same: int = 300
    opening: int = 120
    per_week: int = 15


@dataclass(frozen=True, slots=True)
class Replanned:
    """A proposal: the placements, their value, and what changes from the published plan."""

    placements: tuple[Placement, ...]
    value: int
    diff: Diff


DEFAULT_STABILITY = Stability()
DEFAULT_OPTIONS = Options(seconds=10.0)
REPAIR_SECONDS = 60.0  # a safety net: the repair's work is limited by counts
REFILL_COLUMNS = 800
REFILL_WORK = Work(seconds=0.1, iterations=2_000, nodes=50)


def _value_of(problem: Problem, placements: tuple[Placement, ...]) -> int:
    """The value of placements, some of whose people may have left the round."""
    people = {person.id: person for person in problem.candidates}
    return sum(placement_value(problem, row, people[row.candidate]) for row in placements if row.candidate in people)


def _known(model: Model, placements: tuple[Placement, ...]) -> tuple[Placement, ...]:
    """The placements whose person and opening are still in the round."""
    index = model.index
    return tuple(
        row for row in placements if row.candidate in index.candidate_number and row.opening in index.opening_number
    )


def _contested(model: Model, columns: Columns) -> Bools:
    """The columns that touch a limit which all of them together would overdraw, balances aside."""
    rows = build_rows(model)
    matrix = rows.matrix(columns)
    over = matrix @ np.ones(len(columns)) > rows.upper
    over[rows.base["balance"] :] = False
    contested: Bools = np.asarray(matrix[np.flatnonzero(over)].sum(axis=0)).ravel() > 0
    stays = np.bincount(columns.candidate, minlength=len(model.index.candidates))
    too_many: Bools = (stays > model.limits.placements)[columns.candidate]
    return contested | too_many


def _keep_what_is_possible(model: Model, published: tuple[Placement, ...]) -> Occupancy:
    """The published placements that still fit, the most valuable first; balances are looked after by the caller.

    Only those that compete for a limit need to be tried one by one.
    """
    state = Occupancy(model)
    columns = model.catalogue.columns(column_numbers(model, _known(model, published)))
    contested = _contested(model, columns)
    state.place_all(columns.number[~contested])
    for position in np.argsort(-columns.value, kind="stable").tolist():
        one = columns.take(np.array([position]))
        if contested[position] and state.fits(one, balance=False)[0]:
            state.place(int(one.number[0]))
    return state


def _refill(state: Occupancy, run: Run) -> bool:
    """Fill what is left, by branch and bound where that is quick: never worse than greedily, and mending balances.

    False where the kept placements are out of balance and nothing was found that mends it.
    """
    model, kept, balanced = state.model, state.numbers, state.balanced()
    if balanced:
        insert_greedily(state, np.arange(len(model.index.candidates)))
    greedy = np.setdiff1d(state.numbers, kept)
    for number in greedy.tolist():
        state.remove(number)
    slots = np.arange(len(model.catalogue.start))
    pool = model.catalogue.within(slots, state.longest_fitting(slots, balance=False))
    if len(pool) > REFILL_COLUMNS:
        chosen = np.argsort(-pool.value, kind="stable")[:REFILL_COLUMNS]
        pool = pool.take(np.union1d(chosen, np.flatnonzero(np.isin(pool.number, greedy))))
    start = np.isin(pool.number, greedy) if balanced else None
    found = choose_best(build_rows(model), pool, state.limits(), start, run, REFILL_WORK) if len(pool) else None
    if found is not None and found.chosen is not None:
        state.place_all(pool.number[found.chosen])
        return True
    state.place_all(greedy)
    return balanced


def _give_up_for_balance(state: Occupancy) -> None:
    """Drop the least valuable placements that tip a balance which nothing else could mend."""
    index = state.model.index
    while not state.balanced():
        placed = state.model.catalogue.columns(state.numbers)
        row, sign = index.pair_row[placed.home, placed.host], index.pair_sign[placed.home, placed.host]
        over = np.where(np.append(state.high, 0)[row] < 0, 1, np.where(np.append(state.low, 0)[row] > 0, -1, 0))
        tips = np.flatnonzero((row >= 0) & (over * sign > 0))
        if not len(tips):
            return
        state.remove(int(placed.number[tips[placed.value[tips].argmin()]]))


def _as_it_stands(state: Occupancy) -> Occupancy:
    """The same placements, where a balance that is still broken may stay as it is (facts never block a plan)."""
    limits = state.model.limits
    net = limits.balance_low - state.low
    low, high = np.minimum(limits.balance_low, net), np.maximum(limits.balance_high, net)
    relaxed = replace(limits, balance_low=low, balance_high=high)
    near = Occupancy(Model(state.index, state.model.catalogue, relaxed))
    near.place_all(state.numbers)
    return near


def _repaired(model: Model, published: tuple[Placement, ...]) -> Occupancy:
    run = Run(Options(seconds=REPAIR_SECONDS), None, None)
    state = _keep_what_is_possible(model, published)
    if not _refill(state, run):
        _give_up_for_balance(state)
        state = _as_it_stands(state)
        _refill(state, run)
    return state


def repair(problem: Problem, published: tuple[Placement, ...]) -> Replanned:
    """The instant repair: every published placement that is still possible stays, and what is left is refilled.

    ``problem`` is the round as it is now. Takes a fraction of a second up to a thousand people.
    """
    model = build_model(problem)
    return _proposal(problem, model, _repaired(model, published).numbers, published)


def _proposal(problem: Problem, model: Model, numbers: Ints, published: tuple[Placement, ...]) -> Replanned:
    placements = placements_of(model, numbers)
    broken = tuple(violation for violation in check(problem, placements) if not violation.inherited)
    if broken:
        raise UnlawfulPlanError(broken)
    value = plan_value(problem, placements)
    diff = compare_placements(published, placements, _value_of(problem, published), value)
    return Replanned(placements, value, diff)


def _with_bonus(model: Model, published: tuple[Placement, ...], stability: Stability) -> Model:
    """The model whose columns are also worth a bonus for staying as published."""
    catalogue, index = model.catalogue, model.index
    start = np.full(len(catalogue.start), -1, dtype=np.int64)
    weeks = np.zeros_like(start)
    for row in _known(model, published):
        slots = catalogue.slots_of(index.candidate_number[row.candidate])
        same = slots.start + np.flatnonzero(catalogue.opening[slots] == index.opening_number[row.opening])
        start[same], weeks[same] = row.start, row.weeks
    keeping = Keeping(start, weeks, stability.same, stability.opening, stability.per_week)
    return Model(index, replace(catalogue, keeping=keeping), model.limits)


def _balanced(model: Model, numbers: Ints) -> bool:
    state = Occupancy(model)
    state.place_all(numbers)
    return state.balanced()


def stabilise(
    problem: Problem,
    published: tuple[Placement, ...],
    options: Options = DEFAULT_OPTIONS,
    stability: Stability = DEFAULT_STABILITY,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replanned:
    """The best plan when staying as published is itself worth something; never worse in that sense than the repair.

    Progress reports value and bound with the bonus included.
    """
    run = Run(options, on_progress, should_stop)
    model = build_model(problem)
    first = _repaired(model, published).numbers
    start = first
    if not _balanced(model, first):
        model, start = mend(model, run)
    run.confirmed_value = plan_value(problem, problem.confirmed)
    search(_with_bonus(model, published, stability), run, start, first)
    numbers = run.best if run.best is not None else start
    return _proposal(problem, model, numbers, published)


def recommend(problem: Problem, plan: Plan, candidate: str, count: int = 5) -> tuple[Stay, ...]:
    """The best stays that are free for one person while everybody else stays where the plan has them, best first.

    One per opening and start, with its best length; empty where nothing is free.
    """
    model, _ = mend(build_model(problem), Run(Options(seconds=REPAIR_SECONDS), None, None))
    others = tuple(row for row in plan.placements if row.candidate != candidate)
    state = Occupancy(model)
    state.place_all(column_numbers(model, others))
    theirs = model.catalogue.slots_of(model.index.candidate_number[candidate])
    slots = np.arange(theirs.start, theirs.stop)
    columns = model.catalogue.within(slots, state.longest_fitting(slots))
    if not state.balanced():  # without the person a balance is broken: first those stays that put it right
        row = model.index.pair_row[columns.home, columns.host]
        low, high = np.append(state.low, 0)[row], np.append(state.high, 0)[row]
        move = model.index.pair_sign[columns.home, columns.host] * columns.weeks
        mending = (row >= 0) & (low <= move) & (move <= high)
        columns = columns.take(mending) if mending.any() else columns
    order = np.lexsort((columns.number, -columns.value))
    seen: set[tuple[int, int]] = set()
    found: list[Stay] = []
    for at in order.tolist():
        place = (int(columns.opening[at]), int(columns.start[at]))
        if place not in seen and len(found) < count:
            seen.add(place)
            opening = model.index.openings[place[0]].id
            found.append(Stay(opening, place[1], int(columns.weeks[at]), int(columns.value[at])))
    return tuple(found)
