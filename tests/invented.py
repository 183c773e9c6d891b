"""The invented world on SQLite, filled once for all the processes of a test run."""

from __future__ import annotations

import fcntl
from pathlib import Path

from sqlalchemy.orm import sessionmaker

from exchange.demo.filling import fill
from exchange.store.engine import open_engine
from exchange.web import Settings, create_app, migrations
from tests.cast import NOW
from tests.engines import SECRET_KEY


def settings_of(folder: Path) -> Settings:
    """Where the world lives in this folder."""
    return Settings(folder, f"sqlite:///{folder}/demo.sqlite3", SECRET_KEY, secure_cookies=False)


def filled_once(folder: Path) -> Path:
    """The file that holds the world at the tests' instant; whoever comes first fills it, the others wait."""
    folder.mkdir(exist_ok=True)
    ready = folder / "filled.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _fill(folder).rename(ready)
    return ready


def _fill(folder: Path) -> Path:
    settings = settings_of(folder)
    migrations.upgrade(create_app(settings))
    engine = open_engine(settings.database_url)
    with sessionmaker(engine)() as session:
        fill(session, settings.answering, now=NOW)
    engine.dispose()
    return folder / "demo.sqlite3"
