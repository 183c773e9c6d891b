"""The one public address of a calendar link. Its readers are programs, and some of them are unforgiving.

Thunderbird switches a calendar off until it is restarted when it meets 429 or 503, and for good at 410; so a link that
is valid gets its stored body when anything else fails. What the token is worth is decided by one statement; there is no
session, no cookie and no redirect. Neither the address nor the token is ever logged.

Almost all requests are polls without a change, so :class:`Shortcut` answers them before Flask prepares what pages need.
"""

from __future__ import annotations

import gzip
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Request, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from exchange.actions import calendar_bodies as bodies
from exchange.actions.calendar_bodies import Stored
from exchange.actions.calendars import token_hash
from exchange.domain.calendars import LinkState, link_state
from exchange.feeds.assemble import compress, etag, tombstone
from exchange.feeds.clients import recognise, wants_plain_body
from exchange.feeds.conditional import last_modified, not_modified
from exchange.feeds.entries import Origin
from exchange.store import calendar_feeds as store
from exchange.store.calendar_feeds import Subscription
from exchange.web import clock, security
from exchange.web.access import public
from exchange.web.database import db
from exchange.web.guessing import Guesses
from exchange.web.last_served import LastServed, Served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger(__name__)
pages = Blueprint("feeds", __name__)

BELOW = "/cal/"
FREE_BUSY = "freebusy.ifb"
CALENDAR = "text/calendar; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
_PRIVATE = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Vary": "Accept-Encoding",
}


class SessionsOfPages(SecureCookieSessionInterface):
    """Calendars have no session. Flask-Login asks for one after each request: that alone adds ``Vary: Cookie``."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if request.blueprint not in {pages.name, "dav"}:
            super().save_session(app, session, response)


@pages.get("/cal/<path:address>")
@public
def show(address: str) -> ResponseReturnValue:
    """The same as by the shortcut, which is why no program comes here; the route says who may use the address."""
    return answer(request, address)


class Shortcut:
    """In front of Flask: reading a calendar costs a third without the session, sign-in and forms of pages.

    Every other method, and what fails here, goes the usual way to its error page.
    """

    def __init__(self, app: Flask) -> None:
        self._app, self._usual = app, app.wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        asked = Request(environ)
        if asked.method not in {"GET", "HEAD"} or not asked.path.startswith(BELOW):
            return self._usual(environ, start_response)
        try:
            with self._app.app_context():
                response = answer(asked, asked.path.removeprefix(BELOW))
        except Exception:
            log.exception("A calendar could not be answered the short way.")
            return self._usual(environ, start_response)
        security.protect(response.headers, secure=asked.is_secure)
        return response(environ, start_response)


def answer(asked: Request, address: str) -> Response:
    """``<token>/<name>.ics`` or ``<token>/freebusy.ifb``; every other form is as unknown as a token that never was."""
    token, _, name = address.partition("/")
    now, hashed = clock.now(), token_hash(token)
    try:
        with db.engine.connect() as connection:
            link = store.subscription(connection, hashed)
    except SQLAlchemyError:
        log.exception("The database does not answer; calendars are served as they were served last.")
        return _unavailable() if name == FREE_BUSY else _from_memory(asked, hashed, now)
    if link is None or not (name.endswith(".ics") or name == FREE_BUSY) or "/" in name:
        return _unknown(asked, now)
    if link_state(link.revoked_at, now) is not LinkState.LIVE or not link.owner_active:
        _memory().forget(hashed)
    if not link.owner_active and link_state(link.revoked_at, now) is LinkState.LIVE:
        link = bodies.switch_off_of_leaver(db.session(), link, now=now)
    match link_state(link.revoked_at, now):
        case LinkState.LIVE:
            return _live(asked, link, hashed, name, now)
        case LinkState.SWITCHED_OFF:
            return _switched_off(asked, link, name, now)
        case LinkState.GONE:
            return Response("This calendar link was switched off.\n", 410, _PRIVATE | {"Content-Type": TEXT})


def _live(asked: Request, link: Subscription, hashed: str, name: str, now: datetime) -> Response:
    stored = bodies.up_to_date(link, bodies.key_of(link, now)) or _built_anew(link, now)
    if stored is None:
        return _unavailable()
    _note(asked, link, now)
    if name == FREE_BUSY:
        return _free_busy(asked, link, stored, now)
    headers = _headers(asked, stored, name)
    if _has_it(asked, stored, now):
        _memory().confirm(hashed, Served(now, stored.changed_at, headers, None))
        return Response(status=304, headers=headers)
    compressed = _takes_gzip(asked)
    with db.engine.connect() as connection:
        body = store.bytes_of(connection, link.link_id, compressed=compressed)
    headers |= {"Content-Encoding": "gzip"} if compressed else {}
    _memory().keep(hashed, Served(now, stored.changed_at, headers, body))
    return Response(body, 200, headers)


def _free_busy(asked: Request, link: Subscription, stored: Stored, now: datetime) -> Response:
    """Written for each request, since few programs ask and the answer moves with the day."""
    try:
        body = bodies.free_busy_for(db.session(), link, stored, now=now)
    except SQLAlchemyError:
        log.exception("The busy times of link %s could not be read.", link.link_id)
        return _unavailable()
    told = Stored(etag(body), stored.changed_at)
    headers = _headers(asked, told, FREE_BUSY)
    sent = asked.headers.get("If-None-Match")  # by its tag alone: it changes on days when the calendar does not
    if sent is not None and _has_it(asked, told, now):
        return Response(status=304, headers=headers)
    return Response(body, 200, headers)


def _from_memory(asked: Request, hashed: str, now: datetime) -> Response:
    served = _memory().get(hashed, now)
    if served is None:
        return _unavailable()
    body, headers = served.body, dict(served.headers)
    if _has_it(asked, Stored(served.etag, served.changed_at), now):
        headers.pop("Content-Encoding", None)
        return Response(status=304, headers=headers)
    if body is None:
        return _unavailable()
    if "Content-Encoding" in headers and not _takes_gzip(asked):
        body = gzip.decompress(body)
        del headers["Content-Encoding"]
    return Response(body, 200, headers)


def _unavailable() -> Response:
    headers = _PRIVATE | {"Content-Type": TEXT, "Retry-After": "600"}
    return Response("This calendar cannot be had at the moment.\n", 503, headers)


def _memory() -> LastServed:
    memory: LastServed = current_app.extensions.setdefault("feeds_last_served", LastServed())
    return memory


def _built_anew(link: Subscription, now: datetime) -> Stored | None:
    """How the body stands now; if it cannot be built anew, how it stood; None where there never was one."""
    try:
        return bodies.current(db.session(), link, now=now)
    except (SQLAlchemyError, ValueError, AssertionError):
        log.exception("The calendar of link %s could not be built; what is stored is served.", link.link_id)
        db.session.rollback()
        return Stored(link.etag, link.changed_at) if link.changed_at is not None else None


def _note(asked: Request, link: Subscription, now: datetime) -> None:
    if link.fetched_at is not None and now - link.fetched_at < bodies.NOTED_EVERY:
        return
    try:
        bodies.note_fetch(db.session(), link.link_id, recognise(asked.user_agent.string).name, now=now)
    except SQLAlchemyError:
        log.exception("It could not be noted that link %s was fetched.", link.link_id)
        db.session.rollback()


def _switched_off(asked: Request, link: Subscription, name: str, now: datetime) -> Response:
    assert link.revoked_at is not None
    origin = Origin(link.host, link.base_url)
    body = tombstone(ident_of(link), link.host, origin.mailbox, link.revoked_at, origin.url("/calendars"))
    stored = Stored(etag(body), link.revoked_at)
    headers = _headers(asked, stored, name)
    if _has_it(asked, stored, now):
        return Response(status=304, headers=headers)
    if _takes_gzip(asked):
        return Response(compress(body), 200, headers | {"Content-Encoding": "gzip"})
    return Response(body, 200, headers)


def ident_of(link: Subscription) -> str:
    """The number of a link is nobody's business; its digest names it as well."""
    return blake2b(str(link.link_id).encode(), digest_size=8).hexdigest()


def _headers(asked: Request, stored: Stored, name: str) -> dict[str, str]:
    manner = "attachment" if asked.args.get("dl") else "inline"
    safe = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in ".-_")) or "x.ics"
    return _PRIVATE | {
        "Content-Type": CALENDAR,
        "ETag": stored.etag,
        "Last-Modified": last_modified(stored.changed_at),
        "Content-Disposition": f'{manner}; filename="{safe}"',
    }


def _has_it(asked: Request, stored: Stored, now: datetime) -> bool:
    return not_modified(
        stored.etag,
        stored.changed_at,
        now,
        if_none_match=asked.headers.get("If-None-Match"),
        if_modified_since=asked.headers.get("If-Modified-Since"),
    )


def _takes_gzip(asked: Request) -> bool:
    return asked.accept_encodings["gzip"] > 0 and not wants_plain_body(asked.user_agent.string)


def _unknown(asked: Request, now: datetime) -> Response:
    guesses: Guesses = current_app.extensions.setdefault("feed_guesses", Guesses(30, timedelta(minutes=1)))
    headers = _PRIVATE | {"Content-Type": TEXT}
    if guesses.too_many(asked.remote_addr or "", now):
        return Response("Too many unknown addresses. Wait a minute.\n", 429, headers)
    return Response("There is no such calendar.\n", 404, headers)
