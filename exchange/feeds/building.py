"""From what is published to the calendar of one link: its kinds, its detail, its window, and never more than fits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from exchange.feeds.alarms import with_alarms
from exchange.feeds.assemble import Head, assemble, disguise
from exchange.feeds.events import EventClass, EventKind, FeedEvent
from exchange.feeds.expansion import expand
from exchange.feeds.fragment import Fragment, no_older_than
from exchange.feeds.moments import AllDay
from exchange.feeds.render import Mailbox, render
from exchange.feeds.settings import LinkSettings
from exchange.feeds.values import Stamps, read
from exchange.feeds.views import Detail, view, without_cancelled
from exchange.feeds.visibility import CANCELLED_DAYS, CancelledEvents, Item, fit, last_day, may_show, retire_cancelled

_EXPANDED_AHEAD = timedelta(days=400)
_CHANGED_OCCURRENCES = '"overrides":'
_CANCELLED = re.compile(r'"cancelled_on":"(\d{4}-\d\d-\d\d)"')


@dataclass(frozen=True, slots=True)
class Published:
    """An event as it is stored: its meaning, its stamps and its bytes."""

    kind: EventKind
    stamps: Stamps
    content: str
    fragment: bytes
    last_day: date
    cancelled_on: date | None

    @property
    def event(self) -> FeedEvent:
        return read(self.content, self.stamps)


@dataclass(frozen=True, slots=True)
class Plan:
    """For whom a calendar is built: ``secret`` disguises the UIDs of a busy link, ``since`` dates an empty one.

    No event shows itself older than ``settings_changed_at``, for other settings show it otherwise.
    """

    head: Head
    settings: LinkSettings
    mailbox: Mailbox
    today: date
    since: datetime
    secret: bytes = b""
    settings_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Built:
    """A calendar, how many events it holds, and how many past ones did not fit."""

    body: bytes
    items: int
    dropped: int


def shown(published: Iterable[Published], settings: LinkSettings, today: date) -> list[Published]:
    """What a link with these settings shows today."""
    return [
        one
        for one in published
        if one.kind in settings.kinds
        and may_show(one.last_day, one.cancelled_on, today, settings.cancelled, settings.past_days)
    ]


def build(plan: Plan, published: Iterable[Published]) -> Built:
    """The calendar of what is published for this link."""
    chosen, dropped = fitting(plan, published)
    body = assemble(plan.head, [fragment for _, fragment in chosen] or [_placeholder(plan)])
    return Built(body, len(chosen), dropped)


def single(plan: Plan, published: Iterable[Published]) -> list[tuple[date | None, Fragment]]:
    """The same as single events with their last days, for programs that keep them one by one."""
    return fitting(plan, published)[0] or [(None, _placeholder(plan))]


def fitting(plan: Plan, published: Iterable[Published]) -> tuple[list[tuple[date | None, Fragment]], int]:
    """The fragments of what a link shows with their last days, and how many past ones did not fit."""
    fragments: dict[str, Fragment] = {}
    items: list[Item] = []
    for one in shown(published, plan.settings, plan.today):
        for end, fragment in _fragments(plan, one):
            if fragment.body:
                fragments[fragment.uid] = no_older_than(fragment, plan.settings_changed_at)
                items.append(Item(fragment.uid, end, len(fragment.body)))
    choice = fit(items, plan.today)
    return [(item.last_day, fragments[item.uid]) for item in items if item.uid in choice.uids], choice.dropped


def events(plan: Plan, published: Iterable[Published]) -> Iterator[FeedEvent]:
    """The same as values, for the eyes of the link's owner: what they read is what the link serves."""
    for one in shown(published, plan.settings, plan.today):
        for event in _values(plan, one):
            seen = view(event, plan.settings.detail)
            if seen is not None:
                yield seen


def _fragments(plan: Plan, one: Published) -> Iterator[tuple[date | None, Fragment]]:
    settings = plan.settings
    if settings.plain and not _has_occurrences_to_drop(plan, one):
        yield one.last_day, with_alarms(Fragment(one.stamps.uid, one.fragment), settings.alarms)
        return
    for event in _values(plan, one):
        fragment = render(event, plan.mailbox, settings.detail, kind_prefix=settings.kind_prefix)
        if fragment.body and settings.detail is Detail.BUSY:
            fragment = disguise(fragment, plan.secret)
        yield last_day(event), with_alarms(fragment, settings.alarms)


def _has_occurrences_to_drop(plan: Plan, one: Published) -> bool:
    """Whether occurrences were cancelled that this link does not show, or not any more. Few events come this far."""
    if _CHANGED_OCCURRENCES not in one.content:
        return False
    since = plan.today - timedelta(days=CANCELLED_DAYS)
    hidden = plan.settings.cancelled is CancelledEvents.HIDE
    return any(hidden or date.fromisoformat(day) < since for day in _CANCELLED.findall(one.content))


def _values(plan: Plan, one: Published) -> Iterator[FeedEvent]:
    settings, today = plan.settings, plan.today
    event: FeedEvent | None = retire_cancelled(one.event, today)
    if event is not None and settings.cancelled is CancelledEvents.HIDE:
        event = without_cancelled(event)
    if event is None:
        return
    if settings.expanded and event.rrule is not None:
        yield from expand(event, today - timedelta(days=settings.past_days), today + _EXPANDED_AHEAD)
    else:
        yield event


def _placeholder(plan: Plan) -> Fragment:
    """Programs take a calendar that turns empty for a fault and keep what they have; one event clears them."""
    host = plan.mailbox.address.partition("@")[2]
    day = plan.since.date()
    event = FeedEvent(
        uid=f"nothing@{host}",
        kind=EventKind.SWITCHED_OFF,
        when=AllDay(day, day),
        summary="Nothing to show in this calendar",
        created_at=plan.since,
        updated_at=plan.since,
        transparent=True,
        classification=EventClass.PRIVATE,
    )
    return render(event, plan.mailbox)
