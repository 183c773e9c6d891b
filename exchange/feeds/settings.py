"""What a link's owner has chosen to see. It is kept beside the link, so that its address never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from exchange.feeds.events import EventKind
from exchange.feeds.views import Detail
from exchange.feeds.visibility import CancelledEvents

KINDS: tuple[EventKind, ...] = (
    EventKind.SECONDMENT,
    EventKind.MILESTONE,
    EventKind.DEADLINE,
    EventKind.MEETING,
    EventKind.TESTING_SESSION,
    EventKind.ADMIN_DEADLINE,
)
"""What a link can show, in the order of its form."""

LONGEST_PAST = 730  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """``alarm_minutes`` before the start a program reminds; None for never. ``expanded`` writes series one by one.

    ``admin_words`` is the person's own wish that an admin deadline says what it is about.

    Raises:
        ValueError: nothing would be shown, or a past longer than is kept.
    """

    kinds: frozenset[EventKind] = frozenset(KINDS)
    detail: Detail = Detail.FULL
    past_days: int = 90
    cancelled: CancelledEvents = CancelledEvents.MARK
    alarm_minutes: int | None = None
    expanded: bool = False
    kind_prefix: bool = True
    admin_words: bool = False

    def __post_init__(self) -> None:
        if not self.kinds or not self.kinds <= frozenset(KINDS):
            raise ValueError("A link that shows nothing is of no use: choose at least one kind of event.")
        if not 0 <= self.past_days <= LONGEST_PAST:
            raise ValueError(f"The past that a link shows is between 0 and {LONGEST_PAST} days.")

    @property
    def alarms(self) -> tuple[timedelta, ...]:
        """Busy links go without: a reminder tells more than that somebody is busy."""
        if self.alarm_minutes is None or self.detail is Detail.BUSY:
            return ()
        return (timedelta(minutes=self.alarm_minutes),)

    @property
    def plain(self) -> bool:
        """Whether fragments serve as they are stored."""
        return self.detail is Detail.FULL and self.kind_prefix and not self.expanded

    def written(self) -> dict[str, Any]:
        """As it is stored: JSON."""
        return {
            "kinds": [kind.value for kind in KINDS if kind in self.kinds],
            "detail": self.detail.value,
            "past_days": self.past_days,
            "cancelled": self.cancelled.value,
            "alarm_minutes": self.alarm_minutes,
            "expanded": self.expanded,
            "kind_prefix": self.kind_prefix,
            "admin_words": self.admin_words,
        }


def read_settings(parts: Mapping[str, Any]) -> LinkSettings:
    """Stored settings; what is missing has its default."""
    usual = LinkSettings().written()
    known = {name: parts.get(name, value) for name, value in usual.items()}
    return LinkSettings(
        kinds=frozenset(EventKind(kind) for kind in known.pop("kinds")),
        detail=Detail(known.pop("detail")),
        cancelled=CancelledEvents(known.pop("cancelled")),
        **known,
    )
