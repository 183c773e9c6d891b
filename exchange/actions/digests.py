"""One mail each morning for those who chose a digest: their unread notices, as one list.

A digest takes a slot as a job does, so that there is one a day however many workers write them. A slot is kept for as
long as ``SLOTS_STAY``; nothing older than that is told of.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from exchange.actions.writing import writing
from exchange.domain.actors import SYSTEM
from exchange.domain.reminders import DIGEST_HOUR
from exchange.store import digests as store
from exchange.store.digests import Untold, job_of
from exchange.store.jobs import SLOTS_STAY, JobRun
from exchange.store.notices import OutgoingMail

MOST_LINES = 50


def send(session: Session, *, now: datetime) -> int:
    """Write the digests that are due by their reader's own clock; returns how many there were."""
    if not _due(session, now):
        session.rollback()
        return 0
    with writing(session, SYSTEM, "mail:digest", now=now) as work:
        work.subject("mail", None)
        due = _due(session, now)  # again, now that nobody else writes
        for one in due:
            session.add(_mail(one, now))
            session.add(JobRun(job=job_of(one.person_id), slot=now.isoformat(timespec="minutes"), ran_at=now))
        work.record(f"Digests were written: {len(due)}.")
    return len(due)


def _due(session: Session, now: datetime) -> list[Untold]:
    return [one for one in store.untold(session, now - SLOTS_STAY) if one.oldest_at < _morning(one.zone, now)]


def _morning(zone: str, now: datetime) -> datetime:
    """When it was last morning for the reader: what came since waits for the next."""
    local = now.astimezone(ZoneInfo(zone))
    morning = local.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return morning if morning <= local else morning - timedelta(days=1)


def _mail(one: Untold, now: datetime) -> OutgoingMail:
    count = len(one.texts)
    lines = [f"- {text}" for text in one.texts[:MOST_LINES]]
    if count > MOST_LINES:
        lines.append(f"and {count - MOST_LINES} more.")
    body = "\n".join([*lines, "", "Open Exchange to see more: /notices", ""])
    subject = f"{count} notices in Exchange" if count > 1 else "One notice in Exchange"
    return OutgoingMail(person_id=one.person_id, address=one.address, subject=subject, body=body, created_at=now)
