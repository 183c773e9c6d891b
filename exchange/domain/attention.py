"""What needs whom: whose turn it is in each secondment, from what a list shows of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Protocol, TypeVar

from exchange.domain import checklists, secondments
from exchange.domain.actors import Actor
from exchange.domain.checklists import Task
from exchange.domain.periods import Period
from exchange.domain.secondment_facts import ON_SITE, Seat, SecondmentFacts, Side, State


class Listed(Protocol):
    """A secondment as a list shows it."""

    @property
    def person_id(self) -> int: ...
    @property
    def home_id(self) -> int: ...
    @property
    def host_id(self) -> int: ...
    @property
    def lead_id(self) -> int | None: ...
    @property
    def period(self) -> Period: ...
    @property
    def state(self) -> State: ...
    @property
    def state_since(self) -> date: ...
    @property
    def consented(self) -> bool: ...
    @property
    def supported(self) -> bool: ...
    @property
    def awaited(self) -> frozenset[Side]: ...
    @property
    def proposed_by_id(self) -> int | None: ...


L = TypeVar("L", bound=Listed)

WHAT = {
    State.DRAFT: "Nominate, or complete the draft",
    State.NOMINATED: "Decide on the nomination",
    State.ACCEPTED: "Begin the agreement",
    State.AGREEMENT: "Propose the agreement",
    State.CLEARANCE: "Decide on access",
    State.READY: "Record the arrival when they come",
    State.SUSPENDED: "Restore the access, or end the secondment",
    State.ENDED_EARLY: "Close what is open",
    State.CLOSING: "Take back access and complete",
    State.COMPLETED: "Record the outcome and close",
}
CONSENT = "Consent to your secondment, or withdraw it"
SUPPORT = "Support the nomination, or send it back"
APPROVE = "Approve the agreement, or send it back"


@dataclass(frozen=True, slots=True)
class Waiting(Generic[L]):
    """A secondment whose next step is the actor's, with what to do and for how many days it has waited."""

    secondment: L
    what: str
    days: int


def waiting_for(actor: Actor, rows: Iterable[L], today: date) -> tuple[Waiting[L], ...]:
    """The secondments whose next step is this actor's, the longest waiting first."""
    found = [
        Waiting(row, what, (today - row.state_since).days) for row in rows if (what := next_step(_facts(row), actor))
    ]
    return tuple(sorted(found, key=lambda one: -one.days))


def next_step(facts: SecondmentFacts, actor: Actor) -> str:
    """What the actor is to do now; "" while it is nobody's turn, or that of others alone."""
    for seat in secondments.ball(facts):
        if facts.sits(actor, seat) and (what := _what(seat, facts, actor)):
            return what
    return ""


def _what(seat: Seat, facts: SecondmentFacts, actor: Actor) -> str:
    if facts.state is State.DRAFT and seat == secondments.PERSON:
        return CONSENT
    if facts.state is State.NOMINATED and seat == secondments.HOST_LEAD:
        return SUPPORT
    if seat in secondments.APPROVERS and seat.side in facts.awaited:
        return APPROVE if actor.person_id != facts.proposed_by_id else ""  # nobody approves their own proposal
    return WHAT.get(facts.state, "Look at it")


@dataclass(frozen=True, slots=True)
class TaskDue:
    """A task of the actor's that is overdue or comes near."""

    secondment_id: int
    person_name: str
    task: Task
    overdue: bool


class Kept(Protocol):
    """A secondment's checklist as a list of them shows it."""

    @property
    def secondment_id(self) -> int: ...
    @property
    def person_name(self) -> str: ...
    @property
    def facts(self) -> SecondmentFacts: ...
    @property
    def tasks(self) -> tuple[Task, ...]: ...


def tasks_due(actor: Actor, kept: Iterable[Kept], today: date, horizon_days: int = 14) -> tuple[TaskDue, ...]:
    """What the actor owns and has not done, overdue or due within the horizon, the longest overdue first.

    Whoever could only stand in for an owner is not asked.
    """
    found = [
        TaskDue(one.secondment_id, one.person_name, task, task.overdue(today))
        for one in kept
        for task in one.tasks
        if task.done_on is None
        and (task.due_on - today).days <= horizon_days
        and checklists.seat_of(task, one.facts, actor) == checklists.SEATS[task.template.owner][0]
    ]
    return tuple(sorted(found, key=lambda due: (due.task.due_on, due.secondment_id)))


def away_by_month(rows: Sequence[Listed], months: Sequence[Period]) -> tuple[int, ...]:
    """How many people are at a host on at least one day of each month."""
    counted = [row for row in rows if row.state in COUNTED]
    return tuple(len({row.person_id for row in counted if row.period.overlaps(month)}) for month in months)


# These hold the person: from acceptance on, until the stay is over.
COUNTED = frozenset({State.ACCEPTED, State.AGREEMENT, State.CLEARANCE, State.READY, State.SUSPENDED, *ON_SITE}) | {
    State.COMPLETED,
    State.CLOSED,
    State.ENDED_EARLY,
}


def _facts(row: Listed) -> SecondmentFacts:
    return SecondmentFacts(
        state=row.state,
        person_id=row.person_id,
        home_id=row.home_id,
        host_id=row.host_id,
        period=row.period,
        quiet_since=row.state_since,
        lead_ids=frozenset({row.lead_id} if row.lead_id is not None else ()),
        consented=row.consented,
        supported=row.supported,
        awaited=row.awaited,
        proposed_by_id=row.proposed_by_id,
    )
