"""A lead fills a joint exercise in a real browser, from what it needs to a seat that both sides have agreed to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, select
from sqlalchemy.orm import sessionmaker

from exchange.demo.roster import roster
from exchange.jobs.runs import Solver
from exchange.store.allocations import Allocation
from exchange.store.institutes import Institute
from exchange.store.people import Person
from tests.browser.demo_world import DemoWorld, demo_world
from tests.cast import NOW

pytestmark = pytest.mark.browser

LEAD = "lead@uk-aisi.example"
EXERCISE = "Joint exercise: monitoring of agents (Invented for the demo.)"
ROLE = "Red team coordinator"


@pytest.fixture
def world(invented_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    with demo_world(invented_world, tmp_path_factory.mktemp("demo"), {named.email for named in roster()}) as opened:
        yield opened


@pytest.fixture
def said() -> list[str]:
    """What the browser's console said on any page."""
    return []


def enter(chromium: Browser, world: DemoWorld, email: str, said: list[str]) -> Page:
    context = chromium.new_context()
    world.sign_in(context, email)
    page = context.new_page()
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def engine_of(world: DemoWorld) -> Engine:
    with world.app.app_context():
        found: Engine = world.app.extensions["sqlalchemy"].engine
        return found


def test_a_lead_fills_a_joint_exercise(chromium: Browser, world: DemoWorld, said: list[str]) -> None:
    lead = enter(chromium, world, LEAD, said)
    lead.goto(world.url("/workstreams"))
    lead.get_by_role("link", name=EXERCISE, exact=True).click()
    expect(lead.get_by_role("heading", name="Phases")).to_be_visible()
    say_what_is_needed(lead)
    fill_the_seats(lead, world)
    read_the_reasons(lead)
    chosen = take_one_over(lead)
    answer_from_both_sides(chromium, world, said, chosen)
    lead.goto(world.url("/assignments"))
    row = lead.get_by_role("row").filter(has_text=ROLE)
    expect(row).to_contain_text("Confirmed")
    expect(row).to_contain_text(chosen)
    assert said == []


def say_what_is_needed(lead: Page) -> None:
    lead.get_by_role("link", name="Add what it needs").click()
    lead.get_by_label("Role").fill(ROLE)
    lead.get_by_label("Share of their time").fill("0.2")
    lead.get_by_label(re.compile("^Shared hours")).fill("2")
    lead.get_by_role("group", name=re.compile("At least one from each")).get_by_label("US CAISI").check()
    press(lead, "Save")
    expect(lead.get_by_role("row").filter(has_text=ROLE)).to_contain_text("At least one from each of US CAISI")


def fill_the_seats(lead: Page, world: DemoWorld) -> None:
    """Start the run, let the worker do it, and see the page change by itself."""
    lead.get_by_role("link", name="Fill the seats").click()
    lead.get_by_label("Seconds to compute").fill("5")
    press(lead, "Fill the seats")
    expect(lead.get_by_role("heading", name="Waiting for the worker")).to_be_visible()
    assert Solver(sessionmaker(engine_of(world)), lambda: NOW).work() == 1
    expect(lead.get_by_text("seats filled")).to_be_visible(timeout=20_000)


def read_the_reasons(lead: Page) -> None:
    """Why this person, and why not another, whose name is typed."""
    role = lead.get_by_role("region", name=ROLE)
    role.get_by_text("why", exact=False).first.click()
    expect(role.get_by_text("Filters passed:")).to_be_visible()
    role.get_by_role("link", name=ROLE).click()
    lead.get_by_label("Name", exact=True).fill("lachance")
    press(lead, "Explain")
    expect(lead.get_by_role("heading", name=re.compile("not in this seat"))).to_be_visible()
    expect(lead.get_by_role("heading", name="What one more is worth")).to_be_visible()
    lead.get_by_role("link", name=re.compile("^Run ")).click()


def take_one_over(lead: Page) -> str:
    role = lead.get_by_role("region", name=ROLE)
    box = role.get_by_role("checkbox").first
    box.check()
    name = role.get_by_role("heading", level=4).first.get_by_role("link").inner_text()
    press(lead, "Make drafts of the ticked people")
    expect(lead.get_by_text("1 draft is made")).to_be_visible()
    return name


def answer_from_both_sides(chromium: Browser, world: DemoWorld, said: list[str], name: str) -> None:
    with sessionmaker(engine_of(world))() as session:
        email, code = session.execute(
            select(Person.email, Institute.code)
            .join(Allocation, Allocation.person_id == Person.id)
            .join(Institute, Institute.id == Allocation.institute_id)
            .where(Person.full_name == name)
            .order_by(Allocation.id.desc())
        ).first() or ("", "")
    for address in (email, f"hr@{code.lower()}.example"):
        page = enter(chromium, world, address, said)
        page.goto(world.url("/assignments"))
        page.get_by_role("row").filter(has_text=ROLE).get_by_role("link").first.click()
        press(page, "Agree")
        expect(page.get_by_role("main")).to_contain_text(re.compile("Noted|confirmed"))
