"""Openings from files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from exchange.domain.dates import DateOrder
from exchange.domain.skills import Level
from exchange.files.cells import SkillAsked
from exchange.files.openings import OpeningRow, StartRule, read_openings
from exchange.files.tables import read_table

if TYPE_CHECKING:
    from exchange.files.reading import Reading

HEADER = (
    "Code\tTitle\tHost\tCity\tWorkstream\tSeats\tOpens\tCloses\tMin. weeks\tMax. weeks\tPreferred weeks\tSkills\t"
    "Clearance\tStart rule"
)


def read(*rows: str) -> Reading[OpeningRow]:
    text = "\n".join([HEADER, *(row.replace("|", "\t") for row in rows)])
    return read_openings(read_table(text.encode()), order=DateOrder.MONTH_FIRST)


def test_a_full_row_is_an_opening() -> None:
    (opening,) = read(
        "OP1|Seat|US-CAISI|Gaithersburg|W1|2|01/11/2027|Dec 17, 2027|12|26|20|red-teaming:3|US:SECRET|"
        "First Monday of month"
    ).values
    assert opening == OpeningRow(
        code="OP1",
        title="Seat",
        host_institute="US-CAISI",
        opens=date(2027, 1, 11),
        closes=date(2027, 12, 17),
        min_weeks=12,
        max_weeks=26,
        preferred_weeks=20,
        seats=2,
        site="Gaithersburg",
        workstream="W1",
        skills=(SkillAsked("red-teaming", Level.PRACTITIONER),),
        clearance_asked="US:SECRET",
        start_rule=StartRule.FIRST_MONDAY_OF_MONTH,
    )
    assert opening.key == "op1"


def test_blank_cells_have_their_meaning() -> None:
    (opening,) = read("OP1|Seat|US-CAISI||||2027-01-11|2027-12-17|12|26||||").values
    assert (opening.seats, opening.preferred_weeks, opening.start_rule) == (1, 26, StartRule.ANY_MONDAY)
    assert (opening.site, opening.workstream, opening.clearance_asked, opening.skills) == (None, None, None, ())


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("|Seat|US||||2027-01-11|2027-12-17|12|26||||", "Code", "Code is empty. Fill it in."),
        ("OP1|Seat|US|||0|2027-01-11|2027-12-17|12|26||||", "Seats", "0 is outside 1 to 100."),
        ("OP1|Seat|US||||2027-12-17|2027-01-11|12|26||||", "Closes", "is before Opens, 17 December 2027."),
        ("OP1|Seat|US||||2027-01-11|2027-12-17|26|12||||", "Max. weeks", "12 weeks, is shorter than the shortest, 26."),
        ("OP1|Seat|US||||2027-01-11|2027-12-17|12|26|30|||", "Preferred weeks", "30 weeks are outside 12 to 26."),
        ("OP1|Seat|US||||2027-01-11|2027-12-17|0|26||||", "Min. weeks", "0 is outside 1 to 261."),
        ("OP1|Seat|US||||2027-01-11|2027-12-17|12|||||", "Max. weeks", "is empty"),
        ("OP1|Seat|US||||2027-01-11|2027-12-17|12|26||||Tuesdays", "Start rule", "is not one of: any Monday, first"),
    ],
)
def test_a_bad_cell_keeps_its_opening_out(row: str, column: str, sentence: str) -> None:
    reading = read(row)
    assert not reading.rows
    (problem,) = reading.problems
    assert problem.column == column
    assert sentence in problem.sentence


def test_the_same_code_twice_keeps_the_later_row_out() -> None:
    row = "|Seat|US||||2027-01-11|2027-12-17|12|26||||"
    reading = read(f"OP1{row}", f"op1{row}", f"OP2{row}")
    assert [opening.code for opening in reading.values] == ["OP1", "OP2"]
    assert reading.bad_rows == {3}
