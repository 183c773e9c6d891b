"""Outgoing mail against a real SMTP server: sent once, tried again, given up, and never holding up the rest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.jobs import mail
from exchange.jobs.mail import MailServer, MailSettingsError, sending_to, server_of
from exchange.store.notices import OutgoingMail
from exchange.store.outbox import TRIES, due
from tests.cast import NOW, PERSON
from tests.jobs.conftest import Postbox

BASE_URL = "https://exchange.example"


def put(session: Session, address: str = "ada@example.org", subject: str = "A deadline") -> int:
    row = OutgoingMail(
        person_id=PERSON["ada"], address=address, subject=subject, body="It comes near.\n", created_at=NOW
    )
    session.add(row)
    session.commit()
    return row.id


def row(session: Session, ident: int) -> OutgoingMail:
    session.expire_all()
    return session.get_one(OutgoingMail, ident)


def test_mail_goes_out_once(session: Session, server: MailServer, postbox: Postbox) -> None:
    ident = put(session, subject="Zwei\nZeilen Ω")
    for _ in range(2):
        sending_to(server, BASE_URL)(session, NOW)
    (sent,) = postbox.received
    assert (sent["To"], sent["From"]) == ("ada@example.org", server.sender)
    assert sent["Subject"] == "Zwei Zeilen Ω"
    assert sent["Auto-Submitted"] == "auto-generated"
    assert "It comes near." in sent.get_content()
    assert BASE_URL in sent.get_content()
    assert row(session, ident).sent_at == NOW
    assert (row(session, ident).attempts, row(session, ident).last_error) == (1, "")


def test_an_address_refused_for_good_is_undeliverable_at_once(
    session: Session, server: MailServer, postbox: Postbox
) -> None:
    postbox.answers["gone@example.org"] = "550 No such mailbox"
    gone, fine = put(session, "gone@example.org"), put(session)
    sending_to(server, BASE_URL)(session, NOW)
    assert row(session, gone).attempts == len(TRIES)
    assert row(session, gone).last_error == "550 No such mailbox"
    assert row(session, fine).sent_at == NOW
    assert due(session, NOW + timedelta(days=3), 10) == []


def test_a_passing_failure_is_tried_again_later_and_later(
    session: Session, server: MailServer, postbox: Postbox
) -> None:
    postbox.answers["full@example.org"] = "451 Mailbox full, try later"
    ident = put(session, "full@example.org")
    expected = [0, 1, 5, 20, 60, 240, 720, 1440]
    minutes = sorted({*expected, *(minute - 1 for minute in expected if minute), 1441, 3000})
    assert [minute for minute in minutes if _tried(session, server, ident, minute)] == expected
    assert row(session, ident).attempts == len(TRIES)
    assert "451" in row(session, ident).last_error


def _tried(session: Session, server: MailServer, ident: int, minute: int) -> bool:
    """Whether the job tries the mail so many minutes after it was written."""
    before = row(session, ident).attempts
    sending_to(server, BASE_URL)(session, NOW + timedelta(minutes=minute))
    return row(session, ident).attempts > before


@pytest.mark.parametrize("address", ["no\nline@example.org", "", "nobody"])
def test_an_address_that_no_mail_can_carry_does_not_hold_up_the_rest(
    session: Session, server: MailServer, address: str
) -> None:
    bad, fine = put(session, address), put(session)
    sending_to(server, BASE_URL)(session, NOW)
    assert row(session, bad).sent_at is None
    assert row(session, bad).last_error
    assert row(session, fine).sent_at == NOW


def test_a_server_that_is_away_costs_no_try(session: Session) -> None:
    nowhere = MailServer("127.0.0.1", 1, "exchange@exchange.example")
    ident = put(session)
    sending_to(nowhere, BASE_URL)(session, NOW)
    assert (row(session, ident).attempts, row(session, ident).sent_at) == (0, None)
    assert row(session, ident).last_error.startswith("The mail server could not be used: ")


def test_the_settings_are_one_address() -> None:
    assert server_of("smtp://relay", sender="a@b.example") == MailServer("relay", 587, "a@b.example")
    told = server_of("smtps://us%40er:p%3Aw@mail.example.org?from=x%40y.example", sender="a@b.example")
    assert told == MailServer("mail.example.org", 465, "x@y.example", tls=True, user="us@er", password="p:w")
    assert server_of("smtp://u:p@relay:25", sender="a@b.example").starttls
    assert server_of("smtp://relay:25?starttls=yes", sender="a@b.example").starttls


@pytest.mark.parametrize("url", ["relay:25", "http://relay", "smtp://", "smtp://relay:port", ""])
def test_an_address_that_is_none_gets_a_sentence(url: str) -> None:
    with pytest.raises(MailSettingsError, match="EXCHANGE_SMTP_URL"):
        server_of(url, sender="a@b.example")


def test_the_whole_batch_is_not_read_at_once(session: Session) -> None:
    for _ in range(mail.AT_ONCE + 1):
        put(session)
    assert len(due(session, NOW, mail.AT_ONCE)) == mail.AT_ONCE
    assert session.scalar(select(OutgoingMail.id).where(OutgoingMail.sent_at.is_not(None))) is None
