"""Who holds the clock, and which slots of which jobs are taken. Bookkeeping: nothing here changes a record.

Instants come from the workers' own clocks, so their clocks must agree to within a second or two. Where they do not, two
workers may both believe that they hold the lease; a slot still runs once, because its row can be written once.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from exchange.actions.writing import bookkeeping
from exchange.store.jobs import JobRun, Lease


def take(session: Session, name: str, holder: str, *, length: timedelta, now: datetime) -> bool:
    """Take or renew a lease until ``now + length``; False while another worker holds it."""
    held = session.execute(select(Lease.holder, Lease.until).where(Lease.name == name)).one_or_none()
    if held is not None and held.holder != holder and held.until > now:
        session.rollback()
        return False
    with bookkeeping(session):
        lease = session.get(Lease, name)  # again, now that nobody else writes
        if lease is None:
            session.add(Lease(name=name, holder=holder, until=now + length))
            return True
        if lease.holder != holder and lease.until > now:
            return False
        lease.holder, lease.until = holder, now + length
    return True


def release(session: Session, name: str, holder: str) -> None:
    """Give a lease back, so that the next worker need not wait for its end."""
    with bookkeeping(session):
        session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def claim(session: Session, job: str, slot: str, *, now: datetime) -> bool:
    """Take a slot of a job; False when it has been taken before, by whomever."""
    if session.get(JobRun, (job, slot)) is not None:
        session.rollback()
        return False
    with bookkeeping(session):
        if session.get(JobRun, (job, slot), populate_existing=True) is not None:
            return False
        session.add(JobRun(job=job, slot=slot, ran_at=now))
    return True
