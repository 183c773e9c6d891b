"""Which program fetches a link, how often it comes, and what a person should know about that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from exchange.feeds.visibility import MOST_BYTES, MOST_ITEMS

_SILENT_AFTER = timedelta(days=14)
_FIRST_FETCH_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Client:
    """A calendar program and its habit, as the end of a sentence that begins with "it"."""

    name: str
    habit: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """The last time a link was fetched: when, by which program, and how much it was given."""

    at: datetime
    client: str
    items: int
    size: int


_OTHER = Client("A calendar program", "refreshes as it is set")

_DAILY = "refreshes once a day unless it is set otherwise"
_THREE_HOURLY = "refreshes about every 3 hours"
_AS_SET = "refreshes as often as it is set to"
_APPLE_ON_A_MAC = "refreshes between every 5 minutes and every week, as it is set"

# In the order in which they are tried: a later pattern may fit an earlier program as well.
_CLIENTS: tuple[tuple[re.Pattern[str], Client], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), Client(name, habit))
    for pattern, name, habit in (
        ("google-calendar", "Google Calendar", "refreshes every 4 to 24 hours and cannot be hurried"),
        ("outlook-(ios|android)", "Outlook on a phone", _THREE_HOURLY),
        ("microsoft (office|outlook)", "Outlook on a desktop", _DAILY),
        ("microsoft|exchange/|outlook", "Microsoft 365 or Outlook.com", _THREE_HOURLY),
        ("thunderbird|lightning/", "Thunderbird", "refreshes every 30 minutes while it runs"),
        ("evolution", "GNOME Calendar or Evolution", _AS_SET),
        (r"^mozilla/.*(firefox|chrome|safari)/", "A web browser", "does not refresh by itself"),
        ("ios/|iphone|ipad", "Apple Calendar on a phone or tablet", _DAILY),
        (r"macos/|mac\+os|calendaragent|dataaccessd", "Apple Calendar on a Mac", _APPLE_ON_A_MAC),
        ("nextcloud", "Nextcloud", "refreshes every hour, as this calendar asks it to"),
        ("icsx5", "ICSx5 on Android", _AS_SET),
        ("davx5", "DAVx5 on Android", _AS_SET),
        ("vdirsyncer", "vdirsyncer", "refreshes whenever it is started"),
    )
)
_WANTS_PLAIN = re.compile("microsoft|outlook", re.IGNORECASE)


def recognise(user_agent: str) -> Client:
    """The program behind a User-Agent header."""
    for pattern, client in _CLIENTS:
        if pattern.search(user_agent):
            return client
    return _OTHER


def habit_of(name: str) -> str:
    """The habit of a program by the name that :func:`recognise` gave it."""
    return next((client.habit for _, client in _CLIENTS if client.name == name), _OTHER.habit)


def wants_plain_body(user_agent: str) -> bool:
    """Whether to send the body uncompressed: Outlook's desktop program fails on a compressed calendar."""
    return _WANTS_PLAIN.search(user_agent) is not None


def health(last: Fetch | None, now: datetime) -> str:
    """One sentence on how a link is being read."""
    if last is None:
        return "Not fetched yet."
    return f"{last.client} fetched {ago(now - last.at)}; it {habit_of(last.client)}."


def warnings(last: Fetch | None, made_at: datetime, now: datetime) -> tuple[str, ...]:
    """What its owner should look into, as sentences; nothing where all is well."""
    if last is None:
        if now - made_at <= _FIRST_FETCH_WITHIN:
            return ()
        return (f"No program has fetched this link since it was made {ago(now - made_at)}; add it to one or stop it.",)
    found = []
    if now - last.at > _SILENT_AFTER:
        found.append(f"No program has fetched this link for {(now - last.at).days} days; stop it if nobody needs it.")
    if last.size > MOST_BYTES or last.items > MOST_ITEMS:
        found.append(
            f"This link holds {last.items:,} events in {round(last.size / 1000):,} kB; Google may leave some out above"
            f" {MOST_ITEMS:,} events or {MOST_BYTES // 1000:,} kB. Show fewer kinds or a shorter past."
        )
    return tuple(found)


def ago(passed: timedelta) -> str:
    """A length of time in words, in its largest unit."""
    minutes = max(0, round(passed.total_seconds() / 60))
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    hours = minutes // 60
    if hours < 48:
        return f"{hours} h ago"
    return f"{hours // 24} days ago"
