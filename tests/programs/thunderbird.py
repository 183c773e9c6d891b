"""Thunderbird without a screen, asked through Marionette, by which Mozilla's own tests drive it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.programs.whole import Link, Shown

PATIENCE_S = 120  # only to end a test that would hang
SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
PORT = "MarionetteActivePort"  # the file in which it says where it listens
PREFERENCES = {
    "calendar.timezone.local": "UTC",
    "marionette.port": 0,
    # Everything but this machine is out of reach, at once: no updates, no reports, no start page.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.shell.checkDefaultClient": False,
    "mailnews.start_page.enabled": False,
}


class Thunderbird:
    """One subscription in a profile of its own; it looks at the start and when it is told to."""

    name = "Thunderbird"

    def __init__(self, marionette: Marionette, address: str, token: str = "") -> None:
        """A token goes to the password manager, where the dialog puts it that asks for it."""
        self._marionette = marionette
        self.reads_feed = not token
        self.keeps_series = self.reads_feed  # seen in 153: what a feed is kept in is emptied, its cache of series not
        self._ask("subscribe", address, token)

    def refresh(self) -> None:
        self._ask("refresh")

    def shows(self, first: date, last: date) -> set[Shown]:
        entries = self._ask("shown", *(f"{day:%Y%m%d}T000000Z" for day in (first, last)))
        return {Shown(*entry) for entry in entries}

    def _ask(self, *question: str) -> Any:  # noqa: ANN401 - JSON
        answer = self._marionette.run(SCRIPT, *question)
        assert "fault" not in answer, answer
        return answer["value"]


@contextmanager
def thunderbird(folder: Path, link: Link) -> Iterator[Thunderbird]:
    """A Thunderbird that follows this link's feed, in this folder from one start to the next."""
    with _running(folder) as marionette:
        yield Thunderbird(marionette, link.feed)


@contextmanager
def thunderbird_by_caldav(folder: Path, link: Link) -> Iterator[Thunderbird]:
    """The same of a person who knows the name of the server and the token."""
    with _running(folder) as marionette:
        yield Thunderbird(marionette, link.server, link.token)


@contextmanager
def _running(folder: Path) -> Iterator[Marionette]:
    program = shutil.which("thunderbird")
    if program is None:
        pytest.skip("THUNDERBIRD WAS NOT RUN as a whole program: install thunderbird (Debian)")
    folder.mkdir(exist_ok=True)
    (folder / PORT).unlink(missing_ok=True)
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in PREFERENCES.items())
    (folder / "user.js").write_text("".join(lines), encoding="utf-8")
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [program, "--headless", "--marionette", "--remote-allow-system-access", "--profile", str(folder)],
            env={"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with closing(Marionette(_port(process, folder))) as marionette:
                yield marionette
                marionette.quit()
                process.wait(PATIENCE_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _port(process: subprocess.Popen[bytes], folder: Path) -> int:
    """Where it listens, once it does."""
    file = folder / PORT
    for _ in range(PATIENCE_S * 20):
        if file.exists() and (port := file.read_text()):
            return int(port)
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError((folder / "said").read_text())


class Marionette:
    """Its protocol: messages of JSON, each with its length before it, in a window that may do what Thunderbird may."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._incoming = self._socket.makefile("rb")
        self._count = 0
        self._receive()  # its greeting
        self._command("WebDriver:NewSession")
        self._command("Marionette:SetContext", value="chrome")
        self._command("WebDriver:SetTimeouts", script=PATIENCE_S * 1000)

    def run(self, script: str, *arguments: str) -> Any:  # noqa: ANN401 - JSON
        return self._command("WebDriver:ExecuteAsyncScript", script=script, args=arguments)["value"]

    def quit(self) -> None:
        self._command("Marionette:Quit", flags=["eForceQuit"])

    def close(self) -> None:
        self._incoming.close()
        self._socket.close()

    def _command(self, name: str, **parameters: object) -> Any:  # noqa: ANN401 - JSON
        self._count += 1
        message = json.dumps([0, self._count, name, parameters]).encode()
        self._socket.sendall(b"%d:%b" % (len(message), message))
        _, number, fault, answer = self._receive()
        assert number == self._count
        assert fault is None, fault
        return answer

    def _receive(self) -> Any:  # noqa: ANN401 - JSON
        digits = b""
        while (digit := self._incoming.read(1)) != b":":
            assert digit, "Thunderbird hung up."
            digits += digit
        return json.loads(self._incoming.read(int(digits)))
