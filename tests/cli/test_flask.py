"""The other ways in: Flask's own command, and the module itself."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
PATIENCE_S = 90


def environment(data: Path) -> dict[str, str]:
    hidden = ("EXCHANGE_", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {**kept, "EXCHANGE_DATA": str(data), "PYTHONPATH": str(ROOT)}


def flask(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", *arguments],
        check=False,
        cwd=ROOT,
        env=environment(data),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@contextmanager
def running(data: Path, *command: str) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def page(address: str) -> str:
    for _ in range(PATIENCE_S * 5):
        try:
            with urlopen(address, timeout=PATIENCE_S) as answer:
                return str(answer.read().decode())
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"{address} does not answer")


def test_flask_db_migrates_and_flask_run_serves(tmp_path: Path) -> None:
    upgraded = flask(tmp_path, "db", "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    current = flask(tmp_path, "db", "current")
    assert "(head)" in current.stdout
    port = free_port()
    with running(tmp_path, "-m", "flask", "--app", "app", "run", "--port", str(port)):
        assert "Sign in to Exchange" in page(f"http://127.0.0.1:{port}/sign-in")


def test_flask_routes_lists_every_page(tmp_path: Path) -> None:
    listed = flask(tmp_path, "routes").stdout
    assert re.search(r"secondments\.show +GET", listed)


def test_the_module_itself_serves(tmp_path: Path) -> None:
    """Run as a program with another port, since the usual one may be taken on the machine that tests."""
    assert flask(tmp_path, "db", "upgrade").returncode == 0
    port = free_port()
    program = (
        "import runpy, flask; run = flask.Flask.run; "
        f"flask.Flask.run = lambda app, host, port: run(app, host=host, port={port}); "
        "runpy.run_path('app.py', run_name='__main__')"
    )
    with running(tmp_path, "-c", program):
        assert "Sign in to Exchange" in page(f"http://127.0.0.1:{port}/sign-in")
