"""Which worker holds the clock, and which slots of which job have run."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, UtcDateTime

SLOTS_STAY = timedelta(days=30)


class Lease(Base):
    """Held by one worker until ``until``; whoever comes after that instant may take it."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100))
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class JobRun(Base):
    """A slot of a job that has run: the primary key is what makes it run once."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(String(40), primary_key=True)
    slot: Mapped[str] = mapped_column(String(40), primary_key=True)
    ran_at: Mapped[datetime] = mapped_column(UtcDateTime)
