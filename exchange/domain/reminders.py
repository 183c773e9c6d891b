"""When a day that comes near is spoken of: once at each of a few distances, never twice; to whom, and in which words.

A notice goes out as mail too, and mail is read by more than its receiver. So what concerns clearances, visits, permits
and passports is called "a deadline" only; what it is stands in Exchange, behind a sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from exchange.domain.secondment_facts import Audience

CLEARANCE_DAYS = (90, 30, 7)  # before a clearance ends or its review falls due
STAY_DAYS = (30, 7)  # before a secondment starts or ends
APPROVAL_AGES = (14, 7, 3)  # days for which an agreement has waited
DIGEST_HOUR = 7  # of the reader's own morning


class Topic(StrEnum):
    """What may come near in a secondment besides its first and last day."""

    VISIT = "visit"
    PERMISSION = "permission"
    EXTENSION = "extension"
    DECLARATION = "declaration"
    PASSPORT = "passport"
    TASKS = "tasks"


@dataclass(frozen=True, slots=True)
class Manner:
    """``days`` are the distances. ``words`` and ``own`` (to the person) take ``person``, ``host`` and ``when``."""

    days: tuple[int, ...]
    tells: tuple[Audience, ...]
    words: str = "A deadline of {person} falls {when}."
    own: str = "An admin deadline of yours falls {when}."


A = Audience
MANNERS: dict[Topic, Manner] = {
    Topic.VISIT: Manner((90, 30, 7), (A.HOME_SECURITY, A.HOST_SECURITY, A.PERSON)),
    Topic.PERMISSION: Manner((90, 30, 7), (A.HOME_HR, A.HOST_HR, A.PERSON)),
    Topic.EXTENSION: Manner(
        (30, 7),
        (A.HOME_HR, A.HOST_HR, A.PERSON),
        "Longer than agreed? The last day to ask for an extension of {person} at {host} is {when}.",
        "Longer than agreed? The last day to ask for an extension at {host} is {when}.",
    ),
    Topic.DECLARATION: Manner(
        (30, 7),
        (A.HOME_HR, A.PERSON),
        "The declaration of interests of {person} counts until {when}.",
        "Your declaration of interests counts until {when}: sign it anew.",
    ),
    Topic.PASSPORT: Manner((180, 90, 30), (A.PERSON,)),
    Topic.TASKS: Manner((7, 0), ()),  # to whoever owns the task
}


def distance(day: date, today: date, distances: Iterable[int]) -> int | None:
    """The shortest of the distances (in days) that has been reached; None before the first one and after the day.

    Only the shortest counts, so that a record made late is spoken of once and not once for each distance it missed.
    """
    left = (day - today).days
    return min((each for each in distances if left <= each), default=None) if left >= 0 else None


def age(since: date, today: date, ages: Iterable[int] = APPROVAL_AGES) -> int | None:
    """The greatest of the ages (in days) that has been reached; None before the first one."""
    return max((each for each in ages if (today - since).days >= each), default=None)


def days_left(day: date, today: date) -> str:
    """``today``, ``tomorrow`` or ``in 12 days``."""
    left = (day - today).days
    return {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
