"""Searches that people keep, so that they hear of whoever comes to match."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.domain.people import OpenTo
from exchange.domain.periods import Period
from exchange.store.base import Base, UtcDateTime
from exchange.store.search import Asked


class SavedSearch(Base):
    """``query`` is what was asked for; ``seen`` the people found so far, as the bits of an ``IdSet``."""

    __tablename__ = "saved_search"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    seen: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class SearchRow:
    """A kept search as its owner sees it."""

    id: int
    name: str
    query: dict[str, Any]
    created_at: datetime


def of_person(session: Session, person_id: int) -> list[SearchRow]:
    """What a person keeps, by name."""
    rows = session.execute(
        select(SavedSearch.id, SavedSearch.name, SavedSearch.query, SavedSearch.created_at)
        .where(SavedSearch.person_id == person_id)
        .order_by(SavedSearch.name, SavedSearch.id)
    )
    return [SearchRow(*tuple(row)) for row in rows]


def one_of(session: Session, person_id: int, ident: int) -> SearchRow | None:
    """One of the searches that a person keeps; None for somebody else's."""
    return next((row for row in of_person(session, person_id) if row.id == ident), None)


def written(asked: Asked) -> dict[str, Any]:
    """What was asked for, as it is kept."""
    return {
        "text": asked.text,
        "institutes": sorted(asked.institutes),
        "skills": sorted(asked.skills),
        "open_to": sorted(kind.value for kind in asked.open_to),
        "free": [asked.free.start.isoformat(), asked.free.end.isoformat()] if asked.free else None,
    }


def read(query: dict[str, Any]) -> Asked:
    """What was kept, as it is asked for."""
    free = query["free"]
    return Asked(
        text=query["text"],
        institutes=frozenset(query["institutes"]),
        skills=frozenset(query["skills"]),
        open_to=frozenset(OpenTo(kind) for kind in query["open_to"]),
        free=Period(date.fromisoformat(free[0]), date.fromisoformat(free[1])) if free else None,
    )
