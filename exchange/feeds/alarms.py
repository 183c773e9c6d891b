"""Reminders for the links that want them, put into fragments that are stored without."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Alarm

from exchange.feeds.fragment import Fragment

_TEXT = "Reminder from Exchange"
_END = b"END:VEVENT\r\n"
_WHOLE_DAYS = b"\r\nDTSTART;VALUE=DATE:"
_DAY, _AT_NINE = timedelta(days=1), timedelta(hours=9)
_CANCELLED = b"\r\nSTATUS:CANCELLED\r\n"


def alarm(before: timedelta) -> Alarm:
    """A message shown that long before the start."""
    component = Alarm()
    component.add("ACTION", "DISPLAY")
    component.add("DESCRIPTION", _TEXT)
    component.add("TRIGGER", -before)
    return component


def by_day(alarms: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
    """The same for whole days: at nine on the day before, or so many days before. Their start is midnight."""
    days = (max(1, -(-before // _DAY)) for before in alarms)
    return tuple(dict.fromkeys(day * _DAY - _AT_NINE for day in days))


def with_alarms(fragment: Fragment, alarms: tuple[timedelta, ...]) -> Fragment:
    """The fragment as it would have been rendered with these alarms; what is cancelled gets none."""
    timed, whole = (b"".join(alarm(before).to_ical() for before in chosen) for chosen in (alarms, by_day(alarms)))

    def for_event(vevent: bytes) -> bytes:
        if _CANCELLED in vevent:
            return b""
        return whole if _WHOLE_DAYS in vevent else timed

    *vevents, rest = fragment.body.split(_END)
    body = b"".join(vevent + for_event(vevent) + _END for vevent in vevents)
    return Fragment(fragment.uid, body + rest)
