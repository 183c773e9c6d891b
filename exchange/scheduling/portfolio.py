"""Solve a round: a first plan at once, a proven bound, and a plan as near to it as the effort allows.

1. ``mending.py``   a lawful start where the balances need one
2. ``greedy.py``    the first plan
3. ``generation.py`` the linear relaxation over all columns: the bound, and prices for everything after
4. ``greedy.py``    again, by reduced value
5. exact            when few columns can be in a better plan: branch and bound over just those proves the best
6. ``dive.py``      follow the relaxation to a plan, fast and then more slowly
7. moves in turns, the one that has lately gained more per second first: ``neighbourhoods.py`` and, where seats bind,
   dives from part of the plan (``dive.py``); where money binds, ``restricted.py``; all three once nothing gains
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from exchange.scheduling.dive import Diver, DivingSearch
from exchange.scheduling.effort import Options, Progress, Run, StoppedBy
from exchange.scheduling.explain import column_numbers, placements_of
from exchange.scheduling.generation import Generated, generate
from exchange.scheduling.greedy import insert_greedily
from exchange.scheduling.index import Ints
from exchange.scheduling.limits import Model
from exchange.scheduling.losses import Losses
from exchange.scheduling.master import InteriorMaster, Master, SimplexMaster
from exchange.scheduling.mending import mend
from exchange.scheduling.model import build_model
from exchange.scheduling.neighbourhoods import MONEY_BINDS, SEATS_BIND, Neighbourhoods
from exchange.scheduling.occupancy import Occupancy
from exchange.scheduling.plan import Plan
from exchange.scheduling.pricing import Pricer
from exchange.scheduling.problem import Placement, Problem, plan_value
from exchange.scheduling.report import Outcome, build_plan
from exchange.scheduling.restricted import Found, Work, choose_best
from exchange.scheduling.rows import RowSpace, build_rows, needed_for_all

EXACT_UP_TO = 3_000  # columns: branch and bound over this many usually ends with a proof
VALUE_SHARE = 0.3  # of the plain value, added to the reduced value in the dual greedy
LOOSE_MONEY = 0.15  # of the median budget left by the greedy plan: then seats bind, not money
DIVE_SHARES = (0.06, 0.03)  # of the columns in use, fixed at each step of the first dives
MOVES = ("branch and bound", "neighbourhoods", "dives")
MOVES_WHERE_SEATS_BIND = ("dives", "neighbourhoods")
MOVES_WHERE_MONEY_BINDS = ("branch and bound", "neighbourhoods")
DEFAULT = Options()


@dataclass(slots=True)
class _Search:
    """The search for one model; each step improves ``run.best`` or ``run.bound``."""

    model: Model
    run: Run
    rows: RowSpace
    pricer: Pricer
    seats_bind: bool = False
    trail: list[str] = field(default_factory=list)

    def offer(self, numbers: Ints) -> None:
        value = int(self.model.catalogue.columns(numbers).value.sum()) + self.run.confirmed_value
        self.run.offer(numbers, value)
        self.note()

    def note(self) -> None:
        if self.run.value is not None:
            self.trail.append(f"{self.run.phase}: value {self.run.value}, bound {self.run.bound:.0f}")

    def greedy(self, start: Ints) -> Occupancy:
        self.run.enter("first plan")
        state = Occupancy(self.model)
        state.place_all(start)
        insert_greedily(state, np.arange(len(self.model.index.candidates)))
        self.offer(state.numbers)
        return state

    def master(self, state: Occupancy) -> Master:
        """Interior prices where most budgets are far from spent, so that seats and quotas bind; else the simplex."""
        left = state.purses / np.maximum(self.model.limits.purses, 1)
        self.seats_bind = float(np.median(left)) > LOOSE_MONEY
        if self.seats_bind:
            return InteriorMaster(self.model, self.rows, self.model.catalogue.columns(state.numbers))
        needed = needed_for_all(self.rows, self.model.catalogue, self.model.limits)
        return SimplexMaster(self.model, self.rows, needed, state.numbers)

    def relax(self, master: Master) -> Generated:
        self.run.enter("bound")
        generated = generate(self.model, self.rows, master, self.pricer, self.run)
        self.note()
        return generated

    def dual_greedy(self, generated: Generated, start: Ints) -> None:
        self.run.enter("plan by prices")
        state = Occupancy(self.model)
        state.place_all(start)
        score = self.pricer.score(generated.prices, VALUE_SHARE)
        insert_greedily(state, np.arange(len(self.model.index.candidates)), score)
        if state.balanced():
            self.offer(state.numbers)

    def first_dives(self, diver: Diver, generated: Generated) -> None:
        """Dives from nothing; the slower one only where it is cheap."""
        if generated.relaxed is None:
            return
        self.run.enter("dive")
        for share in DIVE_SHARES:
            began, left = self.run.spent(), self.run.left()
            state = diver.from_nothing(generated.relaxed, share, began + 0.4 * left)
            if state.balanced():
                self.offer(state.numbers)
            if not self.run.options.reproducible and self.run.spent() - began > 0.1 * left:
                return

    def dives(self, search: DivingSearch, until: Callable[[int], bool]) -> None:
        """Dives from part of the best plan until told to stop."""
        self.run.enter("dives")
        if self.run.best is None or self.run.value is None:
            return
        plan, value, steps = self.run.best, self.run.value - self.run.confirmed_value, 0
        while not until(steps) and not self.run.over() and not self.run.settled():
            found = search.step(plan, value, self.run.spent() + self.run.left())
            if found is not None:
                plan, value = found.numbers, found.value
                self.run.offer(plan, value + self.run.confirmed_value)
            steps += 1
        self.note()

    def better_columns(self, losses: Losses) -> Ints:
        """The columns that a better plan can still contain."""
        best = (self.run.value or 0) - self.run.confirmed_value
        return losses.within(np.floor(losses.bound + 1e-6) - best - 1)

    def exact(self, losses: Losses) -> None:
        """Branch and bound over every column that a better plan can contain: proves the best if it ends in time."""
        self.run.enter("proof")
        numbers = self.better_columns(losses)
        found = self._choose(numbers, Work(self.run.left(), 10**9, 10**7))
        best = self.run.value or 0
        if np.isfinite(found.bound):
            # What the left-out columns could reach is no more than the best plan, by their loss.
            self.run.prove(max(found.bound + self.run.confirmed_value, best))
        self.note()

    def restricted(self, losses: Losses, count: int, work: Work) -> None:
        """Branch and bound over the columns with the smallest losses."""
        self.run.enter("branch and bound")
        self._choose(losses.lowest(count), work)
        self.note()

    def _choose(self, numbers: Ints, work: Work) -> Found:
        best = self.run.best if self.run.best is not None else np.zeros(0, dtype=np.int64)
        numbers = np.union1d(numbers, best)
        columns = self.model.catalogue.columns(numbers)
        found = choose_best(self.rows, columns, self.model.limits, np.isin(numbers, best), self.run, work)
        if found.chosen is not None:
            self.offer(numbers[found.chosen])
        return found

    def neighbourhoods(self, search: Neighbourhoods, work: Work, until: Callable[[int], bool]) -> None:
        """Neighbourhoods from the best plan until told to stop (by the number of steps, or by the clock behind it)."""
        self.run.enter("neighbourhoods")
        if self.run.best is None:
            return
        search.start_from(self.run.best)
        steps = 0
        while not until(steps) and not self.run.over() and not self.run.settled():
            if search.step(work):
                self.run.offer(search.current.numbers, search.current.value + self.run.confirmed_value)
            steps += 1
        self.note()

    def improve(self, losses: Losses, diver: Diver) -> None:
        """Steps 5 and 7 until the run is settled or over."""
        people = int((np.diff(self.model.catalogue.candidate_slots) > 0).sum())
        count = max(1_500, (10 if people < 600 else 8 if people < 2_000 else 5) * people)
        sizes = SEATS_BIND if self.seats_bind else MONEY_BINDS
        near, diving = Neighbourhoods(self.model, self.rows, losses, sizes, self.run), DivingSearch(diver, self.run)
        if self.run.options.reproducible:
            self._improve_by_counts(losses, count, near, diving)
        else:
            self._improve_by_clock(losses, count, near, diving)

    def _improve_by_counts(self, losses: Losses, count: int, near: Neighbourhoods, diving: DivingSearch) -> None:
        rounds = self.run.options.rounds
        if len(self.better_columns(losses)) <= EXACT_UP_TO:
            self.exact(losses)
        if not self.run.settled() and not self.run.over():
            if self.seats_bind:
                self.dives(diving, lambda steps: steps >= rounds)
            else:
                self.restricted(losses, count, Work(self.run.left(), 2_000 * rounds, 10 * rounds))
        self.neighbourhoods(near, Work(self.run.left(), 20_000, 200), lambda steps: steps >= rounds)
        if not self.run.settled() and self.run.stopped_by is None:
            self.run.stopped_by = StoppedBy.WORK

    def _improve_by_clock(self, losses: Losses, count: int, near: Neighbourhoods, diving: DivingSearch) -> None:
        slice_seconds = max(2.0, 0.15 * self.run.options.seconds)
        moves = MOVES_WHERE_SEATS_BIND if self.seats_bind else MOVES_WHERE_MONEY_BINDS
        untried, gained = list(moves), dict.fromkeys(moves, 0.0)
        while not self.run.settled() and not self.run.over():
            if len(self.better_columns(losses)) <= EXACT_UP_TO:
                self.exact(losses)
                continue
            move = untried.pop(0) if untried else max(gained, key=lambda name: gained[name])
            began, value = self.run.spent(), self.run.value or 0
            seconds = min(slice_seconds, self.run.left())
            if move == "branch and bound":
                self.restricted(losses, count, Work(seconds, 10**9, 10**7))
            elif move == "neighbourhoods":
                self.neighbourhoods(near, Work(2.0, 10**9, 10**7), self._for_seconds(seconds))
            else:
                self.dives(diving, self._for_seconds(seconds))
            gained[move] = ((self.run.value or 0) - value) / max(0.1, self.run.spent() - began)
            if not untried and not any(gained.values()):
                untried, gained, count = list(MOVES), dict.fromkeys(MOVES, 0.0), count * 3 // 2

    def fill_up(self) -> None:
        """Whoever still fits with a stay worth something is placed."""
        state = Occupancy(self.model)
        state.place_all(self.run.best if self.run.best is not None else np.zeros(0, dtype=np.int64))
        if state.balanced():
            insert_greedily(state, np.arange(len(self.model.index.candidates)))
            self.offer(state.numbers)

    def _for_seconds(self, seconds: float) -> Callable[[int], bool]:
        until = self.run.spent() + seconds
        return lambda _: self.run.spent() > until


def solve(
    problem: Problem,
    options: Options = DEFAULT,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    warm: tuple[Placement, ...] = (),
) -> Plan:
    """Plan a round.

    ``on_progress`` is called with every better plan or bound; ``should_stop`` is asked often and ends the run with the
    best plan so far; ``warm`` is a plan to start from (placements that are no longer possible are left out). Raises
    ProblemError with sentences where the round makes no sense.
    """
    run = Run(options, on_progress, should_stop)
    model, start = mend(build_model(problem), run)
    run.confirmed_value = plan_value(problem, problem.confirmed)
    return build_plan(search(model, run, start, column_numbers(model, warm)))


def search(model: Model, run: Run, start: Ints, warm: Ints) -> Outcome:
    """All steps for one model, from a lawful ``start`` and, beside it, whatever fits together of the ``warm`` plan."""
    run.describe = partial(placements_of, model)
    rows = build_rows(model)
    steps = _Search(model, run, rows, Pricer(model, rows))
    state = steps.greedy(start)
    warm_start = _fitting(model, warm)
    if len(warm_start):
        steps.greedy(warm_start)
    master = steps.master(state)
    generated = steps.relax(master)
    steps.dual_greedy(generated, start)
    losses = Losses(steps.pricer, generated)
    diver = Diver(model, master, steps.pricer, steps.pricer.score(generated.prices, VALUE_SHARE), run)
    if not run.settled() and len(steps.better_columns(losses)) > EXACT_UP_TO and not run.over():
        steps.first_dives(diver, generated)
    steps.improve(losses, diver)
    if run.stopped_by is not StoppedBy.PROOF:
        steps.fill_up()
    return Outcome(model, run, rows, generated, tuple(steps.trail))


def _fitting(model: Model, numbers: Ints) -> Ints:
    """Those of the columns that fit together, taken in order; none if the result is out of balance."""
    state = Occupancy(model)
    for number in numbers.tolist():
        if state.fits(model.catalogue.columns(np.array([number])))[0]:
            state.place(number)
    return state.numbers if state.balanced() else np.zeros(0, dtype=np.int64)
