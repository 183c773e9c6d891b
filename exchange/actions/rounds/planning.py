"""What a coordinator does with a round: make it, run it, stop a run, take rows of a plan over."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.drafts import Proposal, add_draft
from exchange.actions.rounds import problem as building
from exchange.actions.writing import Refused, Work, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.round_settings import RoundSettings, Weeks, first_monday
from exchange.domain.verdict import Refusal
from exchange.scheduling import validity
from exchange.scheduling.problem import Placement, placements_from_json, problem_to_json
from exchange.store import rounds as store
from exchange.store.openings import Opening
from exchange.store.rounds import ExchangeRound, Run, RunStatus
from exchange.store.secondments import overlapping_period

OVER = frozenset({RunStatus.DONE, RunStatus.STOPPED, RunStatus.INTERRUPTED})


@dataclass(frozen=True, slots=True)
class RoundTerms:
    """A round as typed; ``starts_on`` is moved to the Monday on or after it."""

    title: str
    institute_id: int
    starts_on: date
    weeks: int
    settings: RoundSettings


def create(session: Session, actor: Actor, terms: RoundTerms, *, now: datetime) -> int:
    """Make a round and return its id.

    Raises:
        Refused: not the actor's institute, or the terms make no sense.
    """
    with writing(session, actor, "round:create", now=now) as work:
        work.subject("round", None, *terms.settings.institutes)
        work.require(access.decide(actor, Permission.ROUNDS_PLAN, terms.institute_id))
        start = first_monday(terms.starts_on)
        faults = list(terms.settings.faults())
        if not terms.title.strip():
            faults.append("Give the round a title.")
        if Weeks(start, terms.weeks).window.end <= now.date():
            faults.append("The window lies in the past: choose one that ends after today.")
        if faults:
            raise refuse(Refusal.INVALID, *faults)
        row = ExchangeRound(
            title=terms.title.strip(),
            starts_on=start,
            weeks=terms.weeks,
            institute_id=terms.institute_id,
            settings=terms.settings.to_json(),
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(row)
        session.flush()
        work.subject("round", row.id, *terms.settings.institutes)
        work.record(f"{actor.name} made the exchange round {row.title}.", {"settings": row.settings})
        return row.id


def start(
    session: Session, actor: Actor, round_id: int, cache: IndexCache, *, locks: Iterable[Placement] = (), now: datetime
) -> int:
    """Put a run of the solver in the queue, over the records as they stand; returns its id.

    Raises:
        Refused: not found, not the actor's, or the round cannot be planned, each reason with what to do.
    """
    with writing(session, actor, "round:run", now=now) as work:
        row = _round(work, round_id)
        problem, keys = building.build(session, cache, row, locks=locks, today=now.date())
        if faults := validity.sentences(problem):
            raise refuse(Refusal.INVALID, *faults)
        run = Run(
            round_id=row.id,
            seconds=RoundSettings.read(row.settings).seconds,
            problem=problem_to_json(problem),
            keys=keys.to_json(),
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(run)
        session.flush()
        work.record(
            f"{actor.name} started a run of {row.title} with {len(problem.candidates)} people "
            f"and {len(problem.openings)} openings.",
            {"run": run.id, "problem": problem.digest()},
        )
        return run.id


def stop(session: Session, actor: Actor, run_id: int, *, now: datetime) -> None:
    """Ask a run to end with the best plan it has; one that waits is ended at once.

    Raises:
        Refused: not found, not the actor's, or over already.
    """
    with writing(session, actor, "round:stop", now=now) as work:
        run, row = _run(work, run_id)
        if run.status is RunStatus.WAITING:
            run.status, run.finished_at, run.message = RunStatus.STOPPED, now, "Stopped before it began."
        elif run.status is RunStatus.RUNNING:
            run.stop_asked = True
        else:
            raise refuse(Refusal.CONFLICT, f"This run is {run.status.value} already.")
        work.record(f"{actor.name} stopped a run of {row.title}.", {"run": run_id})


def accept(
    session: Session, actor: Actor, run_id: int, chosen: Collection[int] | None, *, now: datetime
) -> tuple[int, tuple[str, ...]]:
    """Make drafts of the plan's rows (their places in the plan; None for all); returns how many, and what was left out.

    One transaction: rows that have become impossible since the run are refused alone, each by a sentence.

    Raises:
        Refused: not found, not the actor's, no plan, or nothing could be taken over.
    """
    with writing(session, actor, "round:accept", now=now) as work:
        run, row = _run(work, run_id)
        if run.plan is None or run.status not in OVER:
            raise refuse(Refusal.CONFLICT, "There is no plan to take over yet: wait for the run to end.")
        weeks = Weeks(row.starts_on, row.weeks)
        fixed = set(placements_from_json(run.problem["confirmed"]))
        made, refused = 0, []
        for place, placement in enumerate(placements_from_json(run.plan["placements"])):
            if placement in fixed or (chosen is not None and place not in chosen):
                continue
            sentence = _take_over(work, run, weeks, placement)
            if sentence:
                refused.append(sentence)
            else:
                made += 1
        work.subject("round", row.id, *RoundSettings.read(row.settings).institutes)
        if not made:
            raise refuse(Refusal.CONFLICT, *(refused or ["Nothing was chosen: tick the rows to take over."]))
        work.record(f"{actor.name} took {made} rows of a plan of {row.title} over as drafts.", {"left_out": refused})
        return made, tuple(refused)


def _take_over(work: Work, run: Run, weeks: Weeks, placement: Placement) -> str:
    """Make one draft; a sentence instead when the row has become impossible."""
    person_id = run.keys["people"][placement.candidate]
    opening = work.session.get(Opening, run.keys["openings"][placement.opening])
    stay = weeks.stay(placement.start, placement.weeks)
    if opening is None:
        return f"{placement.candidate}: the opening {placement.opening} is gone."
    if stay.start <= work.now.date():
        return f"{placement.candidate}: the first day, {stay.start.isoformat()}, has passed."
    if overlapping_period(work.session, person_id, stay):
        return f"{placement.candidate} has another secondment, or a draft of one, on some of these days."
    try:
        add_draft(
            work,
            Proposal(
                person_id=person_id,
                host_id=opening.host_institute_id,
                starts_on=stay.start,
                ends_on=stay.end,
                opening_id=opening.id,
                workstream_id=opening.workstream_id,
                site_id=opening.site_id,
                run_id=run.id,
            ),
        )
    except Refused as refusal:
        return f"{placement.candidate}: {refusal}"
    return ""


def _round(work: Work, ident: int) -> ExchangeRound:
    work.subject("round", ident)
    row = store.find(work.session, ident, access.reach(work.actor, Permission.ROUNDS_PLAN))
    if row is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such round, or it is not yours to plan.")
    work.subject("round", ident, *RoundSettings.read(row.settings).institutes)
    return row


def _run(work: Work, ident: int) -> tuple[Run, ExchangeRound]:
    work.subject("run", ident)
    found = store.find_run(work.session, ident, access.reach(work.actor, Permission.ROUNDS_PLAN))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such run, or it is not yours.")
    work.subject("round", found[1].id, *RoundSettings.read(found[1].settings).institutes)
    return found
