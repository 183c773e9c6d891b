"""Serving the application: gunicorn's threaded workers where it runs, waitress elsewhere.

The listening socket is opened here, before the server starts, so that a busy port gets one clear sentence.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Protocol

from flask import Flask

from exchange.web.config import ConfigurationError, Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WAITING = 512  # connections that may wait to be accepted


@dataclass(frozen=True, slots=True)
class Manner:
    """How to serve: ``workers`` processes of ``threads`` each; waitress has one process and only the threads."""

    workers: int = 2
    threads: int = 4
    quiet: bool = False


class Beside(Protocol):
    """Something that runs in the serving process for as long as it serves."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


def require_safe(settings: Settings, host: str) -> None:
    """Refuse to send cookies in the clear beyond this machine."""
    if host not in LOOPBACK and not settings.secure_cookies:
        raise ConfigurationError(
            f"Serving plain HTTP on {host} would send sign-ins in the clear. Put a proxy with TLS in front and set "
            "EXCHANGE_BASE_URL to its https:// address, or serve on 127.0.0.1."
        )


def listen(host: str, port: int) -> socket.socket:
    """A socket on which nobody else listens. Port 0 takes any free one.

    Raises:
        ConfigurationError: another program has the port, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen(WAITING)
    except (OSError, OverflowError) as error:
        opened.close()
        raise ConfigurationError(
            f"Port {port} on {host} cannot be used ({error}). Stop the program that has it, or choose another port "
            "with --port."
        ) from error
    return opened


def port_of(opened: socket.socket) -> int:
    return int(opened.getsockname()[1])


def serve(app: Flask, opened: socket.socket, manner: Manner, beside: Beside | None = None) -> None:
    """Serve until told to stop. What runs ``beside`` is started in each serving process after it has come up."""
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()  # a connection must not be shared by the processes to come
    if find_spec("fcntl"):
        _serve_with_gunicorn(app, opened, manner, beside)
    else:
        _serve_with_waitress(app, opened, manner, beside)


def _serve_with_gunicorn(app: Flask, opened: socket.socket, manner: Manner, beside: Beside | None) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it does not exist on Windows

    class Server(BaseApplication):
        def load_config(self) -> None:
            for name, value in gunicorn_settings(opened.fileno(), manner).items():
                self.cfg.set(name, value)
            if beside is not None:
                self.cfg.set("post_worker_init", lambda _worker: beside.start())
                self.cfg.set("worker_exit", lambda _server, _worker: beside.stop())

        def load(self) -> Flask:
            return app

    Server().run()


def gunicorn_settings(descriptor: int, manner: Manner) -> dict[str, Any]:
    """Threads for slow readers; workers renewed now and then; and no control socket, which is on by default."""
    return {
        "bind": f"fd://{descriptor}",
        "worker_class": "gthread",
        "workers": manner.workers,
        "threads": manner.threads,
        "control_socket_disable": True,
        "max_requests": 0 if manner.quiet else 5000,
        "max_requests_jitter": 500,
        "graceful_timeout": 10,
        "loglevel": "warning" if manner.quiet else "info",
    }


def _serve_with_waitress(app: Flask, opened: socket.socket, manner: Manner, beside: Beside | None) -> None:
    import waitress  # type: ignore[import-untyped]  # only where the other server is not

    if beside is not None:
        beside.start()
    try:
        waitress.serve(app, sockets=[opened], threads=manner.workers * manner.threads, ident=None)
    finally:
        if beside is not None:
            beside.stop()
