"""All jobs of an installation, and the scheduler that runs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from exchange.actions import invitations
from exchange.domain.answering import Answering
from exchange.feeds.entries import Origin
from exchange.jobs import calendars, housekeeping, mail, reminders, searches
from exchange.jobs.lease import utc_now
from exchange.jobs.reading import Reader
from exchange.jobs.runs import Solver
from exchange.jobs.scheduler import Every, Job, Scheduler
from exchange.store.engine import open_engine


def jobs(*, smtp_url: str | None, base_url: str, instance_id: str, answering: Answering) -> tuple[Job, ...]:
    """What the clock starts. Without a mail server mail is kept, and administrators see it waiting.

    Raises:
        MailSettingsError: ``smtp_url`` cannot be used.
    """
    always = (
        Job("reminders", Every.HOUR, reminders.run),
        Job("searches", Every.HOUR, searches.run),
        Job("housekeeping", Every.DAY, housekeeping.run),
        Job("calendars", Every.DAY, calendars.refreshing(Origin(instance_id, base_url))),
        Job("invitations", Every.MINUTE, inviting(answering)),
        Job("agreements", Every.MINUTE, housekeeping.take_over),
    )
    if not smtp_url:
        return always
    server = mail.server_of(smtp_url, sender=f"Exchange <exchange@{instance_id}>")
    return (*always, Job("mail", Every.MINUTE, mail.sending_to(server, base_url)))


def inviting(answering: Answering) -> Callable[[Session, datetime], None]:
    """The job that tells what meetings have to say to those who are invited by mail."""

    def invite(session: Session, now: datetime) -> None:
        invitations.send_due(session, answering, now=now)

    return invite


def scheduler_for(database_url: str, table: tuple[Job, ...], data: Path) -> Scheduler:
    """A scheduler with connections of its own. Make it in the process that is to run it."""
    sessions = sessionmaker(open_engine(database_url))
    return Scheduler(table, sessions, loops=(Solver(sessions, utc_now, data), Reader(sessions, data)))
