"""What needs say in words: the text of a seat or an opening, with which the texts of people are compared."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.store.openings import Opening
from exchange.store.workstreams import Requirement, Strand, Workstream


def seat_text(work: Workstream, role: str, strand: str) -> str:
    return words_of_seat(work.title, work.area, role, strand, work.description)


def words_of_seat(title: str, area: str, role: str, strand: str, description: str) -> str:
    """What the work is and the role in it. A change here changes the vector of every seat."""
    parts = (title, area, role, strand, description)
    return ". ".join(part.strip() for part in parts if part.strip())


def opening_text(title: str, description: str) -> str:
    return f"{title}. {description}"


def need_texts(session: Session) -> list[str]:
    """The texts of all seats and openings, so that they can be read before anybody asks who fits."""
    seats = session.execute(
        select(Workstream, Requirement.role, func.coalesce(Strand.title, ""))
        .join(Requirement, Requirement.workstream_id == Workstream.id)
        .outerjoin(Strand, Strand.id == Requirement.strand_id)
    )
    openings = session.execute(select(Opening.title, Opening.description))
    texts = [seat_text(*row) for row in seats] + [opening_text(*row) for row in openings]
    return list(dict.fromkeys(texts))
