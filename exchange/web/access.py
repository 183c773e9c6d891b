"""The first of three rings: every route says who may use it, and one that does not cannot start.

``@allowed(Permission.…)`` stands on each view; ``@public`` on the few that need no sign-in. The second ring is the
scoped fetch (what one may not know of is not found), the third the verdict of ``exchange.domain.access``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.exceptions import Forbidden

from exchange.actions import accounts
from exchange.domain import access
from exchange.domain.access import Permission
from exchange.domain.actors import Actor
from exchange.store import sessions
from exchange.store.sessions import SignedIn
from exchange.web import clock
from exchange.web.config import ConfigurationError
from exchange.web.database import db
from exchange.web.wording import reader_in

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
_RULE = "_exchange_rule"


class User(UserMixin):
    """What Flask-Login carries: the server-side session, whose id is a token that can be revoked."""

    def __init__(self, token: str, signed_in: SignedIn) -> None:
        self.token = token
        self.signed_in = signed_in

    def get_id(self) -> str:
        return self.token


def allowed(permission: Permission) -> Callable[[View], View]:
    """Open a view to the roles that hold this permission."""

    def mark(view: View) -> View:
        setattr(view, _RULE, permission)
        return view

    return mark


def public(view: View) -> View:
    """Open a view to everybody, signed in or not."""
    setattr(view, _RULE, PUBLIC)
    return view


def rule_of(app: Flask, endpoint: str) -> Permission | str | None:
    """The permission of an endpoint, ``PUBLIC``, or None where nothing was declared."""
    if endpoint == "static":
        return PUBLIC
    return cast("Permission | str | None", getattr(app.view_functions[endpoint], _RULE, None))


def register(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the session lives on the server; roaming users keep theirs
    manager.user_loader(load)
    app.before_request(_gate)
    for rule in app.url_map.iter_rules():
        if rule_of(app, rule.endpoint) is None:
            raise ConfigurationError(f"The route {rule.rule} says nothing about who may use it.")


def actor() -> Actor:
    """Who is behind this request. Only on routes that need sign-in."""
    return signed_in().actor


def signed_in() -> SignedIn:
    return cast("User", current_user).signed_in


def token() -> str:
    return cast("User", current_user).token


def may(permission: Permission) -> bool:
    """For templates: whether to offer something at all."""
    return bool(current_user.is_authenticated) and access.may(actor(), permission)


def safe_next(path: str | None) -> str:
    """A path on this site to return to after sign-in; anything else becomes the dashboard."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable():
        return path
    return url_for("dashboard.show")


def load(token: str) -> User | None:
    """The user behind a session token, or None when the session is over."""
    now = clock.now()
    found = sessions.signed_in(
        db.session(),
        accounts.token_hash(token),
        alive_since=now - accounts.IDLE,
        created_since=now - accounts.ABSOLUTE,
    )
    if found is None:
        return None
    g.reader = reader_in(found.zone, found.locale)
    return User(token, found)


def _gate() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # no such route: the 404 needs no permission
    rule = rule_of(current_app, request.endpoint)
    if rule == PUBLIC:
        return None
    if not current_user.is_authenticated:
        session.clear()
        target = request.full_path if request.method == "GET" and request.query_string else request.path
        return redirect(url_for("account.sign_in", next=target if request.method == "GET" else None), code=303)
    _touch(clock.now())
    if not isinstance(rule, Permission) or not access.may(actor(), rule):
        raise Forbidden("Your role does not open this page. Ask a colleague who may, or an administrator.")
    return None


def _touch(now: datetime) -> None:
    seen = signed_in()
    if now - seen.last_seen_at >= accounts.TOUCH_EVERY:
        accounts.touch(db.session(), seen.session_id, now=now)
