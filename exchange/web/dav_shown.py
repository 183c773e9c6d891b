"""What a calendar link shows a CalDAV program: its objects, and what has changed since the program last asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from exchange.feeds.assemble import object_of
from exchange.feeds.collection import Resource
from exchange.feeds.fragment import Fragment
from exchange.store import calendar_objects as store
from exchange.store.calendar_objects import Known, State
from exchange.web.database import db

_TOKEN = "urn:exchange:sync"  # noqa: S105 - the first part of a name, not a secret


@dataclass(frozen=True)
class Shown:
    """``base`` is the address below which it stands. A link that is switched off shows its ``farewell`` alone."""

    base: str
    name: str
    link_id: int
    state: State
    farewell: Resource | None = None

    @property
    def tag(self) -> str:
        """Changes with any of its objects."""
        return f'"{self.state.epoch}-{self.state.revision}"'

    @property
    def token(self) -> str:
        return f"{_TOKEN}:{self.state.epoch}:{self.state.revision}"

    def all(self, *, bodies: bool = False) -> Sequence[Known]:
        return self._last() or store.listed(db.session(), self.link_id, bodies=bodies)

    def named(self, names: Collection[str]) -> dict[str, Known]:
        if last := self._last():
            return {one.name: one for one in last if one.name in names}
        return store.named(db.session(), self.link_id, names) if names else {}

    def between(self, first: date | None, last: date | None) -> Sequence[Known]:
        return self._last() or store.between(db.session(), self.link_id, first, last)

    def since(self, token: str, *, bodies: bool) -> Sequence[Known] | None:
        """What has changed and what has gone; None for a token that was not given out, or too long ago."""
        place, _, number = token.rpartition(":")
        if place != f"{_TOKEN}:{self.state.epoch}" or not (number.isascii() and number.isdecimal()):
            return None
        revision = int(number[:10])
        if not self.state.floor <= revision <= self.state.revision:
            return None
        if self.farewell is not None or revision == self.state.revision:
            return ()
        return store.listed(db.session(), self.link_id, since=revision, bodies=bodies)

    def _last(self) -> list[Known]:
        """The one event that takes the place of all others."""
        one = self.farewell
        return [Known(one.name, one.etag, fragment=one.fragment.body)] if one else []


def body_of(one: Known) -> bytes:
    return object_of(Fragment(one.name, one.fragment))
