"""An exchange round as a frozen value, and its exchange form: JSON that is read and written without loss.

Weeks are integers from the first Monday of the plan (week 0). Availability and opening windows are half-open
``[from, to)``. A placement covers the weeks ``start`` to ``start + weeks - 1``. Money is in whole units of the
programme's currency, affinity in whole points per week. Nothing here decides: eligibility is ``eligibility.py``,
the limits are ``limits.py``.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Window = tuple[int, int]
NO_LIMIT = 10**9
Pair = tuple[str, str]
Spell = tuple[int, int, int]  # a stay from a start in ``[first, after)`` is over by the third


class ProblemError(ValueError):
    """The round cannot be read or makes no sense; ``sentences`` say what is wrong and what to do."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True, order=True)
class Placement:
    """One secondment: who, to which opening, from which week, for how many weeks."""

    candidate: str
    opening: str
    start: int
    weeks: int

    @property
    def end(self) -> int:
        """The first week after the placement."""
        return self.start + self.weeks

    def to_json(self) -> list[Any]:
        return [self.candidate, self.opening, self.start, self.weeks]


@dataclass(frozen=True, slots=True)
class BudgetYear:
    """What an institute may spend on the weeks ``[from_week, to_week)``; travel falls in the year of the start."""

    from_week: int
    to_week: int
    amount: int


@dataclass(frozen=True, slots=True)
class Institute:
    """``desks`` are visitor desks per week; nobody arrives in ``no_arrival``; no stay runs across ``closed``."""

    id: str
    budget: int
    desks: tuple[int, ...]
    no_arrival: tuple[int, ...]
    closed: tuple[int, ...]
    host_week_cost: int
    home_week_cost: int
    travel_cost: int
    budget_years: tuple[BudgetYear, ...] = ()


@dataclass(frozen=True, slots=True)
class Team:
    id: str
    institute: str
    max_away: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """``clearance_ends`` is the first week it no longer holds; ``lead_weeks`` is visa and vetting time per host."""

    id: str
    institute: str
    team: str
    skills: Mapping[str, int]
    availability: tuple[Window, ...]
    earliest_start: int
    latest_start: int
    min_weeks: int
    max_weeks: int
    preferred_weeks: int
    clearance: int
    clearance_ends: int
    lead_weeks: Mapping[str, int]
    max_placements: int
    weeks_home_between: int


@dataclass(frozen=True, slots=True)
class Opening:
    """``turnover_weeks`` keep the seat blocked after a stay; ``start_weeks`` are the permitted starts."""

    id: str
    institute: str
    window: Window
    need: Mapping[str, int]
    min_clearance: int
    seats: int
    min_weeks: int
    max_weeks: int
    start_weeks: tuple[int, ...]
    turnover_weeks: int


@dataclass(frozen=True, slots=True)
class Balance:
    """Between two institutes: |history + sent - received| in person-weeks stays within the tolerance."""

    from_institute: str
    to_institute: str
    tolerance_weeks: int
    history_weeks: int


@dataclass(frozen=True, slots=True)
class Objective:
    """Value of a placement = points x weeks + placement - off-length and late-start deductions."""

    placement: int = 100
    per_week_off_preferred_length: int = 4
    per_week_after_earliest_start: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One exchange round. ``points`` gives points per week for (candidate, opening); absent pairs count 0.

    ``eligible`` are the stays that rules outside the round allow each pair, none where a pair is absent; without it
    only the round's own rules count. ``barred`` says of pairs without any why, in a sentence that every reader may see.
    """

    weeks: int
    now: int
    objective: Objective
    institutes: tuple[Institute, ...]
    teams: tuple[Team, ...]
    candidates: tuple[Candidate, ...]
    openings: tuple[Opening, ...]
    points: Mapping[tuple[str, str], int]
    balance: tuple[Balance, ...]
    confirmed: tuple[Placement, ...] = ()
    eligible: Mapping[Pair, tuple[Spell, ...]] | None = None
    barred: Mapping[Pair, str] = field(default_factory=dict)
    format: int = field(default=1)

    def latest_end(self, candidate: str, opening: str, start: int) -> int:
        """By which week the rules outside the round end a stay of this pair from this start; 0: there is none."""
        if self.eligible is None:
            return NO_LIMIT
        spells = self.eligible.get((candidate, opening), ())
        return next((end for first, after, end in spells if first <= start < after), 0)

    def digest(self) -> str:
        """SHA-256 of the canonical JSON: the same round has the same digest on every machine."""
        text = json.dumps(problem_to_json(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def placement_value(problem: Problem, placement: Placement, candidate: Candidate) -> int:
    """The value of one placement under the round's objective."""
    weight = problem.objective
    return (
        problem.points.get((placement.candidate, placement.opening), 0) * placement.weeks
        + weight.placement
        - weight.per_week_off_preferred_length * abs(placement.weeks - candidate.preferred_weeks)
        - weight.per_week_after_earliest_start * max(0, placement.start - candidate.earliest_start)
    )


def plan_value(problem: Problem, placements: tuple[Placement, ...]) -> int:
    """The value of a set of placements."""
    people = {candidate.id: candidate for candidate in problem.candidates}
    return sum(placement_value(problem, placement, people[placement.candidate]) for placement in placements)


def _institute(row: Mapping[str, Any]) -> Institute:
    return Institute(
        id=row["id"],
        budget=row["budget"],
        desks=tuple(row["desks"]),
        no_arrival=tuple(row["no_arrival"]),
        closed=tuple(row["closed"]),
        host_week_cost=row["host_week_cost"],
        home_week_cost=row["home_week_cost"],
        travel_cost=row["travel_cost"],
        budget_years=tuple(BudgetYear(a, b, amount) for a, b, amount in row.get("budget_years", ())),
    )


def _candidate(row: Mapping[str, Any]) -> Candidate:
    windows = tuple((int(a), int(b)) for a, b in row["availability"])
    return Candidate(**{**row, "skills": dict(row["skills"]), "availability": windows})


def _opening(row: Mapping[str, Any]) -> Opening:
    first, after = row["window"]
    return Opening(**{**row, "window": (first, after), "start_weeks": tuple(row["start_weeks"])})


def _eligible(rows: list[list[Any]]) -> dict[Pair, tuple[Spell, ...]]:
    return {
        (candidate, opening): tuple((first, after, end) for first, after, end in spells)
        for candidate, opening, spells in rows
    }


def placements_from_json(rows: list[list[Any]]) -> tuple[Placement, ...]:
    """Placements from ``[[candidate, opening, start, weeks], ...]``."""
    return tuple(Placement(candidate, opening, start, weeks) for candidate, opening, start, weeks in rows)


def problem_from_json(data: Mapping[str, Any]) -> Problem:
    """A problem from the parsed JSON; raises ProblemError with a sentence where a part is missing or misshapen."""
    try:
        return Problem(
            weeks=data["weeks"],
            now=data["now"],
            objective=Objective(**data["objective"]),
            institutes=tuple(_institute(row) for row in data["institutes"]),
            teams=tuple(Team(**row) for row in data["teams"]),
            candidates=tuple(_candidate(row) for row in data["candidates"]),
            openings=tuple(_opening(row) for row in data["openings"]),
            points={(candidate, opening): points for candidate, opening, points in data["points_per_week"]},
            balance=tuple(
                Balance(row["from"], row["to"], row["tolerance_weeks"], row["history_weeks"]) for row in data["balance"]
            ),
            confirmed=placements_from_json(data["confirmed"]),
            eligible=_eligible(data["eligible"]) if "eligible" in data else None,
            barred={(candidate, opening): sentence for candidate, opening, sentence in data.get("barred", ())},
            format=data["format"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProblemError((f"The round's file is not in the expected form: {error!r}. Export it again.",)) from error


def _institute_to_json(institute: Institute) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": institute.id,
        "budget": institute.budget,
        "desks": list(institute.desks),
        "no_arrival": list(institute.no_arrival),
        "closed": list(institute.closed),
        "host_week_cost": institute.host_week_cost,
        "home_week_cost": institute.home_week_cost,
        "travel_cost": institute.travel_cost,
    }
    if institute.budget_years:
        row["budget_years"] = [[year.from_week, year.to_week, year.amount] for year in institute.budget_years]
    return row


def _plain(value: object) -> dict[str, Any]:
    """The fields of a slotted dataclass, tuples as lists."""
    row = {name: getattr(value, name) for name in type(value).__dataclass_fields__}  # type: ignore[attr-defined]
    return {name: _listed(item) for name, item in row.items()}


def _listed(item: Any) -> Any:  # noqa: ANN401 - a JSON value of any shape
    if isinstance(item, tuple):
        return [_listed(part) for part in item]
    return dict(item) if isinstance(item, Mapping) else item


def problem_to_json(problem: Problem) -> dict[str, Any]:
    """The JSON form; ``problem_from_json`` reads it back to an equal problem."""
    data = {
        "format": problem.format,
        "weeks": problem.weeks,
        "now": problem.now,
        "objective": _plain(problem.objective),
        "institutes": [_institute_to_json(institute) for institute in problem.institutes],
        "teams": [_plain(team) for team in problem.teams],
        "candidates": [_plain(candidate) for candidate in problem.candidates],
        "openings": [_plain(opening) for opening in problem.openings],
        "points_per_week": [[candidate, opening, points] for (candidate, opening), points in problem.points.items()],
        "balance": [
            {
                "from": row.from_institute,
                "to": row.to_institute,
                "tolerance_weeks": row.tolerance_weeks,
                "history_weeks": row.history_weeks,
            }
            for row in problem.balance
        ],
        "confirmed": [placement.to_json() for placement in problem.confirmed],
    }
    if problem.eligible is not None:
        data["eligible"] = [[*pair, [list(one) for one in spells]] for pair, spells in problem.eligible.items()]
        data["barred"] = [[*pair, sentence] for pair, sentence in problem.barred.items()]
    return data


def read_problem(path: Path) -> Problem:
    """Read a round from ``.json`` or ``.json.gz``; ProblemError where the text is no JSON of this form."""
    raw = path.read_bytes()
    text = gzip.decompress(raw) if path.suffix == ".gz" else raw
    try:
        data = json.loads(text)
    except ValueError as error:
        raise ProblemError((f"{path.name} is not JSON: {error}.",)) from error
    return problem_from_json(data)


def write_problem(problem: Problem, path: Path) -> None:
    """Write a round as ``.json`` or, by its name, ``.json.gz``."""
    text = json.dumps(problem_to_json(problem), separators=(",", ":")).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
