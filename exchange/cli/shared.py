"""What every command shares: a refusal becomes a sentence, and a session on the configured database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Commands(click.Group):
    """A group that turns what Exchange refuses into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


def _sentence(error: Exception) -> str | None:
    """What to tell about a failure that is no fault of the program; None for one that is."""
    from sqlalchemy.exc import OperationalError

    from exchange.actions.writing import Refused
    from exchange.jobs.mail import MailSettingsError
    from exchange.matching.model_files import ModelError
    from exchange.web.config import ConfigurationError

    if isinstance(error, (ConfigurationError, MailSettingsError, ModelError, Refused)):
        return str(error)
    if isinstance(error, OperationalError):
        return f"The database cannot be used: {error.orig}. Check EXCHANGE_DATABASE_URL and EXCHANGE_DATA."
    return None


@contextmanager
def opened_session() -> Iterator[Session]:
    """A session on the configured database, which must have the schema of this version."""
    from sqlalchemy.orm import sessionmaker

    from exchange.store.engine import open_engine
    from exchange.web import config, create_app, migrations

    settings = config.from_environment()
    migrations.require_current(create_app(settings))
    engine = open_engine(settings.database_url)
    try:
        with sessionmaker(engine)() as session:
            yield session
    finally:
        engine.dispose()


def now() -> datetime:
    return datetime.now(UTC)
