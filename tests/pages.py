"""What every page must be, whoever fetches it: sound HTML, one heading, labels, no dead link, a strict CSP."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import html5lib
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

CONTROLS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}


def require_sound_page(response: TestResponse, app: Flask) -> None:
    """Fail with everything that is wrong with the page."""
    text = response.get_data(as_text=True)
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    tree = parser.parse(text)
    faults = [f"{position}: {code}" for position, code, _ in parser.errors]
    faults += _headings(tree) + _ids(tree) + _labels(tree) + _inline(tree) + _tables(tree) + _links(tree, app)
    csp = response.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in csp or "unsafe" in csp:
        faults.append(f"weak Content-Security-Policy: {csp}")
    assert not faults, f"{response.request.path}: " + "; ".join(faults)


def _headings(tree: Element) -> list[str]:
    count = len(tree.findall(".//h1"))
    return [] if count == 1 else [f"{count} h1"]


def _ids(tree: Element) -> list[str]:
    ids = [node.get("id", "") for node in tree.iter() if node.get("id")]
    faults = [f"id {ident} stands twice" for ident in {i for i in ids if ids.count(i) > 1}]
    for node in tree.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for", "headers"):
            faults += [
                f"{attribute} names {ref}, which is not there"
                for ref in node.get(attribute, "").split()
                if ref not in ids
            ]
    return faults


def _labels(tree: Element) -> list[str]:
    labelled = {node.get("for") for node in tree.iter("label")}
    inside = {child for label in tree.iter("label") for child in label.iter() if child.tag in CONTROLS}
    return [
        f"{node.tag} {node.get('name')} has no label"
        for node in tree.iter()
        if node.tag in CONTROLS
        and node.get("type") not in UNLABELLED
        and node.get("hidden") is None  # nobody meets it: for password managers
        and node.get("id") not in labelled
        and node not in inside
        and not node.get("aria-label")
        and not node.get("aria-labelledby")
    ]


def _inline(tree: Element) -> list[str]:
    return [
        f"{node.tag} carries {name}, which the CSP forbids"
        for node in tree.iter()
        if isinstance(node.tag, str)
        for name in node.keys()  # noqa: SIM118 - an Element is no mapping
        if name == "style" or name.startswith("on")
    ]


def _tables(tree: Element) -> list[str]:
    return [
        f"a heading cell without scope: {''.join(node.itertext()).strip()}"
        for node in tree.iter("th")
        if not node.get("scope")
    ]


def _links(tree: Element, app: Flask) -> list[str]:
    adapter = app.url_map.bind("localhost")
    faults = []
    for node in tree.iter("a"):
        target = node.get("href", "")
        if not target.startswith("/"):
            continue
        try:
            adapter.match(target.partition("?")[0].partition("#")[0], method="GET")
        except RequestRedirect:
            pass
        except (NotFound, MethodNotAllowed):
            faults.append(f"a link leads nowhere: {target}")
    return faults
