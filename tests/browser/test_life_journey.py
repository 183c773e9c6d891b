"""A secondment from draft to closed, in a browser, with all its parties: an extension and an early end on the way.

The clock is the app's own and is set forward between the parts. Every paper, permission, move, approval and task goes
through its page. It runs on SQLite alone: what is asked of the database here is asked on both engines by the tests of
actions and of pages, and a browser makes no difference to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from exchange.actions.accounts import token_hash
from exchange.domain.papers import PaperKind
from exchange.domain.secondment_facts import State
from exchange.store.secondments import Secondment
from exchange.store.sessions import SignInSession
from exchange.web import create_app
from tests.cast import NOW, PERSON, US
from tests.engines import Database
from tests.servers import served

pytestmark = pytest.mark.browser

FIRST, LAST, LONGER = date(2027, 3, 1), date(2027, 8, 27), date(2027, 10, 29)
EARLY = date(2027, 9, 17)


@dataclass
class House:
    """The app on a database of its own, its clock, and a browser to visit it with."""

    app: Flask
    database: Database
    browser: Browser
    address: str = ""
    now: datetime = NOW
    said: list[str] = field(default_factory=list)

    def on(self, day: date) -> None:
        """Go to half past nine of a day; whoever was signed in has long been signed out."""
        self.now = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)

    def enter(self, key: str, path: str) -> Page:
        """Somebody of the cast, signed in at this instant."""
        token = secrets.token_hex()
        with self.database.session() as session:
            session.add(
                SignInSession(
                    token_hash=token_hash(token), person_id=PERSON[key], created_at=self.now, last_seen_at=self.now
                )
            )
            session.commit()
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]  # the default interface
        context = self.browser.new_context()
        cookie = str(serializer.dumps({"_user_id": token, "_fresh": True}))
        context.add_cookies([{"name": "exchange", "value": cookie, "url": self.address}])
        page = context.new_page()
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(self.address + path)
        return page

    def press(self, key: str, path: str, *buttons: str) -> None:
        """Somebody opens a page and presses these buttons, one after the other."""
        page = self.enter(key, path)
        for button in buttons:
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.locator(".note.ok").first).to_be_visible()
        page.context.close()

    def tick_what_waits(self, key: str, path: str, gate: str) -> None:
        """Somebody presses Done at each task of theirs that a move waits for."""
        page = self.enter(key, path)
        for later in page.locator("#checklist details").all():
            later.evaluate("e => { e.open = true }")
        tasks = page.locator("#checklist li").filter(has_text=f"before {gate}")
        while (waiting := tasks.get_by_role("button")).count():
            waiting.first.click()
            expect(page.locator(".note.ok").first).to_be_visible()
            for later in page.locator("#checklist details").all():
                later.evaluate("e => { e.open = true }")
        page.context.close()

    def state(self, ident: int) -> State:
        with self.database.session() as session:
            return session.get_one(Secondment, ident).state


@pytest.fixture
def house(sqlite_database: Database, chromium: Browser) -> Iterator[House]:
    app = create_app(sqlite_database.settings(), TESTING=True)
    made = House(app, sqlite_database, chromium)
    app.config["CLOCK"] = lambda: made.now
    with served(app) as address:
        made.address = address
        yield made


def test_from_draft_to_closed(house: House) -> None:
    path = propose(house)
    ident = int(path.rpartition("/")[2])
    nominate_and_accept(house, ident, path)
    agree(house, path, LAST)
    house.press("us_hr", path, "Conclude the agreement")
    assert house.state(ident) is State.CLEARANCE
    clear_and_arrive(house, ident, path)
    extend(house, ident, path)
    end_early(house, ident, path)
    close(house, ident, path)
    assert house.said == []


def propose(house: House) -> str:
    page = house.enter("uk_hr", "/secondments/new")
    page.get_by_label("Person", exact=True).select_option(str(PERSON["ada"]))
    page.get_by_label("Host institute").select_option(str(US))
    page.get_by_label("First day").fill("1 Mar 2027")
    page.get_by_label("Last day").fill("27 Aug 2027")
    page.get_by_label("Legal basis").select_option("j1_research_scholar")
    expect(page.locator("#eligibility")).to_contain_text("No declaration of interests is recorded")  # while it is typed
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lindqvist to US CAISI")
    path = page.url.removeprefix(house.address)
    page.context.close()
    return path


def nominate_and_accept(house: House, ident: int, path: str) -> None:
    record(house, path, "ada", PaperKind.DECLARATION)
    house.press("ada", path, "Consent")
    house.press("uk_hr", path, "Record the release", "Nominate")
    house.press("us_hr", path, "Accept", "Begin the agreement")
    record(house, path, "uk_hr", PaperKind.FUNDING, PaperKind.EXPORT_BRIEF, PaperKind.COVERAGE_CERTIFICATE)
    assert house.state(ident) is State.AGREEMENT


def record(house: House, path: str, key: str, *kinds: PaperKind) -> None:
    """Somebody records papers of today, each on its page."""
    page = house.enter(key, path)
    for kind in kinds:
        page.goto(f"{house.address}{path}/access/paper/{kind.value}")
        page.get_by_role("button", name="Record").click()
        expect(page.locator(".note.ok").first).to_be_visible()
    page.context.close()


def permit(house: House, path: str, first: date, last: date) -> None:
    """The host's coordinator records the permission to stay and work."""
    page = house.enter("us_hr", f"{path}/access/permission")
    page.get_by_label("Route").select_option("j1_research_scholar")
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_role("button", name="Record").click()
    expect(page.locator(".note.ok").first).to_be_visible()
    page.context.close()


def agree(house: House, path: str, last: date) -> None:
    """The home coordinator proposes a version that ends on a day; a colleague, the host and the person approve."""
    page = house.enter("uk_hr", f"{path}/agreement/new")
    page.get_by_label("Post").fill("Visiting evaluator")
    page.get_by_label("Site").fill("Washington DC")
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_role("button", name="Propose version").click()
    expect(page.locator(".note.ok").first).to_contain_text("is proposed")
    page.context.close()
    house.press("uk_hr_2", path, "Approve for UK AISI")
    house.press("us_hr", path, "Approve for US CAISI")
    house.press("ada", path, "Sign the agreement")


def clear_and_arrive(house: House, ident: int, path: str) -> None:
    permit(house, path, FIRST - timedelta(days=30), LONGER + timedelta(days=60))
    house.tick_what_waits("us_hr", path, "clearing")
    house.press("us_security", path, "Clear")
    assert house.state(ident) is State.READY
    house.on(FIRST + timedelta(days=1))
    for key in ("uk_hr", "us_hr", "ada"):
        house.tick_what_waits(key, path, "the arrival")
    page = house.enter("us_hr", f"{path}/move/arrive")
    page.get_by_label("Day of arrival").fill("1 Mar 2027")  # a day late
    page.get_by_role("button", name="Record the arrival").click()
    expect(page.locator(".note.ok").first).to_be_visible()
    page.context.close()
    assert house.state(ident) is State.ACTIVE


def extend(house: House, ident: int, path: str) -> None:
    house.on(date(2027, 5, 4))
    agree(house, path, LONGER)
    house.press("uk_hr", path, "Take over the new terms")
    page = house.enter("ada", f"{path}/agreement/2")
    expect(page.locator("table.diff")).to_contain_text("2027-10-29")
    page.context.close()
    with house.database.session() as session:
        row = session.get_one(Secondment, ident)
        assert (row.ends_on, row.version_in_force, row.state) == (LONGER, 2, State.ACTIVE)


def end_early(house: House, ident: int, path: str) -> None:
    house.on(date(2027, 9, 1))
    page = house.enter("us_hr", f"{path}/move/end_early")
    page.get_by_label("The work is finished").check()
    page.get_by_label("Last day").fill("17 Sep 2027")
    page.get_by_role("button", name="End early").click()
    expect(page.locator(".note.ok").first).to_be_visible()
    page.context.close()
    house.press("us_hr", path, "Begin to close")
    assert house.state(ident) is State.CLOSING


def close(house: House, ident: int, path: str) -> None:
    house.on(EARLY)
    write(house, "us_hr", f"{path}/tasks/access_removed", "Badge 12 and all accounts.")
    house.press("us_hr", path, "Complete")
    house.on(date(2027, 10, 11))
    write(house, "uk_hr", f"{path}/tasks/outcome", "Back in the old post.")
    for key in ("uk_hr", "ada"):
        house.tick_what_waits(key, path, "closing")
    house.press("uk_hr", path, "Close")
    assert house.state(ident) is State.CLOSED
    page = house.enter("ada", path)
    expect(page.locator("main")).to_contain_text("Closed")
    expect(page.locator("main")).not_to_contain_text("waits")
    page.context.close()


def write(house: House, key: str, path: str, evidence: str) -> None:
    page = house.enter(key, path)
    page.get_by_label("What shows that it is done").fill(evidence)
    page.get_by_role("button", name="It is done").click()
    expect(page.locator(".note.ok").first).to_be_visible()
    page.context.close()
