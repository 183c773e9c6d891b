"""Stays under way that could go on: what the rules allow each, and what a plan leaves free behind it. Suggestions only.

An extension is agreed by both institutes and the person, like anything else that they have agreed to; a plan never
changes it. Here coordinators only read where nothing stands against asking for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.rounds.inputs import Keys, Question
from exchange.domain.eligibility import Result
from exchange.domain.eligibility_checks import CHECKS
from exchange.domain.eligibility_facts import EligibilityFacts
from exchange.domain.periods import Period
from exchange.domain.policies import Severity
from exchange.domain.secondment_facts import State
from exchange.domain.stay_rules import extension_in_time
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem
from exchange.store import eligibility, round_facts

RUNNING = frozenset({State.ACTIVE, State.CLOSING})
MOST = 26  # weeks that are looked at

Limits = dict[tuple[str, tuple[str, ...]], int]


@dataclass(frozen=True, slots=True)
class Running:
    """A stay under way on a seat of the round, and by how many weeks the rules would let it go on."""

    secondment_id: int
    placement: Placement
    ends_on: date
    weeks: int

    def to_json(self) -> dict[str, Any]:
        return {
            "secondment": self.secondment_id,
            "placement": self.placement.to_json(),
            "ends_on": self.ends_on.isoformat(),
            "weeks": self.weeks,
        }


def running(session: Session, asked: Question, problem: Problem, keys: Keys, today: date) -> list[Running]:
    """The stays under way that the planner's institute is a party to and that the rules would let go on."""
    names = {ident: name for name, ident in keys.people.items()}
    seats = {ident: name for name, ident in keys.openings.items()}
    placed = {(one.candidate, one.opening): one for one in problem.confirmed}
    stays = {
        stay.id: placed[names[stay.person_id], seats[stay.opening_id or 0]]
        for stay in round_facts.stays(session, asked.weeks.first, asked.round_id)
        if stay.state in RUNNING
        and asked.planner_id in {stay.home_id, stay.host_id}
        and (names.get(stay.person_id), seats.get(stay.opening_id or 0)) in placed
    }
    rows = round_facts.secondments(session, stays)
    subjects = {row.id: eligibility.subject_of(row) for row in rows}
    recorded = eligibility.load_all(session, subjects.values(), today)
    found = []
    for row in rows:
        weeks = _allowed(recorded.facts(subjects[row.id]), asked.weeks.count - stays[row.id].end, today)
        if weeks:
            found.append(Running(row.id, stays[row.id], row.ends_on, weeks))
    return found


def free_behind(
    problem: Problem, plan: tuple[Placement, ...], stays: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Of these, as ``Running`` wrote them, those behind whom the plan leaves free what all share, and for how long."""
    before = _broken(problem, plan)
    found = []
    for one in stays:
        stay = Placement(*one["placement"])
        if stay not in plan or any(row.candidate == stay.candidate and row != stay for row in plan):
            continue
        weeks = 0
        while weeks < one["weeks"] and _holds(problem, plan, stay, weeks + 1, before):
            weeks += 1
        if weeks:
            until = date.fromisoformat(one["ends_on"]) + timedelta(weeks=weeks)
            named = {"secondment": one["secondment"], "who": stay.candidate, "opening": stay.opening}
            found.append({**named, "weeks": weeks, "until": until.isoformat()})
    return found


def _holds(problem: Problem, plan: tuple[Placement, ...], stay: Placement, weeks: int, before: Limits) -> bool:
    """Whether no shared limit is broken, or broken by more than it is, when the stay lasts so much longer."""
    longer = replace(stay, weeks=stay.weeks + weeks)
    confirmed = tuple(longer if one == stay else one for one in problem.confirmed)
    after = _broken(replace(problem, confirmed=confirmed), tuple(longer if row == stay else row for row in plan))
    return all(limit in before and excess <= before[limit] for limit, excess in after.items())


def _broken(problem: Problem, plan: tuple[Placement, ...]) -> Limits:
    """The limits that a plan breaks, and by how much."""
    return {(one.rule, one.subject): one.excess for one in check(problem, plan)}


def _allowed(facts: EligibilityFacts, most: int, today: date) -> int:
    """By how many weeks the stay may go on; 0 where it is too late to ask, or something stands against one more."""
    breaches = extension_in_time(facts.period.end, today, facts.book)
    if any(breach.severity is Severity.BLOCK for breach in breaches):
        return 0
    weeks = 0
    while weeks < min(most, MOST) and _fits(facts, weeks + 1):
        weeks += 1
    return weeks


def _fits(facts: EligibilityFacts, weeks: int) -> bool:
    period = Period(facts.period.start, facts.period.end + timedelta(weeks=weeks))
    longer = replace(facts, stay=replace(facts.stay, period=period))
    return not any(judge(longer).result is Result.FAIL for judge in CHECKS)
