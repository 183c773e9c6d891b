"""What the kit's scripts do: keys, menus, parts that swap, typed dates, the board, live progress."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from exchange.domain.dates import DateOrder, parse_date
from exchange.web.wording import Reader, written_date
from tests.servers import served
from tests.web.gallery import create_gallery

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Locator, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(create_gallery()) as base:
        yield base


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def go(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def test_the_theme_goes_round_and_the_server_knows_it(page: Page, address: str) -> None:
    go(page, address)
    html, switch = page.locator("html"), page.locator("[data-theme-switch]")
    for theme in ("light", "dark"):
        switch.click()
        expect(html).to_have_attribute("data-theme", theme)
        page.reload()
        expect(html).to_have_attribute("data-theme", theme)
    switch.click()
    assert html.get_attribute("data-theme") is None
    page.reload()
    assert html.get_attribute("data-theme") is None
    expect(switch).to_have_text("Colours: system. Change to light")


def test_a_slash_leads_to_the_search_but_not_while_typing(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.locator("#title").focus()
    page.keyboard.type("a/b")
    expect(page.locator("#title")).to_have_value("a/b")


def test_single_keys_can_be_switched_off(page: Page, address: str) -> None:
    go(page, f"{address}/board?keys=off")
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    page.locator("#bar-1").focus()
    page.keyboard.press("m")
    expect(page.locator("#bar-1")).not_to_have_class("drag")


def test_the_menu_of_a_narrow_screen_opens_closes_and_gives_the_focus_back(phone: Page, address: str) -> None:
    go(phone, address)
    button = phone.get_by_role("button", name="Menu")
    expect(button).to_have_attribute("aria-expanded", "false")
    button.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    expect(phone.get_by_role("link", name="Close the menu")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(phone.locator("#side")).not_to_be_visible()
    expect(button).to_be_focused()


def test_the_account_menu_closes_on_escape_and_outside(page: Page, address: str) -> None:
    go(page, address)
    page.get_by_text("Hannah Stein").click()
    expect(page.get_by_role("link", name="Account")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Account")).not_to_be_visible()
    page.get_by_text("Hannah Stein").click()
    page.locator("h1").click()
    expect(page.get_by_role("link", name="Account")).not_to_be_visible()


def test_a_ticked_filter_changes_the_results_the_address_and_the_words(page: Page, address: str) -> None:
    go(page, f"{address}/tables")
    box = page.get_by_label("UK AISI")
    box.focus()
    page.keyboard.press("Space")
    expect(page.locator("#results-title")).to_have_text("10 people of UK")
    assert page.url == f"{address}/tables?home=UK"
    expect(page.locator("#live")).to_have_text("10 people found")
    expect(box).to_be_focused()
    page.go_back()
    expect(page.locator("#results-title")).to_have_text("11 people")
    assert page.url == f"{address}/tables"


def test_errors_take_the_focus_and_lead_to_their_field(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.locator(".summary")).to_be_focused()
    page.get_by_role("link", name="Choose how much of their time").click()
    expect(page.locator("#kind-0")).to_be_focused()
    page.get_by_role("link", name="Give the first day").click()
    expect(page.locator("#start")).to_be_focused()


def test_a_button_says_that_it_works_and_is_not_pressed_twice(page: Page, address: str) -> None:
    go(page, f"{address}/confirm")
    page.evaluate(
        "document.addEventListener('submit', (e) => { e.preventDefault(); window.sent = (window.sent ?? 0) + 1 })"
    )
    button = page.locator("button[data-busy]")
    button.evaluate("(b) => { b.form.requestSubmit(b); b.form.requestSubmit(b); }")
    expect(button).to_have_text("Working…")
    expect(button).to_have_attribute("aria-disabled", "true")


def test_text_that_was_typed_is_not_lost_without_asking(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    page.locator("#why").type("Three months of notes")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("link", name="Charts").click()
    page.wait_for_timeout(200)
    assert asked == ["beforeunload"]
    assert page.url == f"{address}/form"


def test_checks_follow_the_form(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    expect(page.locator("#checks > li").first).not_to_have_class("done")
    page.locator("#start").fill("5 Jan 2027")
    page.locator("#end").focus()
    expect(page.locator("#checks > li").first).to_have_class("done")
    expect(page.locator("#live")).to_have_text("Checks are up to date")


# ---------------------------------------------------------------- typed dates


def typed_dates() -> list[str]:
    days = [date(2027, 1, 5), date(2028, 2, 29), date(2026, 9, 30), date(1999, 12, 31), date(2027, 4, 3)]
    shapes = [
        "%Y-%m-%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d.%m.%Y",
        "%d-%m-%Y",
        "%d %b %Y",
        "%b %d, %Y",
        "%d %B %Y",
        "%B %d %Y",
    ]
    shapes += ["%dth %B %Y", "%b %dth, %Y", "%d-%b-%Y", "%Y/%m/%d", "%d %b, %Y", " %d  %B   %Y ", "%b. %d, %Y"]
    odd = [
        "",
        "soon",
        "31/02/2027",
        "2027-13-01",
        "5 Jan 27",
        "5/1/27",
        "0 Jan 2027",
        "30 Feb 2027",
        "5 Foo 2027",
        "1 Sept 2027",
    ]
    odd += [
        "2027",
        "1/2",
        "5 January",
        "99/99/9999",
        "29 Feb 2027",
        "5 Janua 2027",
        "12/31/1899",
        "5 jan 2027",
        "MARCH 3 2027",
    ]
    return [day.strftime(shape) for day in days for shape in shapes] + odd


@pytest.mark.parametrize("locale", ["en_GB", "en_US"])
def test_the_page_reads_a_typed_date_as_the_server_does(page: Page, address: str, locale: str) -> None:
    go(page, f"{address}/form?locale={locale}")
    order = DateOrder.MONTH_FIRST if locale == "en_US" else DateOrder.DAY_FIRST
    texts = typed_dates()
    script = """async (texts) => {
        const { readDate, monthFirst, inWords } = await import("/static/js/dates.js");
        const read = texts.map((text) => readDate(text, monthFirst()));
        return read.map((day) => day && [day.toISOString().slice(0, 10), inWords(day, monthFirst())]);
    }"""
    read = dict(zip(texts, page.evaluate(script, texts), strict=True))
    assert len([found for found in read.values() if found]) >= 60
    reader = Reader("en_US" if locale == "en_US" else "en_GB")
    for text, found in read.items():
        if found:
            day = parse_date(text, order)
            assert found == [day.isoformat(), written_date(day, reader, "long")], text


def test_a_typed_date_is_echoed_in_words_at_once(page: Page, address: str) -> None:
    for locale, words in (("en_GB", "Saturday 3 April 2027"), ("en_US", "Thursday, March 4, 2027")):
        go(page, f"{address}/form?locale={locale}")
        page.locator("#start").fill("03/04/2027")
        expect(page.locator("#start-echo")).to_have_text(words)
        page.locator("#start").fill("03/04/20")
        expect(page.locator("#start-echo")).to_have_text("")


# ---------------------------------------------------------------- a long list to choose from


def test_a_choice_is_found_by_typing(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    field = page.get_by_role("combobox", name="Host")
    field.fill("zielinski")
    expect(page.locator(".combo [role=option]")).to_have_text(["Tomasz Zieliński"])
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Tomasz Zieliński")
    assert page.locator("select[name=host]").input_value() == "3"
    expect(field).to_have_attribute("aria-expanded", "false")


def test_what_is_no_choice_is_put_back(page: Page, address: str) -> None:
    go(page, f"{address}/form")
    field = page.get_by_role("combobox", name="Host")
    field.fill("rhys bevan")
    field.press("Tab")
    expect(field).to_have_value("Rhys Bevan")
    field.fill("nobody")
    field.press("Tab")
    expect(field).to_have_value("Rhys Bevan")
    field.fill("")
    field.press("Tab")
    assert page.locator("select[name=host]").input_value() == ""


# ---------------------------------------------------------------- the board


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def days(bar: Locator) -> tuple[float, float]:
    box = bar.bounding_box()
    assert box is not None
    return round(box["x"]), round(box["x"] + box["width"])


def test_the_arrows_walk_the_bars_and_tab_stops_once(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    assert page.locator(".tl a.bar[tabindex='0']").count() == 1
    page.locator("#bar-90").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "bar-0"
    page.keyboard.press("ArrowRight")
    assert focused(page) == "bar-1"
    page.keyboard.press("ArrowUp")
    assert focused(page) == "bar-0"
    page.keyboard.press("End")
    assert focused(page) == "bar-7"
    page.keyboard.press("Home")
    assert focused(page) == "bar-90"
    assert page.locator(".tl a.bar[tabindex='0']").count() == 1


def test_a_bar_is_moved_by_the_week_and_confirmed_in_a_form(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    bar = page.locator("#bar-1")
    first = date.fromisoformat(bar.get_attribute("data-start") or "")
    last = date.fromisoformat(bar.get_attribute("data-end") or "")
    before = days(bar)
    bar.focus()
    for key in ("m", "ArrowRight", "ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert days(bar)[0] > before[0]
    page.keyboard.press("Enter")
    dialog = page.locator("dialog#move")
    expect(dialog).to_be_visible()
    first, last = first + timedelta(weeks=2), last + timedelta(weeks=3)
    expect(page.locator("#move-start-echo")).to_have_text(written_date(first, Reader(), "long"))
    expect(page.locator("#move-end-echo")).to_have_text(written_date(last, Reader(), "long"))
    assert parse_date(page.locator("#move-start").input_value(), DateOrder.DAY_FIRST) == first
    expect(page.locator("[data-move-what]")).to_contain_text("Frontier agent evaluations. Priya Raman")
    page.get_by_role("button", name="1 week later").click()
    expect(page.locator("#move-checks")).to_have_text(
        f"Free from {written_date(first + timedelta(weeks=1), Reader())}."
    )
    expect(page.locator("#move-start-echo")).to_have_text(written_date(first + timedelta(weeks=1), Reader(), "long"))
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    assert focused(page) == "bar-1"
    assert days(bar) == before


def test_a_move_that_is_cancelled_leaves_no_trace(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    bar = page.locator("#bar-3")
    before = days(bar)
    bar.focus()
    for key in ("m", "ArrowLeft", "Escape"):
        page.keyboard.press(key)
    assert days(bar) == before
    expect(page.locator("#live")).to_have_text("Put back")
    assert page.url == f"{address}/board"


def test_a_bar_that_may_not_be_moved_is_not(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    bar = page.locator("#bar-4")
    before = days(bar)
    bar.focus()
    page.keyboard.press("m")
    page.keyboard.press("Shift+ArrowRight")
    assert days(bar) == before


def test_a_drag_snaps_to_weeks_and_asks_and_does_not_open_the_link(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    bar = page.locator("#bar-3")
    first = date.fromisoformat(bar.get_attribute("data-start") or "")
    box = bar.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 10, steps=5)
    page.mouse.up()
    expect(page.locator("dialog#move")).to_be_visible()
    moved = parse_date(page.locator("#move-start").input_value(), DateOrder.DAY_FIRST) - first
    assert moved > timedelta(0)
    assert moved.days % 7 == 0
    assert page.url == f"{address}/board"


def test_a_click_on_a_bar_opens_it(page: Page, address: str) -> None:
    go(page, f"{address}/board")
    page.locator("#bar-0").click()
    page.wait_for_url(f"{address}/secondment")


# ---------------------------------------------------------------- live progress


def test_progress_is_followed_to_its_end(page: Page, address: str) -> None:
    go(page, f"{address}/job")
    expect(page.get_by_role("heading", name="Run 14 is done")).to_be_visible()
    expect(page.locator("[data-poll]")).to_have_count(0)
