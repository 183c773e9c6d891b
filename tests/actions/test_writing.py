"""The one way to write: nothing is lost, nothing happens without its record, and a refusal leaves one too."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from exchange.actions.writing import MissingRecordError, Refused, bookkeeping, refuse, writing
from exchange.domain.actors import SYSTEM
from exchange.domain.audit import verify
from exchange.domain.verdict import Refusal
from exchange.store import audit
from exchange.store.audit import AuditEvent
from exchange.store.engine import begin_snapshot
from exchange.store.notices import Notice, OutgoingMail
from exchange.store.people import MailChoice, Person, PersonStatus
from tests.cast import ACTOR, NOW, PERSON, UK
from tests.engines import Database

THREADS = 8
TIMES = 25
HR = ACTOR["uk_hr"]
ADA = PERSON["ada"]
FAIL = {
    "sqlite": (
        "CREATE TRIGGER audit_broken BEFORE INSERT ON audit_event BEGIN SELECT RAISE(ABORT, 'no more room'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more room'; END $$",
        "CREATE TRIGGER audit_broken BEFORE INSERT ON audit_event EXECUTE FUNCTION broken()",
    ),
}


def name_of(database: Database, ident: int = ADA) -> str:
    with database.session() as session:
        return session.get_one(Person, ident).full_name


def records(session: Session) -> list[AuditEvent]:
    return list(session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))


def rename(session: Session, end: Exception | None = None, *, record: bool = True) -> None:
    """A use-case that changes a name, records it, tells somebody, and then ends like this."""
    with writing(session, HR, "person:edit", now=NOW) as work:
        work.subject("person", ADA, UK)
        session.get_one(Person, ADA).full_name = "Somebody else"
        session.flush()
        if record:
            work.record("The name changed.")
        work.notify(PERSON["uk_lead"], "It was done.", "/people/1")
        if end is not None:
            raise end


def in_parallel(act: Callable[[Session], None], database: Database) -> None:
    """Run ``act(session)`` many times in every thread, all beginning at once."""
    together = Barrier(THREADS)

    def run(_: int) -> None:
        together.wait()
        for _ in range(TIMES):
            with database.session() as session:
                session.get_one(Person, ADA)  # as every request does: the user loader reads first
                act(session)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(run, range(THREADS)))


def test_no_update_is_lost_when_eight_read_and_then_write(database: Database) -> None:
    def count_up(session: Session) -> None:
        with writing(session, HR, "person:edit", now=NOW) as work:
            work.subject("person", ADA, UK)
            person = session.get_one(Person, ADA)
            person.about = str(int(person.about or 0) + 1)
            work.record(f"Counted to {person.about}.")

    in_parallel(count_up, database)
    with database.session() as session:
        assert session.get_one(Person, ADA).about == str(THREADS * TIMES)
        report = verify(audit.entries(session))
        assert (report.records, report.faults) == (THREADS * TIMES, ())


def test_no_bookkeeping_is_lost_either(database: Database) -> None:
    def count_up(session: Session) -> None:
        with bookkeeping(session):
            person = session.get_one(Person, ADA)
            person.about = str(int(person.about or 0) + 1)

    in_parallel(count_up, database)
    with database.session() as session:
        assert session.get_one(Person, ADA).about == str(THREADS * TIMES)


def test_the_change_and_its_record_are_there_together(database: Database) -> None:
    with database.session() as session, writing(session, HR, "person:edit", now=NOW) as work:
        work.subject("person", ADA, UK)
        session.get_one(Person, ADA).full_name = "Ada Lindqvist-Holm"
        work.record("The name changed.", {"before": "Ada Lindqvist"})
    with database.session() as session:
        (record,) = records(session)
        assert (record.actor_id, record.actor_name, record.verb) == (PERSON["uk_hr"], "Hannah Stein", "person:edit")
        assert (record.outcome, record.subject_id, record.institutes) == ("done", ADA, [UK])
        assert (record.at, record.detail) == (NOW, {"before": "Ada Lindqvist"})
    assert name_of(database) == "Ada Lindqvist-Holm"


def test_a_unit_without_a_record_commits_nothing(database: Database) -> None:
    with (
        database.session() as session,
        pytest.raises(MissingRecordError, match="person:edit recorded nothing"),
        writing(session, HR, "person:edit", now=NOW),
    ):
        session.get_one(Person, ADA).full_name = "Somebody else"
    assert name_of(database) == "Ada Lindqvist"


def test_a_refusal_undoes_the_change_and_is_recorded(database: Database) -> None:
    with database.session() as session:
        with pytest.raises(Refused, match="Not on a Saturday"):
            rename(session, refuse(Refusal.CONFLICT, "Not on a Saturday."))
        (record,) = records(session)
        assert (record.outcome, record.summary, record.subject_id) == ("refused", "Not on a Saturday.", ADA)
        assert session.scalar(select(func.count()).select_from(Notice)) == 0
    assert name_of(database) == "Ada Lindqvist"


def test_a_fault_undoes_everything_and_the_session_goes_on(database: Database) -> None:
    with database.session() as session:
        with pytest.raises(ZeroDivisionError):
            rename(session, ZeroDivisionError())
        assert records(session) == []
        with writing(session, HR, "person:edit", now=NOW) as work:
            work.record("Done.")
    assert name_of(database) == "Ada Lindqvist"


@pytest.mark.parametrize("end", [None, refuse(Refusal.INVALID, "No.")], ids=["done", "refused"])
def test_where_the_record_cannot_be_written_nothing_happens(database: Database, end: Refused | None) -> None:
    with database.engine.begin() as connection:
        for statement in FAIL[database.dialect]:
            connection.execute(text(statement))
    with database.session() as session:
        with pytest.raises(DBAPIError, match="no more room"):
            rename(session, end, record=end is None)
        assert records(session) == []
    assert name_of(database) == "Ada Lindqvist"


def test_what_was_read_before_is_read_again_inside(database: Database) -> None:
    """A request has read the row before its action begins; what somebody wrote in between must be seen."""
    with database.session() as early, database.session() as other:
        assert early.get_one(Person, ADA).about == ""
        with writing(other, HR, "person:edit", now=NOW) as work:
            other.get_one(Person, ADA).about = "Written in between."
            work.record("Wrote.")
        with writing(early, HR, "person:edit", now=NOW) as work:
            assert early.get_one(Person, ADA).about == "Written in between."
            work.record("Read.")


@pytest.mark.parametrize(
    ("choice", "status", "mails"),
    [
        (MailChoice.AT_ONCE, PersonStatus.ACTIVE, 1),
        (MailChoice.NEVER, PersonStatus.ACTIVE, 0),
        (MailChoice.DIGEST, PersonStatus.ACTIVE, 0),
        (MailChoice.AT_ONCE, PersonStatus.LEFT, 0),
    ],
)
def test_a_notice_is_mailed_as_the_person_chose_and_only_once(
    session: Session, choice: MailChoice, status: PersonStatus, mails: int
) -> None:
    with writing(session, HR, "person:edit", now=NOW) as work:
        person = session.get_one(Person, ADA)
        person.mail, person.status = choice, status
        assert work.notify(ADA, "Your clearance ends.", "/profile", key="ends:1")
        assert not work.notify(ADA, "Your clearance ends.", "/profile", key="ends:1")
        work.record("Told.")
    assert session.scalar(select(func.count()).select_from(Notice)) == 1
    assert session.scalar(select(func.count()).select_from(OutgoingMail)) == mails


def test_a_snapshot_does_not_see_what_is_written_meanwhile(database: Database) -> None:
    with database.session() as reading, database.session() as other:
        begin_snapshot(reading)
        before = reading.scalar(select(func.count()).select_from(Notice)) or 0
        with writing(other, SYSTEM, "test:write", now=NOW) as work:
            work.notify(PERSON["ada"], "Written meanwhile", "/")
            work.record("Wrote.")
        assert reading.scalar(select(func.count()).select_from(Notice)) == before
        reading.rollback()
        assert reading.scalar(select(func.count()).select_from(Notice)) == before + 1


def test_an_acknowledged_commit_is_on_disk(sqlite_database: Database) -> None:
    """FULL: the operating system is told to write each commit through; with NORMAL a power cut could take some back."""
    with sqlite_database.engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("synchronous", "journal_mode", "foreign_keys", "trusted_schema")
        }
    assert asked == {"synchronous": 2, "journal_mode": "wal", "foreign_keys": 1, "trusted_schema": 0}
