"""An answer as a page shows it: each seat with its people and the reasons, before and after, and what would help."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.domain.skills import Level, SkillRequirement
from exchange.matching.affinity import AffinityIndex
from exchange.matching.answer import Answer, Shortfall, team_figures
from exchange.matching.problem import Opening, Pair, Problem
from exchange.matching.profiles import Need
from exchange.matching.ranking import Affinity, rank
from exchange.matching.round_files import answer_from_json, problem_from_json
from exchange.store import allocations, team_facts
from exchange.store.allocations import STANDING, AllocationStatus
from exchange.store.matches import Text
from exchange.store.team_facts import Named
from exchange.store.teams import TeamRun


@dataclass(frozen=True, slots=True)
class PersonShown:
    """Somebody in a seat. ``standing`` is a draft or a confirmed assignment that is there already."""

    who: Named
    fit: float
    standing: AllocationStatus | None
    affinity: Affinity | None
    documents: tuple[tuple[Text, float], ...]


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role with its seats; ``eased`` and ``worths`` are as the solver wrote them."""

    requirement_id: int
    role: str
    starts_on: date
    ends_on: date
    opening: Opening
    passed: tuple[str, ...]
    people: tuple[PersonShown, ...]
    shortfalls: tuple[Shortfall, ...]
    eased: tuple[Mapping[str, Any], ...]
    worths: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class TeamShown:
    """A workstream, or one strand of it: ``before`` and ``after`` are the means of the fit of its seats."""

    workstream_id: int
    title: str
    strand: str
    before: float
    after: float
    roles: tuple[RoleShown, ...]


@dataclass(frozen=True, slots=True)
class ResultShown:
    answer: Answer
    teams: tuple[TeamShown, ...]
    seats: int
    filled_before: int
    worst_before: float

    @property
    def filled(self) -> int:
        return len(self.answer.chosen)


def result(
    session: Session, cache: IndexCache, run: TeamRun, *, today: date, only: int | None = None
) -> ResultShown | None:
    """The answer of a run, None while there is none. ``only`` gives the reasons of one role alone."""
    if run.answer is None:
        return None
    problem, answer = problem_from_json(run.problem), answer_from_json(run.answer["answer"])
    names = team_facts.names(session, {person for person, _ in answer.chosen}, today)
    standing = {
        (seat.person_id, seat.requirement_id): seat.status
        for seat in allocations.seats(session, today)
        if seat.status in STANDING
    }
    before = {(p.person_id, p.opening_id): p.affinity for p in problem.pairs if p.incumbent or p.confirmed}
    means = {team.team_id: team.mean for team in team_figures(problem, before)}
    index = cache.current(session)
    texts = cache.documents(session, index.documents_of(person for person, _ in answer.chosen))
    view = _View(index, cache, texts, run, problem, answer, names, standing, today)
    afterwards = {team.team_id: team.mean for team in answer.teams}
    teams = tuple(
        TeamShown(
            team["workstream"],
            team["title"],
            team["strand"],
            means.get(team["id"], 0.0),
            afterwards.get(team["id"], 0.0),
            tuple(view.roles(team["id"], only)),
        )
        for team in run.problem["names"]["teams"]
    )
    seats = sum(opening.heads for opening in problem.openings)
    return ResultShown(answer, teams, seats, len(before), min(means.values(), default=0.0))


@dataclass(frozen=True, slots=True)
class _View:
    index: AffinityIndex
    cache: IndexCache
    texts: Mapping[int, Text]
    run: TeamRun
    problem: Problem
    answer: Answer
    names: Mapping[int, Named]
    standing: Mapping[tuple[int, int], AllocationStatus]
    today: date

    def roles(self, team_id: int, only: int | None) -> Iterator[RoleShown]:
        for opening in self.problem.openings:
            if opening.team_id == team_id and only in {None, opening.id}:
                yield self._role(opening)

    def _role(self, opening: Opening) -> RoleShown:
        named = self.run.problem["names"]["roles"][str(opening.id)]
        kept = self.run.answer or {}
        return RoleShown(
            requirement_id=opening.id,
            role=named["role"],
            starts_on=date.fromisoformat(named["days"][0]),
            ends_on=date.fromisoformat(named["days"][1]),
            opening=opening,
            passed=tuple(named["passed"]),
            people=tuple(self._people(opening, named)),
            shortfalls=tuple(short for short in self.answer.shortfalls if short.opening_id == opening.id),
            eased=tuple(one for one in kept["eased"] if one["opening_id"] == opening.id),
            worths=tuple(one for one in kept["worths"] if one["opening_id"] == opening.id),
        )

    def _people(self, opening: Opening, named: Mapping[str, Any]) -> Iterator[PersonShown]:
        """Those who were chosen and still work somewhere, the best fitting first."""
        chosen = {person for person, taken in self.answer.chosen if taken == opening.id and person in self.names}
        fits: dict[int, Pair] = {p.person_id: p for p in self.problem.pairs if p.opening_id == opening.id}
        need = Need(named["text"], tuple(SkillRequirement(s, Level(level), w) for s, level, w in named["skills"]))
        vector = self.cache.read(need.text) if chosen else None
        found = rank(self.index, need, need_vector=vector, today=self.today, among=chosen, limit=len(chosen))
        reasons = {affinity.person_id: affinity for affinity in found.people}
        for person in sorted(chosen, key=lambda one: (-fits[one].affinity, one)):
            affinity = reasons.get(person)
            shares = affinity.documents if affinity else ()
            yield PersonShown(
                who=self.names[person],
                fit=fits[person].affinity,
                standing=self.standing.get((person, opening.id)),
                affinity=affinity,
                documents=tuple((self.texts[one.document_id], one.share) for one in shares if one.share > 0),
            )
