"""A coordinator's way through a round in a real browser: plan, read why not, lock, plan again, accept, slip, replan."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.actions.accounts import token_hash
from exchange.actions.rounds import runs
from exchange.jobs.runs import Solver
from exchange.store.sessions import SignInSession
from exchange.web import create_app
from tests.browser.demo_world import _cookie
from tests.cast import NOW, PERSON, UK, US
from tests.engines import Database
from tests.rounds import opening, prepared
from tests.servers import served

pytestmark = pytest.mark.browser

TOKEN = "a coordinator in a browser"


@pytest.fixture
def page(chromium: Browser, sqlite_database: Database) -> Iterator[Page]:
    """The UK coordinator's browser on a network with two openings at each institute."""
    with sqlite_database.session() as session:
        for host, code in ((US, "US-1"), (US, "US-2"), (UK, "UK-1"), (UK, "UK-2")):
            opening(session, host, code)
        session.add(
            SignInSession(token_hash=token_hash(TOKEN), person_id=PERSON["uk_hr"], created_at=NOW, last_seen_at=NOW)
        )
        session.commit()
    app = create_app(sqlite_database.settings(), CLOCK=lambda: NOW)
    with served(app) as address:
        context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 900}, locale="en-GB")
        context.add_cookies([{"name": "exchange", "value": _cookie(app, TOKEN), "url": address}])
        opened = context.new_page()
        opened.set_default_timeout(20_000)
        yield opened
        context.close()
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def worker(sqlite_database: Database) -> Callable[[], int]:
    """Does all that waits, as the worker would."""
    return Solver(sqlite_database.session, lambda: NOW).work


def test_a_round_from_plan_to_replan(page: Page, worker: Callable[[], int], sqlite_database: Database) -> None:
    make_a_round(page)
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    assert worker() == 1
    expect(page.get_by_role("heading", name="Who goes where, and why")).to_be_visible()  # the page found out by itself
    first_run = page.url

    read_why_somebody_is_not_placed(page)
    page.goto(first_run)
    locked = lock_two_and_plan_again(page)
    assert worker() == 1
    expect(page.get_by_role("heading", name="Who goes where, and why")).to_be_visible()
    second_run = page.url
    assert second_run != first_run
    for row in locked:
        expect(page.locator("#accept tbody tr", has_text=row)).to_be_visible()

    take_two_over(page, locked)
    slip_one_on_the_timeline(page, locked[0])

    page.goto(second_run)
    expect(page.get_by_text(" now goes from ")).to_be_visible()
    page.get_by_role("button", name="Propose the smallest change").click()
    expect(page.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    assert worker() == 1
    expect(page.get_by_role("heading", name="The smallest change")).to_be_visible()
    expect(page.get_by_text("1 moved", exact=False)).to_be_visible()
    expect(page.get_by_text("The price of stability", exact=False)).to_be_visible()

    watch_the_best_plan_change(page, sqlite_database)


def watch_the_best_plan_change(page: Page, database: Database) -> None:
    """The board follows what the worker notes, without the page being loaded again."""
    page.get_by_role("link", name="Summer 2027").click()
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    run_id = int(page.url.rsplit("/", 1)[1])
    with database.session() as session:
        ready = prepared(session, run_id)
        assert ready is not None
        expect(page.get_by_role("heading", name="Running")).to_be_visible()
        page.evaluate("window.same = true")
        seat = next(one for one in ready.problem.openings if one.institute == "US CAISI")
        for person, start in (("Ada Lindqvist", 2), ("Priya Raman", 10)):
            progress = {"value": 400, "placements": [[person, seat.id, start, 30]]}
            runs.note(session, run_id, progress, now=NOW)
            row = page.locator(".tl-row", has_text=person)
            expect(row.locator("a.bar")).to_be_visible()
            expect(page.locator(".tl a.bar")).to_have_count(1)
            lefts = row.locator("a.bar").evaluate("bar => bar.offsetLeft / bar.offsetParent.offsetWidth")
            assert abs(lefts - start / 56) < 0.05, lefts  # weeks of the months that the board shows
    assert page.evaluate("window.same")


def make_a_round(page: Page) -> None:
    page.goto("/rounds/new")
    page.get_by_label("Title").fill("Summer 2027")
    page.get_by_label("First day of the window").fill("7 Jun 2027")
    for institute in ("UK AISI", "US CAISI"):
        page.get_by_role("checkbox", name=institute).check()
    page.get_by_label("Share of an institute's people away at once").fill("0.5")  # so that only seats are short
    page.get_by_label("Seconds to compute").fill("2")
    page.get_by_role("button", name="Make the round").click()
    expect(page.get_by_role("heading", name="Summer 2027", level=1)).to_be_visible()


def read_why_somebody_is_not_placed(page: Page) -> None:
    why = page.locator("section", has=page.get_by_role("heading", name="Not placed, and why")).locator("tbody tr").first
    name = why.get_by_role("link").inner_text()
    expect(why.get_by_text("One more ", exact=False)).to_be_visible()
    why.get_by_role("link").click()
    expect(page.get_by_role("heading", name=f"Why {name} is not placed")).to_be_visible()
    expect(page.get_by_role("heading", name="What would change it")).to_be_visible()


def lock_two_and_plan_again(page: Page) -> list[str]:
    """Lock the first two rows; returns the people and days that must stay."""
    rows = page.locator("#accept tbody tr")
    kept = []
    for number in (0, 1):
        row = rows.nth(number)
        row.get_by_role("checkbox", name="Lock").check()
        kept.append(row.get_by_role("rowheader").inner_text().partition("\n")[0])
    page.get_by_role("button", name="Lock the rows marked so and plan again").click()
    expect(page.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    return kept


def take_two_over(page: Page, people: list[str]) -> None:
    for name in people:
        page.get_by_role("checkbox", name=f"Take over {name}").check()
    page.get_by_role("button", name="Make drafts of the ticked rows").click()
    expect(page.get_by_text("Taken over: 2 rows of the plan. Nothing is approved yet.")).to_be_visible()


def slip_one_on_the_timeline(page: Page, name: str) -> None:
    """Move the person's bar four weeks later with the keyboard alone; the server looks before anything is saved."""
    page.goto("/timeline?from=2027-05&span=24")
    bar = page.locator("[data-row]", has_text=name).locator("a.bar[data-move]")
    bar.focus()
    page.keyboard.press("m")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Change the days")
    expect(dialog.get_by_text("they change at once", exact=False)).to_be_visible()
    dialog.get_by_role("button", name="Change the days").click()
    expect(page.get_by_text("The days are changed.")).to_be_visible()
