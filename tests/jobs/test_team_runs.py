"""The seats of a workstream filled by a real child process, and an end of the worker in between."""

from __future__ import annotations

from threading import Timer

import pytest

from exchange.jobs.runs import Solver
from exchange.matching.round_files import answer_from_json, problem_from_json
from exchange.store.runs import RunStatus
from tests.cast import NOW, PERSON
from tests.engines import Database
from tests.matching.rounds import check
from tests.teams import a_need, a_stream, give_profiles, run_of, started


@pytest.fixture
def run_id(database: Database) -> int:
    with database.session() as session:
        give_profiles(session)
        stream = a_stream(session)
        a_need(session, stream, heads=2)
        a_need(session, stream, role="Writer", skills=(("agent-scaffolds", 4, True),))
        return started(session, stream)


def test_it_fills_what_waits_and_says_what_would_help(database: Database, run_id: int) -> None:
    assert Solver(database.session, lambda: NOW).work() == 1
    with database.session() as session:
        run = run_of(session, run_id)
        assert run.status is RunStatus.DONE, run.message
        assert run.answer is not None
        answer = answer_from_json(run.answer["answer"])
        check(problem_from_json(run.problem), answer)
        assert {person for person, _ in answer.chosen} == {PERSON["ada"], PERSON["tomas"]}
        # Both who know scaffolds have a seat in this team already: only somebody who does not could write.
        assert [(one["sentence"], one["left"]) for one in run.answer["eased"]] == [
            ("Do not insist on Agent scaffolds.", 0)
        ]
        assert {one["what"] for one in run.answer["worths"]} == {"seat", "person"}


def test_it_ends_with_the_worker_and_says_so(database: Database, run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.jobs.queues.LOOK_EVERY_S", 0.05)
    solver = Solver(database.session, lambda: NOW)
    Timer(0.2, solver.stop).start()
    solver.work()
    with database.session() as session:
        run = run_of(session, run_id)
        assert run.status is RunStatus.INTERRUPTED
        assert run.message == "The worker was stopped while it ran. Start it again."
