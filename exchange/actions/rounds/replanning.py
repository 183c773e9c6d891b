"""Replanning: what has happened to a plan since it was taken over, and the smallest change that answers it.

The worker reads the records and shows the instant repair (a fraction of a second); it then searches the whole round for
something better that stays as close. What slipped is kept where it now is; who withdrew is out; what nobody has agreed
to yet may be moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions.rounds.inputs import Keys
from exchange.actions.rounds.planning import fetched_run, waiting_run
from exchange.actions.writing import refuse, writing
from exchange.domain.actors import Actor
from exchange.domain.periods import spoken
from exchange.domain.round_settings import Weeks
from exchange.domain.secondment_facts import FINAL, State
from exchange.domain.verdict import Refusal
from exchange.scheduling.problem import Placement, Problem, placements_from_json
from exchange.store import round_facts
from exchange.store.openings import OpeningStatus
from exchange.store.round_facts import NOT_BEGUN, OPEN, Stay
from exchange.store.rounds import ExchangeRound, Run, weeks_of

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
class Changed:
    """What has become of a plan: its rows, the stays that a new one may move, and who is out of it."""

    followed: tuple[_Followed, ...]
    weeks: Weeks
    free: frozenset[int]
    left: frozenset[int]


def happened(session: Session, run: Run, row: ExchangeRound) -> list[Happened]:
    """What the plan of this run does not know: secondments that moved or ended, openings that closed."""
    weeks = weeks_of(run, row)
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


def replan(session: Session, actor: Actor, run_id: int, *, agreed: bool = False, now: datetime) -> int:
    """Let the worker propose the smallest change of this run's plan, then look for a better one; the new run's id.

    ``agreed``: what both institutes have agreed to and has not begun may be given other days too.

    Raises:
        Refused: not found, not the actor's, or no plan.
    """
    with writing(session, actor, "round:replan", now=now) as work:
        run, row = fetched_run(work, run_id)
        if run.plan is None:
            raise refuse(Refusal.CONFLICT, "There is no plan to change yet: wait for the run to end.")
        fresh = waiting_run(row, actor, now)
        fresh.base_id = run.id
        fresh.asked["agreed"] = agreed
        session.add(fresh)
        session.flush()
        work.record(
            f"{actor.name} asked for the smallest change of a plan of {row.title}.",
            {"run": fresh.id, "of": run.id, "asked": fresh.asked},
        )
        return fresh.id


def changed(session: Session, run: Run, row: ExchangeRound, *, agreed: bool) -> Changed:
    """What the plan of this run has come to."""
    followed, weeks = _followed(session, run), weeks_of(run, row)
    moved = {one.person_id for one in followed if one.stay and _what(one.placement, one.stay, weeks)}
    movable = OPEN | NOT_BEGUN if agreed else OPEN
    return Changed(
        tuple(followed),
        weeks,
        frozenset(
            one.stay.id for one in followed if one.stay and one.stay.state in movable and one.person_id not in moved
        ),
        frozenset(one.person_id for one in followed if one.stay and one.stay.state in GONE),
    )


def published(what: Changed, keys: Keys, problem: Problem, weeks: Weeks) -> tuple[Placement, ...]:
    """The plan under the names and in the weeks of now; rows whose person or opening has left keep their old names.

    What stands of others was published too: it is no change. Rows that the round's weeks do not hold any more are gone.
    """
    names = {ident: name for name, ident in keys.people.items()}
    seats = {ident: name for name, ident in keys.openings.items()}
    later = (what.weeks.first - weeks.first).days // 7
    rows = tuple(
        Placement(
            names.get(one.person_id, one.placement.candidate),
            seats.get(one.opening_id, one.placement.opening),
            one.placement.start + later,
            one.placement.weeks,
        )
        for one in what.followed
        if 0 <= one.placement.start + later <= weeks.count - one.placement.weeks
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
