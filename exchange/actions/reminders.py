"""Reminders of days that come near, each left once for each person.

A notice also goes out as mail, and mail is read by more than its receiver. So what concerns a clearance is written as
"a deadline" for the security officers and "an admin deadline" for the person; what it is stands in Exchange only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions.writing import writing
from exchange.domain.actors import SYSTEM, Role
from exchange.domain.periods import spoken
from exchange.domain.reminders import CLEARANCE_DAYS, STAY_DAYS, days_left, distance
from exchange.store import reminders as near


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
    wanted = [*_of_clearances(session, today), *_of_stays(session, today)]
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


def _of_clearances(session: Session, today: date) -> Iterator[Reminder]:
    officers = near.holders(session, Role.SECURITY_OFFICER)
    for one in near.ending_clearances(session, today, max(CLEARANCE_DAYS)):
        reached = distance(one.ends_on, today, CLEARANCE_DAYS)
        key = f"clearance:{one.id}:{one.ends_on}:{reached}"
        when = f"{days_left(one.ends_on, today)}, on {spoken(one.ends_on)}"
        for officer in officers.get(one.institute_id, ()):
            if officer != one.person_id:
                text = f"A deadline of {one.person_name} falls {when}."
                yield Reminder(officer, text, "/clearances", f"{key}:{officer}")
        yield Reminder(one.person_id, f"An admin deadline of yours falls {when}.", "/", f"{key}:{one.person_id}")


def _of_stays(session: Session, today: date) -> Iterator[Reminder]:
    coordinators = near.holders(session, Role.HR_COORDINATOR)
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
