"""A real Chromium for the tests that need one, and a server on a free port for it to visit."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

# Chromium must not look for updates or anything else outside: a test would wait for it, and it is nobody's business.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class QuietHandler(WSGIRequestHandler):
    """Serves without a line to each request."""

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


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, or Playwright's own."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("No Chromium on this machine: install one (Debian: apt install chromium) to run the browser tests.")
    expect.set_options(timeout=20_000)  # only to end a test that would hang: several share the machine
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()
