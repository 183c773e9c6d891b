"""Why somebody has a seat, or has not: the filter that failed, or what forcing the pair would cost, searched anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import spoken
from exchange.domain.round_settings import Weeks
from exchange.domain.seats import NOT_AVAILABLE
from exchange.matching.explanations import why, why_not
from exchange.matching.highs import Effort
from exchange.matching.problem import Problem
from exchange.matching.round_files import answer_from_json, problem_from_json
from exchange.matching.rows import RowName, Rule
from exchange.store.team_facts import Named
from exchange.store.teams import TeamRun

IN_A_REQUEST = Effort(seconds=8.0, gap=1e-7)  # a reader waits for it


@dataclass(frozen=True, slots=True)
class Explained:
    """What there is to say of one person and one seat; ``joins`` and ``leaves`` are (person id, opening id).

    ``loss`` is what the answer loses when the pair is forced (or, for somebody chosen, taken out), ``needed`` the fit
    at which it would lose nothing, ``worst`` the mean of the worst-off team then.
    """

    who: Named
    chosen: bool
    sentences: tuple[str, ...]
    loss: float | None = None
    needed: float | None = None
    fit: float | None = None
    worst: float | None = None
    joins: tuple[tuple[int, int], ...] = ()
    leaves: tuple[tuple[int, int], ...] = ()


def explain(run: TeamRun, who: Named, requirement_id: int, actor: Actor) -> Explained:
    """Why this person has, or has not, a seat in this role of a finished run. Solves the round again if need be."""
    if run.answer is None:
        raise ValueError("There is nothing to explain before a run has ended.")
    problem, answer = problem_from_json(run.problem), answer_from_json(run.answer["answer"])
    key = (who.person_id, requirement_id)
    fit = next((p.affinity for p in problem.pairs if (p.person_id, p.opening_id) == key), None)
    if key in answer.chosen:
        return _chosen(problem, run, who, requirement_id, fit)
    found = why_not(problem, answer, *key, IN_A_REQUEST)
    if not found.listed:
        keeps = actor.has(Role.SECURITY_OFFICER, who.institute_id)
        guarded = found.guarded if keeps else (NOT_AVAILABLE,) if found.guarded else ()
        said = (*found.reasons, *guarded)
        return Explained(who, False, said or ("Was not considered: their institute does not take part.",))
    if found.blocked_by:
        first = date.fromisoformat(run.problem["names"]["first"])
        rules = {row.rule: row for row in reversed(found.blocked_by)}  # of each rule the first row, such as a week
        return Explained(who, False, tuple(_blocked(row, problem, first) for row in rules.values()), fit=fit)
    return Explained(
        who, False, (), found.loss, found.needed, fit, worst=found.worst, joins=found.joins, leaves=found.leaves
    )


def _chosen(problem: Problem, run: TeamRun, who: Named, requirement_id: int, fit: float | None) -> Explained:
    raw: dict[str, Any] = run.answer or {}
    answer = answer_from_json(raw["answer"])
    pair = next(p for p in problem.pairs if (p.person_id, p.opening_id) == (who.person_id, requirement_id))
    if pair.confirmed:
        return Explained(who, True, ("Is confirmed in this seat, so nothing was decided.",), fit=fit)
    found = why(problem, answer, who.person_id, requirement_id, IN_A_REQUEST)
    opening = next(one for one in problem.openings if one.id == requirement_id)
    serves = [opening.requirements[place].label for place in found.serves]
    said = (f"Counts towards what the team must have between them: {'; '.join(serves)}.",) if serves else ()
    return Explained(who, True, said, found.loss, None, fit, worst=found.worst, joins=found.joins, leaves=found.leaves)


def _blocked(row: RowName, problem: Problem, first: date) -> str:
    """A rule that the pair and what is confirmed would break together, as a sentence."""
    if row.rule is Rule.TIME and row.period is not None:
        free = next(person for person in problem.people if person.id == row.person_id).availability[row.period]
        monday = Weeks(first, row.period + 1).monday(row.period)
        return f"Has {free:.0%} of their time left in the week of {spoken(monday)}, which is less than the seat asks."
    return {
        Rule.HEADS: "All seats of this role are held by people who are confirmed.",
        Rule.CAPACITY: "Is confirmed in as many seats as one person takes.",
        Rule.ONE_ROLE: "Is confirmed in another role of the same team.",
        Rule.FROM_ONE_INSTITUTE: "Their institute already sends as many as one institute may.",
        Rule.LENDING: "Their institute already lends as much time as it may.",
    }.get(row.rule, "Cannot take the seat beside what is confirmed.")
