"""Headers on every answer, and the guard against forged requests."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, g, request
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError, validate_csrf
from werkzeug.datastructures import Headers
from werkzeug.routing import IntegerConverter, Map
from wtforms.validators import ValidationError

csrf = CSRFProtect()

LARGEST_NUMBER = 2**31 - 1  # what an id's column holds on PostgreSQL; a larger one in an address is no record's

_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


class RecordNumber(IntegerConverter):
    """A record's number in an address. One that no database could hold is not found, on either engine."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=0, max=LARGEST_NUMBER)


def register(app: Flask) -> None:
    app.url_map.converters["int"] = RecordNumber
    app.before_request(_refuse_nul)
    csrf.init_app(app)
    app.before_request(_make_nonce)
    app.after_request(_add_headers)
    app.jinja_env.globals["csp_nonce"] = lambda: g.csp_nonce


def require_token() -> None:
    """Refuse a form without its token, as the guard does, for a page that sends no referrer."""
    try:
        validate_csrf(request.form.get("csrf_token"))
    except ValidationError as error:
        raise CSRFError(str(error)) from error


def policy(nonce: str) -> str:
    """The Content-Security-Policy: nothing from elsewhere, no inline script, one nonced style block for positions."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _refuse_nul() -> None:
    """No text that somebody means holds a NUL, and PostgreSQL cannot keep one."""
    for values in (request.args, request.form):
        for name, texts in values.lists():
            if "\0" in name or any("\0" in text for text in texts):
                abort(400)
    if "\0" in request.path and not request.path.startswith(
        ("/cal/", "/dav/")
    ):  # a feed answers every wrong address alike
        abort(404)


def _make_nonce() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)


def protect(headers: Headers, *, secure: bool, nonce: str = "") -> None:
    """Add the headers that every answer has, where the answer says nothing else."""
    headers.setdefault("Content-Security-Policy", policy(nonce or secrets.token_urlsafe(16)))
    for name, value in _ALWAYS:
        headers.setdefault(name, value)
    if secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


def _add_headers(response: Response) -> Response:
    protect(response.headers, secure=request.is_secure, nonce=g.get("csp_nonce", ""))
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
