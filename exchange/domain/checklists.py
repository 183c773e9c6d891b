"""Checklists of home, host and person: templates, due days in the owner's working calendar, gates, whose turn it is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from exchange.domain.actors import Actor, Role
from exchange.domain.periods import Period, spoken
from exchange.domain.secondment_facts import FINAL, Block, Seat, SecondmentFacts, Side, State, Verb
from exchange.domain.verdict import YES, Refusal, Verdict, no
from exchange.domain.workdays import NO_HOLIDAYS, Anchor, Due, due_day


class Owner(StrEnum):
    HOME = "home"
    HOST = "host"
    PERSON = "person"
    HOME_SECURITY = "home_security"
    HOST_SECURITY = "host_security"


class Applies(StrEnum):
    """For which stays a task is needed."""

    ALWAYS = "always"
    ABROAD = "abroad"  # in another country, in person
    CLASSIFIED = "classified"  # work of any rank above 0
    IN_PERSON = "in_person"


@dataclass(frozen=True, slots=True)
class Template:
    """``gate`` is the move that waits for the task; None for one that only reminds.

    ``instead`` says what a move waits for where it looks at the records themselves and not at this task.
    """

    key: str
    owner: Owner
    title: str
    due: Due
    gate: Verb | None = None
    applies: Applies = Applies.ALWAYS
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """A template's task on one secondment. ``evidence`` is what ``done_by``, mostly the owner, wrote down or linked."""

    key: str
    due_on: date
    done_on: date | None = None
    evidence: str = ""
    done_by: str = ""

    @property
    def template(self) -> Template:
        return BY_KEY[self.key]

    def overdue(self, today: date) -> bool:
        return self.done_on is None and self.due_on < today


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, since when, with how many tasks due and overdue, and the next due day."""

    owner: Owner
    since: date
    waiting: int
    overdue: int
    next_due: date


def _before_start(days: int) -> Due:
    return Due(Anchor.START, -days)


def _before_end(days: int) -> Due:
    return Due(Anchor.END, -days)


ON_START, ON_END = Due(Anchor.START, 0), Due(Anchor.END, 0)
HOME, HOST, PERSON = Owner.HOME, Owner.HOST, Owner.PERSON
ABROAD, CLASSIFIED, IN_PERSON = Applies.ABROAD, Applies.CLASSIFIED, Applies.IN_PERSON
ARRIVE, COMPLETE, CLOSE = Verb.ARRIVE, Verb.COMPLETE, Verb.CLOSE

TEMPLATES: tuple[Template, ...] = (
    Template("backfill", HOME, "Arrange who does the work at home", _before_start(60)),
    Template("business_case", HOME, "File the business case", _before_start(120)),
    Template("keep_in_touch", HOME, "Name who keeps in touch", _before_start(20), ARRIVE),
    Template("payroll", HOME, "Settle payroll and pension", _before_start(30), ARRIVE),
    Template("insurance", HOME, "Settle insurance and medical cover", _before_start(30), ARRIVE, ABROAD),
    Template("coverage_certificate", HOME, "Obtain the certificate of coverage", _before_start(30), None, ABROAD),
    Template("tax_advice", HOME, "Obtain tax advice", _before_start(45), None, ABROAD),
    Template("export_brief", HOME, "Give the export-control briefing", _before_start(20), ARRIVE, ABROAD),
    Template("travel_brief", HOME, "Give the travel-risk briefing", _before_start(10), ARRIVE, ABROAD),
    Template("return_post", HOME, "Decide the post to return to", _before_end(60)),
    Template("return_talk", HOME, "Hold the return talk", Due(Anchor.END, 20), CLOSE),
    Template("outcome", HOME, "Record return and outcome", Due(Anchor.END, 30), CLOSE),
    Template("follow_up", HOME, "Follow up after six months", Due(Anchor.END, 180, working=False)),
    Template(
        "confirm_clearance", Owner.HOME_SECURITY, "Confirm the clearance", _before_start(60), Verb.CLEAR, CLASSIFIED
    ),
    Template(
        "appraisal_owner",
        Owner.HOME_SECURITY,
        "Name who does the yearly security appraisal",
        _before_start(20),
        ARRIVE,
        CLASSIFIED,
    ),
    Template("supervisor", HOST, "Name the supervisor", _before_start(40), ARRIVE),
    Template("desk", HOST, "Prepare desk and equipment", _before_start(5), ARRIVE, IN_PERSON),
    Template("badge", HOST, "Prepare the badge and, where needed, the escort", _before_start(5), ARRIVE, IN_PERSON),
    Template("accounts", HOST, "Prepare accounts with the least rights that do", _before_start(5), ARRIVE),
    Template("sponsorship", HOST, "Issue the sponsorship document", _before_start(80), Verb.CLEAR, ABROAD),
    Template("publication_rule", HOST, "Agree what may be published", _before_start(20), ARRIVE),
    Template("emergency_contact", HOST, "Note an emergency contact", _before_start(5), ARRIVE),
    Template("induction", HOST, "Give the induction", Due(Anchor.START, 5)),
    Template("review_30", HOST, "Hold the review after 30 days", Due(Anchor.START, 30, working=False)),
    Template("review_90", HOST, "Hold the review after 90 days", Due(Anchor.START, 90, working=False)),
    Template("handover", HOST, "Hand the work over", _before_end(10)),
    Template("access_removed", HOST, "Withdraw badge and accounts, and note the evidence", ON_END, COMPLETE),
    Template(
        "recognition",
        Owner.HOST_SECURITY,
        "Decide on recognition",
        _before_start(60),
        None,
        CLASSIFIED,
        "Clearing looks at the decision itself, or at a phased access that is agreed; this only reminds.",
    ),
    Template(
        "visit_request",
        Owner.HOST_SECURITY,
        "Settle the visit request",
        _before_start(40),
        None,
        CLASSIFIED,
        "Clearing looks at the granted request itself, or at a phased access that is agreed; this only reminds.",
    ),
    Template("debrief", Owner.HOST_SECURITY, "Hold the security debriefing", ON_END, COMPLETE, CLASSIFIED),
    Template(
        "passport", PERSON, "Check that the passport lasts six months past the end", _before_start(90), None, ABROAD
    ),
    Template("interests", PERSON, "Renew the declaration of interests", _before_start(60), ARRIVE),
    Template("housing", PERSON, "Arrange housing", _before_start(30), None, ABROAD),
    Template("calendar", PERSON, "Subscribe to the calendar", _before_start(5)),
    Template("end_report", PERSON, "Write the end report", Due(Anchor.END, 10), CLOSE),
)
BY_KEY: dict[str, Template] = {template.key: template for template in TEMPLATES}
ACCESS_REMOVED, OUTCOME = "access_removed", "outcome"
TOLD_BY = frozenset({ACCESS_REMOVED, OUTCOME})  # what was written down for these is the evidence that a move asks for

HR, SECURITY = Role.HR_COORDINATOR, Role.SECURITY_OFFICER
# The first seat is the owner's; the others act for an owner who cannot, and write down why.
SEATS: dict[Owner, tuple[Seat, ...]] = {
    Owner.HOME: (Seat(Side.HOME, HR),),
    Owner.HOST: (Seat(Side.HOST, HR), Seat(Side.HOST, Role.WORKSTREAM_LEAD)),
    Owner.PERSON: (Seat(Side.PERSON), Seat(Side.HOME, HR)),
    Owner.HOME_SECURITY: (Seat(Side.HOME, SECURITY),),
    Owner.HOST_SECURITY: (Seat(Side.HOST, SECURITY),),
}
EITHER_SECURITY = (*SEATS[Owner.HOME_SECURITY], *SEATS[Owner.HOST_SECURITY])


def tasks_for(
    stay: Period,
    *,
    abroad: bool,
    rank: int,
    in_person: bool,
    holidays: Mapping[Owner, Collection[date]] | None = None,
) -> tuple[Task, ...]:
    """The tasks a stay needs, each due in its owner's calendar, the earliest first."""
    needed = {
        Applies.ALWAYS: True,
        Applies.ABROAD: abroad and in_person,
        Applies.CLASSIFIED: rank > 0,
        Applies.IN_PERSON: in_person,
    }
    calendars = holidays or {}
    tasks = (
        Task(template.key, due_day(template.due, stay, calendars.get(template.owner, NO_HOLIDAYS)))
        for template in TEMPLATES
        if needed[template.applies]
    )
    return tuple(sorted(tasks, key=lambda task: (task.due_on, task.key)))


def redated(
    tasks: Iterable[Task], stay: Period, holidays: Mapping[Owner, Collection[date]] | None = None
) -> tuple[Task, ...]:
    """The tasks with their due days counted from new dates; what is done stays done, on the day it was."""
    calendars = holidays or {}
    return tuple(
        replace(task, due_on=due_day(task.template.due, stay, calendars.get(task.template.owner, NO_HOLIDAYS)))
        for task in tasks
    )


def seat_of(task: Task, facts: SecondmentFacts, actor: Actor) -> Seat | None:
    """The seat from which the actor looks after the task; on one's own secondment only that of the person."""
    own = actor.person_id is not None and actor.person_id == facts.person_id
    seats = SEATS[task.template.owner]
    return next((s for s in seats if facts.sits(actor, s) and (not own or s.side is Side.PERSON)), None)


def sees_evidence(task: Task, facts: SecondmentFacts, actor: Actor) -> bool:
    """What security officers wrote stays among them; what the person wrote, with them and their coordinators."""
    owner = task.template.owner
    if owner in {Owner.HOME_SECURITY, Owner.HOST_SECURITY}:
        own = actor.person_id == facts.person_id
        return not own and any(facts.sits(actor, seat) for seat in EITHER_SECURITY)
    return owner is not Owner.PERSON or any(facts.sits(actor, seat) for seat in SEATS[owner])


def may_tick(task: Task, facts: SecondmentFacts, actor: Actor, evidence: str, today: date) -> Verdict:
    """Whether the actor may say today that the task is done."""
    verdict = _may_touch(task, facts, actor)
    if not verdict:
        return verdict
    if task.done_on is not None:
        return no(Refusal.CONFLICT, f"This is done already, since {spoken(task.done_on)}.")
    if task.key == ACCESS_REMOVED and today < facts.period.end:
        return no(Refusal.CONFLICT, f"Access is withdrawn on the last day, {spoken(facts.period.end)}.")
    if task.key == OUTCOME and facts.state not in {State.CLOSING, State.COMPLETED}:
        return no(Refusal.CONFLICT, "Return and outcome are recorded once the stay draws to its end.")
    asked = "" if evidence.strip() else evidence_asked(task, facts, actor)
    return no(Refusal.INVALID, asked) if asked else YES


def evidence_asked(task: Task, facts: SecondmentFacts, actor: Actor) -> str:
    """Why the actor has to write something down with this task; empty when it may be ticked without a word."""
    if task.key in TOLD_BY:
        return "Write down what was done: it is kept as the evidence."
    if task.template.owner is Owner.PERSON and seat_of(task, facts, actor) != SEATS[Owner.PERSON][0]:
        return "You do this for somebody else: write down why."
    return ""


def may_untick(task: Task, facts: SecondmentFacts, actor: Actor) -> Verdict:
    """Whether the actor may say that the task was not done after all."""
    verdict = _may_touch(task, facts, actor)
    if not verdict:
        return verdict
    return YES if task.done_on is not None else no(Refusal.CONFLICT, "This is open already.")


def _may_touch(task: Task, facts: SecondmentFacts, actor: Actor) -> Verdict:
    if facts.state in FINAL:
        return no(Refusal.CONFLICT, f"This secondment is {facts.state}: it is kept as it is.")
    if facts.state in {State.DRAFT, State.NOMINATED}:
        return no(Refusal.CONFLICT, "The checklist begins when the nomination is accepted.")
    if seat_of(task, facts, actor) is None:
        who = " or ".join(str(seat) for seat in SEATS[task.template.owner])
        return no(Refusal.FORBIDDEN, f"This is for {who}.")
    return YES


def gate_blocks(tasks: Iterable[Task]) -> tuple[Block, ...]:
    """The unfinished tasks that a move waits for, by the verb of the move."""
    return tuple(
        Block(task.template.gate, task.template.title)
        for task in tasks
        if task.done_on is None and task.template.gate is not None
    )


def turns(tasks: Iterable[Task], today: date, moved_on: date, horizon_days: int = 14) -> tuple[Turn, ...]:
    """Who has something to do now: overdue, or due within the horizon. ``moved_on`` is the day of the last move.

    A turn began when its first open task came within the horizon, at the earliest with the last move.
    """
    found = []
    open_tasks = [task for task in tasks if task.done_on is None and (task.due_on - today).days <= horizon_days]
    for owner in Owner:
        own = sorted(task.due_on for task in open_tasks if task.template.owner is owner)
        if own:
            since = max(moved_on, date.fromordinal(own[0].toordinal() - horizon_days))
            overdue = sum(1 for due in own if due < today)
            found.append(Turn(owner, min(since, today), len(own), overdue, own[0]))
    return tuple(found)
