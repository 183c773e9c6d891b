"""What is tidied up each day: sessions that are over, files that nobody let in, mail that was sent long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from exchange.actions.writing import writing
from exchange.domain.actors import SYSTEM
from exchange.store import housekeeping as counted
from exchange.store.calendar_objects import CalendarCollection
from exchange.store.calendars import CalendarLink
from exchange.store.imports import ImportFile
from exchange.store.jobs import SLOTS_STAY, JobRun
from exchange.store.notices import OutgoingMail
from exchange.store.sessions import SignInSession, SignInThrottle

UNTAKEN_FILES_STAY = timedelta(days=7)
ENDED_SESSIONS_STAY = timedelta(days=90)
SENT_MAIL_STAYS = timedelta(days=30)
THROTTLES_STAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tidied:
    """How many rows were ended or deleted."""

    sessions_ended: int = 0
    files_deleted: int = 0
    rows_deleted: int = 0


def tidy(session: Session, *, idle: timedelta, absolute: timedelta, now: datetime) -> Tidied:
    """End sessions past their limits and delete what has served its time.

    Nothing is recorded when there was nothing to do.
    """
    over = _over(idle, absolute, now)
    old_files = and_(ImportFile.taken_at.is_(None), ImportFile.created_at < now - UNTAKEN_FILES_STAY)
    old_rows = {
        SignInSession: SignInSession.ended_at < now - ENDED_SESSIONS_STAY,
        SignInThrottle: SignInThrottle.window_started_at < now - THROTTLES_STAY,
        OutgoingMail: OutgoingMail.sent_at < now - SENT_MAIL_STAYS,
        JobRun: JobRun.ran_at < now - SLOTS_STAY,
        CalendarCollection: CalendarCollection.link_id.in_(
            select(CalendarLink.id).where(CalendarLink.revoked_at < now)
        ),
    }
    if not counted.any_of(session, {SignInSession: over, ImportFile: old_files}, old_rows):
        session.rollback()
        return Tidied()
    with writing(session, SYSTEM, "housekeeping:tidy", now=now) as work:
        work.subject("housekeeping", None)
        tidied = Tidied(
            sessions_ended=_rows(session.execute(update(SignInSession).where(over).values(ended_at=now))),
            files_deleted=_rows(session.execute(delete(ImportFile).where(old_files))),
            rows_deleted=sum(_rows(session.execute(delete(table).where(old))) for table, old in old_rows.items()),
        )
        work.record(
            f"Tidied up: {tidied.sessions_ended} idle sessions ended, {tidied.files_deleted} files deleted that nobody "
            f"had let in, {tidied.rows_deleted} rows deleted that had served their time."
        )
    return tidied


def _over(idle: timedelta, absolute: timedelta, now: datetime) -> ColumnElement[bool]:
    too_old = or_(SignInSession.last_seen_at <= now - idle, SignInSession.created_at <= now - absolute)
    return and_(SignInSession.ended_at.is_(None), too_old)


def _rows(result: object) -> int:
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
