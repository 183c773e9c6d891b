"""Openings: seats that a host offers to secondees, one row an opening."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from exchange.files.cells import SkillAsked, choice, code, integer, line, skills
from exchange.files.clearances import clearance_level
from exchange.files.columns import Column
from exchange.files.reading import Reading, refuse_repeats
from exchange.files.rows import Cells, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from exchange.domain.dates import DateOrder
    from exchange.files.tables import Table

LONGEST_WEEKS = 261  # five years

COLUMNS = (
    Column(
        "code",
        "Opening code",
        "A second import with the same code updates the opening.",
        "OP-EX",
        ("Opening", "Code", "Opening ID", "Vacancy"),
        required=True,
    ),
    Column("title", "Title", "What the seat is for.", "Example seat", ("Opening title", "Name", "Post"), required=True),
    Column(
        "host",
        "Host institute",
        "The institute's code, such as US-CAISI.",
        "US-CAISI",
        ("Host", "Institute", "Hosted by"),
        required=True,
    ),
    Column("site", "Site", "The city. Blank where it is open.", "Gaithersburg", ("City", "Place", "Location")),
    Column("workstream", "Workstream code", "Blank where it belongs to none.", "WS-EX", ("Workstream",)),
    Column("seats", "Seats", "How many people at a time. Blank means 1.", "2", ("Places", "Number", "Heads")),
    Column(
        "opens",
        "Opens",
        "First day on which a secondment may start.",
        "2027-01-11",
        ("Open from", "From", "Starts", "Start", "Start date", "Opens on"),
        required=True,
    ),
    Column(
        "closes",
        "Closes",
        "Last day of the offer.",
        "2027-12-17",
        ("Open until", "Until", "To", "Ends", "End", "End date", "Closes on"),
        required=True,
    ),
    Column("min_weeks", "Minimum weeks", "The shortest stay.", "12", ("Min weeks", "Shortest"), required=True),
    Column("max_weeks", "Maximum weeks", "The longest stay.", "26", ("Max weeks", "Longest"), required=True),
    Column("preferred_weeks", "Preferred weeks", "Blank means the longest.", "26", ("Weeks", "Ideal weeks")),
    Column(
        "skills",
        "Skills",
        "Skill, colon, level 1 to 4, semicolons between.",
        "task-design:3; red-teaming:2",
        ("Skills needed", "Skill"),
    ),
    Column(
        "clearance",
        "Clearance asked",
        "A level such as US:SECRET. Blank where none is asked.",
        "",
        ("Clearance", "Vetting"),
    ),
    Column(
        "start_rule",
        "Start rule",
        "Any Monday, first Monday of month or first Monday of quarter. Blank means any Monday.",
        "any Monday",
        ("Starts allowed", "Start days"),
    ),
)


class StartRule(StrEnum):
    """On which days a secondment may start."""

    ANY_MONDAY = "any_monday"
    FIRST_MONDAY_OF_MONTH = "first_monday_of_month"
    FIRST_MONDAY_OF_QUARTER = "first_monday_of_quarter"


_weeks = integer(1, LONGEST_WEEKS)
_start_rule = choice(
    {
        "any Monday": StartRule.ANY_MONDAY,
        "first Monday of month": StartRule.FIRST_MONDAY_OF_MONTH,
        "first Monday of quarter": StartRule.FIRST_MONDAY_OF_QUARTER,
    },
    {
        "first Monday of the month": StartRule.FIRST_MONDAY_OF_MONTH,
        "monthly": StartRule.FIRST_MONDAY_OF_MONTH,
        "first Monday of the quarter": StartRule.FIRST_MONDAY_OF_QUARTER,
        "quarterly": StartRule.FIRST_MONDAY_OF_QUARTER,
    },
)


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """An opening as a file gives it. Stays are in weeks; ``clearance_asked`` is a level's key."""

    code: str
    title: str
    host_institute: str
    opens: date
    closes: date
    min_weeks: int
    max_weeks: int
    preferred_weeks: int
    seats: int = 1
    site: str | None = None
    workstream: str | None = None
    skills: tuple[SkillAsked, ...] = ()
    clearance_asked: str | None = None
    start_rule: StartRule = StartRule.ANY_MONDAY

    @property
    def key(self) -> str:
        """What an import recognises it by: the code, whatever its case."""
        return self.code.casefold()


def read_openings(table: Table, *, order: DateOrder, chosen: Mapping[str, str] | None = None) -> Reading[OpeningRow]:
    """The openings in a table. ``chosen`` (field → the file's heading) overrules the matching of headings.

    Raises:
        FileRefused: a required column is missing, or two columns mean the same.
    """
    reading = read_rows(table, COLUMNS, _opening, order=order, chosen=chosen)
    return refuse_repeats(reading, "Opening code", lambda opening: opening.key, lambda opening: opening.code)


def _opening(cells: Cells) -> OpeningRow:
    opens, closes = cells.need_day("opens"), cells.need_day("closes")
    cells.in_order("opens", opens, "closes", closes)
    shortest, longest = cells.need("min_weeks", _weeks), cells.need("max_weeks", _weeks)
    preferred = cells.maybe("preferred_weeks", _weeks, longest)
    if not cells.problems:
        _check_weeks(cells, shortest, longest, preferred)
    return OpeningRow(
        code=cells.need("code", code),
        title=cells.need("title", line(200)),
        host_institute=cells.need("host", line(20)),
        opens=opens,
        closes=closes,
        min_weeks=shortest,
        max_weeks=longest,
        preferred_weeks=preferred,
        seats=cells.maybe("seats", integer(1, 100), 1),
        site=cells.maybe("site", line(80), None),
        workstream=cells.maybe("workstream", code, None),
        skills=cells.maybe("skills", skills, ()),
        clearance_asked=cells.maybe("clearance", clearance_level, None),
        start_rule=cells.maybe("start_rule", _start_rule, StartRule.ANY_MONDAY),
    )


def _check_weeks(cells: Cells, shortest: int, longest: int, preferred: int) -> None:
    if longest < shortest:
        cells.refuse("max_weeks", f"The longest stay, {longest} weeks, is shorter than the shortest, {shortest}.")
    elif not shortest <= preferred <= longest:
        cells.refuse("preferred_weeks", f"{preferred} weeks are outside {shortest} to {longest}.")
