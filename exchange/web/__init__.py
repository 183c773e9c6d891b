"""Pages, forms, permission gates. It reads from the store and writes only through the actions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from exchange.web import access, assets, config, database, errors, lapsing, navigation, security, wording
from exchange.web.blueprints import BLUEPRINTS
from exchange.web.config import ConfigurationError, Settings
from exchange.web.feeds import SessionsOfPages, Shortcut

__all__ = ["ConfigurationError", "Settings", "create_app", "resource"]

PACKAGE = Path(__file__).resolve().parent.parent
LARGEST_REQUEST = 20 * 1024 * 1024  # bytes; an import of 10,000 people is about 2 MB


def resource(name: str) -> str:
    """The folder of templates, static files or migrations: beside the package in a checkout, inside it in a wheel."""
    beside = PACKAGE.parent / name
    return str(beside if beside.is_dir() else PACKAGE / f"_{name}")


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:  # noqa: ANN401 - Flask's configuration values
    """The application. Without ``settings`` they are read from the environment.

    Raises:
        ConfigurationError: the settings must not serve requests, or a route says nothing about who may use it.
    """
    settings = settings or config.from_environment()
    config.require_sound(settings)
    app = Flask(
        "exchange",
        template_folder=resource("templates"),
        static_folder=resource("static"),
        static_url_path="/static",  # the same in a checkout and in a wheel
    )
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SESSION_COOKIE_NAME="exchange",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight is still good; the session's own limits apply
    )
    app.config.update(overrides)
    if app.config.get("LOGIN_DISABLED"):
        raise ConfigurationError("LOGIN_DISABLED is set: it would switch sign-in off. Remove it and start again.")
    app.session_interface = SessionsOfPages()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.register(app, resource("migrations"))
    security.register(app)
    assets.register(app)
    wording.register(app)
    errors.register(app)
    navigation.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.register(app)
    lapsing.register(app)
    app.wsgi_app = Shortcut(app)  # type: ignore[method-assign]  # Flask's way to put something in front of itself
    return app
