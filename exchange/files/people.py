"""People and their employment, one row a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exchange.files.cells import code, email, items, line, share, zone
from exchange.files.columns import Column
from exchange.files.reading import Reading, refuse_repeats
from exchange.files.rows import Cells, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from exchange.domain.dates import DateOrder
    from exchange.files.tables import Table

COLUMNS = (
    Column(
        "code",
        "Code",
        "The employer's own staff code. May be left blank.",
        "EX-0001",
        ("Staff code", "Staff number", "Employee number", "Employee ID", "Person code", "ID"),
    ),
    Column(
        "full_name",
        "Full name",
        "The whole name as the person writes it, in any script, up to 300 characters.",
        "Example Person",
        ("Name", "Person", "Employee name", "Display name"),
        required=True,
    ),
    Column(
        "institute",
        "Institute",
        "The institute's code, such as UK-AISI or US-CAISI.",
        "UK-AISI",
        ("Institute code", "Home institute", "Home", "Employer", "Organisation", "Organization"),
        required=True,
    ),
    Column(
        "email",
        "E-mail",
        "The work address. A second import with the same address updates the person.",
        "example.person@example.org",
        ("Mail", "E-mail address", "Work e-mail"),
        required=True,
    ),
    Column("job_title", "Job title", "May be left blank.", "Research scientist", ("Title", "Position", "Post", "Role")),
    Column(
        "fte",
        "FTE",
        "Share of full time: 1, 0.8, 0,8 or 80%. Blank means full time.",
        "0.8",
        ("Full-time equivalent", "Working time"),
    ),
    Column(
        "start",
        "Start date",
        "First day of employment: 1 Sep 2026 or 2026-09-01.",
        "2026-09-01",
        ("Start", "Starts", "Starts on", "Employed from", "From", "Joined"),
        required=True,
    ),
    Column(
        "end",
        "End date",
        "Last day of employment. Blank where there is none.",
        "2029-08-31",
        ("End", "Ends", "Ends on", "Employed until", "Until", "To"),
    ),
    Column("languages", "Languages", "Between commas. May be left blank.", "en, fr", ("Language", "Speaks")),
    Column(
        "zone",
        "Time zone",
        "Such as Europe/London. Blank means the institute's own.",
        "Europe/London",
        ("Timezone", "TZ", "Zone"),
    ),
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as a file gives them. The name is one text and is never split; "" and None stand for blank cells."""

    full_name: str
    institute: str
    email: str
    fte: Decimal  # above 0 and up to 1
    start: date
    end: date | None = None
    code: str | None = None
    job_title: str = ""
    languages: tuple[str, ...] = ()
    zone: str | None = None

    @property
    def key(self) -> str:
        """What an import recognises the person by: the e-mail address in lower case."""
        return self.email


def read_people(table: Table, *, order: DateOrder, chosen: Mapping[str, str] | None = None) -> Reading[PersonRow]:
    """The people in a table. ``chosen`` (field → the file's heading) overrules the matching of headings.

    Raises:
        FileRefused: a required column is missing, or two columns mean the same.
    """
    reading = read_rows(table, COLUMNS, _person, order=order, chosen=chosen)
    reading = refuse_repeats(reading, "E-mail", lambda person: person.key, lambda person: person.email)
    return refuse_repeats(
        reading, "Code", lambda person: person.code and person.code.casefold(), lambda person: person.code or ""
    )


def _person(cells: Cells) -> PersonRow:
    start, end = cells.need_day("start"), cells.maybe_day("end")
    cells.in_order("start", start, "end", end)
    return PersonRow(
        full_name=cells.need("full_name", line(300)),
        institute=cells.need("institute", line(20)),
        email=cells.need("email", email),
        fte=cells.maybe("fte", share, share("1")),
        start=start,
        end=end,
        code=cells.maybe("code", code, None),
        job_title=cells.maybe("job_title", line(200), ""),
        languages=cells.maybe("languages", items(40), ()),
        zone=cells.maybe("zone", zone, None),
    )
