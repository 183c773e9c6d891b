"""What became of outgoing mail. Trying to send it changes no record and is not audited; asking for another try is."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping, refuse, writing
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.domain.verdict import Refusal
from exchange.store.notices import OutgoingMail
from exchange.store.outbox import TRIES
from exchange.store.people import Person

LONGEST_ERROR = 500


def begin_try(session: Session, mail_id: int) -> None:
    """Count a try before it is made, so that a mail which kills the sender is not tried for ever."""
    with bookkeeping(session):
        session.get_one(OutgoingMail, mail_id).attempts += 1


def sent(session: Session, mail_id: int, *, now: datetime) -> None:
    with bookkeeping(session):
        mail = session.get_one(OutgoingMail, mail_id)
        mail.sent_at, mail.last_error = now, ""


def failed(session: Session, mail_id: int, error: str, *, for_good: bool) -> None:
    """Keep why a try failed; ``for_good`` when the server said that another would fail too."""
    with bookkeeping(session):
        mail = session.get_one(OutgoingMail, mail_id)
        mail.last_error = error[:LONGEST_ERROR]
        if for_good:
            mail.attempts = len(TRIES)


def postponed(session: Session, mail_ids: list[int], error: str) -> None:
    """Keep why nothing could be tried at all (the mail server is away); no try is counted."""
    with bookkeeping(session):
        unsent = select(OutgoingMail).where(OutgoingMail.id.in_(mail_ids), OutgoingMail.sent_at.is_(None))
        for mail in session.scalars(unsent):
            mail.last_error = error[:LONGEST_ERROR]


def try_again(session: Session, actor: Actor, mail_id: int, *, now: datetime) -> None:
    """Let a mail be tried afresh, to the address that its person has now.

    Raises:
        Refused: not the actor's to do, or there is no such unsent mail.
    """
    with writing(session, actor, "mail:try_again", now=now) as work:
        work.subject("mail", mail_id)
        work.require(access.decide(actor, Permission.MAIL_SEE))
        mail = session.get(OutgoingMail, mail_id)
        if mail is None or mail.sent_at is not None:
            raise refuse(Refusal.NOT_FOUND, "There is no such mail waiting; it may have been sent meanwhile.")
        mail.address = session.get_one(Person, mail.person_id).email
        mail.attempts, mail.created_at = 0, now
        work.record(f"{actor.name} let a mail to {mail.address} be tried again.")
