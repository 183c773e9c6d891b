"""Which confirmed placements and limits cannot hold together, as minimal sets.

Every limit (a seat, a desk, a team's quota, a budget, a balance, a person's own rules) is tested by itself: if the
confirmed placements alone break it, the smallest part of them that still does is found by the deletion filter
(Chinneck and Dravnieks, *Locating minimal infeasible constraint sets in linear programs*, 1991): leave one out; if what
remains still conflicts, it was not needed. For the weekly limits and a person's rules that test is arithmetic. Balances
are different, because further placements could mend them: there HiGHS decides whether any lawful addition exists.

Budgets are not filtered to a core of people, which would be long and arbitrary: the shortfall is named instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from exchange.scheduling.checker import Violation, check
from exchange.scheduling.effort import Options, Run
from exchange.scheduling.mending import mend, unbalanced
from exchange.scheduling.model import build_model
from exchange.scheduling.problem import Placement, Problem

MEND_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Conflict:
    """A limit and the placements that cannot all be kept beside it; removing any one of them ends this conflict.

    ``short_by`` says how much more of the limit would be needed. For a budget or balance ``placements`` is empty.
    """

    rule: str
    subject: tuple[str, ...]
    placements: tuple[Placement, ...]
    short_by: int
    sentence: str


def smallest(
    placements: tuple[Placement, ...], conflicts: Callable[[tuple[Placement, ...]], bool]
) -> tuple[Placement, ...]:
    """The deletion filter: a part that still conflicts and of which no placement can be left out."""
    core = list(placements)
    for placement in sorted(placements, key=lambda row: (row.weeks, row)):
        rest = tuple(row for row in core if row != placement)
        if conflicts(rest):
            core.remove(placement)
    return tuple(core)


def _users(problem: Problem, violation: Violation) -> tuple[Placement, ...]:
    """The confirmed placements that use the limit in the broken week."""
    key, week = violation.subject[0], int(violation.subject[1])
    people = {row.id: row for row in problem.candidates}
    openings = {row.id: row for row in problem.openings}

    def uses(row: Placement) -> bool:
        opening = openings[row.opening]
        if violation.rule == "seat":
            return row.opening == key and row.start <= week < row.end + opening.turnover_weeks
        holder = opening.institute if violation.rule == "desk" else people[row.candidate].team
        return holder == key and row.start <= week < row.end

    return tuple(row for row in problem.confirmed if uses(row))


def _more_than(most: int, placements: tuple[Placement, ...]) -> bool:
    return len(placements) > most


def _weekly(problem: Problem, violations: list[Violation]) -> list[Conflict]:
    """One conflict per seat, desk or quota: in its fullest week, so many users as to be one too many."""
    worst: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        key = (violation.rule, violation.subject[0])
        if key not in worst or violation.excess > worst[key].excess:
            worst[key] = violation
    found = []
    for violation in worst.values():
        users = _users(problem, violation)
        most = len(users) - violation.excess
        core = smallest(users, partial(_more_than, most))
        names = ", ".join(row.candidate for row in core)
        sentence = f"{violation.sentence} These cannot all be kept: {names}."
        found.append(Conflict(violation.rule, violation.subject, core, violation.excess, sentence))
    return found


def _personal(problem: Problem, violation: Violation) -> Conflict:
    """A person's placements that come too close or are too many."""

    def still(rest: tuple[Placement, ...]) -> bool:
        return any(row.rule == violation.rule for row in check(replace(problem, confirmed=()), rest))

    core = smallest(violation.placements, still)
    return Conflict(violation.rule, (violation.placements[0].candidate,), core, 1, violation.sentence)


def _unmendable(problem: Problem, violations: list[Violation]) -> list[Conflict]:
    """The balances that no lawful addition to the confirmed placements brings back into tolerance."""
    run = Run(Options(seconds=MEND_SECONDS), None, None)
    model = build_model(problem)
    if not unbalanced(model.limits):
        return []
    mended, _ = mend(model, run)
    found = []
    for row, pair in enumerate(problem.balance):
        low, high = int(model.limits.balance_low[row]), int(model.limits.balance_high[row])
        short = max(low - int(mended.limits.balance_low[row]), int(mended.limits.balance_high[row]) - high)
        said = [v for v in violations if set(v.subject) == {pair.from_institute, pair.to_institute}]
        if short > 0 and said:
            sentence = f"{said[0].sentence} No further placement can mend it: {short} weeks are missing."
            found.append(Conflict("balance", said[0].subject, (), short, sentence))
    return found


def conflicts(problem: Problem) -> tuple[Conflict, ...]:
    """Every conflict among the confirmed placements, each minimal; empty where all can be kept."""
    found: list[Conflict] = []
    violations = [row for row in check(problem, problem.confirmed) if row.rule != "twice"]
    found += _weekly(problem, [row for row in violations if row.rule in {"seat", "desk", "away"}])
    found += [_personal(problem, row) for row in violations if row.rule in {"time at home", "placements per person"}]
    found += [Conflict("budget", v.subject, (), v.excess, v.sentence) for v in violations if v.rule == "budget"]
    balances = [row for row in violations if row.rule == "balance"]
    if balances:
        found += _unmendable(problem, balances)
    return tuple(found)
