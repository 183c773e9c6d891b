from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchange.feeds.clients import Fetch, ago, habit_of, health, recognise, wants_plain_body, warnings

NOW = datetime(2026, 3, 20, 15, tzinfo=UTC)
FETCH = Fetch(at=NOW - timedelta(hours=5), client="Google Calendar", items=120, size=80_000)

USER_AGENTS = [
    ("Google-Calendar-Importer", "Google Calendar"),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Thunderbird/153.0", "Thunderbird"),
    ("Evolution/3.46.4", "GNOME Calendar or Evolution"),
    ("vdirsyncer/0.21.0", "vdirsyncer"),
    ("iOS/18.1 (22B83) dataaccessd/1.0", "Apple Calendar on a phone or tablet"),
    ("macOS/15.1 (24B83) dataaccessd/1.0", "Apple Calendar on a Mac"),
    ("Mac+OS+X/10.15.7 (19H15) CalendarAgent/930.5.1", "Apple Calendar on a Mac"),
    ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)", "Outlook on a desktop"),
    ("Microsoft Exchange/15.20", "Microsoft 365 or Outlook.com"),
    ("Outlook-iOS/2.0", "Outlook on a phone"),
    ("ICSx5/2.3 (ktor; okhttp/4.12.0) Android/14", "ICSx5 on Android"),
    ("DAVx5/4.4.3 (2024/11/05; dav4jvm; okhttp/4.12.0) Android/15", "DAVx5 on Android"),
    ("Nextcloud Webcal Service", "Nextcloud"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0", "A web browser"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile/15E148 Safari/604.1", "A web browser"),
    ("curl/8.5.0", "A calendar program"),
    ("", "A calendar program"),
]


@pytest.mark.parametrize(("user_agent", "name"), USER_AGENTS)
def test_programs_are_known_by_their_user_agent(user_agent: str, name: str) -> None:
    client = recognise(user_agent)
    assert client.name == name
    assert habit_of(client.name) == client.habit


def test_only_outlook_gets_the_body_uncompressed() -> None:
    plain = {name for user_agent, name in USER_AGENTS if wants_plain_body(user_agent)}
    assert plain == {"Outlook on a desktop", "Microsoft 365 or Outlook.com", "Outlook on a phone"}


def test_health_is_one_sentence_with_the_habit_of_the_program() -> None:
    assert health(FETCH, NOW) == (
        "Google Calendar fetched 5 h ago; it refreshes every 4 to 24 hours and cannot be hurried."
    )
    assert health(None, NOW) == "Not fetched yet."


def test_all_is_well_without_warnings() -> None:
    assert warnings(FETCH, NOW - timedelta(days=100), NOW) == ()
    assert warnings(None, NOW - timedelta(hours=23), NOW) == ()


def test_a_link_nobody_fetches_is_worth_a_word() -> None:
    (never,) = warnings(None, NOW - timedelta(days=3), NOW)
    assert never == "No program has fetched this link since it was made 3 days ago; add it to one or stop it."
    (silent,) = warnings(replace(FETCH, at=NOW - timedelta(days=15)), NOW - timedelta(days=90), NOW)
    assert silent == "No program has fetched this link for 15 days; stop it if nobody needs it."


@pytest.mark.parametrize("change", [{"items": 1001}, {"size": 900_001}])
def test_a_link_too_large_for_google_says_so(change: dict[str, int]) -> None:
    (large,) = warnings(replace(FETCH, **change), NOW - timedelta(days=90), NOW)  # type: ignore[arg-type]
    assert "Google may leave some out above 1,000 events or 900 kB" in large


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(hours=48), "2 days ago"),
    ],
)
def test_times_passed_are_said_in_their_largest_unit(passed: timedelta, words: str) -> None:
    assert ago(passed) == words
