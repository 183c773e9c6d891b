from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest

from exchange.feeds import zones
from exchange.feeds.recurrence import WEEKDAYS

# Where a change falls on the day before or after its weekday's day, or the rule is none of the yearly kind.
INEXPRESSIBLE = {"Africa/Cairo", "America/Nuuk", "America/Santiago", "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem"}
PROBED = ("America/New_York", "Europe/London", "Europe/Dublin", "Australia/Sydney", "Asia/Singapore", "Africa/Nairobi")


@dataclass(frozen=True)
class Part:
    """One STANDARD or DAYLIGHT block, read line by line so that no zone library has a hand in it."""

    kind: str
    lines: dict[str, str]

    def offset(self, name: str) -> timedelta:
        text = self.lines[name]
        size = timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=int(text[5:7] or 0))
        return -size if text.startswith("-") else size

    def beginnings(self, year: int) -> list[datetime]:
        """The clock times at which it begins in that year and the one before; once and for all without a rule."""
        first = datetime.strptime(self.lines["DTSTART"] + "+0000", "%Y%m%dT%H%M%S%z")
        if "RRULE" not in self.lines:
            return [first]
        rule = dict(part.split("=") for part in self.lines["RRULE"].split(";"))
        nth, weekday, month = int(rule["BYDAY"][:-2]), WEEKDAYS.index(rule["BYDAY"][-2:]), int(rule["BYMONTH"])
        found = []
        for each in (year - 1, year):
            days = [first.replace(year=each, month=month, day=1) + timedelta(days=offset) for offset in range(31)]
            fitting = [day for day in days if day.month == month and day.weekday() == weekday]
            found.append(fitting[nth if nth < 0 else nth - 1])
        return found


@cache
def parts_of(key: str) -> list[Part]:
    definition = zones.definition(key)
    assert definition is not None
    blocks = re.findall(r"BEGIN:(DAYLIGHT|STANDARD)\r\n(.*?)END:", definition.decode(), re.DOTALL)
    return [Part(kind, dict(line.split(":", 1) for line in body.splitlines())) for kind, body in blocks]


def offset_by_definition(key: str, instant: datetime) -> timedelta:
    """The offset that the yearly rules of the VTIMEZONE give."""
    begun = [
        (begins - part.offset("TZOFFSETFROM"), part.offset("TZOFFSETTO"))
        for part in parts_of(key)
        for begins in part.beginnings(instant.year)
    ]
    return max(change for change in begun if change[0] <= instant)[1]


@pytest.mark.parametrize("key", PROBED)
def test_the_yearly_rules_give_the_offsets_of_the_database(key: str) -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    for day in range(2 * 365):
        for instant in (noon + timedelta(days=day), noon + timedelta(days=day, hours=13, minutes=30)):
            assert offset_by_definition(key, instant) == instant.astimezone(zones.load(key)).utcoffset(), instant


@pytest.mark.parametrize("key", PROBED)
def test_the_yearly_rules_change_in_the_very_second(key: str) -> None:
    zone = zones.load(key)
    instant = datetime(2026, 1, 1, tzinfo=UTC)
    for hour in range(2 * 365 * 24):
        begins = instant + timedelta(hours=hour)
        ends = begins + timedelta(hours=1)
        if begins.astimezone(zone).utcoffset() != ends.astimezone(zone).utcoffset():
            for probe in (ends - timedelta(seconds=1), ends):
                assert offset_by_definition(key, probe) == probe.astimezone(zone).utcoffset(), probe


def test_a_definition_names_no_dates_one_by_one() -> None:
    for key in zones.names():
        assert b"RDATE" not in (zones.definition(key) or b"")


def test_zones_without_yearly_rules_have_no_definition() -> None:
    places = {key for key in zones.names() if not zones.is_utc(key) and zones.definition(key) is None}
    assert places >= INEXPRESSIBLE
    assert len(places) < 20


@pytest.mark.parametrize(
    "footer", ["", "IST-2IDT,J60,J300", "IST-2IDT,M3.4.4/26,M10.5.0", "IST-2IDT,M3.5.0/-1,M10.5.0"]
)
def test_a_footer_of_another_kind_gives_no_definition(footer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "_compiled", lambda _: f"TZif2\n{footer}\n".encode())
    assert zones.component("Asia/Jerusalem") is None


def test_summer_time_is_the_later_clock_even_where_the_law_says_otherwise() -> None:
    kinds = {part.kind: part.lines["TZNAME"] for part in parts_of("Europe/Dublin")}
    assert kinds == {"DAYLIGHT": "IST", "STANDARD": "GMT"}


def test_utc_needs_no_definition() -> None:
    assert zones.definition("UTC") is None
    assert zones.is_utc("Etc/UTC")


@pytest.mark.parametrize("key", ["", "Europe/Atlantis", "../../etc/passwd", "europe/london"])
def test_an_unknown_zone_is_refused_with_a_hint(key: str) -> None:
    with pytest.raises(ValueError, match="IANA name such as Europe/London"):
        zones.load(key)


def test_a_zone_carries_only_the_times_of_its_present_rule() -> None:
    before_the_rule = datetime(2006, 7, 1, tzinfo=UTC)
    assert not zones.can_carry("America/New_York", before_the_rule)
    assert zones.can_carry("America/New_York", datetime(2026, 7, 1, tzinfo=UTC))
    assert not zones.can_carry("Asia/Jerusalem", datetime(2026, 7, 1, tzinfo=UTC))


def test_the_second_pass_of_a_repeated_hour_cannot_be_said_in_clock_time() -> None:
    assert zones.can_carry("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC))
    assert not zones.can_carry("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC))
    assert zones.can_carry("America/New_York", datetime(2026, 11, 1, 7, 30, tzinfo=UTC))


def test_every_zone_agrees_with_its_definition_once_it_is_settled() -> None:
    for key in sorted(zones.names()):
        if zones.definition(key) is None:
            continue
        for month in range(1, 13):
            instant = max(zones.settled_since(key), datetime(2027, month, 15, 12, tzinfo=UTC))
            expected = instant.astimezone(zones.load(key)).utcoffset()
            assert offset_by_definition(key, instant) == expected, (key, instant)
