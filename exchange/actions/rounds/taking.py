"""Taking rows of a plan over: each becomes a draft, unless it has become impossible since the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.drafts import Proposal, add_draft
from exchange.actions.rounds import following
from exchange.actions.rounds import problem as building
from exchange.actions.rounds.inputs import Question
from exchange.actions.rounds.planning import fetched_run
from exchange.actions.writing import Refused, Work, refuse, writing
from exchange.domain.actors import Actor
from exchange.domain.eligibility import reader_of
from exchange.domain.periods import Period
from exchange.domain.prospects import hindrance
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.domain.verdict import Refusal
from exchange.scheduling.checker import check
from exchange.scheduling.problem import Placement, Problem, placements_from_json
from exchange.store import eligibility, round_facts
from exchange.store.eligibility import Subject
from exchange.store.openings import Opening
from exchange.store.round_facts import NOT_BEGUN, OPEN, Stay, home_of
from exchange.store.rounds import ExchangeRound, Run, weeks_of
from exchange.store.runs import RunStatus
from exchange.store.secondments import Secondment, overlapping_period, reference

OVER = frozenset({RunStatus.DONE, RunStatus.STOPPED, RunStatus.INTERRUPTED})
# What makes a row impossible. Not the balance: it is the whole plan's, and people may take over a part of it.
WHY = {
    "own institute": "the opening is at their own institute",
    "skills": "a skill that the opening asks for is not there any more",
    "availability": "they are not free on all of these days any more",
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
    """The round as the records stand now, and its names by the ids of people and openings.

    ``drafts`` are those of this round that the plan may move, by person.
    """

    problem: Problem
    names: Mapping[int, str]
    seats: Mapping[int, str]
    drafts: Mapping[int, Stay]

    def named(self, person_id: int, opening_id: int, placement: Placement) -> Placement:
        """The placement under the names of now."""
        return Placement(self.names[person_id], self.seats[opening_id], placement.start, placement.weeks)


def accept(
    session: Session,
    actor: Actor,
    run_id: int,
    chosen: Collection[int] | None,
    *,
    drops: Collection[int] = (),
    now: datetime,
) -> tuple[int, tuple[str, ...]]:
    """Make drafts of the plan's rows (their places in the plan; None for all); returns how many, and what was left out.

    One transaction: rows that have become impossible since the run are refused alone, each by a sentence. ``drops`` are
    secondments that a changed plan has no place for (with None for the rows: all of them); they count as made once
    they have been ended, or those who decide have been told.

    Raises:
        Refused: not found, not the actor's, no plan, or nothing could be taken over.
    """
    with writing(session, actor, "round:accept", now=now) as work:
        run, row = fetched_run(work, run_id)
        if run.plan is None or run.status not in OVER:
            raise refuse(Refusal.CONFLICT, "There is no plan to take over yet: wait for the run to end.")
        weeks, made, refused = weeks_of(run, row), 0, []
        wanted = _wanted(run, chosen)
        present = _present(session, run, row, wanted, now.date())
        for placement in wanted:
            present, sentence = _take_over(work, run, weeks, placement, present)
            if sentence:
                refused.append(sentence)
            else:
                made += 1
        for gone in following.dropped(session, run, row):
            if chosen is None or gone.id in drops:
                made += 1
                refused += [sentence] if (sentence := following.let_go(work, run, gone)) else []
        work.subject("round", row.id, *RoundSettings.read(row.settings).institutes)
        if not made:
            raise refuse(Refusal.CONFLICT, *(refused or ["Nothing was chosen: tick the rows to take over."]))
        work.record(f"{actor.name} took {made} rows of a plan of {row.title} over as drafts.", {"left_out": refused})
        return made, tuple(refused)


def fixed_in(run: Run) -> frozenset[Placement]:
    """The placements of a run that stood before it, so that there is nothing to take over."""
    locked = placements_from_json(run.keys.get("locked", []))
    return frozenset(placements_from_json(run.problem["confirmed"])) - frozenset(locked)


def _wanted(run: Run, chosen: Collection[int] | None) -> list[Placement]:
    """The rows that were chosen and do not stand already."""
    rows = placements_from_json(run.plan["placements"]) if run.plan else ()
    fixed = fixed_in(run)
    return [one for place, one in enumerate(rows) if one not in fixed and (chosen is None or place in chosen)]


def _present(session: Session, run: Run, row: ExchangeRound, wanted: list[Placement], today: date) -> _Present:
    """The round as it is now. A plan that changes an older one may move the drafts made from it: these do not stand."""
    drafts: dict[int, Stay] = {}
    if run.base_id is not None:
        movable = OPEN | NOT_BEGUN
        of_round = {stay.person_id: stay for stay in round_facts.taken_over(session, row.id) if stay.state in movable}
        people = {run.keys["people"].get(one.candidate) for one in wanted}
        drafts = {ident: stay for ident, stay in of_round.items() if ident in people}
    free = frozenset(stay.id for stay in drafts.values())
    asked = replace(Question.of(row), weeks=weeks_of(run, row))
    problem, keys = building.build(session, None, asked, free=free, today=today)
    names = {ident: name for name, ident in keys.people.items()}
    seats = {ident: name for name, ident in keys.openings.items()}
    return _Present(problem, names, seats, drafts)


def _take_over(work: Work, run: Run, weeks: Weeks, placement: Placement, present: _Present) -> tuple[_Present, str]:
    """Make or move one draft, and count it from then on; a sentence instead when the row has become impossible."""
    person_id, opening_id = run.keys["people"][placement.candidate], run.keys["openings"][placement.opening]
    stay = weeks.stay(placement.start, placement.weeks)
    if sentence := _impossible(work, run, stay, placement, present):
        return present, sentence
    draft = present.drafts.get(person_id)
    try:
        if draft is not None and draft.opening_id == opening_id:
            following.change_days(work, draft, stay)
        elif draft is not None and following.way_out(work, draft) is None:
            return present, f"{placement.candidate} stays at another opening, {reference(draft.id)}: end that first."
        else:
            add_draft(work, _proposal(work, run, person_id, opening_id, stay))
            if draft is not None:
                following.let_go(work, run, draft)
    except Refused as refusal:
        if refusal.verdict.refusal is Refusal.NOT_FOUND:
            return (
                present,
                f"{placement.candidate}: neither institute is yours; a coordinator of one of them proposes this.",
            )
        return present, f"{placement.candidate}: {refusal}"
    today = present.named(person_id, opening_id, placement)
    kept = replace(present.problem, confirmed=(*present.problem.confirmed, today))
    return replace(present, problem=kept), ""


def _proposal(work: Work, run: Run, person_id: int, opening_id: int, stay: Period) -> Proposal:
    opening = work.session.get_one(Opening, opening_id)
    return Proposal(
        person_id=person_id,
        host_id=opening.host_institute_id,
        starts_on=stay.start,
        ends_on=stay.end,
        opening_id=opening.id,
        workstream_id=opening.workstream_id,
        site_id=opening.site_id,
        run_id=run.id,
    )


def _impossible(work: Work, run: Run, stay: Period, placement: Placement, present: _Present) -> str:
    """What has happened since the run that rules the row out, as a sentence; empty when nothing has."""
    person_id, opening_id = run.keys["people"][placement.candidate], run.keys["openings"][placement.opening]
    who, draft, found = placement.candidate, present.drafts.get(person_id), ""
    if opening_id not in present.seats:
        found = f"{who}: the opening {placement.opening} is closed or gone."
    elif person_id not in present.names:
        found = f"{who} does not take part in this round any more."
    elif stay.start <= work.now.date():
        found = f"{who}: the first day, {stay.start.isoformat()}, has passed."
    elif overlapping_period(work.session, person_id, stay, besides=draft.id if draft else 0):
        found = f"{who} has another secondment, or a draft of one, on some of these days."
    else:
        named = present.named(person_id, opening_id, placement)
        violations = check(present.problem, (*present.problem.confirmed, named))
        broken = [one for one in violations if not one.inherited and one.rule in WHY]
        same = draft if draft is not None and draft.opening_id == opening_id else None
        found = f"{who}: {WHY[broken[0].rule]}." if broken else _not_eligible(work, run, stay, placement, same)
    return found


def _not_eligible(work: Work, run: Run, stay: Period, placement: Placement, draft: Stay | None) -> str:
    """What the rules of eligibility say against these days, as the actor may read it; what is only open is no bar."""
    person_id, today = run.keys["people"][placement.candidate], work.now.date()
    opening = work.session.get_one(Opening, run.keys["openings"][placement.opening])
    if draft is not None:
        subject = eligibility.subject_of(work.session.get_one(Secondment, draft.id), stay)
    else:
        subject = Subject(
            person_id=person_id,
            home_id=home_of(work.session, person_id),
            host_id=opening.host_institute_id,
            period=stay,
            opening_id=opening.id,
            workstream_id=opening.workstream_id,
            site_id=opening.site_id,
        )
    grounds = eligibility.load(work.session, subject, today)
    reader = reader_of(work.actor, person_id, subject.home_id, subject.host_id)
    sentence = hindrance(grounds.facts, reader)
    return f"{placement.candidate}: {sentence}" if sentence else ""
