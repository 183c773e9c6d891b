"""A plan as the pages of rounds show it: rows, a board, what it means for the institutes, and beside another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from exchange.actions.rounds import taking
from exchange.domain.periods import Period
from exchange.domain.round_settings import Weeks
from exchange.scheduling.compare import Diff, Move
from exchange.scheduling.plan import InstituteFigures, Plan
from exchange.scheduling.problem import Placement, Problem, placements_from_json, problem_from_json
from exchange.scheduling.reasons import Reason
from exchange.scheduling.report import institute_figures
from exchange.store.institutes import InstituteRow
from exchange.store.rounds import ExchangeRound, Run, weeks_of
from exchange.web import board as timeline
from exchange.web.board import Bar, Board, Group, Row
from exchange.web.plan_words import PlanWords

LONGEST_BOARD = 24  # months


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A placement as the page shows it; ``place`` is its place in the plan, ``fixed`` ones stand already.

    Somebody whose stay the planner may not know of, and a seat outside the round, have no record to open.
    """

    place: int
    person: str
    person_id: int | None
    home: str
    opening: str
    opening_id: int | None
    host: str
    days: Period
    weeks: int
    fixed: bool
    locked: bool
    why: str


@dataclass(frozen=True, slots=True)
class Unplaced:
    person: str
    person_id: int
    why: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Pair:
    """What two institutes send each other under a plan, in person-weeks; ``net`` is how much more the first sends.

    ``before`` is how much more it had sent before the round; None where that is not for the planner to know.
    """

    one: str
    other: str
    before: int | None
    sent: int
    received: int
    tolerance: int

    @property
    def net(self) -> int:
        return (self.before or 0) + self.sent - self.received


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tiles compare before and after a plan."""

    placed: int
    weeks: int
    widest: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """Everything about one set of placements of a run."""

    run: Run
    row: ExchangeRound
    problem: Problem
    placements: tuple[Placement, ...]
    planner: str
    words: PlanWords = field(init=False)

    @classmethod
    def of(
        cls, run: Run, row: ExchangeRound, placements: list[list[Any]], known: Mapping[int, InstituteRow]
    ) -> PlanView:
        """The view of placements as they are kept; ``known`` are all institutes."""
        planner = known[row.institute_id].short_name
        return cls(run, row, problem_from_json(run.problem), placements_from_json(placements), planner)

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", PlanWords.of(self.problem, self.weeks))

    @property
    def weeks(self) -> Weeks:
        return weeks_of(self.run, self.row)

    def rows(self) -> list[PlanRow]:
        fixed = taking.fixed_in(self.run)
        locked = frozenset(placements_from_json(self.run.keys.get("locked", [])))
        return [
            PlanRow(
                place=place,
                person=one.candidate,
                person_id=self.run.keys["people"].get(one.candidate),
                home=self.words.homes[one.candidate],
                opening=one.opening,
                opening_id=self.run.keys["openings"].get(one.opening),
                host=self.words.hosts[one.opening],
                days=self.weeks.stay(one.start, one.weeks),
                weeks=one.weeks,
                fixed=one in fixed,
                locked=one in locked,
                why="Stands already." if one in fixed else self.words.why_placed(one),
            )
            for place, one in enumerate(self.placements)
        ]

    def unplaced(self, plan: Plan) -> list[Unplaced]:
        people = self.run.keys["people"]
        return [
            Unplaced(name, people[name], self.words.why_not(name, reason), reason)
            for name, reason in sorted(plan.unplaced.items())
            if name in people
        ]

    def pairs(self) -> list[Pair]:
        """The balance of each pair of the round after the plan; pairs between which nobody went or goes are left out.

        What others have exchanged before counts in the plan and is shown to nobody but their own institutes.
        """
        sent: dict[tuple[str, str], int] = {}
        for one in self.placements:
            way = (self.words.homes[one.candidate], self.words.hosts[one.opening])
            sent[way] = sent.get(way, 0) + one.weeks
        found = []
        for row in self.problem.balance:
            a, b = row.from_institute, row.to_institute
            there, back = sent.get((a, b), 0), sent.get((b, a), 0)
            before = row.history_weeks if self.planner in {a, b} else None
            if there or back or before:
                found.append(Pair(a, b, before, there, back, row.tolerance_weeks))
        return found

    def figures(self) -> Figures:
        widest = max((abs(pair.net) for pair in self.pairs()), default=0)
        return Figures(len(self.placements), sum(one.weeks for one in self.placements), widest)

    def before(self) -> PlanView:
        """The same round with only what stands."""
        return replace(self, placements=tuple(sorted(taking.fixed_in(self.run))))

    def board(self, known: Mapping[int, InstituteRow], today: date) -> Board:
        """The placements on a timeline, by home institute."""
        codes = {one.short_name: one.code for one in known.values()}
        rows = self.rows()
        groups = [
            Group(f"{home} sends", tuple(_board_row(one, codes) for one in rows if one.home == home), codes[home])
            for home in sorted({one.home for one in rows})
        ]
        window = self.weeks.window
        months = (window.end.year - window.start.year) * 12 + window.end.month - window.start.month + 1
        first = window.start.replace(day=1)
        return timeline.board(
            "The plan on a timeline", groups, first_month=first, months=min(LONGEST_BOARD, months), today=today
        )

    def institutes(self) -> tuple[InstituteFigures, ...]:
        return institute_figures(self.problem, self.placements)


def _board_row(one: PlanRow, codes: Mapping[str, str]) -> Row:
    kind = "confirmed" if one.fixed else "draft" if one.locked else "proposed"
    state = "stands already" if one.fixed else "locked" if one.locked else "proposed"
    bar = Bar(
        uid=one.place,
        label=f"{one.opening} ({one.host})",
        first=one.days.start,
        last=one.days.end,
        kind=kind,
        url=f"#row-{one.place}",
        said=f"{one.person} to {one.host}, {one.days}, {state}.",
    )
    return Row(one.person, (bar,), "", codes[one.home])


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One line of what changes from one plan to another."""

    kind: str
    person: str
    before: str
    after: str


def change_rows(diff: Diff, words: PlanWords) -> list[ChangeRow]:
    """Moved, dropped and new placements, by person; somebody dropped in one place and new in another has moved."""
    found = [_moved(move, words) for move in diff.moved]
    new = {one.candidate: one for one in diff.new}
    for gone in diff.dropped:
        instead = new.pop(gone.candidate, None)
        if instead is not None:
            found.append(ChangeRow("moved", gone.candidate, _where(gone, words), _where(instead, words)))
        else:
            found.append(ChangeRow("dropped", gone.candidate, _where(gone, words), ""))
    found += [ChangeRow("new", one.candidate, "", _where(one, words)) for one in new.values()]
    return sorted(found, key=lambda row: (row.kind, row.person))


def tally(rows: Iterable[ChangeRow], kept: int) -> dict[str, int]:
    """How many of each kind."""
    count = {"kept": kept, "moved": 0, "dropped": 0, "new": 0}
    for row in rows:
        count[row.kind] += 1
    return count


def _moved(move: Move, words: PlanWords) -> ChangeRow:
    return ChangeRow("moved", move.before.candidate, _where(move.before, words), _where(move.after, words))


def _where(one: Placement, words: PlanWords) -> str:
    return f"{one.opening}, {words.days(one.start, one.weeks)}"
