"""A workstream of the cast with meetings, for the tests of calendars."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy.orm import Session

from exchange.actions import meetings, workstreams
from exchange.actions.meetings import MeetingTerms
from exchange.actions.workstreams import WorkstreamTerms
from exchange.domain.meetings import MeetingKind, Occasion, Repeats
from exchange.store.workstreams import WorkstreamKind
from tests.cast import ACTOR, NOW, PERSON, UK, US, WASHINGTON

WEEKLY = Occasion(
    day=date(2027, 3, 2),  # a Tuesday, before both changes of the clocks
    begins=time(10),
    ends=time(11, 30),
    repeats=Repeats.WEEKLY,
    last_day=date(2027, 4, 13),
)
SESSION = MeetingTerms(
    kind=MeetingKind.TESTING_SESSION,
    title="Cyber range session",
    site_id=WASHINGTON,
    occasion=WEEKLY,
    description="Both teams run the same tasks.",
    call_url="https://meet.example/range",
)


def workstream(session: Session, *, partners: frozenset[int] = frozenset({US})) -> int:
    """A workstream of the UK, led by its lead."""
    terms = WorkstreamTerms(
        code="CYBER",
        title="Cyber ranges",
        kind=WorkstreamKind.WORKSTREAM,
        area="",
        description="",
        lead_institute_id=UK,
        lead_person_id=PERSON["uk_lead"],
        partners=partners,
        starts_on=None,
        ends_on=None,
        clearance_asked=None,
    )
    return workstreams.create(session, ACTOR["uk_lead"], terms, now=NOW)


def entered(session: Session, work: int, terms: MeetingTerms = SESSION) -> int:
    return meetings.put(session, ACTOR["uk_lead"], work, None, terms, now=NOW)
