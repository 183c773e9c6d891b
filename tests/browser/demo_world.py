"""A copy of the invented world, served to a browser, with somebody signed in by a session of their own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from playwright.sync_api import BrowserContext
from sqlalchemy import select
from sqlalchemy.orm import sessionmaker

from exchange.actions.accounts import link_hash, token_hash
from exchange.domain.accounts import LINK_LASTS
from exchange.store.accounts import SignInLink
from exchange.store.engine import open_engine
from exchange.store.people import Person
from exchange.store.sessions import SignInSession
from exchange.web import create_app
from tests.browser.screens import ADMIN, places
from tests.cast import NOW
from tests.invented import settings_of
from tests.servers import served


@dataclass(frozen=True)
class DemoWorld:
    app: Flask
    address: str
    places: dict[str, str]
    cookies: dict[str, str]

    def url(self, path: str) -> str:
        return self.address + path.format(**self.places)

    def sign_in(self, context: BrowserContext, handle: str) -> None:
        """Give a browser the session of this person."""
        if handle:
            context.add_cookies([{"name": "exchange", "value": self.cookies[handle], "url": self.address}])


@contextmanager
def demo_world(filled: Path, folder: Path, handles: set[str]) -> Iterator[DemoWorld]:
    """Serve a copy of the filled world until the block is left."""
    shutil.copyfile(filled, folder / "demo.sqlite3")
    settings = settings_of(folder)
    app = create_app(settings, CLOCK=lambda: NOW)
    engine = open_engine(settings.database_url)
    with sessionmaker(engine)() as session:
        found = places(session)
        people = {
            email: ident
            for ident, email in session.execute(
                select(Person.id, Person.email).where(Person.email.in_(handles | {ADMIN}))
            )
        }
        for email, ident in people.items():
            session.add(SignInSession(token_hash=token_hash(email), person_id=ident, created_at=NOW, last_seen_at=NOW))
        session.add(
            SignInLink(
                person_id=found["person"],
                token_hash=link_hash("a-link-of-the-tests"),
                made_by_id=people[ADMIN],
                created_at=NOW,
                expires_at=NOW + LINK_LASTS,
            )
        )
        session.commit()
    engine.dispose()
    with served(app) as address:
        yield DemoWorld(app, address, found, {email: _cookie(app, email) for email in people})


def _cookie(app: Flask, token: str) -> str:
    """The signed cookie that a browser would hold after signing in with this session token."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # the default interface
    return str(serializer.dumps({"_user_id": token, "_fresh": True}))
