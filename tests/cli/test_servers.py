"""The servers as real processes: they answer, they stop when told, and killing them loses nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from exchange.demo.signins import PASSWORD, SIGN_INS
from tests.servers import PATIENCE_S, Server

Start = Callable[..., Server]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Server] = []

    def begin(*arguments: str) -> Server:
        started.append(Server(tmp_path / "data", tmp_path / f"{len(started)}.log", *arguments))
        return started[-1]

    yield begin
    for server in started:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


def test_the_demo_serves_says_how_to_sign_in_and_keeps_its_data(start: Start) -> None:
    first = start("demo", "--port", "0")
    with urlopen(first.wait_until_ready() + "/sign-in", timeout=PATIENCE_S) as page:
        assert b"Sign in to Exchange" in page.read()
    assert first.stop(signal.SIGINT) == 0
    assert "The invented world is ready" in first.said
    assert PASSWORD in first.said
    assert all(one.email in first.said for one in SIGN_INS)
    second = start("demo", "--no-serve")
    assert second.end() == 0
    assert "The invented world is as it was left" in second.said


def test_a_killed_server_comes_up_again_on_the_same_data(start: Start) -> None:
    assert start("db", "upgrade").end() == 0
    first = start("serve", "--port", "0")
    first.wait_until_ready()
    first.stop(signal.SIGKILL)
    second = start("serve", "--port", "0")
    second.wait_until_ready()
    assert second.stop(signal.SIGTERM) == 0
    assert start("audit", "verify").end() == 0


def test_the_worker_runs_its_jobs_and_stops_when_told(start: Start) -> None:
    assert start("db", "upgrade").end() == 0
    worker = start("worker")
    worker.wait_until_it_says("The worker runs: reminders")
    time.sleep(1)  # into its work; the signal must be heard at any point of it
    assert worker.stop(signal.SIGTERM) == 0
    assert "Traceback" not in worker.said


def test_no_control_socket_is_opened(start: Start, tmp_path: Path) -> None:
    assert start("db", "upgrade").end() == 0
    server = start("serve", "--port", "0", "--workers", "1")
    server.wait_until_ready()
    assert "ontrol" not in server.said
    assert not [path for path in tmp_path.rglob("*") if path.is_socket()]
    server.stop(signal.SIGTERM)
