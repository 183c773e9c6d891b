"""The page of one's calendar links: making one, its address shown once, changing, moving and switching it off."""

from __future__ import annotations

import re
from collections.abc import Callable

import segno
from markupsafe import escape
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions.calendars import token_hash
from exchange.feeds.links import subscribe_links
from exchange.store.calendars import CalendarBody, CalendarLink
from exchange.store.schema import METADATA
from tests.cast import NOW
from tests.clients import PageClient

As = Callable[[str], PageClient]
_ADDRESS = re.compile(r'value="(http[^"]+\.ics)"')
QUIET = 2  # squares of margin around the code
NEW = {
    "label": "Phone",
    "scope": "person",
    "kinds": ["secondment", "milestone", "meeting"],
    "detail": "full",
    "past": "90",
    "cancelled": "mark",
    "kind_prefix": "y",
}


def made(client: PageClient, **typed: object) -> str:
    """Make a link on the page and return its address."""
    answer = client.send("/calendars/new", NEW | typed)
    assert answer.status_code == 303, answer.text
    page = client.get("/calendars").get_data(as_text=True)
    found = _ADDRESS.search(page)
    assert found is not None
    return found[1]


def path_of(address: str) -> str:
    return "/cal/" + address.partition("/cal/")[2]


def test_the_address_is_shown_once_and_is_nowhere_else(as_: As, session: Session) -> None:
    client = as_("ada")
    address = made(client)
    token = address.split("/")[4]
    assert token.startswith("exf_")
    assert len(token) == 47  # 256 bits in base64, after the prefix
    assert token not in client.get("/calendars").get_data(as_text=True)
    path = path_of(address)
    assert as_("").get(path).status_code == 200
    client.send("/calendars/1/rotate", {"reason": "move"})
    client.send("/calendars/1/stop")
    for table in METADATA.sorted_tables:
        assert token not in repr(session.execute(select(table)).all()), table.name
    assert session.scalars(select(CalendarLink.token_hash).where(CalendarLink.id == 1)).one() == token_hash(token)


def test_each_program_has_its_button_and_a_phone_its_code(as_: As) -> None:
    client = as_("ada")
    client.send("/calendars/new", NEW)
    page = client.get("/calendars").get_data(as_text=True)
    found = _ADDRESS.search(page)
    assert found is not None
    links = subscribe_links(found[1], "Exchange: Phone")
    for address in (links.webcal, links.google, links.microsoft_365, links.outlook_com):
        assert f'href="{escape(address)}"' in page
    assert drawn(page) == {
        (x, y) for y, row in enumerate(segno.make(links.webcal, error="l").matrix) for x, dark in enumerate(row) if dark
    }


def drawn(page: str) -> set[tuple[int, int]]:
    """The dark squares of the code on a page, read off its path: moves and horizontal lines of one unit's height."""
    path = re.search(r'stroke="#000"[^>]* d="([^"]+)"|d="([^"]+)"[^>]* stroke="#000"', page)
    assert path is not None
    squares: set[tuple[int, int]] = set()
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])(-?[\d.]+(?:[ ,]-?[\d.]+)?)", path[1] or path[2]):
        given = [float(number) for number in re.split("[ ,]", numbers)]
        if command == "h":
            squares |= {(int(x) + step - QUIET, int(y) - QUIET) for step in range(int(given[0]))}
            x += given[0]
        elif command == "M":
            x, y = given
        else:
            x, y = x + given[0], y + given[1]
    return squares


def test_a_link_is_its_owners_alone(as_: As) -> None:
    made(as_("ada"))
    for address in ("/calendars/1/edit", "/calendars/1/rotate", "/calendars/1/stop"):
        assert as_("tomas").get(address).status_code == 404
        assert as_("tomas").send(address, NEW | {"reason": "leak"}).status_code == 404


def test_changing_settings_changes_the_body_and_not_the_address(as_: As, session: Session) -> None:
    client = as_("ada")
    path = path_of(made(client))
    before = as_("").get(path)
    answer = client.send("/calendars/1/edit", NEW | {"label": "Tablet", "detail": "busy"})
    assert answer.status_code == 303
    after = as_("").get(path)
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert session.scalars(select(CalendarLink.settings_changed_at)).one() == NOW  # seen in the stamps of its events


def test_another_name_alone_leaves_what_a_link_shows(as_: As, session: Session) -> None:
    client = as_("ada")
    made(client)
    assert client.send("/calendars/1/edit", NEW | {"label": "Tablet"}).status_code == 303
    link = session.scalars(select(CalendarLink)).one()
    assert (link.label, link.settings_changed_at) == ("Tablet", None)


def test_a_link_without_a_kind_is_refused_and_what_was_typed_stays(as_: As) -> None:
    answer = as_("ada").send("/calendars/new", NEW | {"kinds": [], "label": "My phone"})
    assert answer.status_code == 422
    assert "choose at least one kind" in answer.text
    assert "My phone" in answer.text


def test_moving_keeps_the_old_address_for_a_week_and_a_leak_stops_it_at_once(as_: As) -> None:
    client = as_("ada")
    first = path_of(made(client))
    assert client.send("/calendars/1/rotate", {"reason": "move"}).status_code == 303
    assert b"switched off" not in as_("").get(first).data
    assert client.send("/calendars/1/rotate", {"reason": "leak"}).status_code == 303
    assert b"switched off" in as_("").get(first).data


def test_what_is_switched_off_says_so_and_leaves_the_list(as_: As) -> None:
    client = as_("ada")
    path = path_of(made(client))
    assert client.send("/calendars/1/stop").status_code == 303
    answer = as_("").get(path)
    assert answer.status_code == 200
    assert answer.data.count(b"BEGIN:VEVENT") == 1
    assert b"This calendar link was switched off" in answer.data
    assert "Phone" not in re.sub(r"(?s)<div class=\"note.*?</div>", "", client.get("/calendars").get_data(as_text=True))


def test_a_calendar_too_large_says_so_to_its_owner(as_: As, session: Session) -> None:
    client = as_("ada")
    as_("").get(path_of(made(client)))
    assert "did not fit" not in client.get("/calendars").get_data(as_text=True)
    body = session.scalars(select(CalendarBody)).one()
    body.dropped, body.size = 12, 950_000
    session.commit()
    page = client.get("/calendars").get_data(as_text=True)
    assert "12 past events did not fit and were left out, the oldest first." in page
    assert "950 kB; Google may leave some out" in page


def test_health_names_the_program_that_came(as_: As) -> None:
    client = as_("ada")
    path = path_of(made(client))
    assert "Not fetched yet." in client.get("/calendars").text
    as_("").get(path, headers={"User-Agent": "Google-Calendar-Importer"})
    assert "Google Calendar fetched just now; it refreshes every 4 to 24 hours" in client.get("/calendars").text
