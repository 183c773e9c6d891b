"""From a stay to the events that calendars show of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from exchange.domain.calendars import Milestone, Stay, milestones
from exchange.feeds.events import EventKind, FeedEvent
from exchange.feeds.moments import AllDay
from exchange.feeds.render import Mailbox


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the events come from: the host in their UIDs, which never changes, and the address of the application.

    Without a ``base_url`` events carry no link to their page.
    """

    host: str
    base_url: str = ""

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox("Exchange", f"noreply@{self.host}")

    def uid(self, kind: str, ident: UUID, part: str = "") -> str:
        return f"{kind}-{ident}{f'-{part}' if part else ''}@{self.host}"

    def url(self, path: str) -> str:
        return f"{self.base_url}{path}" if self.base_url else ""


def stay_events(
    stay: Stay, origin: Origin, now: datetime, *, closing_days: int, cancelled_on: date | None
) -> tuple[FeedEvent, ...]:
    """The span of a stay and its milestones.

    Args:
        stay: what may be shown.
        origin: whose calendar it is.
        now: stands in the stamps until they are settled.
        closing_days: how long before the last day closing begins.
        cancelled_on: the day on which it was called off.
    """
    span = FeedEvent(
        uid=origin.uid("secondment", stay.public_id),
        kind=EventKind.SECONDMENT,
        when=AllDay(stay.period.start, stay.period.end),
        summary=f"{stay.person}: {stay.home} → {stay.host}",
        description=_description(stay),
        location=stay.site,
        url=origin.url(f"/secondments/{stay.id}"),
        categories=("Secondments",),
        tentative=stay.tentative,
        cancelled_on=cancelled_on,
        transparent=True,  # half a year of "busy" would ruin everybody's free time
        created_at=now,
        updated_at=now,
    )
    days = milestones(stay.period, closing_days)
    return (span, *(_milestone(stay, span, one, origin) for one in days))


def _milestone(stay: Stay, span: FeedEvent, one: Milestone, origin: Origin) -> FeedEvent:
    return FeedEvent(
        uid=origin.uid("milestone", stay.public_id, one.key),
        kind=EventKind.MILESTONE,
        when=AllDay(one.day, one.day),
        summary=f"{one.words}: {stay.person}",
        url=span.url,
        categories=("Milestones",),
        tentative=span.tentative,
        cancelled_on=span.cancelled_on,
        transparent=True,
        related_to=span.uid,
        created_at=span.created_at,
        updated_at=span.updated_at,
    )


def _description(stay: Stay) -> str:
    lines = [f"On secondment from {stay.home} to {stay.host}."]
    if stay.workstream:
        lines.append(f"Workstream: {stay.workstream}.")
    return "\n".join(lines)
