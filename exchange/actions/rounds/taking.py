"""Taking rows of a plan over: each becomes a draft, unless it has become impossible since the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.drafts import Proposal, add_draft
from exchange.actions.rounds import problem as building
from exchange.actions.rounds.planning import fetched_run
from exchange.actions.writing import Refused, Work, refuse, writing
from exchange.domain.actors import Actor
from exchange.domain.periods import Period
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.domain.verdict import Refusal
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem, placements_from_json
from exchange.store.openings import Opening
from exchange.store.rounds import Run, RunStatus
from exchange.store.secondments import overlapping_period

OVER = frozenset({RunStatus.DONE, RunStatus.STOPPED, RunStatus.INTERRUPTED})
# What makes a row impossible. Not the balance: it is the whole plan's, and people may take over a part of it.
WHY = {
    "own institute": "the opening is at their own institute",
    "skills": "a skill or the access that the opening asks for is not there any more",
    "clearance level": "the access asked for is not there any more",
    "clearance ends": "the access asked for does not last to the last day",
    "availability": "they are not free on all of these days any more",
    "lead time": "too little time is left for the agreement and the permissions",
    "length": "the length does not suit the opening any more",
    "opening's window": "the opening does not cover these days any more",
    "start day": "nobody may start at the opening on that day",
    "seat": "the seat is taken on some of these days",
    "desk": "the host has no visitor desk left on some of these days",
    "away": "too many of their institute are away on some of these days",
    "budget": "the budget does not reach any more",
    "placements per person": "they have another place already",
}


@dataclass(frozen=True, slots=True)
class _Present:
    """The round as the records stand now, and its names by the ids of people and openings."""

    problem: Problem
    names: Mapping[int, str]
    seats: Mapping[int, str]

    def named(self, person_id: int, opening_id: int, placement: Placement) -> Placement:
        """The placement under the names of now."""
        return Placement(self.names[person_id], self.seats[opening_id], placement.start, placement.weeks)


def accept(
    session: Session, actor: Actor, run_id: int, chosen: Collection[int] | None, *, now: datetime
) -> tuple[int, tuple[str, ...]]:
    """Make drafts of the plan's rows (their places in the plan; None for all); returns how many, and what was left out.

    One transaction: rows that have become impossible since the run are refused alone, each by a sentence.

    Raises:
        Refused: not found, not the actor's, no plan, or nothing could be taken over.
    """
    with writing(session, actor, "round:accept", now=now) as work:
        run, row = fetched_run(work, run_id)
        if run.plan is None or run.status not in OVER:
            raise refuse(Refusal.CONFLICT, "There is no plan to take over yet: wait for the run to end.")
        problem, keys = building.build(session, None, row, today=now.date())
        present = _Present(
            problem,
            {ident: name for name, ident in keys.people.items()},
            {ident: name for name, ident in keys.openings.items()},
        )
        weeks, made, refused = Weeks(row.starts_on, row.weeks), 0, []
        for place, placement in enumerate(placements_from_json(run.plan["placements"])):
            if placement in fixed_in(run) or (chosen is not None and place not in chosen):
                continue
            present, sentence = _take_over(work, run, weeks, placement, present)
            if sentence:
                refused.append(sentence)
            else:
                made += 1
        work.subject("round", row.id, *RoundSettings.read(row.settings).institutes)
        if not made:
            raise refuse(Refusal.CONFLICT, *(refused or ["Nothing was chosen: tick the rows to take over."]))
        work.record(f"{actor.name} took {made} rows of a plan of {row.title} over as drafts.", {"left_out": refused})
        return made, tuple(refused)


def fixed_in(run: Run) -> frozenset[Placement]:
    """The placements of a run that stood before it, so that there is nothing to take over."""
    locked = placements_from_json(run.keys.get("locked", []))
    return frozenset(placements_from_json(run.problem["confirmed"])) - frozenset(locked)


def _take_over(work: Work, run: Run, weeks: Weeks, placement: Placement, present: _Present) -> tuple[_Present, str]:
    """Make one draft, and count it from then on; a sentence instead when the row has become impossible."""
    if sentence := _impossible(work, run, weeks.stay(placement.start, placement.weeks), placement, present):
        return present, sentence
    person_id = run.keys["people"][placement.candidate]
    opening = work.session.get_one(Opening, run.keys["openings"][placement.opening])
    stay, who = weeks.stay(placement.start, placement.weeks), placement.candidate
    proposal = Proposal(
        person_id=person_id,
        host_id=opening.host_institute_id,
        starts_on=stay.start,
        ends_on=stay.end,
        opening_id=opening.id,
        workstream_id=opening.workstream_id,
        site_id=opening.site_id,
        run_id=run.id,
    )
    try:
        add_draft(work, proposal)
    except Refused as refusal:
        if refusal.verdict.refusal is Refusal.NOT_FOUND:
            return present, f"{who}: neither institute is yours; a coordinator of one of them proposes this."
        return present, f"{who}: {refusal}"
    today = present.named(person_id, opening.id, placement)
    kept = replace(present.problem, confirmed=(*present.problem.confirmed, today))
    return replace(present, problem=kept), ""


def _impossible(work: Work, run: Run, stay: Period, placement: Placement, present: _Present) -> str:
    """What has happened since the run that rules the row out, as a sentence; empty when nothing has."""
    person_id, opening_id = run.keys["people"][placement.candidate], run.keys["openings"][placement.opening]
    who, found = placement.candidate, ""
    if opening_id not in present.seats:
        found = f"{who}: the opening {placement.opening} is closed or gone."
    elif person_id not in present.names:
        found = f"{who} does not take part in this round any more."
    elif stay.start <= work.now.date():
        found = f"{who}: the first day, {stay.start.isoformat()}, has passed."
    elif overlapping_period(work.session, person_id, stay):
        found = f"{who} has another secondment, or a draft of one, on some of these days."
    else:
        named = present.named(person_id, opening_id, placement)
        violations = check(present.problem, (*present.problem.confirmed, named))
        broken = [one for one in violations if not one.inherited and one.rule in WHY]
        found = f"{who}: {WHY[broken[0].rule]}." if broken else ""
    return found
