"""What a changed plan means for the secondments that came of the plan before it, each by its own rules.

What nobody has agreed to is changed or withdrawn at once. What both institutes have agreed to is never changed by a
plan: other days become a proposed version of the agreement, and whom the plan has no place for any more is named to the
coordinators of both sides, who decide.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from exchange.actions import publishing
from exchange.actions.drafts import terms
from exchange.actions.steps import Asked, make_move, put_forward
from exchange.actions.writing import Work, refuse
from exchange.domain import access
from exchange.domain import secondments as rules
from exchange.domain.access import Permission
from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import State, Verb
from exchange.domain.verdict import Refusal
from exchange.scheduling.problem import placements_from_json
from exchange.store import agreements, institutes, people, round_facts, secondment_facts, secondments
from exchange.store.round_facts import NOT_BEGUN, OPEN, Stay
from exchange.store.rounds import ExchangeRound, Run, weeks_of
from exchange.store.secondments import Found, reference

NO_PLACE = "The plan of the exchange round has no place for it any more."
WAYS_OUT = (Verb.WITHDRAW, Verb.DECLINE)  # of a draft or a nomination


@dataclass(frozen=True, slots=True)
class Consequence:
    """What taking a plan over does to one secondment; it ``drops`` what it has no place for, which is ticked apart."""

    secondment_id: int
    who: str
    sentence: str
    drops: bool


def consequences(session: Session, actor: Actor, run: Run, row: ExchangeRound) -> list[Consequence]:
    """What becomes of the secondments of the plan before, as far as the plan of this run changes them."""
    if run.base_id is None or run.plan is None:
        return []
    names = {ident: name for name, ident in run.keys["people"].items()}
    planned = _planned(run, row)
    homes = institutes.all_institutes(session)
    found = []
    for stay in _theirs(session, run, row):
        who = f"{reference(stay.id)}, {names[stay.person_id]}"
        days = planned.get(stay.person_id, {}).get(stay.opening_id or 0)
        if days is None:
            home = homes[stay.home_id].short_name
            found.append(Consequence(stay.id, who, _dropped(stay, actor, home), drops=True))
        elif days != stay.period:
            found.append(Consequence(stay.id, who, _moved(stay), drops=False))
    return found


def change_days(work: Work, stay: Stay, days: Period) -> None:
    """Give a secondment the days that the plan has for it: in place, or as a proposed version of its agreement.

    Raises:
        Refused: not the actor's, or it has begun.
    """
    found = _fetched(work, stay)
    row = found.secondment
    work.require(
        access.decide(work.actor, Permission.SECONDMENTS_PROPOSE, row.home_institute_id, row.host_institute_id)
    )
    versions = agreements.versions_of(work.session, row.id)
    if versions:
        newest = versions[-1].domain.content
        if (newest.start, newest.end) != (days.start, days.end):
            put_forward(work, found, replace(newest, number=newest.number + 1, start=days.start, end=days.end))
    elif row.period != days:
        work.require(rules.may_edit(secondment_facts.load(work.session, found, work.now.date()).facts))
        before = terms(row)
        row.starts_on, row.ends_on = days.start, days.end
        publishing.publish_secondment(work, row.id)
        work.notify(row.person_id, f"The days of {reference(row.id)} have changed.", f"/secondments/{row.id}")
        work.record(
            f"{work.actor.name} moved {reference(row.id)} as a plan has it.", {"before": before, "after": terms(row)}
        )


def way_out(work: Work, stay: Stay) -> Verb | None:
    """By which move the actor may end it, None where that is for others, or agreed by both."""
    if stay.state not in OPEN:
        return None
    facts = secondment_facts.load(work.session, _fetched(work, stay), work.now.date(), work.actor).facts
    today = work.now.date()
    return next((verb for verb in WAYS_OUT if rules.decide(facts, verb, work.actor, today, reason=NO_PLACE)), None)


def let_go(work: Work, run: Run, stay: Stay) -> str:
    """End a secondment that the plan has no place for; where that is for others, tell them, and say whom."""
    verb = way_out(work, stay)
    if verb is not None:
        make_move(work, _fetched(work, stay), Asked(verb, NO_PLACE))
        return ""
    sides = (stay.home_id,) if stay.state in OPEN else (stay.home_id, stay.host_id)
    receivers = frozenset[int]().union(*(people.holders(work.session, Role.HR_COORDINATOR, side) for side in sides))
    for receiver in receivers:
        text = f"{NO_PLACE[:-1]}: {reference(stay.id)}. Please decide what becomes of it."
        work.notify(receiver, text, f"/secondments/{stay.id}", f"no-place-{run.id}-{stay.id}-{receiver}")
    known = institutes.all_institutes(work.session)
    whose = " and ".join(known[side].short_name for side in sides)
    return f"{reference(stay.id)}: the coordinators of {whose} are told and decide what becomes of it."


def dropped(session: Session, run: Run, row: ExchangeRound) -> list[Stay]:
    """The secondments of the plan before that the plan of this run has no place for."""
    planned = _planned(run, row)
    return [stay for stay in _theirs(session, run, row) if stay.person_id not in planned]


def _theirs(session: Session, run: Run, row: ExchangeRound) -> list[Stay]:
    """What came of the round's plans and has not begun, of people whom this run knows by name."""
    if run.base_id is None or run.plan is None:
        return []
    known = set(run.keys["people"].values())
    return [
        stay
        for stay in round_facts.taken_over(session, row.id)
        if stay.state in OPEN | NOT_BEGUN
        and stay.person_id in known
        and row.institute_id in {stay.home_id, stay.host_id}
    ]


def _planned(run: Run, row: ExchangeRound) -> dict[int, dict[int, Period]]:
    """The days the plan has for each person at each opening, by their ids (0: a seat outside the round)."""
    weeks, found = weeks_of(run, row), dict[int, dict[int, Period]]()
    for one in placements_from_json(run.plan["placements"]) if run.plan else ():
        person, opening = run.keys["people"].get(one.candidate), run.keys["openings"].get(one.opening, 0)
        if person is not None:
            found.setdefault(person, {})[opening] = weeks.stay(one.start, one.weeks)
    return found


def _moved(stay: Stay) -> str:
    if stay.state in OPEN:
        return "the days change at once, since nobody has agreed to them yet."
    return "the new days are proposed as a version of the agreement; what was agreed holds until all have approved it."


def _dropped(stay: Stay, actor: Actor, home: str) -> str:
    if stay.state not in OPEN:
        return (
            "both institutes have agreed to it, and the plan has no place for it. It stays as it is; "
            "the coordinators of both are told and decide."
        )
    if actor.has(Role.HR_COORDINATOR, stay.home_id):
        return "the plan has no place for it: it is withdrawn."
    if actor.has(Role.HR_COORDINATOR, stay.host_id) and stay.state is State.NOMINATED:
        return "the plan has no place for it: the nomination is declined."
    return f"the plan has no place for it: the coordinators of {home} are told to withdraw it."


def _fetched(work: Work, stay: Stay) -> Found:
    found = secondments.find(work.session, stay.id, secondment_facts.scope_of(work.actor))
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such secondment, or it is not yours to see.")
    work.subject("secondment", stay.id, stay.home_id, stay.host_id)
    return found
