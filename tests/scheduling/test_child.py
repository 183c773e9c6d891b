"""A run in a child process: its reports, its end by itself, by request and by force."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.scheduling.checker import check
from exchange.scheduling.child import Child, start
from exchange.scheduling.effort import Options
from exchange.scheduling.problem import Problem


@pytest.fixture
def children() -> Iterator[list[Child]]:
    started: list[Child] = []
    yield started
    for child in started:
        child.close()


def test_a_run_reports_and_ends_with_a_plan(tmp_path: Path, reference: Problem, children: list[Child]) -> None:
    child = start(reference, tmp_path, Options(seconds=60.0), memory_mb=4_000)
    children.append(child)
    assert child.wait() == 0
    plan = child.plan()
    assert plan is not None
    assert plan.value == 9297
    assert child.last == {"event": "finished", "value": 9297, "bound": 9297.0, "gap": 0.0, "status": "optimal"}
    assert child.best == plan.placements


def _wait_for_a_plan(child: Child) -> None:
    while child.best is None:
        assert child.running()
        child.poll(1.0)


def test_a_killed_run_leaves_the_best_plan_it_reported(
    tmp_path: Path, reference: Problem, children: list[Child]
) -> None:
    child = start(reference, tmp_path, Options(seconds=600.0))
    children.append(child)
    _wait_for_a_plan(child)
    child.kill()
    assert not child.running()
    assert child.best
    assert not check(reference, child.best)


def test_a_run_that_is_asked_to_stop_is_gone(tmp_path: Path, reference: Problem, children: list[Child]) -> None:
    child = start(reference, tmp_path, Options(seconds=600.0))
    children.append(child)
    _wait_for_a_plan(child)
    child.stop()
    assert not child.running()
    assert child.best


def test_a_round_that_makes_no_sense_fails_with_its_sentences(
    tmp_path: Path, reference: Problem, children: list[Child]
) -> None:
    child = start(dataclasses.replace(reference, openings=()), tmp_path, Options())
    children.append(child)
    assert child.wait() == 1
    assert any("no openings" in sentence for sentence in child.sentences)
    assert child.plan() is None


def test_a_run_beyond_its_memory_fails_with_a_sentence(
    tmp_path: Path, reference: Problem, children: list[Child]
) -> None:
    child = start(reference, tmp_path, Options(), memory_mb=60)
    children.append(child)
    assert child.wait() == 1
    assert any("MB" in sentence for sentence in child.sentences)
