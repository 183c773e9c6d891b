"""A real Chromium for the tests that need one."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

# Chromium must not look for updates or anything else outside: a test would wait for it, and it is nobody's business.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=20_000)  # only to end a test that would hang: several share the machine
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The machine's Chromium, whole."""
    yield from _started(playwright, "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def engine(playwright: Playwright) -> Iterator[Browser]:
    """Chromium's engine without a window around it, where it is installed: it opens a page in a fifth of the time."""
    yield from _started(playwright, "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def _started(playwright: Playwright, *programs: str) -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, programs)), None)
    if found is None:
        pytest.skip("No Chromium on this machine: install one (Debian: apt install chromium) to run the browser tests.")
    browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
    yield browser
    browser.close()
