"""Answers to invitations that come by mail: kept as those of the page are, and by nobody else than who was invited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import answers, calendars, invitations, meetings
from exchange.actions.writing import Refused
from exchange.domain.answering import Answering
from exchange.domain.meetings import Answer, Change
from exchange.feeds.entries import Origin
from exchange.store import invitations as store
from exchange.store.audit import AuditEvent
from exchange.store.invitations import Invitation
from exchange.store.notices import OutgoingMail
from exchange.store.people import Person
from tests.cast import ACTOR, NOW, PERSON
from tests.clients import PageClient
from tests.engines import SECRET_KEY
from tests.meetings import entered, workstream
from tests.reply_mails import PROGRAMS, Said, gmail, outlook

ANSWERING = Answering(SECRET_KEY, "replies@mail.example")
SECOND = "RECURRENCE-ID;TZID=Eastern Standard Time:20270309T100000"


def stamp(minutes: int) -> str:
    return f"{NOW + timedelta(minutes=minutes):%Y%m%dT%H%M%SZ}"


@pytest.fixture
def meeting(session: Session) -> int:
    """A weekly one, to which the UK's lead is invited."""
    ident = entered(session, workstream(session))
    calendars.refresh(session, Origin("exchange.example", "https://exchange.example"), now=NOW)
    invitations.choose(session, ACTOR["uk_lead"], wanted=True, now=NOW)
    assert invitations.send_due(session, ANSWERING, now=NOW) == 1
    return ident


@pytest.fixture
def said(session: Session, meeting: int) -> Said:
    """The answer that the invited person's program would write, of what stands in their mail."""
    assert meeting
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()
    assert mail is not None
    event = Calendar.from_ical(mail.calendar).walk("VEVENT")[0]
    assert str(event["ORGANIZER"]) == f"mailto:{mail.organiser}"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert "Answer with the buttons of your mail program, or here:" in mail.body
    return Said(str(event["UID"]), mail.organiser, mail.address, int(str(event["SEQUENCE"])), stamp=stamp(1))


def receive(session: Session, mail: bytes, recipient: str | None = None) -> str:
    return answers.receive(session, ANSWERING, mail, recipient=recipient, now=NOW + timedelta(minutes=5))


def kept(session: Session) -> tuple[Answer | None, int | None]:
    row = session.scalars(select(Invitation).execution_options(populate_existing=True)).one()
    return row.answer, row.answered_version


def records(session: Session) -> list[tuple[str, str, str]]:
    columns = (AuditEvent.actor_name, AuditEvent.outcome, AuditEvent.summary)
    rows = session.execute(select(*columns).where(AuditEvent.verb == answers.VERB).order_by(AuditEvent.seq))
    return [(name, outcome, summary) for name, outcome, summary in rows]


def test_each_programs_answer_is_kept_once_and_a_newer_one_stays(session: Session, said: Said) -> None:
    name = session.get_one(Person, PERSON["uk_lead"]).full_name
    for number, (program, write) in enumerate(PROGRAMS.items()):
        partstat, answer = [("ACCEPTED", Answer.ACCEPTED), ("DECLINED", Answer.DECLINED)][number % 2]
        mail = write(replace(said, partstat=partstat, stamp=stamp(number)))
        assert receive(session, mail).startswith(f"The answer of {name} is kept"), program
        assert kept(session) == (answer, said.sequence)
        assert "is known already" in receive(session, mail)
    late = gmail(replace(said, partstat="TENTATIVE", stamp=stamp(1)))
    assert "has given a newer answer" in receive(session, late)
    assert kept(session)[0] is Answer.DECLINED
    written = records(session)
    assert [summary.rpartition(": ")[2] for _, _, summary in written] == ["accept.", "decline.", "accept.", "decline."]
    assert {(actor, outcome) for actor, outcome, _ in written} == {(name, "done")}


def test_the_page_and_the_mail_answer_the_same_and_the_later_counts(session: Session, said: Said) -> None:
    (ident,) = store.of_person(session, PERSON["uk_lead"])
    receive(session, gmail(replace(said, stamp=stamp(1))))
    answers.reply(session, ident, Answer.DECLINED, now=NOW + timedelta(minutes=2))
    assert "has given a newer answer" in receive(session, gmail(replace(said, stamp=stamp(1), partstat="TENTATIVE")))
    assert kept(session)[0] is Answer.DECLINED
    receive(session, gmail(replace(said, stamp=stamp(3))), recipient=said.to.upper())
    assert kept(session)[0] is Answer.ACCEPTED


def test_one_occurrence_is_answered_by_itself(
    session: Session, meeting: int, said: Said, as_: Callable[[str], PageClient]
) -> None:
    receive(session, outlook(replace(said, stamp=stamp(1))))
    receive(session, outlook(replace(said, stamp=stamp(2), partstat="DECLINED", occurrence=SECOND)))
    (row,) = store.answers(session, meeting)
    assert (row.answer, row.single) == (Answer.ACCEPTED, ((date(2027, 3, 9), Answer.DECLINED),))
    assert "for 9 March 2027: decline." in records(session)[-1][2]
    page = " ".join(as_("uk_lead").get(f"/meetings/{meeting}").text.split())
    assert "comes; does not come on" in page
    assert "has given a newer answer" in receive(
        session, outlook(replace(said, stamp=stamp(0), partstat="TENTATIVE", occurrence=SECOND))
    )
    receive(session, outlook(replace(said, stamp=stamp(3))))
    assert store.answers(session, meeting)[0].single == ()  # what is said of the series is said of all of it


WRONG = (
    ({"to": "replies+1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@mail.example"}, "no invitation that is known", False),
    ({"to": "replies@mail.example"}, "no invitation that is known", False),
    ({"attendee": "other@example.org"}, "somebody else", True),
    ({"sender": "other@example.org"}, "another address", True),
    ({"uid": "meeting-x@exchange.example"}, "another event", True),
    ({"sequence": 99}, "never sent", True),
    ({"stamp": stamp(3 * 24 * 60)}, "dated in the future", True),
    ({"occurrence": "RECURRENCE-ID:20270310T150000Z"}, "no meeting at the time", True),
    ({"occurrence": "RECURRENCE-ID:20270309T160000Z"}, "no meeting at the time", True),
)


def test_what_does_not_fit_changes_nothing(session: Session, said: Said) -> None:
    for number, (change, sentence, recorded) in enumerate(WRONG):
        with pytest.raises(Refused, match=sentence):
            receive(session, gmail(replace(said, **change)))  # type: ignore[arg-type]  # texts and a number
        assert kept(session) == (None, None)
        of_this = records(session)[max(0, number - 2) :]  # guesses at addresses, the first two, leave none
        assert [(actor, outcome) for actor, outcome, _ in of_this] == [("Exchange", "refused")] * recorded


def test_an_answer_to_what_has_changed_or_is_over_is_refused(session: Session, meeting: int, said: Said) -> None:
    with pytest.raises(Refused, match="larger than"):
        receive(session, b"x" * 2_000_000)
    meetings.change_one(session, ACTOR["uk_lead"], meeting, Change(date(2027, 3, 9), cancelled_on=NOW.date()), now=NOW)
    invitations.send_due(session, ANSWERING, now=NOW)
    with pytest.raises(Refused, match="answer the newest invitation"):
        receive(session, gmail(said))
    newest = replace(said, sequence=said.sequence + 1)
    with pytest.raises(Refused, match="no meeting at the time"):
        receive(session, outlook(replace(newest, occurrence=SECOND)))
    receive(session, gmail(newest))
    meetings.cancel(session, ACTOR["uk_lead"], meeting, now=NOW)
    with pytest.raises(Refused, match="taken back"):
        receive(session, gmail(replace(newest, stamp=stamp(4))))
    with pytest.raises(Refused, match="No mailbox for answers"):
        answers.receive(session, Answering(SECRET_KEY), gmail(newest), recipient=None, now=NOW)


def test_no_table_opens_an_invitation_and_links_mailed_before_still_do(
    session: Session, said: Said, as_: Callable[[str], PageClient]
) -> None:
    (ident,) = store.of_person(session, PERSON["uk_lead"])
    row = session.get_one(Invitation, ident)
    told = repr([getattr(row, column.key) for column in Invitation.__table__.columns])
    assert ANSWERING.page_token(ident) not in told
    assert said.to.partition("+")[2].partition("@")[0] not in told
    row.token_hash = sha256(b"kept-before").hexdigest()
    session.commit()
    mailed_token = said.to.partition("+")[2].partition("@")[0]
    for token, status in ((ANSWERING.page_token(ident), 200), ("kept-before", 200), (mailed_token, 404), ("1-x", 404)):
        assert as_("").get(f"/invitations/{token}").status_code == status
