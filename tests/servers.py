"""Exchange as others meet it: served on a port, or a command in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

PATIENCE_S = 90  # only to end a test that would hang; nothing is measured


class QuietHandler(WSGIRequestHandler):
    """Serves without a line to each request: addresses of calendars carry tokens."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  (as Werkzeug has it)
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address of the application, served in a thread until the block is left."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


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
