"""The schema of the database against the one this version of the code knows, and moving it up and down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import flask_migrate
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask

from exchange.web.config import ConfigurationError


class Standing(StrEnum):
    CURRENT = "current"
    OLDER = "older"
    NEWER = "newer"


@contextmanager
def _looked_after(app: Flask) -> Iterator[None]:
    """Work on the database and close every connection afterwards: a command ends, or a server forks, with none open."""
    with app.app_context():
        try:
            yield
        finally:
            app.extensions["sqlalchemy"].engine.dispose()


def revisions(app: Flask) -> tuple[str, str]:
    """The revision of the database (empty before the first migration) and the newest one that the code knows."""
    with _looked_after(app):
        with app.extensions["sqlalchemy"].engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_heads()
        newest = _scripts(app).get_heads()
    return ", ".join(found), ", ".join(newest)


def standing(app: Flask) -> Standing:
    found, newest = revisions(app)
    if found == newest:
        return Standing.CURRENT
    with app.app_context():
        known = {script.revision for script in _scripts(app).walk_revisions()}
    return Standing.OLDER if not found or found in known else Standing.NEWER


def require_known(app: Flask) -> None:
    """Refuse a database that a newer version of Exchange has upgraded."""
    if standing(app) is Standing.NEWER:
        found, newest = revisions(app)
        raise ConfigurationError(
            f"The database is newer than this version of Exchange: it stands at revision {found}, and this version "
            f"knows revisions up to {newest}. Install the newer version, or restore the backup from before its upgrade."
        )


def require_current(app: Flask) -> None:
    """Refuse to work on a database that is newer than the code, or that still has to be upgraded."""
    require_known(app)
    if standing(app) is Standing.OLDER:
        raise ConfigurationError("The database has to be upgraded first. Run: exchange db upgrade")


def upgrade(app: Flask) -> bool:
    """Bring the database to the newest schema; False when it was there already."""
    require_known(app)
    if standing(app) is Standing.CURRENT:
        return False
    with _looked_after(app):
        flask_migrate.upgrade()
    return True


def downgrade(app: Flask, revision: str) -> None:
    """Take the database back to an earlier revision; what only the later schema can hold is lost.

    Raises:
        ConfigurationError: there is no such revision.
    """
    require_known(app)
    with _looked_after(app):
        known = [script.revision for script in _scripts(app).walk_revisions()]
        if revision not in {*known, "base"}:
            raise ConfigurationError(
                f"There is no revision “{revision}”. There are: {', '.join([*reversed(known), 'base'])}."
            )
        flask_migrate.downgrade(revision=revision)


def _scripts(app: Flask) -> ScriptDirectory:
    return ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
