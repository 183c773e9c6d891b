"""A slot runs once, whatever happens around it."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.jobs.scheduler import JOB_DEFAULTS, Every, Job, Scheduler
from exchange.store.jobs import JobRun, Lease
from tests.cast import NOW
from tests.engines import Database

PATIENCE_S = 60  # only to end a test that would hang; nothing is measured


class Diary:
    """A job's work that notes when it was done."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def __call__(self, _session: Session, now: datetime) -> None:
        self.at.append(now)


def at(database: Database, work: Diary, now: datetime, every: Every = Every.HOUR) -> bool:
    """One look of one worker at one job, at this instant."""
    job = Job("diary", every, work)
    worker = Scheduler((job,), database.session, clock=lambda: now)
    worker.leadership.renew()
    ran = worker.run_if_due(job)
    worker.leadership.give_up()
    return ran


@pytest.mark.parametrize(
    ("every", "slot"), [(Every.MINUTE, "2026-11-21T09:30"), (Every.HOUR, "2026-11-21T09"), (Every.DAY, "2026-11-21")]
)
def test_slots_are_named_by_their_beginning_in_utc(every: Every, slot: str) -> None:
    assert every.slot(NOW) == slot
    assert every.slot(NOW.astimezone(tz=None)) == slot


def test_no_slot_is_doubled_or_lost_when_clocks_change() -> None:
    night = datetime(2026, 10, 25, tzinfo=UTC)  # London goes back from 02:00 to 01:00
    slots = [Every.HOUR.slot(night + timedelta(hours=hour)) for hour in range(6)]
    assert len(set(slots)) == 6


def test_a_slot_runs_once_over_several_looks_and_workers(database: Database) -> None:
    diary = Diary()
    assert at(database, diary, NOW)
    assert not at(database, diary, NOW + timedelta(minutes=20))
    assert at(database, diary, NOW + timedelta(minutes=40))
    assert len(diary.at) == 2


def test_slots_missed_in_a_row_are_made_up_for_once(database: Database) -> None:
    diary = Diary()
    at(database, diary, NOW)
    at(database, diary, NOW + timedelta(hours=5))
    assert not at(database, diary, NOW + timedelta(hours=5, minutes=10))
    assert len(diary.at) == 2


def test_a_worker_without_the_lease_runs_nothing(database: Database) -> None:
    diary = Diary()
    job = Job("diary", Every.DAY, diary)
    holder, other = (Scheduler((job,), database.session, clock=lambda: NOW) for _ in range(2))
    holder.leadership.renew()
    other.leadership.renew()
    assert not other.run_if_due(job)
    assert diary.at == []


def test_a_job_that_fails_is_logged_and_leaves_the_next_slot_alone(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def work(_session: Session, now: datetime) -> None:
        if now == NOW:
            raise RuntimeError("the disk is full")

    job = Job("clumsy", Every.HOUR, work)
    for now in (NOW, NOW + timedelta(hours=1)):
        worker = Scheduler((job,), sqlite_database.session, clock=lambda now=now: now)  # type: ignore[misc]
        worker.leadership.renew()
        assert worker.run_if_due(job)
        worker.leadership.give_up()
    assert "The job clumsy failed in the slot 2026-11-21T09" in caplog.text
    assert "the disk is full" in caplog.text


def test_jobs_are_held_to_one_instance_and_an_hour_of_grace() -> None:
    assert JOB_DEFAULTS == {"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1}


CLAIMER = """
    import sys
    from datetime import UTC, datetime
    from sqlalchemy.orm import sessionmaker
    from exchange.actions import leases
    from exchange.store.engine import open_engine

    sessions = sessionmaker(open_engine(sys.argv[1]))
    sys.stdin.readline()  # all begin together
    for number in range(60):
        with sessions() as session:
            if leases.claim(session, "race", f"{number:02}", now=datetime.now(UTC)):
                print(number)
"""


def test_four_processes_take_sixty_slots_once_each(database: Database) -> None:
    racers = [_python(CLAIMER, database.url) for _ in range(4)]
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = [racer.communicate(timeout=PATIENCE_S) for racer in racers]
    assert all(racer.returncode == 0 for racer in racers), [error for _, error in outputs]
    assert Counter(int(line) for output, _ in outputs for line in output.split()) == Counter(range(60))


WORKER = """
    import sys
    from datetime import timedelta
    from pathlib import Path
    from sqlalchemy.orm import sessionmaker
    from exchange.jobs.running import run
    from exchange.jobs.scheduler import Every, Job, Scheduler
    from exchange.store.engine import open_engine

    def work(session, now):
        with Path(sys.argv[2]).open("a") as diary:
            diary.write(f"{Every.MINUTE.slot(now)}\\n")

    job = Job("diary", Every.MINUTE, work)
    run(Scheduler((job,), sessionmaker(open_engine(sys.argv[1])), looked_at_every=timedelta(seconds=0.2)))
"""


def test_another_process_takes_over_from_a_leader_that_was_killed(database: Database, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    workers = [_python(WORKER, database.url, str(diary)) for _ in range(3)]
    try:
        holder = _wait_for_holder(database, among=workers)
        _wait_for(diary)
        workers.remove(holder)
        holder.send_signal(signal.SIGKILL)
        holder.communicate(timeout=PATIENCE_S)
        assert _wait_for_holder(database, among=workers) in workers
    finally:
        for worker in workers:
            worker.terminate()
        errors = [worker.communicate(timeout=PATIENCE_S)[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], errors
    slots = diary.read_text().split()
    assert len(slots) == len(set(slots)) > 0
    with database.session() as session:
        assert session.scalar(select(Lease.holder)) is None  # given back by whoever held it last
        assert sorted(session.scalars(select(JobRun.slot))) == sorted(slots)


def _python(program: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_for(file: Path) -> None:
    for _ in range(PATIENCE_S * 10):
        if file.exists():
            return
        time.sleep(0.1)
    raise AssertionError("the job did not run")


def _wait_for_holder(database: Database, *, among: list[subprocess.Popen[str]]) -> subprocess.Popen[str]:
    """The one of these processes that holds the lease, as soon as one of them does."""
    for _ in range(PATIENCE_S * 10):
        with database.session() as session:
            held = session.scalar(select(Lease.holder))
        for process in among:
            if held is not None and held.split(":")[1] == str(process.pid):
                return process
        time.sleep(0.1)
    raise AssertionError("nobody took the lease")
