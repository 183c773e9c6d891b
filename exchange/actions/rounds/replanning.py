"""Replanning: what has happened to a plan since it was taken over, and the smallest change that answers it.

The instant repair is computed while the coordinator waits (a fraction of a second); the worker then searches the whole
round for something better that stays as close. What slipped is kept where it now is; who withdrew is out; what nobody
has agreed to yet may be moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter

from sqlalchemy.orm import Session

from exchange.actions.affinity import IndexCache
from exchange.actions.rounds import problem as building
from exchange.actions.rounds.inputs import Keys
from exchange.actions.rounds.planning import fetched_run
from exchange.actions.writing import refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.periods import spoken
from exchange.domain.round_settings import RoundSettings, Weeks
from exchange.domain.secondment_facts import FINAL, State
from exchange.domain.verdict import Refusal
from exchange.scheduling import validity
from exchange.scheduling.problem import Placement, Problem, placements_from_json, problem_to_json
from exchange.scheduling.replan import Replanned, repair
from exchange.store import round_facts, rounds
from exchange.store.openings import OpeningStatus
from exchange.store.round_facts import NOT_BEGUN, OPEN, Stay
from exchange.store.rounds import ExchangeRound, Run

GONE = FINAL - {State.CLOSED}


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that has happened since, as a sentence; ``secondment_id`` where it happened to one."""

    sentence: str
    secondment_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Followed:
    """A row of the plan and the secondment that came of it; None where it was not taken over."""

    placement: Placement
    person_id: int
    opening_id: int
    stay: Stay | None


@dataclass(frozen=True, slots=True)
class _Proposal:
    problem: Problem
    keys: Keys
    published: tuple[Placement, ...]
    replanned: Replanned | None
    seconds: float
    faults: tuple[str, ...]


def happened(session: Session, run: Run, row: ExchangeRound) -> list[Happened]:
    """What the plan of this run does not know: secondments that moved or ended, openings that closed."""
    weeks = Weeks(row.starts_on, row.weeks)
    found = [
        Happened(sentence, one.stay.id)
        for one in _followed(session, run)
        if one.stay is not None and (sentence := _what(one.placement, one.stay, weeks))
    ]
    statuses = round_facts.opening_states(session, run.keys["openings"].values())
    used = {one.opening for one in placements_from_json(run.plan["placements"])} if run.plan else set()
    for name, ident in run.keys["openings"].items():
        if name in used and statuses.get(ident) is not OpeningStatus.OPEN:
            found.append(Happened(f"The opening {name} has closed."))
    return found


def replan(
    session: Session, actor: Actor, run_id: int, cache: IndexCache, *, agreed: bool = False, now: datetime
) -> int:
    """Propose the smallest change of this run's plan, and let the worker look for a better one; the new run's id.

    ``agreed``: what both institutes have agreed to and has not begun may be given other days too.

    Raises:
        Refused: not found, not the actor's, no plan, or the round can no longer be planned.
    """
    found = rounds.find_run(session, run_id, access.reach(actor, Permission.ROUNDS_PLAN))
    proposal = _propose(session, cache, *found, agreed=agreed, today=now.date()) if found and found[0].plan else None
    with writing(session, actor, "round:replan", now=now) as work:
        run, row = fetched_run(work, run_id)
        if proposal is None:
            raise refuse(Refusal.CONFLICT, "There is no plan to change yet: wait for the run to end.")
        if proposal.replanned is None:
            raise refuse(Refusal.INVALID, *proposal.faults)
        fresh = Run(
            round_id=row.id,
            base_id=run.id,
            seconds=RoundSettings.read(row.settings).seconds,
            settings=row.settings,
            problem=problem_to_json(proposal.problem),
            keys=proposal.keys.to_json(),
            published=[one.to_json() for one in proposal.published],
            repair={
                "placements": [one.to_json() for one in proposal.replanned.placements],
                "value": proposal.replanned.value,
                "seconds": round(proposal.seconds, 3),
            },
            created_by_id=actor.person_id,
            created_at=now,
        )
        session.add(fresh)
        session.flush()
        diff = proposal.replanned.diff
        work.record(
            f"{actor.name} asked for the smallest change of a plan of {row.title}: {len(diff.kept)} kept, "
            f"{len(diff.moved)} moved, {len(diff.dropped)} dropped, {len(diff.new)} new.",
            {"run": fresh.id, "of": run.id},
        )
        return fresh.id


def _propose(
    session: Session, cache: IndexCache, run: Run, row: ExchangeRound, *, agreed: bool, today: date
) -> _Proposal:
    followed, weeks = _followed(session, run), Weeks(row.starts_on, row.weeks)
    changed = {one.person_id for one in followed if one.stay and _what(one.placement, one.stay, weeks)}
    movable = OPEN | NOT_BEGUN if agreed else OPEN
    free = {one.stay.id for one in followed if one.stay and one.stay.state in movable and one.person_id not in changed}
    left = {one.person_id for one in followed if one.stay and one.stay.state in GONE}
    problem, keys = building.build(session, cache, row, free=frozenset(free), left=frozenset(left), today=today)
    published = _published(followed, keys, problem)
    faults = validity.sentences(problem)
    begun = perf_counter()
    replanned = repair(problem, published) if not faults else None
    return _Proposal(problem, keys, published, replanned, perf_counter() - begun, faults)


def _published(followed: Iterable[_Followed], keys: Keys, problem: Problem) -> tuple[Placement, ...]:
    """The plan under the names of now; rows whose person or opening has left the round keep their old names.

    What stands of others was published too: it is no change.
    """
    names = {ident: name for name, ident in keys.people.items()}
    seats = {ident: name for name, ident in keys.openings.items()}
    rows = tuple(
        Placement(
            names.get(one.person_id, one.placement.candidate),
            seats.get(one.opening_id, one.placement.opening),
            one.placement.start,
            one.placement.weeks,
        )
        for one in followed
    )
    ours = {row.candidate for row in rows}
    return (*rows, *(row for row in problem.confirmed if row.candidate not in ours))


def _followed(session: Session, run: Run) -> list[_Followed]:
    """The plan's rows that have records, each with the newest secondment that came of it."""
    stays = {(stay.person_id, stay.opening_id): stay for stay in round_facts.taken_over(session, run.round_id)}
    people, openings = run.keys["people"], run.keys["openings"]
    placements = placements_from_json(run.plan["placements"]) if run.plan else ()
    known = [
        (one, people[one.candidate], openings[one.opening])
        for one in placements
        if one.candidate in people and one.opening in openings
    ]
    return [_Followed(one, who, where, stays.get((who, where))) for one, who, where in known]


def _what(planned: Placement, stay: Stay, weeks: Weeks) -> str:
    """What happened to a secondment since it was planned; empty when it stands as planned."""
    who, period = planned.candidate, weeks.stay(planned.start, planned.weeks)
    if stay.state in GONE:
        return f"The secondment of {who} was {stay.state.value}."
    if stay.state is State.ENDED_EARLY or (stay.period.end < period.end and stay.period.start == period.start):
        return f"The secondment of {who} ends early, on {spoken(stay.period.end)}."
    if stay.period != period:
        return f"{who} now goes from {stay.period} and not from {period}."
    return ""
