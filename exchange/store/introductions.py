"""Asking to be introduced to somebody, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, ScalarSelect, Text, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, aliased, mapped_column

from exchange.store.base import Base, UtcDateTime, choice
from exchange.store.people import Employment, Person


class IntroductionState(StrEnum):
    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Introduction(Base):
    __tablename__ = "introduction"
    __table_args__ = (CheckConstraint("asker_id <> person_id", name="two_people"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    asker_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(Text)
    state: Mapped[IntroductionState] = mapped_column(
        choice(IntroductionState, "state"), default=IntroductionState.ASKED
    )
    answer: Mapped[str] = mapped_column(Text, default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class IntroductionRow:
    """An introduction with the two people's names. ``email`` is the other's, once they have said yes."""

    id: int
    asker_id: int
    asker: str
    asker_institute: int | None
    asker_email: str
    person_id: int
    person: str
    person_institute: int | None
    person_email: str
    words: str
    state: IntroductionState
    answer: str
    asked_at: datetime
    answered_at: datetime | None

    def email_for(self, reader_id: int) -> str:
        """The other one's address; "" before there was a yes."""
        if self.state is not IntroductionState.ACCEPTED:
            return ""
        return self.person_email if reader_id == self.asker_id else self.asker_email


def of_person(session: Session, person_id: int, today: date) -> list[IntroductionRow]:
    """What a person was asked and has asked, the newest first."""
    return _rows(session, or_(Introduction.asker_id == person_id, Introduction.person_id == person_id), today)


def one(session: Session, ident: int, today: date) -> IntroductionRow | None:
    found = _rows(session, Introduction.id == ident, today)
    return found[0] if found else None


def between(one: int, other: int) -> ColumnElement[bool]:
    """Which introductions are between two people, whoever asked."""
    return or_(
        and_(Introduction.asker_id == one, Introduction.person_id == other),
        and_(Introduction.asker_id == other, Introduction.person_id == one),
    )


def _rows(session: Session, which: ColumnElement[bool], today: date) -> list[IntroductionRow]:
    asker, person = aliased(Person), aliased(Person)
    rows = session.execute(
        select(
            Introduction.id,
            Introduction.asker_id,
            asker.full_name,
            _institute_of(Introduction.asker_id, today),
            asker.email,
            Introduction.person_id,
            person.full_name,
            _institute_of(Introduction.person_id, today),
            person.email,
            Introduction.words,
            Introduction.state,
            Introduction.answer,
            Introduction.asked_at,
            Introduction.answered_at,
        )
        .join(asker, asker.id == Introduction.asker_id)
        .join(person, person.id == Introduction.person_id)
        .where(which)
        .order_by(Introduction.asked_at.desc(), Introduction.id.desc())
    )
    return [IntroductionRow(*tuple(row)) for row in rows]


def _institute_of(person: ColumnElement[int] | InstrumentedAttribute[int], today: date) -> ScalarSelect[int]:
    """Where somebody works today."""
    return (
        select(Employment.institute_id)
        .where(
            Employment.person_id == person,
            Employment.starts_on <= today,
            or_(Employment.ends_on.is_(None), Employment.ends_on >= today),
        )
        .order_by(Employment.starts_on.desc())
        .limit(1)
        .scalar_subquery()
    )
