"""The kit as written: readable colours, no inline style or script, nothing from elsewhere, parts that fit together."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import defusedxml.ElementTree as Xml
import html5lib
import pytest

from exchange.web.drawing import SOLID
from exchange.web.hues import HUES, NETWORK, OTHERS, hue, letters
from tests.web.gallery import PATHS, ROOT, create_gallery

CSS = (ROOT / "static" / "kit.css").read_text(encoding="utf-8")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STATIC = sorted(file for file in (ROOT / "static").rglob("*") if file.suffix in {".css", ".js", ".svg"})
FIRST_VIEW = ("kit.css", "kit.js", "icons.svg")
BUDGET = 30 * 1024  # bytes of a page with all it needs at first, compressed

# Pairs of text on ground, and what WCAG 2.2 asks of them: 4.5 for words, 3 for the edge of a control and a focus ring.
PAIRS = [
    ("ink", "surface", 4.5),
    ("ink", "paper", 4.5),
    ("ink", "sunk", 4.5),
    ("ink", "hover", 4.5),
    ("ink", "mark", 4.5),
    ("ink", "info-soft", 4.5),
    ("ink2", "surface", 4.5),
    ("ink2", "paper", 4.5),
    ("ink2", "sunk", 4.5),
    ("ink2", "hover", 4.5),
    ("link", "surface", 4.5),
    ("link", "paper", 4.5),
    ("link", "hover", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-hi", 4.5),
    ("brand-hi", "brand-soft", 4.5),
    ("brand-hi", "surface", 4.5),
    ("surface", "bad", 4.5),
    *((name, ground, 4.5) for name in ("ok", "warn", "bad") for ground in (f"{name}-soft", "surface")),
    ("ink", "ok-soft", 4.5),
    ("ink", "warn-soft", 4.5),
    ("ink", "bad-soft", 4.5),
    ("bad", "paper", 4.5),
    *((name, f"{name}-soft", 4.5) for name in HUES),
    *((name, "surface", 3) for name in HUES),
    ("edge", "surface", 3),
    ("edge", "paper", 3),
    ("focus", "surface", 3),
    ("focus", "paper", 3),
]


def tokens(theme: str) -> dict[str, str]:
    """The colour of each token in a theme, as #rrggbb."""
    found = re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);", CSS)
    return {name: light if theme == "light" else dark for name, light, dark in found}


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (WCAG 2.2, relative luminance)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_computed_as_the_standard_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("words", "ground", "least"), PAIRS)
def test_words_can_be_read_on_their_ground(theme: str, words: str, ground: str, least: float) -> None:
    colours = tokens(theme)
    assert contrast(colours[words], colours[ground]) >= least


def test_older_browsers_get_the_light_half_of_every_token() -> None:
    fallback = CSS[CSS.index("@supports not") : CSS.index("@media (prefers-contrast")]
    assert dict(re.findall(r"--([\w-]+): (#\w+);", fallback)) == tokens("light")


def test_every_token_that_is_used_is_defined() -> None:
    defined = set(re.findall(r"^\s*--([\w-]+):", CSS, re.MULTILINE)) | {"lane", "today"}  # these two come with a board
    assert set(re.findall(r"var\(--([\w-]+)", CSS)) <= defined


def test_the_style_sheet_has_one_declaration_to_a_line() -> None:
    assert [line for line in CSS.splitlines() if line.count(";") > 1] == []
    assert [line for line in CSS.splitlines() if "{" in line and "}" in line] == []


def test_every_hue_is_drawn_by_the_kit() -> None:
    for name in HUES:
        assert f"\n  .{name} {{\n    --hue: var(--{name});\n    --soft: var(--{name}-soft);\n  }}" in CSS


@pytest.mark.parametrize("file", [*TEMPLATES, *STATIC], ids=lambda file: file.name)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"https?://", text.replace('xmlns="http://www.w3.org/2000/svg"', "")) == []
    if file.suffix == ".html":
        assert re.findall(r"<[a-z][^<>]*\sstyle\s*=", text) == []
        assert re.findall(r"<[a-z][^<>]*\son[a-z]+\s*=", text) == []
        assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
        assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_every_icon_a_template_names_is_in_the_set(file: Path) -> None:
    named = set(re.findall(r'icon\("(\w+)"\)', file.read_text(encoding="utf-8")))
    assert named <= set(symbols())


def symbols() -> list[str]:
    tree = Xml.fromstring((ROOT / "static" / "icons.svg").read_text(encoding="utf-8"))
    return [node.get("id", "") for node in tree]


def test_icons_stand_one_to_a_line_each_with_its_name() -> None:
    lines = (ROOT / "static" / "icons.svg").read_text(encoding="utf-8").splitlines()[1:-1]
    names = symbols()
    assert len(lines) == len(names) == len(set(names))
    assert [f'<symbol id="{name}" viewBox="0 0 2' in line for name, line in zip(names, lines, strict=True)] == [
        True
    ] * len(names)


def pages() -> list[tuple[str, Element]]:
    client = create_gallery().test_client()
    parser = html5lib.HTMLParser(namespaceHTMLElements=False, strict=True)
    return [(path, parser.parse(client.get(path).text)) for path in (*PATHS, "/error/404")]


@pytest.fixture(scope="module")
def rendered() -> list[tuple[str, Element]]:
    return pages()


def test_every_icon_is_silent_and_every_other_drawing_has_a_name(rendered: list[tuple[str, Element]]) -> None:
    for path, page in rendered:
        for drawing in page.iter("svg"):
            named = drawing.get("role") == "img" and drawing.get("aria-labelledby")
            assert drawing.get("aria-hidden") == "true" or named, path


def test_every_table_has_a_caption_and_scoped_heads(rendered: list[tuple[str, Element]]) -> None:
    tables = [table for _, page in rendered for table in page.iter("table")]
    assert tables
    for table in tables:
        assert table.find("caption") is not None
        heads = list(table.iter("th"))
        assert heads
        assert {head.get("scope") for head in heads} <= {"col", "row"}


def test_every_button_and_link_has_words(rendered: list[tuple[str, Element]]) -> None:
    for path, page in rendered:
        for node in [*page.iter("button"), *page.iter("a")]:
            if node.get("data-theme-switch") is None:  # the script writes its words before it shows
                assert "".join(node.itertext()).strip(), f"{path}: {node.attrib}"


def test_a_page_has_one_heading_one_main_and_a_way_past_the_menu(rendered: list[tuple[str, Element]]) -> None:
    for path, page in rendered:
        assert len(list(page.iter("h1"))) == 1, path
        (main,) = page.iter("main")
        assert main.get("id") == "main"
        assert next(iter(page.iter("a"))).get("href") == "#main"
        assert "For OFFICIAL and unclassified use only." in "".join(main.itertext())


def test_links_not_given_are_not_drawn(rendered: list[tuple[str, Element]]) -> None:
    page = dict(rendered)["/"]
    menu = next(nav for nav in page.iter("nav") if nav.get("id") == "side")
    assert "Not for this reader" not in "".join(menu.itertext())
    assert [link.get("href") for link in menu.iter("a") if link.get("aria-current") == "page"] == ["/"]
    assert not [nav for nav in dict(rendered)["/signed-out"].iter("nav") if nav.get("id") == "side"]


def test_the_chosen_theme_is_written_into_the_page() -> None:
    client = create_gallery().test_client()
    assert "data-theme" not in re.findall(r"<html[^>]*>", client.get("/").text)[0]
    client.set_cookie("theme", "dark")
    assert 'data-theme="dark"' in re.findall(r"<html[^>]*>", client.get("/").text)[0]
    client.set_cookie("theme", '"><script>')
    assert "data-theme" not in re.findall(r"<html[^>]*>", client.get("/").text)[0]


def test_words_of_people_cannot_break_out_of_a_page() -> None:
    nasty = "<script>alert(1)</script>"
    client = create_gallery().test_client()
    for path in ("/tables", "/form"):
        assert nasty not in client.get(path, query_string={"q": nasty, "home": nasty}).text


@pytest.mark.parametrize("path", PATHS)
def test_the_first_view_is_light(path: str) -> None:
    client = create_gallery().test_client()
    wanted = [path, *(f"/static/{name}" for name in FIRST_VIEW)]
    sizes = [len(client.get(name, headers={"Accept-Encoding": "br"}).data) for name in wanted]
    assert sum(sizes) <= BUDGET, dict(zip(wanted, sizes, strict=True))


@pytest.mark.parametrize(
    ("code", "expected"),
    [("UK-AISI", "uk"), ("GB", "uk"), ("us-caisi", "us"), ("JP-AISI", "plum"), ("CA-CAISI", "umber")],
)
def test_an_institute_has_the_hue_of_its_country(code: str, expected: str) -> None:
    assert hue(code) == expected


def test_no_two_members_of_the_network_look_the_same() -> None:
    assert len({hue(country) for country in ("UK", "US", *NETWORK)}) == 2 + len(NETWORK)
    assert hue("DE-AISI") == hue("DE") in OTHERS
    assert letters("de-aisi") == "DE"
    assert HUES[0] in SOLID
