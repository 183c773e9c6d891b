"""What the daily round ends and deletes, and what it leaves alone."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions import accounts, housekeeping
from exchange.actions.housekeeping import Tidied
from exchange.store.audit import AuditEvent
from exchange.store.imports import ImportFile, ImportKind
from exchange.store.jobs import JobRun
from exchange.store.notices import OutgoingMail
from exchange.store.sessions import SignInSession, SignInThrottle
from tests.cast import NOW, PERSON

DAY = timedelta(days=1)


def tidy(session: Session) -> Tidied:
    return housekeeping.tidy(session, idle=accounts.IDLE, absolute=accounts.ABSOLUTE, now=NOW)


def add_session(session: Session, token: str, *, created: timedelta, seen: timedelta) -> None:
    row = SignInSession(
        token_hash=token, person_id=PERSON["ada"], created_at=NOW - created, last_seen_at=NOW - seen, ended_at=None
    )
    session.add(row)
    session.commit()


def test_idle_and_old_sessions_end_and_live_ones_stay(session: Session) -> None:
    add_session(session, "live", created=timedelta(hours=1), seen=timedelta(minutes=1))
    add_session(session, "idle", created=timedelta(hours=1), seen=accounts.IDLE)
    add_session(session, "old", created=accounts.ABSOLUTE, seen=timedelta(minutes=1))
    assert tidy(session).sessions_ended == 2
    alive = select(SignInSession.token_hash).where(SignInSession.ended_at.is_(None))
    assert list(session.scalars(alive)) == ["live"]


def test_files_that_nobody_let_in_go_after_a_week(session: Session) -> None:
    for name, age, taken in (("old", 8 * DAY, None), ("new", 6 * DAY, None), ("taken", 8 * DAY, NOW)):
        session.add(
            ImportFile(
                kind=ImportKind.PEOPLE,
                name=name,
                content=b"",
                created_by_id=PERSON["uk_hr"],
                created_at=NOW - age,
                taken_at=taken,
            )
        )
    session.commit()
    assert tidy(session).files_deleted == 1
    assert set(session.scalars(select(ImportFile.name))) == {"new", "taken"}


def test_what_has_served_its_time_goes(session: Session) -> None:
    for age in (2 * DAY, 31 * DAY):
        session.add(JobRun(job="mail", slot=str(age.days), ran_at=NOW - age))
        session.add(
            OutgoingMail(
                person_id=PERSON["ada"],
                address="a@example.org",
                subject="",
                body="",
                created_at=NOW - age,
                sent_at=NOW - age,
            )
        )
    session.add(SignInThrottle(key="account:x", window_started_at=NOW - 2 * DAY, failures=3))
    waiting = OutgoingMail(
        person_id=PERSON["ada"], address="b@example.org", subject="", body="", created_at=NOW - 300 * DAY
    )
    session.add(waiting)
    session.commit()
    assert tidy(session).rows_deleted == 3
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == 2


def test_a_round_with_nothing_to_do_leaves_no_record(session: Session) -> None:
    assert tidy(session) == Tidied()
    assert session.scalar(select(AuditEvent.seq)) is None


def test_a_round_is_recorded_in_a_sentence(session: Session) -> None:
    add_session(session, "idle", created=timedelta(hours=1), seen=accounts.IDLE)
    tidy(session)
    assert "1 idle sessions ended" in (session.scalar(select(AuditEvent.summary)) or "")
    assert tidy(session) == Tidied()
