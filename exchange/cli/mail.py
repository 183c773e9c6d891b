"""Mail that arrives: what a mail server hands over for the address of answers."""

from __future__ import annotations

import sys

import click

from exchange.cli.shared import now, opened_session


class Later(click.ClickException):
    """Nothing is wrong with the mail: EX_TEMPFAIL of sysexits.h, at which a mail server keeps it and tries again."""

    exit_code = 75


@click.group()
def mail() -> None:
    """Mail that arrives."""


@mail.command("receive")
@click.option("--recipient", metavar="ADDRESS", help="To whom it was delivered; without it, what the mail says.")
def mail_receive(recipient: str | None) -> None:
    """Read one mail from standard input and keep the answer to an invitation that it holds.

    Exit code 1: it holds none that counts, and a sentence says why. 75: not now, try again.
    """
    from sqlalchemy.exc import OperationalError

    from exchange.actions import answers
    from exchange.feeds.replies import LARGEST_MAIL
    from exchange.web import config
    from exchange.web.config import ConfigurationError

    received = sys.stdin.buffer.read(LARGEST_MAIL + 1)
    try:
        answering = config.from_environment().answering
        with opened_session() as session:
            said = answers.receive(session, answering, received, recipient=recipient, now=now())
    except (ConfigurationError, OperationalError) as fault:
        raise Later(f"Not now: {fault}") from fault
    click.echo(said)
