"""What invited people answer, on the page that their mail leads to or by mail; either way the last answer counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

from sqlalchemy import delete
from sqlalchemy.orm import Session

from exchange.actions.publishing import event_of
from exchange.actions.writing import Work, refuse, writing
from exchange.domain.actors import SYSTEM
from exchange.domain.answering import Answering
from exchange.domain.meetings import ANSWER_WORDS, Answer
from exchange.domain.verdict import Refusal
from exchange.feeds.events import FeedEvent
from exchange.feeds.moments import Timed
from exchange.feeds.replies import Reply, ReplyError, read_reply
from exchange.store import invitations as store
from exchange.store.calendars import CalendarItem
from exchange.store.invitations import Invitation, OccurrenceAnswer
from exchange.store.people import Person, actor_of

VERB = "invitation:answer"
FASTEST_CLOCK = timedelta(days=1)  # how far ahead of ours the clock of a mail program may be


@dataclass(frozen=True, slots=True)
class _Said:
    """An answer as it is kept; ``slot`` is the day of one occurrence, None for the whole meeting."""

    answer: Answer
    slot: date | None
    at: datetime


def reply(session: Session, ident: int, answer: Answer, *, now: datetime) -> None:
    """Keep what an invited person answers on their page. That they could open it is all that they need.

    Raises:
        Refused: no such invitation, or it was taken back.
    """
    invited, _ = _fetched(session, ident)
    person = actor_of(session, invited.person_id, now.astimezone(UTC).date())
    with writing(session, person, VERB, now=now) as work:
        row, item = _fetched(session, ident)
        work.subject("meeting", row.meeting_id)
        if not is_open(row, item, now):
            raise refuse(Refusal.CONFLICT, "This invitation was taken back, or the meeting is over.")
        _keep(work, row, _Said(answer, None, now))


def receive(session: Session, answering: Answering, mail: bytes, *, recipient: str | None, now: datetime) -> str:
    """Keep the answer that a mail holds, and say so in a sentence. One that is known or outdated changes nothing.

    ``recipient`` is to whom the mail was delivered, where the mail server says so.

    Raises:
        Refused: it holds no answer, belongs to no invitation, or does not fit the one to whose address it was sent.
    """
    if not answering.mailbox:
        raise refuse(Refusal.INVALID, "No mailbox for answers is set (EXCHANGE_REPLY_ADDRESS), so none are taken.")
    try:
        said = read_reply(mail)
    except ReplyError as fault:
        raise refuse(Refusal.INVALID, str(fault)) from fault
    ident = _addressed(answering, said, recipient)
    row, item = _fetched(session, ident)
    person = actor_of(session, row.person_id, now.astimezone(UTC).date())
    misfit = _misfit(session, answering, row, item, said, now)
    slot = None if misfit else _slot(event_of(item), said.occurrence)
    kept = None if misfit else _known(session, row, slot)
    if kept is not None and kept.at == said.stamp and kept.answer is said.answer:
        return f"The answer of {person.name} is known already; nothing was changed."
    if kept is not None and kept.at > said.stamp:
        return f"{person.name} has given a newer answer since; nothing was changed."
    # Who sent a mail that does not fit is not known: it is not recorded as the invited person's doing.
    with writing(session, SYSTEM if misfit else person, VERB, now=now) as work:
        row, item = _fetched(session, ident)
        work.subject("meeting", row.meeting_id)
        if misfit := _misfit(session, answering, row, item, said, now):
            raise refuse(Refusal.CONFLICT, misfit)
        _keep(work, row, _Said(said.answer, slot, said.stamp))
    return f"The answer of {person.name} is kept: {ANSWER_WORDS[said.answer].lower()}."


def is_open(row: Invitation, item: CalendarItem, now: datetime) -> bool:
    """Whether there still is something to answer."""
    return row.withdrawn_at is None and item.cancelled_at is None and item.ends_on >= now.astimezone(UTC).date()


def _fetched(session: Session, ident: int) -> tuple[Invitation, CalendarItem]:
    found = store.found(session, ident)
    if found is None:
        raise refuse(Refusal.NOT_FOUND, "There is no such invitation.")
    return found


def _addressed(answering: Answering, said: Reply, recipient: str | None) -> int:
    """The one invitation to whose address the mail was sent. Guesses leave no record: anybody can send any number."""
    addresses = {recipient} if recipient else said.recipients
    idents = {ident for address in addresses if (ident := answering.invitation_of_address(address)) is not None}
    if len(idents) != 1:
        known = "several invitations" if idents else "no invitation that is known here"
        raise refuse(Refusal.NOT_FOUND, f"The mail is addressed to {known}.")
    return idents.pop()


def _misfit(
    session: Session, answering: Answering, row: Invitation, item: CalendarItem, said: Reply, now: datetime
) -> str:
    """Why a mail is no answer to the invitation to whose address it was sent; "" where it is one."""
    invited = session.get_one(Person, row.person_id).email.lower()
    event = event_of(item)
    faults = (
        (said.attendee != invited, "The answer is of somebody else than the invited person."),
        (said.sender != invited, "The mail comes from another address than the invitation went to."),
        (said.uid != item.uid, "The answer is about another event than the invitation."),
        (
            bool(said.organiser) and answering.invitation_of_address(said.organiser) != row.id,
            "The answer is to another organiser's invitation.",
        ),
        (not is_open(row, item, now), "This invitation was taken back, or the meeting is over."),
        (said.sequence < row.sequence, "The meeting has changed since: answer the newest invitation."),
        (said.sequence > row.sequence, "The answer is to a version of the meeting that was never sent."),
        (said.stamp > now + FASTEST_CLOCK, "The answer is dated in the future; set the clock of your computer."),
        (
            said.occurrence is not None and _slot(event, said.occurrence) is None,
            "The series has no meeting at the time that the answer names.",
        ),
    )
    return next((sentence for wrong, sentence in faults if wrong), "")


def _slot(event: FeedEvent, occurrence: date | datetime | None) -> date | None:
    """The day of the occurrence that a mail names by its original start; None where there is no such one."""
    if occurrence is None or event.rrule is None:
        return None
    day = occurrence
    if isinstance(occurrence, datetime):
        if not isinstance(event.when, Timed):
            return None
        zone = event.when.local_start.tzinfo
        local = occurrence.astimezone(zone) if occurrence.tzinfo else occurrence.replace(tzinfo=zone)
        day = local.date()
        if event.when.on(day).start != local:
            return None
    gone = {*event.exdates, *(one.slot for one in event.overrides if one.cancelled_on is not None)}
    return (
        day if day not in gone and day in takewhile(lambda one: one <= day, event.rrule.days(event.when.day)) else None
    )


def _known(session: Session, row: Invitation, slot: date | None) -> _Said | None:
    """The last that was said of this: of an occurrence, what was said of the series later than of it counts."""
    series = _Said(row.answer, None, row.answered_at) if row.answer is not None and row.answered_at else None
    single = session.get(OccurrenceAnswer, (row.id, slot)) if slot is not None else None
    return _Said(single.answer, slot, single.answered_at) if single is not None else series


def _keep(work: Work, row: Invitation, said: _Said) -> None:
    """Answers about single occurrences end with one for the whole series."""
    if said.slot is None:
        row.answer, row.answered_at, row.answered_version = said.answer, said.at, row.version
        single = OccurrenceAnswer
        work.session.execute(delete(single).where(single.invitation_id == row.id, single.answered_at <= said.at))
    else:
        work.session.merge(
            OccurrenceAnswer(
                invitation_id=row.id,
                slot=said.slot,
                answer=said.answer,
                answered_at=said.at,
                answered_version=row.version,
            )
        )
    about = f" for {said.slot.day} {said.slot:%B %Y}" if said.slot else ""
    name = work.actor.name
    work.record(f"Whoever has the mail of {name} answered an invitation{about}: {ANSWER_WORDS[said.answer].lower()}.")
