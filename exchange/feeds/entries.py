"""From a stay or a meeting to the events that calendars show of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from exchange.domain.calendars import AdminDay, Milestone, Stay, agreement_due, milestones
from exchange.domain.meetings import Change, Gathering, MeetingKind, Occasion, Repeats
from exchange.feeds.events import EventClass, EventKind, FeedEvent, Override
from exchange.feeds.moments import AllDay, Timed
from exchange.feeds.recurrence import Frequency, Recurrence
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
    return (span, _agreement_due(stay, span, origin), *(_milestone(stay, span, one, origin) for one in days))


def _agreement_due(stay: Stay, span: FeedEvent, origin: Origin) -> FeedEvent:
    """The agreement is concluded before the first day. Its event stays when it is, and says so."""
    words = "Agreement to be concluded" if stay.tentative else "Agreement done"
    day = agreement_due(stay.period)
    return replace(
        _milestone(stay, span, Milestone("agreement", words, day), origin),
        uid=origin.uid("deadline", stay.public_id, "agreement"),
        kind=EventKind.DEADLINE,
        categories=("Deadlines",),
    )


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


_KINDS = {MeetingKind.MEETING: EventKind.MEETING, MeetingKind.TESTING_SESSION: EventKind.TESTING_SESSION}
_LAST_WEEK = -1  # the fifth of a weekday does not come each month; whoever means it means the last


def meeting_event(meeting: Gathering, origin: Origin, now: datetime) -> FeedEvent:
    """A meeting as one event, a series with what is different about its occurrences.

    Raises:
        ValueError: a time that the clocks leave out, a first day against the rule, a change of no occurrence.
    """
    occasion = meeting.occasion
    rrule = repetition(occasion)
    return FeedEvent(
        uid=origin.uid("meeting", meeting.public_id),
        kind=_KINDS[meeting.kind],
        when=Timed.by_the_clock(occasion.day, occasion.begins, occasion.ends, meeting.zone),
        summary=meeting.title,
        description=meeting.description,
        location=meeting.location or meeting.site,
        url=origin.url(f"/meetings/{meeting.id}"),
        conference=meeting.call_url,
        categories=(meeting.workstream,),
        cancelled_on=meeting.cancelled_on,
        transparent=False,
        rrule=rrule,
        overrides=tuple(_override(meeting, change) for change in meeting.changes) if rrule else (),
        created_at=now,
        updated_at=now,
    )


def repetition(occasion: Occasion) -> Recurrence | None:
    """The rule of a series; None for a single meeting."""
    every, last_day = occasion.every, occasion.last_day
    match occasion.repeats:
        case Repeats.NEVER:
            return None
        case Repeats.DAILY:
            return Recurrence(Frequency.DAILY, interval=every, last_day=last_day)
        case Repeats.WEEKLY:
            return Recurrence(Frequency.WEEKLY, interval=every, weekdays=occasion.weekdays, last_day=last_day)
        case Repeats.MONTHLY_BY_DAY:
            return Recurrence(Frequency.MONTHLY, interval=every, last_day=last_day)
        case Repeats.MONTHLY_BY_WEEKDAY:
            week = (occasion.day.day - 1) // 7 + 1
            nth = week if week <= 4 else _LAST_WEEK
            return Recurrence(Frequency.MONTHLY, interval=every, nth=nth, last_day=last_day)


def _override(meeting: Gathering, change: Change) -> Override:
    occasion = meeting.occasion
    moved = any(part is not None for part in (change.day, change.begins, change.ends))
    when = Timed.by_the_clock(
        change.day or change.slot, change.begins or occasion.begins, change.ends or occasion.ends, meeting.zone
    )
    return Override(
        slot=change.slot,
        when=when if moved else None,
        location=change.location,
        cancelled_on=change.cancelled_on,
    )


def admin_event(day: AdminDay, owner: UUID, origin: Origin, *, in_words: bool) -> FeedEvent:
    """An admin deadline of a person, for their own calendar. It says what it is about only where they wish so.

    Records of these days are never overwritten, so a changed day is a record with a UID of its own.
    """
    what = f"{day.what.value.capitalize()} deadline" if in_words else "Admin deadline"
    recorded = day.recorded_at.replace(microsecond=0)
    return FeedEvent(
        uid=origin.uid("admin", uuid5(owner, f"{day.what.value}-{day.record_id}")),
        kind=EventKind.ADMIN_DEADLINE,
        when=AllDay(day.day, day.day),
        summary=f"{what} (open Exchange)",
        url=origin.url("/"),
        created_at=recorded,
        updated_at=recorded,
        transparent=True,
        classification=EventClass.PRIVATE,
    )
