"""Secondments, and every move that was made with them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from exchange.domain.secondment_facts import EndReason, Side, State, Verb
from exchange.store.base import Base, UtcDateTime, choice


class Mode(StrEnum):
    IN_PERSON = "in_person"
    HYBRID = "hybrid"
    REMOTE = "remote"


class Secondment(Base):
    """A person of the home institute working at the host's from ``starts_on`` to ``ends_on``, both days included.

    From acceptance on it holds the person: the database refuses a second one in person on any of the same days.
    """

    __tablename__ = "secondment"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("home_institute_id <> host_institute_id", name="two_institutes"),
        CheckConstraint("host_share > 0 AND host_share <= 1", name="host_share"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    home_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    host_institute_id: Mapped[int] = mapped_column(ForeignKey("institute.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    workstream_id: Mapped[int | None] = mapped_column(ForeignKey("workstream.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    mode: Mapped[Mode] = mapped_column(choice(Mode), default=Mode.IN_PERSON)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    host_share: Mapped[Decimal] = mapped_column(Numeric(4, 3), default=Decimal(1))
    legal_basis: Mapped[str] = mapped_column(String(60), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[State] = mapped_column(choice(State), default=State.DRAFT, index=True)
    state_since: Mapped[date]
    ended_reason: Mapped[EndReason | None] = mapped_column(choice(EndReason))
    consented_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    supported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id"))  # the plan it came from
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's declarative form


class SecondmentMove(Base):
    """One step in a secondment's life: who made it, for which side."""

    __tablename__ = "secondment_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"), index=True)
    verb: Mapped[Verb] = mapped_column(choice(Verb))
    source: Mapped[State] = mapped_column(choice(State, "source"))
    target: Mapped[State] = mapped_column(choice(State, "target"))
    side: Mapped[Side] = mapped_column(choice(Side))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
