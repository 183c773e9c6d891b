"""The commands. Each imports what it needs when it runs, so that ``exchange --help`` is quick.

Exit codes: 0 done, 1 refused or found wanting (a sentence says why), 2 the command was written wrongly.
"""

from __future__ import annotations

import click

from exchange.cli.accounts import account, institute
from exchange.cli.files import calendar, model
from exchange.cli.imports import import_
from exchange.cli.mail import mail
from exchange.cli.schema import db
from exchange.cli.serving import demo, serve, worker
from exchange.cli.shared import Commands
from exchange.cli.trail import audit

__all__ = ["main"]


@click.group(cls=Commands)
@click.version_option(package_name="exchange")
def main() -> None:
    """Exchange: secondments and joint testing between national AI safety institutes."""


for command in (account, audit, calendar, db, demo, import_, institute, mail, model, serve, worker):
    main.add_command(command)
