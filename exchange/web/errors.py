"""Every failure becomes a page that says what happened and what to do, with a reference found again in the log."""

from __future__ import annotations

import logging
import secrets

from flask import Flask, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from exchange.actions.writing import Refused
from exchange.domain.verdict import Refusal

log = logging.getLogger(__name__)

STATUS = {
    Refusal.NOT_FOUND: 404,
    Refusal.FORBIDDEN: 403,
    Refusal.CONFLICT: 409,
    Refusal.INVALID: 422,
}

_PAGES = {
    400: ("This request could not be read", "Go back, load the page again and try once more."),
    403: ("This is not open to you", "Ask a colleague whose role allows it, or an administrator."),
    404: ("There is nothing here", "Check the address. It may also be that it is not yours to see."),
    405: ("This address does not take that", "Go back and use the buttons on the page."),
    409: ("This has moved on", "Load the page again to see how it stands now."),
    413: ("That is too large", "Send a smaller file, or split it."),
    422: ("This cannot be done as asked", "Go back, change what the sentence names, and try again."),
    429: ("Too many requests", "Wait a minute, then try again."),
}
_DEFAULT = (
    "Something went wrong here",
    "Nothing was changed. Try again; if it stays, give the reference to an administrator.",
)


def register(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def page(status: int, reasons: tuple[str, ...] = (), reference: str | None = None) -> ResponseReturnValue:
    """The error page for a status; ``reasons`` are the sentences that are particular to this case."""
    title, advice = _PAGES.get(status, _DEFAULT)
    return render_template("error.html", title=title, reasons=reasons, advice=advice, reference=reference), status


def _refused(refusal: Refused) -> ResponseReturnValue:
    kind = refusal.verdict.refusal or Refusal.INVALID
    return page(STATUS[kind], () if kind is Refusal.NOT_FOUND else refusal.verdict.reasons)


def _forged(error: CSRFError) -> ResponseReturnValue:
    return page(400, (f"The form was too old or came from elsewhere ({error.description})",))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    written = error.description if error.code == 403 else None
    answer = make_response(page(error.code or 500, (written,) if written else ()))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110 section 15.5.6
    return answer


def _unexpected(error: Exception) -> ResponseReturnValue:
    reference = secrets.token_hex(4)
    log.error("Reference %s", reference, exc_info=error)
    return page(500, (), reference)
