"""Whether a round makes sense, in sentences, before any work is done on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

from exchange.scheduling.problem import Problem, ProblemError


class _Named(Protocol):
    @property
    def id(self) -> str: ...


def _repeated(kind: str, rows: Iterable[_Named]) -> Iterator[str]:
    for name, count in Counter(row.id for row in rows).items():
        if count > 1:
            yield f"The {kind} {name} is listed {count} times: keep it once."


def _emptiness(problem: Problem) -> Iterator[str]:
    if problem.weeks < 1:
        yield "The plan has no weeks: choose a window that ends after it begins."
    if problem.now >= problem.weeks >= 1:
        yield "The window lies in the past: choose one that ends after today."
    if not problem.openings:
        yield "There are no openings in this round: add at least one."
    if not problem.candidates:
        yield "Nobody takes part in this round: add at least one person."
    homes = {candidate.institute for candidate in problem.candidates}
    hosts = {opening.institute for opening in problem.openings}
    if homes and hosts and len(homes | hosts) == 1:
        yield f"Everyone and every opening belongs to {homes.pop()}: add another institute's people or openings."


def _references(problem: Problem) -> Iterator[str]:
    institutes = {row.id for row in problem.institutes}
    teams = {row.id for row in problem.teams}
    for candidate in problem.candidates:
        if candidate.institute not in institutes:
            yield f"{candidate.id} belongs to the institute {candidate.institute}, which is not in this round: add it."
        if candidate.team not in teams:
            yield f"{candidate.id} belongs to the team {candidate.team}, which is not in this round: add it."
    for opening in problem.openings:
        if opening.institute not in institutes:
            yield f"The opening {opening.id} is at {opening.institute}, which is not in this round: add it."
    for pair in problem.balance:
        for name in (pair.from_institute, pair.to_institute):
            if name not in institutes:
                yield f"A balance names the institute {name}, which is not in this round: add it or drop the balance."


def _institute_shapes(problem: Problem) -> Iterator[str]:
    for institute in problem.institutes:
        if institute.budget < 0:
            yield f"{institute.id} has a budget below zero: give it a budget of zero or more."
        if len(institute.desks) < problem.weeks:
            yield f"{institute.id} lists desks for {len(institute.desks)} of {problem.weeks} weeks: list every week."
    if problem.institutes and all(row.budget == 0 and row.travel_cost > 0 for row in problem.institutes):
        yield "Every institute has a budget of zero, so nobody can travel: give at least one institute a budget."
    for pair in problem.balance:
        if pair.tolerance_weeks < 0:
            yield f"The tolerance between {pair.from_institute} and {pair.to_institute} is below zero: raise it."


def _stay_shapes(problem: Problem) -> Iterator[str]:
    for person in problem.candidates:
        if not 1 <= person.min_weeks <= person.max_weeks:
            yield f"{person.id} may stay {person.min_weeks} to {person.max_weeks} weeks: allow a week or more."
        if person.weeks_home_between < 0 or person.max_placements < 0:
            yield f"{person.id} has a negative rest or number of placements: use zero or more."
    for opening in problem.openings:
        if opening.window[0] >= opening.window[1]:
            yield f"The opening {opening.id} ends before it begins: correct its window."
        if not 1 <= opening.min_weeks <= opening.max_weeks:
            yield f"{opening.id} asks for {opening.min_weeks} to {opening.max_weeks} weeks: allow a week or more."
        if opening.turnover_weeks < 0 or opening.seats < 0:
            yield f"The opening {opening.id} has negative seats or turnover weeks: use zero or more."


def _locks(problem: Problem) -> Iterator[str]:
    people, openings = {row.id for row in problem.candidates}, {row.id for row in problem.openings}
    for placement in problem.confirmed:
        if placement.candidate not in people:
            yield f"A locked placement names {placement.candidate}, who is not in this round: add the person or unlock."
        if placement.opening not in openings:
            yield f"A locked placement names the opening {placement.opening}, which is not in this round: unlock it."
        if placement.weeks < 1 or placement.start < 0:
            yield f"The locked placement of {placement.candidate} has no valid weeks: correct or unlock it."
    if len(set(problem.confirmed)) < len(problem.confirmed):
        yield "The same placement is locked twice: keep it once."


def sentences(problem: Problem) -> tuple[str, ...]:
    """What is wrong with the round, as sentences that say what to do; empty when it can be planned."""
    found = list(_emptiness(problem))
    kinds: tuple[tuple[str, Iterable[_Named]], ...] = (
        ("institute", problem.institutes),
        ("team", problem.teams),
        ("person", problem.candidates),
        ("opening", problem.openings),
    )
    for kind, rows in kinds:
        found.extend(_repeated(kind, rows))
    for check in (_references, _institute_shapes, _stay_shapes, _locks):
        found.extend(check(problem))
    return tuple(found)


def require_valid(problem: Problem) -> None:
    """Raise ProblemError with every sentence at once."""
    found = sentences(problem)
    if found:
        raise ProblemError(found)
