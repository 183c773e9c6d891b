"""``exchange demo``: migrate, fill an empty database, say how to sign in, serve on loopback with the scheduler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from exchange.actions import calendars, populations
from exchange.demo.filling import fill
from exchange.demo.signins import PASSWORD, SIGN_INS
from exchange.feeds.entries import Origin
from exchange.jobs.scheduler import Scheduler
from exchange.jobs.table import jobs, scheduler_for
from exchange.matching.model_files import ModelError, install_model
from exchange.store.engine import open_engine
from exchange.store.people import id_by_email
from exchange.web import ConfigurationError, Settings, config, create_app, migrations, serving
from exchange.web.navigation import ROLE_WORDS

HOST = "127.0.0.1"


def run(*, port: int | None, say: Callable[[str], None], now: datetime) -> None:
    """Prepare the world and, unless ``port`` is None, serve it until stopped.

    Raises:
        ConfigurationError: the port is busy, the database is newer than the code, or it holds other people.
    """
    settings = config.from_environment()
    opened = None if port is None else serving.listen(HOST, port)
    if opened is not None:
        settings = replace(settings, base_url=f"http://{HOST}:{serving.port_of(opened)}", secure_cookies=False)
    app = create_app(settings)
    migrations.upgrade(app)
    engine = open_engine(settings.database_url)
    with sessionmaker(engine)() as session:
        if populations.is_empty(session):  # what is filled in next is published under this address from the start
            calendars.refresh(session, Origin(settings.instance_id, settings.base_url), now=now)
        filled = fill(session, settings.answering, now=now)
        _require_demo(session)
    engine.dispose()
    say(f"The invented world is {'ready' if filled else 'as it was left'}: {settings.database_url}")
    say(_put_model(settings.data / "model"))
    if opened is not None:
        say(_welcome(settings.base_url))
        serving.serve(app, opened, serving.Manner(workers=1, threads=4, quiet=True), _scheduler(settings))


def _put_model(folder: Path) -> str:
    """Put the language model into the data folder where its weights are at hand; a sentence about it."""
    try:
        install_model(folder)
    except ModelError as error:
        return f"People are matched by shared words only. {error}"
    return "The language model reads what people have written, in the background."


def _scheduler(settings: Settings) -> Scheduler:
    """The clock beside the one serving process; it starts its threads there and not here."""
    table = jobs(
        smtp_url=settings.smtp_url,
        base_url=settings.base_url,
        instance_id=settings.instance_id,
        answering=settings.answering,
    )
    return scheduler_for(settings.database_url, table, settings.data)


def _require_demo(session: Session) -> None:
    if id_by_email(session, SIGN_INS[0].email) is None:
        raise ConfigurationError(
            "This database holds other people than those of the demo. Set EXCHANGE_DATA to an empty folder, or serve "
            "what is here with: exchange serve"
        )


def _welcome(address: str) -> str:
    width = max(len(one.email) for one in SIGN_INS)
    lines = [
        "",
        f"  Exchange is at {address}  (stop it with Ctrl+C)",
        "",
        f"  Sign in as one of these, all with the password: {PASSWORD}",
        "",
        *(f"    {one.email:<{width}}  {one.name}, {ROLE_WORDS[one.role]}" for one in SIGN_INS),
        "",
    ]
    return "\n".join(lines)
