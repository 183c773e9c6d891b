"""The settings of one installation, read from the environment once, and what is refused at start."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from exchange.domain.answering import Answering

FORBIDDEN = ("LOGIN_DISABLED", "FLASK_LOGIN_DISABLED")  # Flask-Login's switch that lets everybody in
SHORTEST_KEY = 32


class ConfigurationError(RuntimeError):
    """The installation is set up in a way that must not run; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Settings:
    """``data`` is the folder of everything that is kept; ``secure_cookies`` is off only for plain HTTP on loopback."""

    data: Path
    database_url: str
    secret_key: str
    secure_cookies: bool = True
    base_url: str = "http://127.0.0.1:5000"
    smtp_url: str | None = None
    instance_id: str = "exchange.example"
    reply_mailbox: str = ""

    @property
    def answering(self) -> Answering:
        """How invited people answer here."""
        return Answering(self.secret_key, self.reply_mailbox)


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``EXCHANGE_*``; make the data folder and its key file where they are missing.

    Raises:
        ConfigurationError: sign-in would be off, or the address for answers is none.
    """
    for name in FORBIDDEN:
        if name in environment:
            raise ConfigurationError(f"{name} is set: it would switch sign-in off. Remove it and start again.")
    reply_mailbox = environment.get("EXCHANGE_REPLY_ADDRESS", "").strip()
    try:
        Answering("", reply_mailbox)
    except ValueError as error:
        raise ConfigurationError(f"EXCHANGE_REPLY_ADDRESS: {error}") from error
    data = Path(environment.get("EXCHANGE_DATA", "data")).resolve()
    data.mkdir(parents=True, exist_ok=True)
    base_url = environment.get("EXCHANGE_BASE_URL", "http://127.0.0.1:5000").rstrip("/")
    return Settings(
        data=data,
        database_url=environment.get("EXCHANGE_DATABASE_URL", f"sqlite:///{data / 'exchange.sqlite3'}"),
        secret_key=environment.get("EXCHANGE_SECRET_KEY") or _key_file(data / "secret.key"),
        secure_cookies=base_url.startswith("https://"),
        base_url=base_url,
        smtp_url=environment.get("EXCHANGE_SMTP_URL"),
        instance_id=environment.get("EXCHANGE_INSTANCE_ID", "exchange.example"),
        reply_mailbox=reply_mailbox,
    )


def require_sound(settings: Settings) -> None:
    """Refuse what must never serve a request."""
    if len(settings.secret_key) < SHORTEST_KEY:
        raise ConfigurationError(
            f"The secret key has {len(settings.secret_key)} characters; it needs at least {SHORTEST_KEY}. "
            "Set EXCHANGE_SECRET_KEY to a long random text, or leave it out and one is made."
        )


def _key_file(path: Path) -> str:
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
