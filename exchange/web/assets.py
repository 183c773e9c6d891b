"""Static files: addresses that change with the content, long caching, small transfers; and the look that is chosen.

``asset('kit.css')`` gives ``/static/kit.css?v=<first ten hex digits of its SHA-256>``. An answer to such an address may
be kept for a year (RFC 8246, immutable), since a changed file has another address. All scripts share one version,
because kit.js loads the others and passes its own version on to them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import current_app, g, request, url_for
from flask_compress import Compress

from exchange.web.hues import hue, letters

if TYPE_CHECKING:
    from flask import Flask, Response

# Calendars are not among them: they are kept compressed, and some programs must get them plain.
COMPRESSED_TYPES = [
    "text/html",
    "text/css",
    "text/javascript",
    "text/plain",
    "text/csv",
    "application/json",
    "image/svg+xml",
]
YEAR_S = 31_536_000
THEMES = frozenset({"light", "dark"})


class Versions:
    """The versions of the files in a folder: read once, or at each use while the application is being written."""

    def __init__(self, folder: Path, *, remember: bool) -> None:
        self._folder = folder
        self._remember = remember
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Ten hex digits that change with the file; for a script, with any script.

        Raises:
            FileNotFoundError: when there is no such file.
        """
        key = "scripts" if name.endswith(".js") else name
        if not self._remember or key not in self._known:
            self._known[key] = self._digest(name)
        return self._known[key]

    def _digest(self, name: str) -> str:
        files = sorted(self._folder.rglob("*.js")) if name.endswith(".js") else [self._folder / name]
        digest = hashlib.sha256()
        for file in files:
            digest.update(file.read_bytes())
        return digest.hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, with its version. A page asks for that of the icons fifty times."""
    known: dict[str, str] = g.setdefault("asset_addresses", {})
    if name not in known:
        known[name] = url_for("static", filename=name, v=_versions().of(name))
    return known[name]


def chosen_theme() -> str:
    """``light`` or ``dark`` as the reader chose, or nothing: then the page follows the system."""
    theme = request.cookies.get("theme", "")
    return theme if theme in THEMES else ""


def register(app: Flask) -> None:
    """Serve versioned files for good, compress answers, and give the templates ``asset``, ``theme`` and the hues."""
    app.extensions["asset_versions"] = Versions(Path(app.static_folder or "static"), remember=not app.debug)
    app.config.setdefault("COMPRESS_ALGORITHM", ["br", "gzip"])
    app.config.setdefault("COMPRESS_ALGORITHM_STREAMING", ["br", "deflate"])
    app.config.setdefault("COMPRESS_MIMETYPES", COMPRESSED_TYPES)
    app.config.setdefault("COMPRESS_BR_LEVEL", 5)
    Compress(app)
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.filters.update(hue=hue, letters=letters)
    app.context_processor(lambda: {"theme": chosen_theme()})
    app.after_request(_finish_static)  # after Compress here, hence before it on the way out


def _versions() -> Versions:
    versions = current_app.extensions["asset_versions"]
    assert isinstance(versions, Versions)
    return versions


def _finish_static(response: Response) -> Response:
    """Keep a versioned file for good, and read it whole, so that every compression applies and the file is closed."""
    if request.endpoint != "static" or response.status_code != 200:
        return response
    if request.args.get("v") == _versions().of((request.view_args or {})["filename"]):
        response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    response.direct_passthrough = False
    content = response.get_data()
    response.close()
    response.set_data(content)
    return response
