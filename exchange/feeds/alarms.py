"""Reminders for the links that want them, put into fragments that are stored without."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Alarm

from exchange.feeds.fragment import Fragment

_TEXT = "Reminder from Exchange"
_END = b"END:VEVENT\r\n"
_CANCELLED = b"\r\nSTATUS:CANCELLED\r\n"


def alarm(before: timedelta) -> Alarm:
    """A message shown that long before the start."""
    component = Alarm()
    component.add("ACTION", "DISPLAY")
    component.add("DESCRIPTION", _TEXT)
    component.add("TRIGGER", -before)
    return component


def with_alarms(fragment: Fragment, alarms: tuple[timedelta, ...]) -> Fragment:
    """The fragment as it would have been rendered with these alarms; what is cancelled gets none."""
    written = b"".join(alarm(before).to_ical() for before in alarms)
    *vevents, rest = fragment.body.split(_END)
    body = b"".join(vevent + (b"" if _CANCELLED in vevent else written) + _END for vevent in vevents)
    return Fragment(fragment.uid, body + rest)
