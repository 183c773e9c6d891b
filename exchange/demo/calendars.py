"""Calendar links and invitations of the invented world.

Nobody knows the addresses of the links: whoever wants one asks for a new one.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from exchange.actions import answers, calendars, invitations
from exchange.actions.calendars import NewLink
from exchange.demo.works import UK, US
from exchange.domain.answering import Answering
from exchange.domain.meetings import Answer
from exchange.feeds.entries import Origin
from exchange.feeds.settings import LinkSettings
from exchange.store.calendars import LinkScope, origin
from exchange.store.institutes import ids_by_code
from exchange.store.invitations import of_person
from exchange.store.people import actor_of, id_by_email

# handle, institute followed ("" for oneself), name
LINKS: tuple[tuple[str, str, str], ...] = (
    ("researcher@uk-aisi.example", "", "Phone"),
    ("hr@uk-aisi.example", UK, "Outlook at work"),
    ("hr@us-caisi.example", US, "Team calendar"),
)


INVITED = "lead@us-caisi.example"


def add_all(session: Session, answering: Answering, *, today: date, now: datetime) -> None:
    """Make each person's link, and invite by mail who prefers that."""
    known = origin(session)
    address = Origin(known.host, known.base_url)
    institutes = ids_by_code(session)
    for email, code, label in LINKS:
        ident = id_by_email(session, email)
        assert ident is not None
        scope = LinkScope.INSTITUTE if code else LinkScope.PERSON
        new = NewLink(scope, institutes.get(code), label, LinkSettings())
        calendars.make(session, actor_of(session, ident, today), new, address, now=now)
    invited = id_by_email(session, INVITED)
    assert invited is not None
    invitations.choose(session, actor_of(session, invited, today), wanted=True, now=now)
    invitations.send_due(session, answering, now=now)
    for ident in of_person(session, invited):
        answers.reply(session, ident, Answer.ACCEPTED, now=now)
