"""The addresses behind "subscribe" buttons: what each calendar program wants to be told."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

_ADDRESS = re.compile(r"https?://[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class SubscribeLinks:
    """One feed in the form of each program. All of them carry its secret, so none belongs into a log or a mail."""

    plain: str
    webcal: str
    google: str
    microsoft_365: str
    outlook_com: str


def subscribe_links(feed_url: str, name: str) -> SubscribeLinks:
    """The links for a feed.

    ``webcal`` opens Apple Calendar, classic Outlook, Thunderbird, GNOME and ICSx5. Google wants that form as an
    argument, Microsoft the web address and the name under which the calendar is to appear.

    Raises:
        ValueError: the address is none of the web.
    """
    if not _ADDRESS.fullmatch(feed_url):
        raise ValueError(f"{feed_url!r} is no web address; a calendar link begins with https://.")
    webcal = f"webcal://{feed_url.split('://', 1)[1]}"
    from_web = f"url={quote(feed_url, safe='')}&name={quote(name, safe='')}"
    return SubscribeLinks(
        plain=feed_url,
        webcal=webcal,
        google=f"https://calendar.google.com/calendar/r?cid={quote(webcal, safe='')}",
        microsoft_365=f"https://outlook.office.com/calendar/0/addfromweb?{from_web}",
        outlook_com=f"https://outlook.live.com/calendar/0/addfromweb?{from_web}",
    )
