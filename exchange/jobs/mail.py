"""Sending outgoing mail by SMTP, as ``EXCHANGE_SMTP_URL`` says.

``smtp://relay:25`` (587 when left out) speaks plainly, as to a relay on the same network; with a user or with
``?starttls=yes`` it goes over to TLS first. ``smtps://user:password@mail.example.org`` (465) is TLS from the first
byte. ``?from=`` sets the sender. A mail may arrive twice when a worker dies between the server's yes and our note of
it; it is never lost.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from functools import partial
from urllib.parse import parse_qs, unquote, urlsplit

from sqlalchemy.orm import Session

from exchange.actions import outbox
from exchange.store.outbox import WaitingMail, due

AT_ONCE = 50  # mails in one connection
PATIENCE_S = 20.0


class MailSettingsError(ValueError):
    """``EXCHANGE_SMTP_URL`` cannot be used; the message says what to write."""


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    sender: str
    tls: bool = False  # from the first byte
    starttls: bool = False
    user: str = ""
    password: str = ""


def server_of(url: str, *, sender: str) -> MailServer:
    """Read ``EXCHANGE_SMTP_URL``; ``sender`` is used where the address has no ``?from=``.

    Raises:
        MailSettingsError: it is no smtp:// or smtps:// address with a host.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailSettingsError(f"EXCHANGE_SMTP_URL cannot be read ({error}).") from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise MailSettingsError(
            "EXCHANGE_SMTP_URL is written like smtp://mail.example.org:587 or smtps://user:password@mail.example.org."
        )
    options = parse_qs(parts.query)
    return MailServer(
        host=parts.hostname,
        port=port or (465 if parts.scheme == "smtps" else 587),
        sender=options.get("from", [sender])[0],
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and (bool(parts.username) or options.get("starttls") == ["yes"]),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def sending_to(server: MailServer, base_url: str) -> Callable[[Session, datetime], None]:
    """The job for one installation; ``base_url`` is where the paths in the mails begin."""
    return partial(_send_due, server, base_url)


def _send_due(server: MailServer, base_url: str, session: Session, now: datetime) -> None:
    waiting = due(session, now, AT_ONCE)
    session.rollback()  # the network is slow: no read stays open meanwhile
    if not waiting:
        return
    try:
        with _connected(server) as connection:
            for mail in waiting:
                _send(session, connection, mail, partial(message, mail, server.sender, base_url), now)
    except (OSError, smtplib.SMTPException) as error:
        outbox.postponed(session, [mail.id for mail in waiting], f"The mail server could not be used: {error}")


def _send(
    session: Session, connection: smtplib.SMTP, mail: WaitingMail, write: Callable[[], EmailMessage], now: datetime
) -> None:
    outbox.begin_try(session, mail.id)
    try:
        connection.send_message(write())
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()), (501, "There is no address to send it to."))
        outbox.failed(session, mail.id, f"{code} {_text(reason)}", for_good=code >= 500)
    except smtplib.SMTPResponseException as error:
        outbox.failed(session, mail.id, f"{error.smtp_code} {_text(error.smtp_error)}", for_good=error.smtp_code >= 500)
    except (smtplib.SMTPNotSupportedError, ValueError) as error:  # an address that no mail can carry
        outbox.failed(session, mail.id, str(error), for_good=True)
    else:
        outbox.sent(session, mail.id, now=now)


def message(mail: WaitingMail, sender: str, base_url: str) -> EmailMessage:
    """The mail as it goes out: plain text, marked as sent by a program (RFC 3834) so that nothing answers it.

    An invitation is From its organiser, as programs expect that take it into a calendar (RFC 6047 section 2.2), and
    stands beside the words as their alternative.
    """
    written = EmailMessage(policy=SMTP)  # an invitation keeps its line ends
    if mail.organiser:
        written["From"], written["Sender"] = f"Exchange <{mail.organiser}>", sender
    else:
        written["From"] = sender
    written["To"] = mail.address
    written["Subject"] = " ".join(mail.subject.split())
    written["Date"] = format_datetime(mail.created_at)
    written["Message-ID"] = make_msgid(f"exchange-{mail.id}", domain=sender.rpartition("@")[2].strip("> "))
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(f"{mail.body}\nExchange is at {base_url}\n")
    if mail.calendar:
        method = mail.calendar.partition("METHOD:")[2].partition("\r\n")[0]
        parameters = {"method": method, "component": "VEVENT"}
        written.add_alternative(mail.calendar, subtype="calendar", params=parameters, cte="base64")
    return written


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    context = ssl.create_default_context()
    if server.tls:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE_S, context=context)
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=PATIENCE_S)
    with opened as connection:
        if server.starttls:
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _text(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason
