"""Digests: who gets one, when their own morning has come, once a day, and through a real mail server."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import accounts, digests
from exchange.actions.writing import writing
from exchange.domain.actors import SYSTEM
from exchange.jobs import reminders
from exchange.jobs.mail import MailServer, sending_to
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.people import MailChoice, Person, PersonStatus
from tests.cast import ACTOR, NOW, PERSON
from tests.clients import PageClient
from tests.jobs.conftest import Postbox, postbox, server
from tests.jobs.test_mail import BASE_URL

As = Callable[[str], PageClient]
__all__ = ["postbox", "server"]  # fixtures


def choose(session: Session, key: str, choice: MailChoice = MailChoice.DIGEST) -> None:
    accounts.change_mail(session, ACTOR[key], choice, now=NOW - timedelta(minutes=1))


MORNING = NOW + timedelta(days=1)


def notify(session: Session, key: str, *texts: str, now: datetime = NOW) -> None:
    with writing(session, SYSTEM, "test:notify", now=now) as work:
        for text in texts:
            work.notify(PERSON[key], text, "/notices")
        work.record("Told.")


def mails(session: Session) -> list[OutgoingMail]:
    return list(session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)))


def test_a_digest_holds_what_came_since_the_choice_and_only_what_is_unread(session: Session) -> None:
    notify(session, "ada", "At once", now=NOW - timedelta(hours=1))
    choose(session, "ada")
    notify(session, "ada", "First", "Second", "Read meanwhile")
    session.scalars(select(Notice).where(Notice.text == "Read meanwhile")).one().read_at = NOW
    session.commit()
    assert digests.send(session, now=MORNING) == 1
    _, digest = mails(session)
    assert (digest.subject, digest.address) == ("2 notices in Exchange", "ada@example.org")
    assert "- First\n- Second\n" in digest.body
    assert "At once" not in digest.body
    assert "Read meanwhile" not in digest.body


def test_there_is_one_a_day_in_the_readers_own_morning(session: Session) -> None:
    choose(session, "us_hr")  # in Washington
    notify(session, "us_hr", "One")
    written = []
    for hour in range(48):
        now = NOW + timedelta(hours=hour)  # from 04:30 there
        if hour == 20:
            notify(session, "us_hr", "Two", now=now)
        if digests.send(session, now=now):
            written.append(hour)
    assert written == [3, 27]
    assert [mail.subject for mail in mails(session)] == ["One notice in Exchange"] * 2


def test_nothing_new_is_no_mail(session: Session) -> None:
    choose(session, "ada")
    assert digests.send(session, now=MORNING) == 0
    assert mails(session) == []


@pytest.mark.parametrize("choice", [MailChoice.NEVER, MailChoice.AT_ONCE])
def test_the_others_get_none(session: Session, choice: MailChoice) -> None:
    choose(session, "ada", choice)
    notify(session, "ada", "News")
    assert digests.send(session, now=MORNING) == 0
    assert len(mails(session)) == (choice is MailChoice.AT_ONCE)


def test_whoever_left_gets_none(session: Session) -> None:
    choose(session, "ada")
    notify(session, "ada", "News")
    session.get_one(Person, PERSON["ada"]).status = PersonStatus.LEFT
    session.commit()
    assert digests.send(session, now=MORNING) == 0


def test_a_digest_goes_out_by_smtp_once_over_restarts(session: Session, server: MailServer, postbox: Postbox) -> None:
    choose(session, "ada")
    notify(session, "ada", *(f"Notice {number}" for number in range(60)))
    for minutes in range(0, 180, 30):
        now = MORNING + timedelta(minutes=minutes)
        reminders.run(session, now)
        sending_to(server, BASE_URL)(session, now)
    (sent,) = postbox.received
    assert sent["Subject"] == "60 notices in Exchange"
    assert "Notice 49" in sent.get_content()
    assert "and 10 more." in sent.get_content()


def test_the_choice_is_made_on_the_account_page(as_: As, session: Session) -> None:
    client = as_("ada")
    assert client.send("/account/mail", {"mail": "digest"}).status_code == 303
    session.rollback()
    assert session.get_one(Person, PERSON["ada"], populate_existing=True).mail is MailChoice.DIGEST
    chosen = re.search(r"<input checked[^>]*>", client.get("/account").text)
    assert chosen is not None
    assert 'value="digest"' in chosen[0]
    assert client.send("/account/mail", {"mail": "by pigeon"}).status_code == 422
