"""The servers as real processes: they answer, they stop when told, and killing them loses nothing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from exchange.demo.signins import PASSWORD, SIGN_INS

PATIENCE_S = 90  # only to end a test that would hang; nothing is measured
Start = Callable[..., "Server"]


class Server:
    """A command in a process group of its own; what it says goes to a file."""

    def __init__(self, data: Path, log: Path, *arguments: str) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EXCHANGE_")}
        self.log = log
        with log.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "exchange.cli", *arguments],
                env={**environment, "EXCHANGE_DATA": str(data), "PYTHONUNBUFFERED": "1"},
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until_it_says(self, pattern: str) -> str:
        for _ in range(PATIENCE_S * 10):
            if found := re.search(pattern, self.said):
                return found[0]
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.said)

    def wait_until_ready(self) -> str:
        address = self.wait_until_it_says(r"http://127\.0\.0\.1:\d+")
        with urlopen(f"{address}/readyz", timeout=PATIENCE_S) as answer:  # its socket queues this until it serves
            assert answer.read() == b"ready\n"
        return address

    def stop(self, number: signal.Signals) -> int:
        """Send a signal to the command (SIGKILL: to its whole group) and wait for its end."""
        if number is signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def end(self) -> int:
        """Wait until it ends by itself."""
        return self.process.wait(PATIENCE_S)


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
    worker.wait_until_it_says("reminders, housekeeping")
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
