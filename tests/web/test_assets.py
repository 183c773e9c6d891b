"""Static files: an address for each content, kept for good only under it, and sent small."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from exchange.web.assets import Versions, asset
from tests.web.gallery import create_gallery


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "js").mkdir()
    for name in ("kit.css", "kit.js", "js/swap.js"):
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_gallery()


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return asset(name)


def test_a_version_changes_with_the_file_alone(folder: Path) -> None:
    versions = Versions(folder, remember=False)
    style, script = versions.of("kit.css"), versions.of("kit.js")
    assert len(style) == 10
    (folder / "kit.css").write_text("changed")
    assert versions.of("kit.css") != style
    assert versions.of("kit.js") == script


def test_scripts_share_a_version_since_they_load_each_other(folder: Path) -> None:
    versions = Versions(folder, remember=False)
    before = versions.of("kit.js")
    assert versions.of("js/swap.js") == before
    (folder / "js" / "swap.js").write_text("changed")
    assert versions.of("kit.js") == versions.of("js/swap.js") != before


def test_in_service_each_file_is_read_once(folder: Path) -> None:
    versions = Versions(folder, remember=True)
    before = versions.of("kit.css")
    (folder / "kit.css").write_text("changed")
    assert versions.of("kit.css") == before


def test_an_unknown_file_is_a_mistake_in_the_template(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(FileNotFoundError):
        asset("no-such.css")


@pytest.mark.parametrize("name", ["kit.css", "kit.js", "js/board.js", "icons.svg"])
def test_a_versioned_file_is_kept_for_a_year(app: Flask, name: str) -> None:
    answer = app.test_client().get(address(app, name))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=0000000000", "?v="])
def test_any_other_address_is_asked_for_again(app: Flask, query: str) -> None:
    answer = app.test_client().get(f"/static/kit.css{query}")
    assert "immutable" not in answer.headers["Cache-Control"]
    assert "no-cache" in answer.headers["Cache-Control"]


def test_a_missing_file_is_not_found_whatever_its_version(app: Flask) -> None:
    assert app.test_client().get("/static/no-such.css?v=1").status_code == 404


@pytest.mark.parametrize(("accepts", "encoding"), [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None)])
def test_files_and_pages_are_sent_small(app: Flask, accepts: str, encoding: str | None) -> None:
    for path in ("/static/kit.css", "/static/kit.js", "/static/icons.svg", "/"):
        answer = app.test_client().get(path, headers={"Accept-Encoding": accepts})
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in answer.headers["Vary"]
