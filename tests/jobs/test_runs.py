"""The solver's place in the worker: a real child process that plans, that stops when asked, and that is never left."""

from __future__ import annotations

from threading import Timer

import pytest
from sqlalchemy.orm import Session

from exchange.actions.rounds import planning
from exchange.jobs.runs import Solver
from exchange.scheduling.checker import check
from exchange.scheduling.problem import placements_from_json, problem_from_json
from exchange.store.rounds import Run
from exchange.store.runs import RunStatus
from tests.cast import ACTOR, NOW, UK, US
from tests.engines import Database
from tests.rounds import a_round, opening


@pytest.fixture
def run_id(database: Database) -> int:
    with database.session() as session:
        opening(session, US, "US-1")
        opening(session, UK, "UK-1")
        return planning.start(session, ACTOR["uk_hr"], a_round(session), now=NOW)


def run_of(session: Session, run_id: int) -> Run:
    return session.get_one(Run, run_id, populate_existing=True)


def test_it_plans_what_waits_in_a_process_of_its_own(database: Database, run_id: int) -> None:
    solver = Solver(database.session, lambda: NOW)
    assert solver.work() == 1
    assert solver.work() == 0
    with database.session() as session:
        run = run_of(session, run_id)
        assert run.status is RunStatus.DONE
        assert run.plan is not None
        assert run.plan["status"] == "optimal"
        assert check(problem_from_json(run.problem), placements_from_json(run.plan["placements"])) == ()


def test_it_ends_with_the_worker_and_says_so(database: Database, run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.jobs.queues.LOOK_EVERY_S", 0.05)
    solver = Solver(database.session, lambda: NOW)
    Timer(0.2, solver.stop).start()
    solver.work()
    with database.session() as session:
        run = run_of(session, run_id)
        assert run.status is RunStatus.INTERRUPTED
        assert run.message == "The worker was stopped while it ran. Start it again."


def test_a_run_that_is_stopped_ends_with_what_it_has(
    database: Database, run_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.jobs.queues.LOOK_EVERY_S", 0.05)

    def ask() -> None:
        with database.session() as session:
            planning.stop(session, ACTOR["uk_hr"], run_id, now=NOW)

    Timer(0.3, ask).start()
    Solver(database.session, lambda: NOW).work()
    with database.session() as session:
        run = run_of(session, run_id)
        assert run.status in {RunStatus.STOPPED, RunStatus.FAILED}
        assert (run.plan is not None) == (run.status is RunStatus.STOPPED)
        assert run.plan is not None or run.message == "Stopped before there was a plan."
