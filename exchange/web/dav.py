"""A calendar link as a CalDAV collection, to be read only: for DAVx5, Apple, Thunderbird, Evolution and vdirsyncer.

``/dav/`` asks for the link's token as the password (any user name does), so that a program finds the calendar by the
host alone; ``/dav/<token>/`` has it in the address. Nobody writes, and what a link shows is what its feed shows.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import quote
from xml.etree.ElementTree import Element

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from exchange.actions import calendar_bodies as bodies
from exchange.actions.calendars import token_hash
from exchange.domain.calendars import LinkState, link_state
from exchange.feeds.assemble import farewell
from exchange.feeds.clients import recognise
from exchange.feeds.collection import resources
from exchange.feeds.conditional import not_modified
from exchange.feeds.entries import Origin
from exchange.store import calendar_feeds as store
from exchange.store.calendar_feeds import Subscription
from exchange.store.calendar_objects import Known, State
from exchange.web import clock, security
from exchange.web.access import public
from exchange.web.database import db
from exchange.web.dav_shown import Shown, body_of
from exchange.web.dav_xml import (
    SERVER,
    Properties,
    Question,
    QuestionError,
    caldav,
    dav,
    element,
    missing,
    multistatus,
    read,
    refusal,
    response,
)
from exchange.web.feeds import ident_of
from exchange.web.guessing import Guesses

log = logging.getLogger(__name__)
pages = Blueprint("dav", __name__)
security.csrf.exempt(pages)  # no cookie counts here, and nothing is written

ROOT = "/dav/"
COLLECTION = "calendar/"
_COLLECTION_PATHS = frozenset({COLLECTION, COLLECTION.rstrip("/")})
READS = ("GET", "PROPFIND", "REPORT")
WRITES = ("PUT", "DELETE", "PATCH", "PROPPATCH", "MKCALENDAR", "MKCOL", "MOVE", "COPY", "LOCK", "UNLOCK")
_HEADERS = {"DAV": "1, 3, calendar-access", "Cache-Control": "private, no-cache", "Referrer-Policy": "no-referrer"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_XML = {"Content-Type": "application/xml; charset=utf-8"}


@pages.route("/.well-known/caldav", methods=["GET", "PROPFIND"])
@public
def well_known() -> ResponseReturnValue:
    """Where programs begin that know no more than a host (RFC 6764 section 5)."""
    return Response(status=301, headers=_HEADERS | {"Location": ROOT})


@pages.route(ROOT, methods=[*READS, *WRITES, "OPTIONS"], provide_automatic_options=False)
@public
def root() -> ResponseReturnValue:
    """Where a program begins that has the token as its password."""
    return answer("")


@pages.route(f"{ROOT}<path:address>", methods=[*READS, *WRITES, "OPTIONS"], provide_automatic_options=False)
@public
def answer(address: str) -> ResponseReturnValue:
    """All of a link's addresses: the root, which is the owner as well, the collection, and its objects."""
    if request.method == "OPTIONS":
        return Response(status=200, headers=_HEADERS | {"Allow": ", ".join((*READS, "HEAD", "OPTIONS"))})
    try:
        return _answered(address, clock.now())
    except SQLAlchemyError:
        log.exception("The database does not answer; a calendar collection cannot be had.")
        return Response("This calendar cannot be had at the moment.\n", 503, _HEADERS | _TEXT | {"Retry-After": "600"})


def _answered(address: str, now: datetime) -> Response:
    in_address = address.startswith("exf_")
    token, _, path = address.partition("/") if in_address else (_password(), "", address)
    link = _link(token, now)
    if link is None:
        return _refused(now, ask=not in_address)
    if request.method in WRITES:
        return Response("This calendar is to be read only.\n", 403, _HEADERS | _TEXT)
    shown = _shown(link, f"{ROOT}{token}/" if in_address else ROOT, now)
    return _object(shown, path, now) if request.method in {"GET", "HEAD"} else _told(shown, path)


def _password() -> str:
    sent = request.authorization
    return (sent.password or "") if sent is not None and sent.type == "basic" else ""


def _link(token: str, now: datetime) -> Subscription | None:
    """The link of this token. One whose owner has left is switched off from now on."""
    with db.engine.connect() as connection:
        link = store.subscription(connection, token_hash(token))
    if link is None or link_state(link.revoked_at, now) is LinkState.GONE:
        return None
    if not link.owner_active and link_state(link.revoked_at, now) is LinkState.LIVE:
        return bodies.switch_off_of_leaver(db.session(), link, now=now)
    return link


def _refused(now: datetime, *, ask: bool) -> Response:
    """Unknown, malformed and long switched off are the same. Who sends no password at all has guessed nothing."""
    guesses: Guesses = current_app.extensions.setdefault("dav_guesses", Guesses(30, timedelta(minutes=1)))
    if (not ask or request.authorization is not None) and guesses.too_many(request.remote_addr or "", now):
        return Response("Too many unknown addresses. Wait a minute.\n", 429, _HEADERS | _TEXT)
    if ask:
        challenge = {"WWW-Authenticate": 'Basic realm="Exchange calendar", charset="UTF-8"'}
        return Response("Give the token of a calendar link as the password.\n", 401, _HEADERS | _TEXT | challenge)
    return Response("There is no such calendar.\n", 404, _HEADERS | _TEXT)


def _shown(link: Subscription, base: str, now: datetime) -> Shown:
    if link.revoked_at is not None and link_state(link.revoked_at, now) is LinkState.SWITCHED_OFF:
        return _farewell(link, link.revoked_at, base)
    state = bodies.collected(db.session(), link, now=now)
    if link.fetched_at is None or now - link.fetched_at >= bodies.NOTED_EVERY:
        bodies.note_fetch(db.session(), link.link_id, recognise(request.user_agent.string).name, now=now)
    return Shown(base, link.label, link.link_id, state)


def _farewell(link: Subscription, switched_off_at: datetime, base: str) -> Shown:
    """One event in the place of all others, as the feed does: programs would keep what they had after an error.

    Its state follows on no other, so that a program with a token from before begins anew and drops the rest.
    """
    origin = Origin(link.host, link.base_url)
    event = farewell(ident_of(link), link.host, origin.mailbox, switched_off_at, origin.url("/calendars"))
    (one,) = resources(event, None)
    return Shown(base, link.label, link.link_id, State("", "off", 0, 0, switched_off_at), one)


def _object(shown: Shown, path: str, now: datetime) -> Response:
    name = path.removeprefix(COLLECTION)
    one = shown.named([name]).get(name) if path.startswith(COLLECTION) else None
    if one is None:
        return Response("There is nothing here.\n", 404, _HEADERS | _TEXT)
    headers = _HEADERS | {"Content-Type": "text/calendar; charset=utf-8; component=vevent", "ETag": one.etag}
    sent = request.headers.get("If-None-Match")
    changed_at = shown.state.changed_at
    if sent is not None and not_modified(one.etag, changed_at, now, if_none_match=sent, if_modified_since=None):
        return Response(status=304, headers=headers)
    return Response(body_of(one), 200, headers)


def _told(shown: Shown, path: str) -> Response:
    try:
        question = read(request.get_data())
    except QuestionError as fault:
        return Response(f"{fault}\n", 400, _HEADERS | _TEXT)
    if request.method == "REPORT":
        return _report(shown, path, question)
    found = list(_properties(shown, path, question))
    if not found:
        return Response("There is nothing here.\n", 404, _HEADERS | _TEXT)
    return Response(multistatus(found), 207, _HEADERS | _XML)


def _properties(shown: Shown, path: str, question: Question) -> Iterator[Element]:
    """One answer for each resource that was asked about."""
    collection = shown.base + COLLECTION
    deep = request.headers.get("Depth", "0") != "0"
    if path == "":
        yield response(shown.base, _of_root(shown), question.wanted)
        if deep:
            yield response(collection, _of_collection(shown), question.wanted)
    elif path in _COLLECTION_PATHS:
        yield response(collection, _of_collection(shown), question.wanted)
        for one in shown.all() if deep else ():
            yield response(_href(shown, one), _of_object(one, data=False), question.wanted)
    else:
        for one in shown.named([path.removeprefix(COLLECTION)]).values():
            yield response(_href(shown, one), _of_object(one, data=False), question.wanted)


def _report(shown: Shown, path: str, question: Question) -> Response:
    if question.kind == dav("sync-collection") and path in _COLLECTION_PATHS:
        return _changes(shown, question)
    found: Iterator[Element] = iter(())
    if question.kind == caldav("calendar-multiget"):
        found = _by_name(shown, question)
    elif question.kind == caldav("calendar-query"):
        inside = shown.between(question.first, question.last) if question.events else ()
        found = (response(_href(shown, one), _of_object(one), question.wanted) for one in inside)
    else:
        return Response(refusal("supported-report"), 403, _HEADERS | _XML)
    return Response(multistatus(found), 207, _HEADERS | _XML)


def _by_name(shown: Shown, question: Question) -> Iterator[Element]:
    names = [href.removeprefix(shown.base + COLLECTION) for href in question.hrefs]
    known = shown.named(names)
    for href, name in zip(question.hrefs, names, strict=True):
        one = known.get(name)
        yield response(_href(shown, one), _of_object(one), question.wanted) if one else missing(quote(href))


def _changes(shown: Shown, question: Question) -> Response:
    """What has changed since a token, or all (RFC 6578), as a whole: one change may concern many objects."""
    data = caldav("calendar-data") in (question.wanted or ())
    found = shown.since(question.token, bodies=data) if question.token else shown.all(bodies=data)
    if found is None:
        return Response(refusal("valid-sync-token"), 403, _HEADERS | _XML)
    if question.most is not None and len(found) > question.most:
        return Response(refusal("number-of-matches-within-limits"), 507, _HEADERS | _XML)
    told = [
        missing(_href(shown, one))
        if one.removed
        else response(_href(shown, one), _of_object(one, data=data), question.wanted)
        for one in found
    ]
    return Response(multistatus([*told, element(dav("sync-token"), text=shown.token)]), 207, _HEADERS | _XML)


def _href(shown: Shown, one: Known) -> str:
    return shown.base + COLLECTION + quote(one.name)


def _of_root(shown: Shown) -> Properties:
    return _named(
        element(dav("resourcetype"), element(dav("collection")), element(dav("principal"))),
        element(dav("displayname"), text="Exchange"),
        element(dav("current-user-principal"), element(dav("href"), text=shown.base)),
        element(dav("principal-URL"), element(dav("href"), text=shown.base)),
        element(caldav("calendar-home-set"), element(dav("href"), text=shown.base)),
        _privileges(),
    )


def _of_collection(shown: Shown) -> Properties:
    reports = (caldav("calendar-query"), caldav("calendar-multiget"), dav("sync-collection"))
    supported = [element(dav("supported-report"), element(dav("report"), element(name))) for name in reports]
    return _named(
        element(dav("resourcetype"), element(dav("collection")), element(caldav("calendar"))),
        element(dav("displayname"), text=f"Exchange: {shown.name}"),
        element(dav("current-user-principal"), element(dav("href"), text=shown.base)),
        element(dav("owner"), element(dav("href"), text=shown.base)),
        element(f"{{{SERVER}}}getctag", text=shown.tag),
        element(dav("getetag"), text=shown.tag),
        element(dav("sync-token"), text=shown.token),
        element(caldav("supported-calendar-component-set"), element(caldav("comp"), name="VEVENT")),
        element(dav("supported-report-set"), *supported),
        _privileges(),
    )


def _of_object(one: Known, *, data: bool = True) -> Properties:
    known = [
        element(dav("resourcetype")),
        element(dav("getetag"), text=one.etag),
        element(dav("getcontenttype"), text="text/calendar; charset=utf-8; component=vevent"),
    ]
    return _named(*known, *([element(caldav("calendar-data"), text=body_of(one).decode())] if data else []))


def _privileges() -> Element:
    """Reading, and nothing else: programs then offer no editing."""
    return element(dav("current-user-privilege-set"), element(dav("privilege"), element(dav("read"))))


def _named(*elements: Element) -> Properties:
    return {one.tag: one for one in elements}
