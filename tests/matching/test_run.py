"""The process that solves a round."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings

from exchange.domain.skills import Level
from exchange.matching import run
from exchange.matching.answer import Ending
from exchange.matching.assignment import Progress, assign
from exchange.matching.problem import Barred, Opening, Pair, Person, Problem, Requirement
from exchange.matching.round_files import RoundFileError, read_answer, read_problem, write_answer, write_problem
from tests.matching.rounds import check, problems

SMALL = Problem(
    (Person(1, 1, 1, (1.0,), (("debate", Level.EXPERT),), frozenset({"cleared"})), Person(2, 2, 1, (0.5,))),
    (Opening(1, 1, 2, 0.5, (0,), (Requirement("debate", skill="debate", level=Level.WORKING),)),),
    (Pair(1, 1, 0.8), Pair(2, 1, 0.3, incumbent=True)),
    barred=(Barred(2, 1, ("No.",)),),
)


def events(output: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output.splitlines()]


@settings(max_examples=30)
@given(problems())
def test_a_round_is_read_as_it_was_written(problem: Problem) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_problem(problem, Path(folder) / "round.json")
        assert read_problem(Path(folder) / "round.json") == problem


def test_an_answer_is_read_as_it_was_written(tmp_path: Path) -> None:
    answer = assign(SMALL)
    write_answer(answer, tmp_path / "answer.json")
    assert read_answer(tmp_path / "answer.json") == answer


def test_a_process_solves_the_round_and_says_so(tmp_path: Path) -> None:
    write_problem(SMALL, tmp_path / "round.json")
    command = [sys.executable, "-m", "exchange.matching.run", "round.json", "answer.json", "--memory-mb", "4096"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    last = events(done.stdout)[-1]
    assert last["event"] == "done"
    assert last["ending"] == Ending.PROVEN.value
    answer = read_answer(tmp_path / "answer.json")
    check(SMALL, answer)
    assert answer == assign(SMALL)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"people": [{"id": 1}]}'])
def test_a_file_that_is_no_round_fails_with_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "round.json").write_text(content)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert run.main([str(tmp_path / "round.json"), str(tmp_path / "answer.json")]) == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    said = events(capsys.readouterr().out)
    assert said[-1]["event"] == "failed"
    assert "round.json" in str(said[-1]["reason"])
    assert not (tmp_path / "answer.json").exists()


def test_a_reporter_stops_when_asked_and_reports_seldom(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = run.Reporter(watch_input=False)
    assert reporter(Progress(0.1, None, 5.0)) is False
    reporter.ask_to_stop(signal.SIGTERM, None)
    assert reporter(Progress(0.2, 1.0, 5.0)) is True
    assert events(capsys.readouterr().out) == [{"event": "progress", "seconds": 0.1, "value": None, "bound": 5.0}]


def test_an_answer_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text("{}")
    with pytest.raises(RoundFileError, match="does not hold an answer"):
        read_answer(tmp_path / "answer.json")
