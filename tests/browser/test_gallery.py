"""The kit in a real browser: no accessibility fault, nothing wider than the screen, no word on the console."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.servers import served
from tests.web.gallery import PATHS, create_gallery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(create_gallery()) as base:
        yield base


@contextmanager
def opened(engine: Browser, **options: Any) -> Iterator[Page]:  # noqa: ANN401  (Playwright's own options)
    context = engine.new_context(**options)
    yield context.new_page()
    context.close()


def settle(page: Page) -> None:
    """Wait until the modules have loaded and the fonts stand."""
    page.wait_for_load_state("networkidle")


def with_errors(page: Page) -> None:
    page.get_by_role("button", name="Save as draft").click()
    page.wait_for_selector(".summary")
    settle(page)


def faults(page: Page) -> list[str]:
    # Only violations are worked out in full: to describe every element that passes takes thrice as long.
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{page.url} {fault['id']}: {node['target']}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_an_accessibility_fault(engine: Browser, address: str, look: str) -> None:
    found = []
    with opened(engine, bypass_csp=True, **LOOKS[look]) as page:  # axe itself is a script from elsewhere
        for path in PATHS:
            if path == "/job":
                continue  # it leaves for another page as soon as its run is done
            page.goto(address + path)
            settle(page)
            found += faults(page)
        page.goto(f"{address}/form")
        with_errors(page)
        found += faults(page)
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_said_on_the_console_and_nothing_is_fetched_from_elsewhere(
    engine: Browser, address: str, look: str
) -> None:
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "422" not in message.text:  # Chromium reports the refused form itself
            said.append(f"{message.type} {message.text}")

    with opened(engine, **LOOKS[look]) as page:
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on(
            "request", lambda request: None if request.url.startswith((address, "data:")) else said.append(request.url)
        )
        for path in PATHS:
            page.goto(address + path)
            settle(page)
        page.goto(f"{address}/form")
        with_errors(page)
    assert said == []


@pytest.mark.parametrize("width", [320, 768])
def test_no_page_is_wider_than_the_screen(engine: Browser, address: str, width: int) -> None:
    with opened(engine, viewport={"width": width, "height": 700}) as page:
        for path in PATHS:
            page.goto(address + path)
            settle(page)
            if path == "/form":
                with_errors(page)
            too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert too_wide <= 0, f"{path} at {width} px"


def test_without_scripts_every_page_stands_and_the_menu_opens(engine: Browser, address: str) -> None:
    with opened(engine, java_script_enabled=False, viewport={"width": 390, "height": 700}) as page:
        for path in PATHS:
            page.goto(address + path)
            assert page.get_by_role("heading", level=1).is_visible()
        page.goto(address)
        timeline = page.locator("#side").get_by_role("link", name="Timeline")
        assert not timeline.is_visible()
        page.get_by_role("link", name="Menu").click()
        timeline.click()
        assert page.url == f"{address}/board"
        assert page.locator("#bar-1").bounding_box() is not None


def test_every_target_is_large_enough_for_a_finger(engine: Browser, address: str) -> None:
    script = """() => [...document.querySelectorAll("button, .btn, .side a, .seg a, .bar, input, select")]
        .filter((e) => e.checkVisibility() && !e.closest(".vh, .key"))
        .map((e) => [e.outerHTML.slice(0, 80), e.closest("label") ?? e])
        .map(([html, e]) => [html, e.getBoundingClientRect()])
        .filter(([, box]) => box.width && (box.height < 24 || box.width < 24) && box.height > 1)
        .map(([html]) => html)"""
    with opened(engine, **LOOKS["phone"]) as page:
        for path in ("/", "/form", "/board", "/tables"):
            page.goto(address + path)
            settle(page)
            small = [html for html in page.evaluate(script) if 'name="take"' not in html]  # a box in a table row
            assert small == [], path


def test_print_is_light_and_without_controls(engine: Browser, address: str) -> None:
    with opened(engine, color_scheme="dark") as page:
        page.goto(f"{address}/board")
        page.emulate_media(media="print")
        assert not page.locator("#side").is_visible()
        assert not page.get_by_role("link", name="New").is_visible()
        ink = page.evaluate("getComputedStyle(document.querySelector('.tl-lab')).color")
        assert ink == "rgb(19, 32, 42)"
