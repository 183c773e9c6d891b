"""Whether an event has changed for its readers, and the stamps that tell their programs so.

Google and Outlook take up a change only if SEQUENCE and LAST-MODIFIED move; programs that compare versions copy an
event anew whenever they move. So they move if and only if the rendered content does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from exchange.feeds.events import FeedEvent
from exchange.feeds.render import Mailbox, render

_SECOND = timedelta(seconds=1)  # the finest step that DTSTAMP and LAST-MODIFIED can show
_NEUTRAL = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Revision:
    """The stored stamps of one UID. ``fingerprint`` is the content without them."""

    fingerprint: str
    sequence: int
    created_at: datetime
    updated_at: datetime


def fingerprint(event: FeedEvent, mailbox: Mailbox) -> str:
    """32 hexadecimal digits of what readers see in full, whatever its stamps."""
    unstamped = replace(event, sequence=0, created_at=_NEUTRAL, updated_at=_NEUTRAL)
    return blake2b(render(unstamped, mailbox).body, digest_size=16).hexdigest()


def revise(event: FeedEvent, previous: Revision | None, mailbox: Mailbox, now: datetime) -> Revision:
    """The stamps of an event that is about to be saved; the previous ones where nothing has changed for its readers.

    ``updated_at`` always grows, by a second at least, even if the clock went back or two changes fall into one second.
    """
    content = fingerprint(event, mailbox)
    whole = now.astimezone(UTC).replace(microsecond=0)
    if previous is None:
        return Revision(content, sequence=0, created_at=whole, updated_at=whole)
    if previous.fingerprint == content:
        return previous
    later = max(whole, previous.updated_at + _SECOND)
    return Revision(content, previous.sequence + 1, previous.created_at, later)


def rewritten(revision: Revision, now: datetime) -> Revision:
    """The stamps of an event that is the same but is written otherwise than before, such as by a newer version."""
    whole = now.astimezone(UTC).replace(microsecond=0)
    return replace(revision, updated_at=max(whole, revision.updated_at + _SECOND))


def stamped(event: FeedEvent, revision: Revision) -> FeedEvent:
    """The event with these stamps, ready to be rendered."""
    return replace(event, sequence=revision.sequence, created_at=revision.created_at, updated_at=revision.updated_at)
