"""The hourly look at days that come near. Each reminder is left once, so an hour more or less does no harm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import reminders


def run(session: Session, now: datetime) -> None:
    reminders.send(session, now=now)
