"""The public address of a calendar link, as calendar programs ask for it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from exchange.actions import calendars
from exchange.actions.calendars import MadeLink, NewLink
from exchange.feeds.entries import Origin
from exchange.feeds.lint import lint
from exchange.feeds.settings import LinkSettings
from exchange.store.calendars import LinkScope
from tests.actions.test_secondments import ACCEPTED, moved, proposed
from tests.cast import ACTOR, NOW
from tests.clients import PageClient

As = Callable[[str], PageClient]
ADDRESS = Origin("exchange.example", "http://127.0.0.1:5000")


def linked(session: Session, key: str = "ada", **settings: object) -> MadeLink:
    new = NewLink(LinkScope.PERSON, None, "Phone", LinkSettings(**settings))  # type: ignore[arg-type]  # a test's choice
    return calendars.make(session, ACTOR[key], new, ADDRESS, now=NOW)


def path(link: MadeLink) -> str:
    return f"/cal/{link.token}/ada.ics"


def test_a_person_reads_their_secondment(as_: As, session: Session) -> None:
    moved(session, proposed(session), *ACCEPTED)
    answer = as_("").get(path(linked(session)))
    assert answer.status_code == 200
    assert not lint(answer.data)
    assert b"SUMMARY:Secondment: Ada Lindqvist" in answer.data
    assert b"DTEND;VALUE=DATE:20270731" in answer.data
