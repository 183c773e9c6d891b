"""The daily look at what calendars show: a new renderer, zone database or address reaches every event by itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from exchange.actions import calendars
from exchange.feeds.entries import Origin

log = logging.getLogger(__name__)


def refreshing(address: Origin) -> Callable[[Session, datetime], None]:
    """The job of an installation that is found at this address."""

    def run(session: Session, now: datetime) -> None:
        changed = calendars.refresh(session, address, now=now)
        if changed:
            log.info("%d events of calendars were written anew.", changed)

    return run
