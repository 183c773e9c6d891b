"""Reminders of days that come near, each left once for each person; in which words, ``domain.reminders`` says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.writing import writing
from exchange.domain.actors import SYSTEM, Role
from exchange.domain.checklists import Owner, Task
from exchange.domain.periods import spoken
from exchange.domain.reminders import CLEARANCE_DAYS, MANNERS, STAY_DAYS, Topic, age, days_left, distance
from exchange.domain.secondment_facts import Audience, Side
from exchange.store import checklists, deadlines, policies, secondment_facts
from exchange.store import reminders as near

OVERDUE_DAYS = 7
TASK_OWNERS = {
    Owner.HOME: Audience.HOME_HR,
    Owner.HOST: Audience.HOST_HR,
    Owner.PERSON: Audience.PERSON,
    Owner.HOME_SECURITY: Audience.HOME_SECURITY,
    Owner.HOST_SECURITY: Audience.HOST_SECURITY,
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """``key`` is written once: it names the day, the distance and the person."""

    person_id: int
    text: str
    path: str
    key: str


def send(session: Session, *, now: datetime) -> int:
    """Leave every reminder that is due and has not been left; returns how many there were."""
    today = now.date()
    offices = _Offices(session)
    wanted = [
        *_of_clearances(session, today, offices),
        *_of_stays(session, today, offices),
        *_of_deadlines(session, today, offices),
        *_of_approvals(session, today, offices),
        *_of_tasks(session, today, offices),
    ]
    left = near.keys_left(session, (each.key for each in wanted))
    due = [each for each in wanted if each.key not in left]
    if not due:
        session.rollback()
        return 0
    with writing(session, SYSTEM, "reminders:send", now=now) as work:
        work.subject("reminders", None)
        sent = sum(work.notify(each.person_id, each.text, each.path, key=each.key) for each in due)
        work.record(f"Reminders were left: {sent}.")
    return sent


class _Offices:
    """Who holds the offices of each institute, read once for all reminders."""

    def __init__(self, session: Session) -> None:
        self.coordinators = near.holders(session, Role.HR_COORDINATOR)
        self.officers = near.holders(session, Role.SECURITY_OFFICER)

    def of(self, audience: Audience, home: int, host: int, person: int) -> tuple[int, ...]:
        """The people of an audience; whoever the secondment is of is told as the person only."""
        if audience is Audience.PERSON:
            return (person,)
        held = self.officers if audience in {Audience.HOME_SECURITY, Audience.HOST_SECURITY} else self.coordinators
        institute = home if audience in {Audience.HOME_HR, Audience.HOME_SECURITY} else host
        return tuple(one for one in held.get(institute, ()) if one != person)


def _of_clearances(session: Session, today: date, offices: _Offices) -> Iterator[Reminder]:
    for one in near.ending_clearances(session, today, max(CLEARANCE_DAYS)):
        reached = distance(one.ends_on, today, CLEARANCE_DAYS)
        key = f"clearance:{one.id}:{one.ends_on}:{reached}"
        when = f"{days_left(one.ends_on, today)}, on {spoken(one.ends_on)}"
        for officer in offices.officers.get(one.institute_id, ()):
            if officer != one.person_id:
                text = f"A deadline of {one.person_name} falls {when}."
                yield Reminder(officer, text, "/clearances", f"{key}:{officer}")
        yield Reminder(one.person_id, f"An admin deadline of yours falls {when}.", "/", f"{key}:{one.person_id}")


def _of_stays(session: Session, today: date, offices: _Offices) -> Iterator[Reminder]:
    coordinators = offices.coordinators
    for one in near.near_stays(session, today, max(STAY_DAYS)):
        reached = distance(one.day, today, STAY_DAYS)
        edge = "start" if one.starts else "end"
        key, path = f"secondment:{one.id}:{edge}:{one.day}:{reached}", f"/secondments/{one.id}"
        when = f"{days_left(one.day, today)}, on {spoken(one.day)}"
        yield Reminder(
            one.person_id, f"Your secondment to {one.host_name} {edge}s {when}.", path, f"{key}:{one.person_id}"
        )
        both = {*coordinators.get(one.home_id, ()), *coordinators.get(one.host_id, ())} - {one.person_id}
        for coordinator in sorted(both):
            text = f"The secondment of {one.person_name} to {one.host_name} {edge}s {when}."
            yield Reminder(coordinator, text, path, f"{key}:{coordinator}")


def _of_deadlines(session: Session, today: date, offices: _Offices) -> Iterator[Reminder]:
    for one in deadlines.near(session, today, policies.book(session)):
        manner = MANNERS[one.topic]
        reached = distance(one.day, today, manner.days)
        key = f"{one.topic}:{one.source}:{one.day}:{reached}"
        when = f"{days_left(one.day, today)}, on {spoken(one.day)}"
        for audience in manner.tells:
            own = audience is Audience.PERSON
            text = (manner.own if own else manner.words).format(person=one.person_name, host=one.host_name, when=when)
            for receiver in offices.of(audience, one.home_id, one.host_id, one.person_id):
                yield Reminder(receiver, text, f"/secondments/{one.secondment_id}", f"{key}:{receiver}")


def _of_approvals(session: Session, today: date, offices: _Offices) -> Iterator[Reminder]:
    audiences = {Side.HOME: Audience.HOME_HR, Side.HOST: Audience.HOST_HR, Side.PERSON: Audience.PERSON}
    for one in deadlines.awaited(session):
        reached = age(one.since, today)
        if reached is None:
            continue
        for side in sorted(one.sides):
            whose = "your agreement" if side is Side.PERSON else f"the agreement of {one.person_name}"
            text = f"A version of {whose} has waited since {spoken(one.since)} for your side's approval."
            for receiver in offices.of(audiences[side], one.home_id, one.host_id, one.person_id):
                key = f"approval:{one.version_id}:{reached}:{receiver}"
                yield Reminder(receiver, text, f"/secondments/{one.secondment_id}", key)


def _of_tasks(session: Session, today: date, offices: _Offices) -> Iterator[Reminder]:
    for kept in checklists.within(session, secondment_facts.scope_of(SYSTEM)):
        for owner, group in _task_groups(kept.tasks, today):
            # What officers and the person have to do may say too much in a mail: it is counted only.
            what = "; ".join(group.titles) if owner in {Owner.HOME, Owner.HOST} else _counted(group.titles)
            text = f"For the secondment of {kept.person_name}, {group.when}: {what}."
            facts = kept.facts
            for receiver in offices.of(TASK_OWNERS[owner], facts.home_id, facts.host_id, facts.person_id):
                key = f"tasks:{kept.secondment_id}:{owner}:{group.key}:{receiver}"
                yield Reminder(receiver, text, f"/secondments/{kept.secondment_id}", key)


@dataclass(frozen=True, slots=True)
class _Group:
    key: str
    when: str
    titles: tuple[str, ...]


def _task_groups(tasks: Iterable[Task], today: date) -> Iterator[tuple[Owner, _Group]]:
    """What one owner has to do by one day is one reminder; all that is a week late is one more, until more is."""
    due: dict[tuple[Owner, date], list[str]] = {}
    late: dict[Owner, list[Task]] = {}
    for task in tasks:
        if task.done_on is None and (today - task.due_on).days >= OVERDUE_DAYS:
            late.setdefault(task.template.owner, []).append(task)
        elif task.done_on is None:
            due.setdefault((task.template.owner, task.due_on), []).append(task.template.title)
    for (owner, day), titles in due.items():
        reached = distance(day, today, MANNERS[Topic.TASKS].days)
        if reached is not None:
            yield owner, _Group(f"{day}:{reached}", f"due {days_left(day, today)}", tuple(titles))
    for owner, overdue in late.items():
        newest = max(task.due_on for task in overdue)
        yield owner, _Group(f"{newest}:late", "overdue", tuple(task.template.title for task in overdue))


def _counted(titles: tuple[str, ...]) -> str:
    return "a task of yours" if len(titles) == 1 else f"{len(titles)} tasks of yours"
