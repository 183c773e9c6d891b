"""The hourly look at days that come near, and at whose morning it is.

Each reminder is left once and each digest written once a day, so an hour more or less does no harm.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import digests, reminders


def run(session: Session, now: datetime) -> None:
    reminders.send(session, now=now)
    digests.send(session, now=now)
