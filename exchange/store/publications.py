"""Publications: the texts from which affinity is computed."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, UtcDateTime


class Publication(Base):
    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("person_id", "digest"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text, default="")
    year: Mapped[int | None]
    venue: Mapped[str] = mapped_column(String(300), default="")
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the folded title: a repeated import updates
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class PublicationRow:
    """A publication as a page lists it."""

    id: int
    title: str
    abstract: str
    year: int | None
    venue: str


def title_digest(title: str) -> str:
    """What a person's publication is recognised by: its title without case, accents, blanks and punctuation."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", title).casefold() if letter.isalnum())
    return hashlib.sha256((plain or title).encode()).hexdigest()


def publications_of(session: Session, person_id: int) -> list[PublicationRow]:
    """What a person has written, the newest first."""
    rows = session.execute(
        select(Publication.id, Publication.title, Publication.abstract, Publication.year, Publication.venue)
        .where(Publication.person_id == person_id)
        .order_by(Publication.year.is_(None), Publication.year.desc(), Publication.title)
    )
    return [PublicationRow(*row) for row in rows]
