"""Invitations to meetings by mail: what was last sent to whom, and what they answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.calendars import CALLED_OFF
from exchange.domain.meetings import Answer
from exchange.domain.secondment_facts import FINAL
from exchange.store.allocations import STANDING, Allocation
from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.calendars import CalendarItem
from exchange.store.meetings import Meeting
from exchange.store.people import Person, PersonStatus
from exchange.store.secondments import Secondment
from exchange.store.workstreams import Requirement, Workstream


class Invitation(Base):
    """``version`` is the SEQUENCE of the event when it was last sent, ``sequence`` the number under which it went out.

    They differ after a withdrawal, which counts up for one person alone. ``answered_at`` is by the clock of whoever
    answered. ``token_hash`` is of links that were mailed while tokens were kept; the others are made of the
    application's secret (exchange/domain/answering.py).
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    version: Mapped[int]
    sequence: Mapped[int]
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answer: Mapped[Answer | None] = mapped_column(choice(Answer))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_version: Mapped[int | None]


class OccurrenceAnswer(Base):
    """What an invited person said of one occurrence of a series alone. An answer for the whole series ends it."""

    __tablename__ = "occurrence_answer"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[date] = mapped_column(primary_key=True)
    answer: Mapped[Answer] = mapped_column(choice(Answer))
    answered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_version: Mapped[int]


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """``current`` is false where the meeting has changed since the answer; ``single`` are of one occurrence each."""

    name: str
    answer: Answer | None
    current: bool
    single: tuple[tuple[date, Answer], ...] = ()


def wanted(session: Session, today: date) -> Sequence[tuple[CalendarItem, Person]]:
    """Each meeting to come with each person who takes part in its work themselves and wants to be invited by mail."""
    seated = (
        select(Allocation.id)
        .join(Requirement, Requirement.id == Allocation.requirement_id)
        .where(
            Allocation.person_id == Person.id,
            Allocation.status.in_(STANDING),
            Requirement.workstream_id == Workstream.id,
        )
        .correlate(Person, Workstream)
    )
    seconded = (
        select(Secondment.id)
        .where(
            Secondment.person_id == Person.id,
            Secondment.workstream_id == Workstream.id,
            Secondment.state.not_in(CALLED_OFF | FINAL),
        )
        .correlate(Person, Workstream)
    )
    rows = session.execute(
        select(CalendarItem, Person)
        .join(Meeting, Meeting.id == CalendarItem.meeting_id)
        .join(Workstream, Workstream.id == Meeting.workstream_id)
        .join(Person, or_(Person.id == Workstream.lead_person_id, seated.exists(), seconded.exists()))
        .where(
            CalendarItem.ends_on >= today,
            CalendarItem.cancelled_at.is_(None),
            Person.invitations.is_(True),
            Person.status == PersonStatus.ACTIVE,
            Person.locked_at.is_(None),
        )
        .order_by(CalendarItem.uid, Person.id)
    )
    return [(item, person) for item, person in rows]


def standing(session: Session, today: date) -> Sequence[tuple[Invitation, CalendarItem, Person]]:
    """Every invitation to a meeting that is not over, withdrawn ones too."""
    rows = session.execute(
        select(Invitation, CalendarItem, Person)
        .join(CalendarItem, CalendarItem.meeting_id == Invitation.meeting_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(CalendarItem.ends_on >= today)
        .order_by(Invitation.id)
    )
    return [(invitation, item, person) for invitation, item, person in rows]


def found(session: Session, ident: int) -> tuple[Invitation, CalendarItem] | None:
    """An invitation with the published event of its meeting."""
    row = session.execute(
        select(Invitation, CalendarItem)
        .join(CalendarItem, CalendarItem.meeting_id == Invitation.meeting_id)
        .where(Invitation.id == ident)
        .execution_options(populate_existing=True)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def of_kept_token(session: Session, token: str) -> int | None:
    """The invitation whose link was mailed with this token while tokens were kept."""
    return session.scalar(select(Invitation.id).where(Invitation.token_hash == sha256(token.encode()).hexdigest()))


def of_person(session: Session, person_id: int) -> list[int]:
    """Somebody's open invitations."""
    query = select(Invitation.id).where(Invitation.person_id == person_id, Invitation.withdrawn_at.is_(None))
    return list(session.scalars(query))


def answers(session: Session, meeting_id: int) -> list[AnswerRow]:
    """Who was invited by mail and what they answered, by name."""
    single: dict[int, list[tuple[date, Answer]]] = {}
    for ident, slot, answer in session.execute(
        select(OccurrenceAnswer.invitation_id, OccurrenceAnswer.slot, OccurrenceAnswer.answer)
        .join(Invitation, Invitation.id == OccurrenceAnswer.invitation_id)
        .where(Invitation.meeting_id == meeting_id)
        .order_by(OccurrenceAnswer.slot)
    ):
        single.setdefault(ident, []).append((slot, answer))
    rows = session.execute(
        select(Invitation.id, Person.full_name, Invitation.answer, Invitation.answered_version == Invitation.version)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.meeting_id == meeting_id, Invitation.withdrawn_at.is_(None))
        .order_by(Person.full_name, Person.id)
    )
    return [
        AnswerRow(name, answer, bool(current), tuple(single.get(ident, ()))) for ident, name, answer, current in rows
    ]


def zone_of(session: Session, invitation: Invitation) -> str:
    """The zone of the invited person."""
    return session.get_one(Person, invitation.person_id).zone


def wants(session: Session, person_id: int | None) -> bool:
    """Whether somebody is invited by mail."""
    return bool(session.scalar(select(Person.invitations).where(Person.id == person_id)))
