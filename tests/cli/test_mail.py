"""``exchange mail receive`` as a mail server runs it: what it says, and the exit code by which the mail goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result

from exchange.domain.answering import Answering
from tests.reply_mails import Said, gmail

Run = Callable[..., Result]
SAID = Said("x@exchange.example", "replies+1-x@mail.example", "naomi@caisi.example")


def test_a_mail_is_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXCHANGE_REPLY_ADDRESS", "replies@mail.example")
    unready = run("mail", "receive", answer="")
    assert (unready.exit_code, "Not now: " in unready.output) == (75, True)  # the mail server tries again
    run("db", "upgrade")
    monkeypatch.setenv("EXCHANGE_SECRET_KEY", "k" * 40)
    mail = gmail(SAID).decode()
    unknown = run("mail", "receive", answer=mail)
    assert (unknown.exit_code, "addressed to no invitation" in unknown.output) == (1, True)
    gone = Answering("k" * 40, "replies@mail.example").address(1)
    assert "There is no such invitation" in run("mail", "receive", "--recipient", gone, answer=mail).output
    assert "no text/calendar part" in run("mail", "receive", answer="Subject: hello\n\nhello\n").output
    monkeypatch.setenv("EXCHANGE_REPLY_ADDRESS", "replies")
    assert run("mail", "receive", answer=mail).exit_code == 75
    monkeypatch.delenv("EXCHANGE_REPLY_ADDRESS")
    assert "No mailbox for answers is set" in run("mail", "receive", answer=mail).output
