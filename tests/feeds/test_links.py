from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from exchange.feeds.links import subscribe_links

FEED = "https://exchange.example/cal/exf_AbC-_9/zoë-phone.ics".replace("ë", "%C3%AB")


def test_each_program_gets_the_exact_form_it_wants() -> None:
    links = subscribe_links("https://exchange.example/cal/exf_AbC-_9/phone.ics", "Exchange: Zoë & co")
    assert links.plain == "https://exchange.example/cal/exf_AbC-_9/phone.ics"
    assert links.webcal == "webcal://exchange.example/cal/exf_AbC-_9/phone.ics"
    assert links.google == (
        "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2Fexchange.example%2Fcal%2Fexf_AbC-_9%2Fphone.ics"
    )
    from_web = (
        "addfromweb?url=https%3A%2F%2Fexchange.example%2Fcal%2Fexf_AbC-_9%2Fphone.ics"
        "&name=Exchange%3A%20Zo%C3%AB%20%26%20co"
    )
    assert links.microsoft_365 == f"https://outlook.office.com/calendar/0/{from_web}"
    assert links.outlook_com == f"https://outlook.live.com/calendar/0/{from_web}"


def test_the_address_survives_the_way_through_a_query() -> None:
    links = subscribe_links(FEED, "A+B")
    assert parse_qs(urlsplit(links.google).query) == {"cid": [FEED.replace("https://", "webcal://")]}
    assert parse_qs(urlsplit(links.microsoft_365).query) == {"url": [FEED], "name": ["A+B"]}


def test_a_local_installation_has_links_too() -> None:
    assert subscribe_links("http://127.0.0.1:8000/cal/t/x.ics", "x").webcal == "webcal://127.0.0.1:8000/cal/t/x.ics"


@pytest.mark.parametrize("address", ["", "ftp://x/y", "https://x/a b", "javascript:alert(1)"])
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="begins with https://"):
        subscribe_links(address, "x")
