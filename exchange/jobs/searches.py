"""The hourly look at kept searches: whoever is new is told of once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import searches


def run(session: Session, now: datetime) -> None:
    searches.tell(session, now=now)
