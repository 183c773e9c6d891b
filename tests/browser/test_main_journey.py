"""The main job from end to end, as somebody new to Exchange does it, in a real browser against the served demo.

A coordinator imports people and publications, plans an exchange round and takes a row of it over; a lead sees who fits
a seat and proposes one of them; both institutes and the person approve; the person's calendar link shows the stay in
khal; and the audit trail is whole. Anything that the browser says on its console fails the test.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from exchange.demo.signins import PASSWORD
from tests.programs.khal import Device
from tests.servers import PATIENCE_S, Server

pytestmark = pytest.mark.browser

UK_HR, UK_HR_2, US_HR = "hr@uk-aisi.example", "hr2@uk-aisi.example", "hr@us-caisi.example"
US_LEAD, ADA = "lead@us-caisi.example", "researcher@uk-aisi.example"
NEWCOMERS = """\
Name;E-mail;Institute;Job title;Start date
Ines Duarte;ines.duarte@uk-aisi.example;UK-AISI;Evaluation scientist;05/01/2026
Rosalind;not an address;UK-AISI;Fellow;1 Feb 2026
"""
PAPERS = (
    ("Measuring agents on cyber ranges", "We measure how far agents get on ranges with graded milestones."),
    ("Elicitation for capture-the-flag tasks", "Elicitation changes what capture-the-flag tasks measure."),
)


@dataclass
class Visitor:
    """Somebody at their own browser; ``said`` is what the console said on any of their pages."""

    page: Page
    address: str
    said: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()


@dataclass
class House:
    """The served demo and a browser to visit it with."""

    address: str
    data: Path
    browser: Browser
    said: list[str]

    def enter(self, email: str) -> Visitor:
        page = self.browser.new_context().new_page()
        page.set_default_timeout(PATIENCE_S * 1000)  # the model reads beside it in the first minutes
        page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.goto(f"{self.address}/sign-in")
        page.get_by_label("E-mail address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Good")
        return Visitor(page, self.address, self.said)


@pytest.fixture
def house(chromium: Browser, tmp_path: Path) -> Iterator[House]:
    server = Server(tmp_path / "data", tmp_path / "demo.log", "demo", "--port", "0")
    try:
        yield House(server.wait_until_ready(), tmp_path / "data", chromium, [])
    finally:
        for context in chromium.contexts:
            context.close()
        server.stop(signal.SIGINT)


def test_the_main_job(house: House, tmp_path: Path) -> None:
    hr = house.enter(UK_HR)
    import_people(hr, tmp_path)
    import_publications(hr, tmp_path)
    plan_a_round(hr)
    secondment = propose_a_match(house)
    approve_by_all(house, secondment)
    read_in_khal(house, secondment, tmp_path)
    assert house.said == []
    verified = exchange(house.data, "audit", "verify")
    assert "The audit trail is intact" in verified


def import_people(hr: Visitor, folder: Path) -> None:
    file = folder / "newcomers.csv"
    file.write_text(NEWCOMERS, encoding="utf-16")
    page = hr.open("/imports")
    page.get_by_role("radio", name=re.compile("^People")).check()
    page.get_by_label("File", exact=True).set_input_files(file)
    hr.press("Check the file")
    expect(page.get_by_role("heading", level=1)).to_have_text("Check before you import")
    expect(page.get_by_role("cell", name="not an address", exact=True)).to_be_visible()
    page.get_by_role("link", name="Import 1 row").click()
    hr.press("Import")
    expect(page.get_by_role("heading", level=1)).to_have_text("Imported")


def import_publications(hr: Visitor, folder: Path) -> None:
    """The archive form of OpenReview: one file of JSON lines a person, named by their address."""
    lines = "\n".join(json.dumps({"title": title, "abstract": text, "year": 2026}) for title, text in PAPERS)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"archives/{'ines.duarte@uk-aisi.example'}.jsonl", lines)
    file = folder / "archives.zip"
    file.write_bytes(packed.getvalue())
    page = hr.open("/imports")
    page.get_by_role("radio", name=re.compile("^Publications")).check()
    page.get_by_label("File", exact=True).set_input_files(file)
    hr.press("Check the file")
    page.get_by_role("link", name="Import 2 rows").click()
    hr.press("Import")
    expect(page.get_by_role("heading", level=1)).to_have_text("Imported")
    expect(page.get_by_role("main")).to_contain_text("2\nnew")


def plan_a_round(hr: Visitor) -> None:
    page = hr.open("/rounds/new")
    page.get_by_label("Title").fill("A round for the journey")
    for name in ("UK AISI", "US CAISI", "JP AISI"):
        page.get_by_label(name, exact=True).check()
    hr.press("Make the round")
    hr.press("Plan it")
    expect(page.get_by_role("heading", name="The plan")).to_be_visible(timeout=PATIENCE_S * 1000)
    expect(page.get_by_role("heading", name="Not placed, and why")).to_be_visible()
    page.get_by_role("checkbox", name=re.compile("^Take over")).first.check()
    hr.press("Make drafts of the ticked rows")
    expect(page.get_by_role("main")).to_contain_text("Taken over: 1 row of the plan")


def propose_a_match(house: House) -> str:
    """The lead of a US workstream proposes Ada; returns the path of her secondment."""
    lead = house.enter(US_LEAD)
    page = lead.open("/workstreams")
    page.get_by_role("link", name="Cyber evaluations").first.click()
    page.get_by_role("link", name=re.compile("^Who fits")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who fits")
    expect(page.get_by_text("Why: what speaks for").first).to_be_visible()
    page.get_by_role("link", name="Propose Ada Lindqvist").click()
    page.get_by_label("First day").fill(spoken(first_day()))
    page.get_by_label("Last day").fill(spoken(first_day() + timedelta(weeks=8, days=-3)))
    page.get_by_label("Legal basis").select_option(label="US J-1 research scholar")
    lead.press("Save as draft")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Lindqvist to US CAISI")
    return page.url.removeprefix(house.address)


def approve_by_all(house: House, secondment: str) -> None:
    ada, uk, uk_2, us, lead = (house.enter(email) for email in (ADA, UK_HR, UK_HR_2, US_HR, US_LEAD))
    record(ada, f"{secondment}/access/paper/declaration")
    record(uk, f"{secondment}/access/paper/funding")
    for visitor, button in (
        (ada, "Consent"),
        (uk, "Record the release"),
        (uk, "Nominate"),
        (lead, "Support"),
        (us, "Accept"),
        (us, "Begin the agreement"),
    ):
        visitor.open(secondment)
        visitor.press(button)
    page = uk.open(secondment)
    page.get_by_role("link", name="Propose the agreement").click()
    page.get_by_label("Post").fill("Visiting evaluator")
    page.get_by_label("Site").fill("Washington DC")
    uk.press("Propose version 1")
    expect(uk.page.get_by_role("button", name="Approve for UK AISI")).to_have_count(0)
    for visitor, button in (
        (uk_2, "Approve for UK AISI"),
        (us, "Approve for US CAISI"),
        (ada, "Sign the agreement"),
    ):
        visitor.open(secondment)
        visitor.press(button)
    us.open(secondment)
    conclude = us.page.get_by_role("button", name="Conclude the agreement", exact=True)
    if conclude.count():  # else the clock has done it already
        conclude.click()
    expect(us.page.get_by_text("Both institutes and the person approved it: it is in force.")).to_be_visible()


def record(visitor: Visitor, paper: str) -> None:
    visitor.open(paper)
    visitor.press("Record")


def read_in_khal(house: House, secondment: str, folder: Path) -> None:
    ada = house.enter(ADA)
    page = ada.open("/calendars/new")
    page.get_by_label("Name").fill("My laptop")
    ada.press("Make the link")
    address = page.get_by_role("textbox", name="Address").input_value()
    assert address.startswith(house.address)
    with urlopen(address, timeout=PATIENCE_S) as answer:
        calendar = answer.read()
    khal = Device(folder / "device")
    khal.read(calendar)
    listed = {title for (title,) in khal.agenda(first_day().isoformat(), "1d", "title")}
    assert any("Ada Lindqvist" in title and "US CAISI" in title for title in listed)
    assert secondment.encode() in calendar.replace(b"\r\n ", b"")  # the event leads to the secondment's page


def exchange(data: Path, *arguments: str) -> str:
    environment = {**os.environ, "EXCHANGE_DATA": str(data)}
    done = subprocess.run(
        [sys.executable, "-m", "exchange.cli", *arguments], check=True, capture_output=True, text=True, env=environment
    )
    return done.stdout


def first_day() -> date:
    """The Monday a good half-year ahead."""
    day = datetime.now(UTC).date() + timedelta(weeks=28)
    return day - timedelta(days=day.weekday())


def spoken(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
