"""The gates of every screen: accessible, quiet, self-contained, narrow enough, light, and good without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Response

from tests.browser.demo_world import DemoWorld, demo_world
from tests.browser.screens import SCREENS, Screen
from tests.browser.test_gallery import LOOKS, faults, settle
from tests.statements import MOST, statements

pytestmark = pytest.mark.browser

HEAVIEST_VIEW = 30 * 1024  # bytes as transferred, cold cache
# Answers that no person looks at as a page: for machines, and files to keep.
NO_SCREEN = {
    "/healthz",
    "/readyz",
    "/static/<path:filename>",
    "/audit.csv",
    "/balance.csv",
    "/cal/<path:address>",
    "/.well-known/caldav",
    "/dav/",
    "/dav/<path:address>",
    "/calendars/events/<uid>.ics",
    "/imports/<int:ident>/bad-rows.csv",
    "/imports/templates/<kind>.<form>",
    "/people/searches/<int:ident>",  # leads on to the search itself
}


@pytest.fixture(scope="module")
def world(invented_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    with demo_world(invented_world, tmp_path_factory.mktemp("demo"), {screen.handle for screen in SCREENS}) as opened:
        yield opened


@pytest.fixture(params=SCREENS, ids=lambda screen: screen.name)
def screen(request: pytest.FixtureRequest) -> Screen:
    return request.param  # type: ignore[no-any-return]  # pytest's params are untyped


def visit(engine: Browser, world: DemoWorld, screen: Screen, **options: Any) -> Page:  # noqa: ANN401 - Playwright's own
    context = engine.new_context(**options)
    world.sign_in(context, screen.handle)
    page = context.new_page()
    page.goto(world.url(screen.path))
    return page


def test_it_is_accessible_in_every_look(engine: Browser, world: DemoWorld, screen: Screen) -> None:
    """One visit, looked at in each way: opening a page for each look would take thrice as long."""
    page = visit(engine, world, screen, bypass_csp=True)  # axe itself is a script from elsewhere
    settle(page)
    found = []
    for look in LOOKS.values():
        page.set_viewport_size(look["viewport"])
        page.emulate_media(color_scheme=look.get("color_scheme", "light"))
        found += faults(page)
    page.context.close()
    assert found == []


def test_it_is_quiet_self_contained_light_and_never_wider_than_the_screen(
    engine: Browser, world: DemoWorld, screen: Screen
) -> None:
    context = engine.new_context(viewport={"width": 320, "height": 640})
    world.sign_in(context, screen.handle)
    page = context.new_page()
    said: list[str] = []
    answers: list[Response] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright takes no bound method of a list
    answer = page.goto(world.url(screen.path))
    settle(page)
    assert answer is not None
    assert answer.status == 200, f"{screen.path} answers {answer.status}"
    assert said == []
    assert all(one.url.startswith((world.address, "data:")) for one in answers)
    weight = sum(one.request.sizes()["responseBodySize"] for one in answers if not one.url.startswith("data:"))
    assert weight <= HEAVIEST_VIEW, f"{weight} bytes"
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{wide} px too wide at 320 px"
    context.close()


def test_it_works_without_scripts(engine: Browser, world: DemoWorld, screen: Screen) -> None:
    """The heading stands, the menu can be reached, and nothing that must be pressed is hidden."""
    page = visit(engine, world, screen, java_script_enabled=False)
    assert page.locator("h1").is_visible()
    if screen.handle:
        assert page.locator("nav.side li a").first.is_visible()
    for button in page.locator("main form button:not([hidden])").all():
        assert button.is_visible() or button.evaluate("e => !!e.closest('details:not([open]), dialog:not([open])')")
    page.context.close()


def test_it_asks_the_database_little(world: DemoWorld, screen: Screen) -> None:
    client = world.app.test_client()
    if screen.handle:
        client.set_cookie("exchange", world.cookies[screen.handle])
    path = world.url(screen.path).removeprefix(world.address)
    client.get(path)  # the first visit may build what later ones find in memory
    sent = statements(world.app, lambda: client.get(path))
    assert len(sent) <= MOST, "\n".join(sent)


def test_every_page_has_a_row_in_the_table(world: DemoWorld) -> None:
    adapter = world.app.url_map.bind("localhost")
    shown = {adapter.match(screen.path.partition("?")[0].format(**world.places))[0] for screen in SCREENS}
    missing = [rule.rule for rule in _pages(world.app) if rule.endpoint not in shown]
    assert not missing, "Add a row to tests/browser/screens.py for: " + ", ".join(missing)


def _pages(app: Flask) -> list[Any]:
    return [
        rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set()) and rule.rule not in NO_SCREEN
    ]


def test_the_pictures_would_be_of_different_screens() -> None:
    names = [screen.name for screen in SCREENS]
    assert len(set(names)) == len(names)
