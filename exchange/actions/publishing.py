"""What an action publishes of the things it changes: fragments for calendars, in the transaction of the change.

It opens no transaction of its own: whoever changes something that calendars show calls it before recording.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import Work
from exchange.domain.calendars import Stay
from exchange.domain.meetings import Gathering
from exchange.domain.secondment_guards import DEFAULT_TIMING
from exchange.feeds.entries import Origin, meeting_event, stay_events
from exchange.feeds.events import EventKind, FeedEvent
from exchange.feeds.render import RENDERER, render
from exchange.feeds.revise import Revision, fingerprint, revise, rewritten, stamped
from exchange.feeds.values import Stamps, read, written
from exchange.feeds.visibility import last_day
from exchange.store import calendars as store
from exchange.store.calendars import CalendarItem, CalendarOrigin
from exchange.store.meetings import Meeting, gatherings
from exchange.store.secondments import Secondment


def publish_secondment(work: Work, ident: int) -> None:
    """Bring what calendars show of a secondment up to date. Drafts that nobody has nominated yet show nothing."""
    work.session.flush()
    republish_stays(work.session, store.stays(work.session, ident), work.now)


def publish_meeting(work: Work, ident: int) -> None:
    """Bring what calendars show of a meeting up to date.

    Raises:
        ValueError: it cannot stand in a calendar; the sentence says why.
    """
    work.session.flush()
    republish_meetings(work.session, gatherings(work.session, Meeting.id == ident), work.now)


def publish_workstream(session: Session, ident: int, now: datetime) -> None:
    """After a change of a workstream: its title stands in events; who leads and takes part decides who sees them."""
    session.flush()
    stays = session.scalars(select(Secondment.id).where(Secondment.workstream_id == ident)).all()
    if stays:
        republish_stays(session, store.stays(session, *stays), now)
    republish_meetings(session, gatherings(session, Meeting.workstream_id == ident), now)
    store.origin(session).version += 1


def publish_people(session: Session, idents: Collection[int], now: datetime) -> None:
    """After changes of names, which stand in the titles of people's stays."""
    session.flush()
    stays = session.scalars(select(Secondment.id).where(Secondment.person_id.in_(idents))).all()
    if stays:
        republish_stays(session, store.stays(session, *stays), now)


def publish_everything(session: Session, now: datetime) -> int:
    """Bring all that calendars show up to date, such as after a new renderer; returns how many events changed."""
    session.flush()
    changed = republish_stays(session, store.stays(session), now)
    return changed + republish_meetings(session, gatherings(session), now)


def republish_meetings(session: Session, meetings: Collection[Gathering], now: datetime) -> int:
    """Bring these meetings up to date and return how many of them changed for their readers."""
    printer = _Printer(session, now)
    known = store.items_of_meetings(session, [meeting.id for meeting in meetings])
    for meeting in meetings:
        event = meeting_event(meeting, printer.origin, now)
        printer.put(event, known.get(meeting.id), meeting_id=meeting.id)
    return printer.finish()


def republish_stays(session: Session, stays: Iterable[Stay], now: datetime) -> int:
    """Bring these stays up to date and return how many of their events changed."""
    printer = _Printer(session, now)
    known = store.items_of_secondments(session, [stay.id for stay in stays])
    for stay in stays:
        items = known.get(stay.id, {})
        if not items and stay.called_off:
            continue
        events = stay_events(
            stay,
            printer.origin,
            now,
            closing_days=DEFAULT_TIMING.closing_days,
            cancelled_on=_cancelled_on(items.values(), now) if stay.called_off else None,
        )
        for event in events:
            printer.put(event, items.pop(event.uid, None), secondment_id=stay.id)
        for left in items.values():
            printer.call_off(left)
    return printer.finish()


def _cancelled_on(items: Iterable[CalendarItem], now: datetime) -> date:
    """The day on which it was called off first: what is changed afterwards does not mark it for longer."""
    marked = [item.cancelled_at for item in items if item.kind == EventKind.SECONDMENT and item.cancelled_at]
    return min(marked, default=now).astimezone(UTC).date()


@dataclass
class _Printer:
    """Renders what has changed and counts it; the version of the whole moves if anything did."""

    session: Session
    now: datetime
    changed: int = 0

    def __post_init__(self) -> None:
        self.row: CalendarOrigin = store.origin(self.session)
        self.origin = Origin(self.row.host, self.row.base_url)

    def put(
        self,
        event: FeedEvent,
        item: CalendarItem | None,
        *,
        secondment_id: int | None = None,
        meeting_id: int | None = None,
    ) -> None:
        """Store the event. Nothing moves where its readers would see no difference."""
        content = written(event)
        if item is not None and item.content == content and item.renderer == RENDERER:
            return
        final, fragment = self._revised(event, item)
        if item is None:
            item = CalendarItem(uid=event.uid, secondment_id=secondment_id, meeting_id=meeting_id)
            self.session.add(item)
        end = last_day(final)
        assert end is not None  # a series has a last day, by the rules for meetings
        item.kind = event.kind.value
        item.sequence, item.created_at, item.updated_at = final.sequence, final.created_at, final.updated_at
        item.starts_on, item.ends_on = final.when.day, end
        item.cancelled_at = _midnight(final.cancelled_on)
        item.content, item.renderer = content, RENDERER
        item.fragment = fragment
        self.changed += 1

    def _revised(self, event: FeedEvent, item: CalendarItem | None) -> tuple[FeedEvent, bytes]:
        """The event with its stamps, and its bytes. No program is given other bytes under the stamps that it knows."""
        previous = _revision(item, self.origin) if item else None
        revision = revise(event, previous, self.origin.mailbox, self.now)
        final = stamped(event, revision)
        fragment = render(final, self.origin.mailbox).body
        if item is not None and revision is previous and fragment != item.fragment:
            final = stamped(event, rewritten(revision, self.now))
            fragment = render(final, self.origin.mailbox).body
        return final, fragment

    def call_off(self, item: CalendarItem) -> None:
        """Mark as cancelled what has no place any more, such as a check-in of a stay that became too short for it."""
        event = read(item.content, stamps_of(item))
        if event.cancelled_on is None:
            self.put(replace(event, cancelled_on=self.now.astimezone(UTC).date()), item)

    def finish(self) -> int:
        if self.changed:
            self.row.version += 1
            self.session.flush()
        return self.changed


def stamps_of(item: CalendarItem) -> Stamps:
    return Stamps(item.uid, item.sequence, item.created_at, item.updated_at)


def event_of(item: CalendarItem) -> FeedEvent:
    return read(item.content, stamps_of(item))


def _revision(item: CalendarItem, origin: Origin) -> Revision:
    before = event_of(item)
    return Revision(fingerprint(before, origin.mailbox), item.sequence, item.created_at, item.updated_at)


def _midnight(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
