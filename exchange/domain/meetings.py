"""Meetings of a workstream: their kinds, and how they repeat."""

from __future__ import annotations

from enum import StrEnum


class MeetingKind(StrEnum):
    MEETING = "meeting"
    TESTING_SESSION = "testing_session"


class Repeats(StrEnum):
    """``MONTHLY_BY_DAY`` keeps the day of the month, ``MONTHLY_BY_WEEKDAY`` the weekday of its week."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY_BY_DAY = "monthly_by_day"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"
