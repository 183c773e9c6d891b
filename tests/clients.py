"""A client that signs in as somebody of the cast, sends the CSRF token, and validates every page it fetches."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange.actions.accounts import token_hash
from exchange.store.sessions import SignInSession
from tests.cast import NOW, PERSON
from tests.engines import Database
from tests.pages import require_sound_page

_NUMBERS = count(1)  # the same person may sign in on several devices
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class PageClient(FlaskClient):
    """``open`` checks every HTML answer; ``send`` fetches a page for its CSRF token, then posts the form."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:  # noqa: ANN401 - Werkzeug's signature
        response = super().open(*args, **kwargs)
        assert response.status_code < 500, f"{response.request.path} failed: {response.text}"
        if response.mimetype == "text/html" and response.status_code not in {301, 302, 303, 308}:
            require_sound_page(response, self.application)
        return response

    def csrf_token(self, page: str = "/account") -> str:
        found = _TOKEN.search(self.get(page).get_data(as_text=True))
        assert found is not None, f"{page} holds no form"
        return found[1]

    def send(self, path: str, data: dict[str, Any] | None = None, *, page: str = "/account") -> TestResponse:
        """POST a form as a browser would, with the token of ``page``."""
        return self.post(path, data={"csrf_token": self.csrf_token(page), **(data or {})})


def sign_in(client: FlaskClient, database: Database, key: str) -> str:
    """Open a session for one of the cast without hashing a password; returns its token."""
    token = f"token-of-{key}-{next(_NUMBERS)}"
    with database.session() as session:
        session.add(
            SignInSession(token_hash=token_hash(token), person_id=PERSON[key], created_at=NOW, last_seen_at=NOW)
        )
        session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
        cookie["_fresh"] = True
    return token
