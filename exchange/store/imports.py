"""Files that were read but not yet let in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from exchange.store.base import Base, UtcDateTime, choice


class ImportKind(StrEnum):
    PEOPLE = "people"
    CLEARANCES = "clearances"
    WORKSTREAMS = "workstreams"
    OPENINGS = "openings"
    PUBLICATIONS = "publications"


class ImportFile(Base):
    """An uploaded file with how it is to be read; its rows go in only when the person says so."""

    __tablename__ = "import_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind))
    name: Mapped[str] = mapped_column(String(200))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    taken_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)


def find(session: Session, ident: int, *, owner: int | None) -> ImportFile | None:
    """A file that this person brought; nobody else's is found."""
    return session.scalars(select(ImportFile).where(ImportFile.id == ident, ImportFile.created_by_id == owner)).first()


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """A file as its owner's list shows it, without its content."""

    id: int
    kind: ImportKind
    name: str
    created_at: datetime
    taken_at: datetime | None
    result: dict[str, Any] | None


def newest(session: Session, owner: int, limit: int) -> list[BroughtFile]:
    """The files this person brought last."""
    rows = session.execute(
        select(
            ImportFile.id,
            ImportFile.kind,
            ImportFile.name,
            ImportFile.created_at,
            ImportFile.taken_at,
            ImportFile.result,
        )
        .where(ImportFile.created_by_id == owner)
        .order_by(ImportFile.id.desc())
        .limit(limit)
    )
    return [BroughtFile(*row) for row in rows]
