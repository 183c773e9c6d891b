"""Invitations to meetings by mail, for those who chose them instead of a calendar link.

What should have been sent is compared with what was: whoever joins the work, leaves it or changes their mind, and
whatever is changed of a meeting, needs to tell nobody. The clock asks each minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from exchange.actions.publishing import event_of
from exchange.actions.writing import bookkeeping, writing
from exchange.domain.actors import Actor
from exchange.domain.answering import Answering
from exchange.domain.meetings import ANSWER_WORDS
from exchange.feeds.clocks import both_clocks, place
from exchange.feeds.entries import Origin
from exchange.feeds.events import FeedEvent
from exchange.feeds.invitation import Attendee, has_rule, invitation, withdrawal
from exchange.feeds.moments import Timed
from exchange.feeds.recurrence import Frequency, Recurrence
from exchange.feeds.render import Mailbox
from exchange.store import invitations as store
from exchange.store.calendars import CalendarItem
from exchange.store.calendars import origin as origin_row
from exchange.store.invitations import Invitation
from exchange.store.notices import OutgoingMail
from exchange.store.people import Person

LONGEST_SUBJECT = 200
_UNITS = {Frequency.DAILY: "day", Frequency.WEEKLY: "week", Frequency.MONTHLY: "month"}
_TAKEN_BACK = ("", "It does not take place, or you have no part in it any more.")


@dataclass(frozen=True, slots=True)
class _Due:
    """A mail that has to go out; ``wanted`` is false where an invitation has to be taken back."""

    item: CalendarItem
    person: Person
    known: Invitation | None
    wanted: bool


def choose(session: Session, actor: Actor, *, wanted: bool, now: datetime) -> None:
    """Set whether the actor is invited to meetings by mail. Who no longer is gets what they have taken back."""
    assert actor.person_id is not None  # a signed-in person
    with writing(session, actor, "account:invitations", now=now) as work:
        work.subject("person", actor.person_id)
        session.get_one(Person, actor.person_id).invitations = wanted
        work.record(f"{actor.name} {'wants' if wanted else 'does not want'} invitations to meetings by mail.")


def send_due(session: Session, answering: Answering, *, now: datetime) -> int:
    """Put every invitation, change and withdrawal that is due into the outbox; returns how many."""
    today = now.astimezone(UTC).date()
    if not any(_due(session, today)):
        session.rollback()
        return 0
    with bookkeeping(session):
        due = list(_due(session, today))
        known = origin_row(session)
        address = Origin(known.host, known.base_url)
        for one in due:
            _send(session, one, address, answering, now)
        return len(due)


def when_in_words(event: FeedEvent, zone: str) -> str:
    """The first day and its clock times where the host is, and what they are in the zone of the invited person."""
    if not isinstance(event.when, Timed):
        return f"{event.when.day:%d %B %Y}"
    start, end = event.when.local_start, event.when.local_end
    days = f"{start:%A} {start.day} {start:%B %Y}"
    if event.rrule is not None:
        days = f"from {days}, {_repeats(event.rrule)} until {event.slots[-1].day} {event.slots[-1]:%B %Y}"
    also = both_clocks(event.when, zone)
    clocks = f"{start:%H:%M} to {end:%H:%M} {place(event.when.zone)} time{f' ({also})' if also else ''}"
    return f"{days}, {clocks}"


def _repeats(rule: Recurrence) -> str:
    unit = _UNITS[rule.frequency]
    return f"each {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"


def _due(session: Session, today: date) -> Iterator[_Due]:
    sent = {(known[0].meeting_id, known[0].person_id): known for known in store.standing(session, today)}
    for item, person in store.wanted(session, today):
        assert item.meeting_id is not None  # by the join
        found = sent.pop((item.meeting_id, person.id), None)
        row = found[0] if found else None
        if row is None or row.withdrawn_at is not None or row.version < item.sequence:
            yield _Due(item, person, row, wanted=True)
    for row, item, person in sent.values():
        if row.withdrawn_at is None:
            yield _Due(item, person, row, wanted=False)


def _send(session: Session, due: _Due, address: Origin, answering: Answering, now: datetime) -> None:
    item, row = due.item, due.known
    sequence = item.sequence if row is None else max(item.sequence, row.sequence + 1)
    changed = row is not None and row.withdrawn_at is None
    if row is None:
        row = Invitation(meeting_id=item.meeting_id, person_id=due.person.id)
        session.add(row)
    row.version, row.sequence, row.sent_at = item.sequence, sequence, now
    row.withdrawn_at = None if due.wanted else now
    session.flush()  # its number is what the way to answer is made of
    event = replace(event_of(item), sequence=sequence)
    organiser = Mailbox("Exchange", answering.address(row.id)) if answering.mailbox else address.mailbox
    attendee = Attendee(due.person.full_name, due.person.email, answers_by_mail=bool(answering.mailbox))
    write = invitation if due.wanted else withdrawal
    prefix = ("Changed" if changed else "Invitation") if due.wanted else "Cancelled"
    told = (event.summary, when_in_words(event, due.person.zone), event.location)
    lines = _invited(event, row.id, address, answering) if due.wanted else _TAKEN_BACK
    session.add(
        OutgoingMail(
            person_id=due.person.id,
            address=due.person.email,
            subject=f"{prefix}: {event.summary}"[:LONGEST_SUBJECT],
            body="\n".join([*filter(None, told), *lines, ""]),
            organiser=organiser.address,
            calendar=write(event, organiser, attendee, now.date()).decode(),
            created_at=now,
        )
    )


def _invited(event: FeedEvent, ident: int, address: Origin, answering: Answering) -> list[str]:
    """How to take part and how to answer, below what takes place when and where."""
    lines = [*filter(None, (f"Join: {event.conference}" if event.conference else "", event.url)), ""]
    if not has_rule(event):
        lines += ["Some calendars take only the first day of this series from a mail; a calendar link shows all.", ""]
    if answering.mailbox:
        lines += ["Answer with the buttons of your mail program" + (", or here:" if address.base_url else ".")]
    elif address.base_url:
        lines += ["Answer here; what the buttons of your mail program send does not reach us."]
    if address.base_url:
        page = address.url(f"/invitations/{answering.page_token(ident)}")
        lines += [f"{word}: {page}?answer={one.value}" for one, word in ANSWER_WORDS.items()]
    return lines
