"""A researcher finds a collaborator, sees why, asks to be introduced; the other one accepts, and both can write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo_world import DemoWorld, demo_world

pytestmark = pytest.mark.browser

ADA, TOMAS = "researcher@uk-aisi.example", "researcher@us-caisi.example"
NAME = "Tomás Rivera Ortiz"
QUESTION = "How do you tell co-operation from collusion between agents?"


@pytest.fixture
def world(invented_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoWorld]:
    with demo_world(invented_world, tmp_path_factory.mktemp("demo"), {ADA, TOMAS}) as opened:
        yield opened


@pytest.fixture
def said() -> list[str]:
    """What the console says on any page."""
    return []


def enter(chromium: Browser, world: DemoWorld, email: str, said: list[str]) -> Page:
    context = chromium.new_context()
    world.sign_in(context, email)
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(world.address)
    return page


def test_a_researcher_finds_a_collaborator(chromium: Browser, world: DemoWorld, said: list[str]) -> None:
    ada = enter(chromium, world, ADA, said)
    expect(ada.get_by_role("heading", name="Work that needs you")).to_be_visible()
    find(ada)
    ask(ada)
    tomas = enter(chromium, world, TOMAS, said)
    accept(tomas)
    read_the_answer(ada, world)
    assert said == []


def find(ada: Page) -> None:
    """Words in the box at the top, a filter, and the person among the hits with where the words were found."""
    box = ada.get_by_role("searchbox").first
    box.fill("co-operation between agents")
    box.press("Enter")
    ada.get_by_role("checkbox", name=re.compile("^US CAISI")).check()
    ada.wait_for_url(re.compile("home=US-CAISI"))
    hit = ada.get_by_role("listitem").filter(has=ada.get_by_role("link", name=NAME))
    expect(hit.locator("mark").first).to_be_visible()
    ada.get_by_role("button", name="Tell me of new people").click()
    expect(ada.get_by_role("status").first).to_contain_text("Kept.")
    ada.get_by_role("link", name="“co-operation between agents”; US CAISI").click()
    ada.get_by_role("link", name=NAME).click()
    expect(ada.get_by_role("heading", name="Works on the same things")).to_be_visible()
    expect(ada.get_by_text(TOMAS)).to_have_count(0)


def ask(ada: Page) -> None:
    ada.get_by_role("link", name="Ask to be introduced").click()
    ada.get_by_label("What you would like to talk about").fill(QUESTION)
    ada.get_by_role("button", name="Ask").click()
    expect(ada.get_by_role("status").first).to_contain_text(f"{NAME} has your request")


def accept(tomas: Page) -> None:
    tomas.get_by_role("link", name=re.compile("^Notices")).click()
    tomas.get_by_role("button", name=re.compile("Ada Lindqvist asks to be introduced")).click()
    expect(tomas.get_by_text(QUESTION)).to_be_visible()
    tomas.get_by_label("Yes: we both see each other's address").check()
    tomas.get_by_label("A word with it").fill("Let us compare notes.")
    tomas.get_by_role("button", name="Answer").click()
    expect(tomas.get_by_role("link", name=ADA)).to_be_visible()


def read_the_answer(ada: Page, world: DemoWorld) -> None:
    ada.goto(f"{world.address}/notices")
    ada.get_by_role("button", name=re.compile(f"{NAME} accepted")).click()
    expect(ada.get_by_text("Let us compare notes.")).to_be_visible()
    expect(ada.get_by_role("link", name=TOMAS)).to_be_visible()
