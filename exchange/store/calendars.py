"""Calendar links, and the rendered events that they serve."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.store.base import Base, UtcDateTime, choice


class LinkScope(StrEnum):
    PERSON = "person"
    INSTITUTE = "institute"
    WORKSTREAM = "workstream"
    PROGRAMME = "programme"


class CalendarLink(Base):
    """One address for one device. The token is shown once; here is only its SHA-256."""

    __tablename__ = "calendar_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    scope: Mapped[LinkScope] = mapped_column(choice(LinkScope))
    scope_id: Mapped[int | None]
    label: Mapped[str] = mapped_column(String(100))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token_end: Mapped[str] = mapped_column(String(4))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fetched_by: Mapped[str] = mapped_column(String(100), default="")


class CalendarItem(Base):
    """One published event as last rendered: what makes UID stable and SEQUENCE move only with the content."""

    __tablename__ = "calendar_item"

    uid: Mapped[str] = mapped_column(String(120), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    secondment_id: Mapped[int | None] = mapped_column(ForeignKey("secondment.id", ondelete="CASCADE"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    content: Mapped[str] = mapped_column(Text)  # the event's canonical meaning, without stamps
    fragment: Mapped[bytes] = mapped_column(LargeBinary)
    renderer: Mapped[str] = mapped_column(String(40))
