"""Clearances, one row a record. Only what a security officer confirms: never questionnaires, reasons or findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.domain.clearance_schemes import BY_KEY, LEVELS, SCHEMES, Level
from exchange.domain.clearances import ClearanceStatus
from exchange.files.cells import LONGEST_WORD, choice, items, line
from exchange.files.columns import Column, fold
from exchange.files.reading import Reading, refuse_repeats, shown
from exchange.files.rows import Cells, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from exchange.domain.dates import DateOrder
    from exchange.files.tables import Table

COLUMNS = (
    Column(
        "person",
        "Person",
        "The person's e-mail address or code, as in Exchange.",
        "example.person@example.org",
        ("E-mail", "Mail", "E-mail address", "Code", "Person code", "Staff code", "Holder"),
        required=True,
    ),
    Column(
        "scheme",
        "Scheme",
        "The scheme or its country: UKSV, US, US-DOE, AGSVA. Blank where the level says it.",
        "UKSV",
        ("Country", "Clearance scheme", "Issuer"),
    ),
    Column(
        "level",
        "Level",
        "The level in its scheme: SC, DV, SECRET, TS; or both together, UKSV:SC.",
        "SC",
        ("Clearance", "Clearance level"),
        required=True,
    ),
    Column(
        "status",
        "Status",
        "Applied, active, suspended, lapsed or withdrawn. Blank means active.",
        "active",
        ("State",),
    ),
    Column(
        "granted",
        "Granted on",
        "The day from which the status stands.",
        "2024-03-14",
        ("Granted", "Since", "Valid from", "Date granted", "Issued"),
        required=True,
    ),
    Column("review_due", "Review due on", "Blank where no review falls due.", "2034-03-14", ("Review", "Review due")),
    Column(
        "expires",
        "Expires on",
        "The last valid day. Blank where the clearance has none.",
        "",
        ("Expires", "Expiry", "Expiry date", "Valid until", "Valid to"),
    ),
    Column("caveats", "Caveats", "Codes between commas. May be left blank.", "", ("Caveat", "Restrictions")),
    Column("sponsor", "Sponsor", "Who sponsors the clearance.", "UK-AISI", ("Sponsored by",)),
)
_COUNTRIES = {
    "UK": "GB",
    "United Kingdom": "GB",
    "Great Britain": "GB",
    "USA": "US",
    "United States": "US",
    "Australia": "AU",
    "Canada": "CA",
    "Japan": "JP",
    "Singapore": "SG",
    "Korea": "KR",
    "Republic of Korea": "KR",
    "Kenya": "KE",
    "France": "FR",
    "European Union": "EU",
}
_COUNTRY_CODES = {fold(name): code for name, code in _COUNTRIES.items()}
_ALSO_SAID = {
    "pending": ClearanceStatus.APPLIED,
    "applied for": ClearanceStatus.APPLIED,
    "granted": ClearanceStatus.ACTIVE,
    "current": ClearanceStatus.ACTIVE,
    "valid": ClearanceStatus.ACTIVE,
    "expired": ClearanceStatus.LAPSED,
    "revoked": ClearanceStatus.WITHDRAWN,
}
_status = choice({status.value: status for status in ClearanceStatus}, _ALSO_SAID)


@dataclass(frozen=True, slots=True)
class ClearanceRow:
    """A clearance as a file gives it. ``person`` is an e-mail address in lower case, or a code."""

    person: str
    level: str  # a level's key, UKSV:SC
    status: ClearanceStatus
    granted_on: date
    review_due_on: date | None = None
    expires_on: date | None = None
    caveats: tuple[str, ...] = ()
    sponsor: str = ""

    @property
    def key(self) -> str:
        """What an import recognises the record by: whose, which level, since when."""
        return f"{self.person.casefold()} {self.level} {self.granted_on.isoformat()}"


def read_clearances(
    table: Table, *, order: DateOrder, chosen: Mapping[str, str] | None = None
) -> Reading[ClearanceRow]:
    """The clearances in a table. ``chosen`` (field → the file's heading) overrules the matching of headings.

    Raises:
        FileRefused: a required column is missing, or two columns mean the same.
    """
    reading = read_rows(table, COLUMNS, _clearance, order=order, chosen=chosen)
    return refuse_repeats(
        reading, "Person", lambda record: record.key, lambda record: f"{record.person}, {record.level}"
    )


def clearance_level(text: str, scheme: str = "") -> str:
    """The key of the level that ``text`` names, within ``scheme`` (a scheme or a country) where that is given.

    Raises:
        ValueError: no such scheme or level, or a level that several schemes have.
    """
    typed = line(LONGEST_WORD)(text)
    if typed in BY_KEY and (not scheme or _belongs(BY_KEY[typed], scheme)):
        return typed
    levels = [level for level in LEVELS if not scheme or _belongs(level, scheme)]
    if not levels:
        raise ValueError(f"“{shown(scheme)}” is no clearance scheme. Known: {_listed(SCHEMES)}.")
    found = [level for level in levels if fold(typed) in (fold(level.key), fold(level.code), fold(level.name))]
    if len(found) == 1:
        return found[0].key
    if found:
        keys = _listed(level.key for level in found)
        raise ValueError(f"“{shown(text)}” is a level of several schemes. Write one of: {keys}.")
    advice = f"Known: {_listed(level.key for level in levels)}" if scheme else "Write it like UKSV:SC or US:SECRET"
    raise ValueError(f"“{shown(text)}” is no clearance level. {advice}.")


def _belongs(level: Level, scheme: str) -> bool:
    folded = fold(scheme)
    country = _COUNTRY_CODES.get(folded, scheme.strip().upper())
    return folded in (fold(level.scheme.code), fold(level.scheme.name)) or level.country == country


def _clearance(cells: Cells) -> ClearanceRow:
    granted = cells.need_day("granted")
    review_due, expires = cells.maybe_day("review_due"), cells.maybe_day("expires")
    cells.in_order("granted", granted, "review_due", review_due)
    cells.in_order("granted", granted, "expires", expires)
    scheme = cells.maybe("scheme", line(LONGEST_WORD), "")
    return ClearanceRow(
        person=cells.need("person", _person),
        level=cells.need("level", lambda text: clearance_level(text, scheme or "")),  # a bad scheme has its own problem
        status=cells.maybe("status", _status, ClearanceStatus.ACTIVE),
        granted_on=granted,
        review_due_on=review_due,
        expires_on=expires,
        caveats=cells.maybe("caveats", items(40), ()),
        sponsor=cells.maybe("sponsor", line(200), ""),
    )


def _person(text: str) -> str:
    plain = line(254)(text)
    return plain.lower() if "@" in plain else plain


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
