"""What time it is: asked here, once per request, and handed down as an argument everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app, g


def now() -> datetime:
    """The instant of this request, in UTC. ``CLOCK`` in the configuration replaces it in tests."""
    if "now" not in g:
        source: Callable[[], datetime] | None = current_app.config.get("CLOCK")
        g.now = source() if source else datetime.now(UTC)
    instant: datetime = g.now
    return instant


def today(zone: str = "UTC") -> date:
    """The civil date in this zone."""
    return now().astimezone(ZoneInfo(zone)).date()
