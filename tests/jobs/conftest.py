"""A real SMTP server for the tests of mail."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from exchange.jobs.mail import MailServer


class Postbox:
    """What the server does with a mail: keep it, or answer as it is told to for an address."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.answers: dict[str, str] = {"nobody": "501 That is no address"}

    async def handle_RCPT(self, _server: object, _session: object, envelope, address: str, _options: object) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802 - as aiosmtpd calls it
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001, N802 - as aiosmtpd calls it
        self.received.append(message_from_bytes(envelope.content, policy=default))
        return "250 OK"


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def server(postbox: Postbox) -> Iterator[MailServer]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(postbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer("127.0.0.1", port, "Exchange <exchange@exchange.example>")
    controller.stop()
