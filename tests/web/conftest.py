"""For tests with programs that come over the network: the application on a port, under a clock that they move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from flask import Flask

from tests.cast import NOW
from tests.servers import served

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Clock:
    """The server's clock."""

    now: datetime = NOW


class Answer(NamedTuple):
    """What the application answered a request, and the tag that came with the question."""

    status: int
    if_none_match: str | None


class Answers(list[Answer]):
    """All that it answered, in order."""

    def watch(self, app: Flask) -> None:
        usual = app.wsgi_app

        def watched(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            def begin(status: str, headers: list[tuple[str, str]], *raised: Any) -> Any:  # noqa: ANN401 - PEP 3333
                self.append(Answer(int(status.split(maxsplit=1)[0]), environ.get("HTTP_IF_NONE_MATCH")))
                return start_response(status, headers, *raised)

            return usual(environ, begin)

        app.wsgi_app = watched  # type: ignore[method-assign]  # Flask's own way to look at what passes


@pytest.fixture
def answers(app: Flask) -> Answers:
    seen = Answers()
    seen.watch(app)
    return seen


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def address(app: Flask, clock: Clock) -> Iterator[str]:
    app.config["CLOCK"] = lambda: clock.now
    with served(app) as found:
        yield found
