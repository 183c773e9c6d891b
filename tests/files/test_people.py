"""People from CSV and XLSX, with every mistake that such files have."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from exchange.domain.dates import DateOrder
from exchange.files.limits import FileRefused
from exchange.files.people import COLUMNS, PersonRow, read_people
from exchange.files.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exchange.files.reading import Reading

HEADER = "Code,Full name,Institute,E-mail,Job title,FTE,Start date,End date,Languages,Time zone"


def read(*rows: str, header: str = HEADER, order: DateOrder = DateOrder.DAY_FIRST) -> Reading[PersonRow]:
    return read_people(read_table("\n".join([header, *rows]).encode()), order=order)


def test_a_full_row_is_a_person() -> None:
    reading = read('D01,Ann Lee,UK-AISI,Ann@Example.org,Researcher,"0,8",5 Jan 2027,,"en; fr",europe/london')
    assert reading.values == (
        PersonRow(
            code="D01",
            full_name="Ann Lee",
            institute="UK-AISI",
            email="ann@example.org",
            job_title="Researcher",
            fte=Decimal("0.8"),
            start=date(2027, 1, 5),
            end=None,
            languages=("en", "fr"),
            zone="Europe/London",
        ),
    )
    assert reading.rows[0].number == 2
    assert reading.values[0].key == "ann@example.org"
    assert not reading.problems
    assert not reading.notes


def test_blank_cells_have_their_meaning() -> None:
    person = read(",X,UK-AISI,x@example.org,,,2027-01-05,,,").values[0]
    assert (person.code, person.fte, person.job_title, person.end, person.zone) == (None, Decimal(1), "", None, None)


@pytest.mark.parametrize(
    ("row", "column", "value", "sentence"),
    [
        (",,UK,a@b.org,,1,2027-01-05", "Full name", "", "Full name is empty. Fill it in."),
        (",Ann,,a@b.org,,1,2027-01-05", "Institute", "", "Institute is empty. Fill it in."),
        (",Ann,UK,ann,,1,2027-01-05", "E-mail", "ann", "is not an e-mail address"),
        (",Ann,UK,a@b.org,,100,2027-01-05", "FTE", "100", "or 100%."),
        (",Ann,UK,a@b.org,,NaN,2027-01-05", "FTE", "NaN", "is not a number"),
        (",Ann,UK,a@b.org,,-1,2027-01-05", "FTE", "-1", "more than 0"),
        (",Ann,UK,a@b.org,,1,", "Start date", "", "Start date is empty"),
        (",Ann,UK,a@b.org,,1,30 Feb 2027", "Start date", "30 Feb 2027", "February 2027 has 28 days"),
        (",Ann,UK,a@b.org,,1,12/25/2026", "Start date", "12/25/2026", "read this file month first"),
        (",Ann,UK,a@b.org,,1,2027-01-05,2027-01-04", "End date", "2027-01-04", "is before Start date, 5 January 2027."),
        (f",{'n' * 301},UK,a@b.org,,1,2027-01-05", "Full name", "n" * 79 + "…", "300 is the most"),
        (",Ann,UK,a@b.org,,1,2027-01-05,,,Mars/Base", "Time zone", "Mars/Base", "is not a time zone"),
        (",#REF!,UK,a@b.org,,1,2027-01-05", "Full name", "#REF!", "spreadsheet's error message"),
    ],
)
def test_a_bad_cell_keeps_its_row_out_and_says_why(row: str, column: str, value: str, sentence: str) -> None:
    reading = read(row, ",Good,UK,good@example.org,,1,2027-01-05")
    assert [person.full_name for person in reading.values] == ["Good"]
    (problem,) = reading.problems
    assert (problem.row, problem.column, problem.value) == (2, column, value)
    assert sentence in problem.sentence
    assert reading.bad_rows == {2}


def test_all_problems_of_a_row_are_named_at_once() -> None:
    reading = read(",,UK,ann,,NaN,soon")
    assert [problem.column for problem in reading.problems] == ["Start date", "Full name", "E-mail", "FTE"]


def test_the_same_address_or_code_twice_keeps_the_later_row_out() -> None:
    reading = read(
        "D01,Ann,UK,a@b.org,,1,2027-01-05",
        "D02,Bo,UK,A@B.org,,1,2027-01-05",
        "d01,Cy,UK,c@b.org,,1,2027-01-05",
        ",Di,UK,d@b.org,,1,2027-01-05",
        ",Ed,UK,e@b.org,,1,2027-01-05",
    )
    assert [person.full_name for person in reading.values] == ["Ann", "Di", "Ed"]
    assert [(problem.row, problem.column) for problem in reading.problems] == [(3, "E-mail"), (4, "Code")]
    assert reading.problems[0].sentence == "“a@b.org” stands already in row 2. Keep one of the two."


def test_two_people_of_the_same_name_are_two_people() -> None:
    assert len(read(",Ann,UK,a@b.org,,1,2027-01-05", ",Ann,UK,a2@b.org,,1,2027-01-05").rows) == 2


def test_dates_of_digits_alone_follow_the_order_and_are_noted() -> None:
    rows = [",Ann,UK,a@b.org,,1,03/04/2026", ",Bo,UK,b@b.org,,1,25/12/2026", ",Cy,UK,c@b.org,,1,05/06/2026"]
    reading = read(*rows)
    assert [person.start for person in reading.values] == [date(2026, 4, 3), date(2026, 12, 25), date(2026, 6, 5)]
    (note,) = reading.notes
    assert note.rows == (2, 4)
    assert note.sentence == (
        "Start date: digits alone were read day first where they could mean two days: "
        "“03/04/2026” is 3 April 2026, and 1 more."
    )
    american = read(*rows, order=DateOrder.MONTH_FIRST)
    assert [person.start for person in american.values] == [date(2026, 3, 4), date(2026, 5, 6)]
    assert american.bad_rows == {3}


def test_a_table_without_a_needed_column_is_refused_with_its_name() -> None:
    with pytest.raises(FileRefused, match="no column for: E-mail, Start date"):
        read("Ann,UK", header="Full name,Institute")


def test_a_table_with_two_columns_of_one_meaning_is_refused() -> None:
    with pytest.raises(FileRefused, match="mean the same"):
        read("Ann,UK,a@b.org,a@b.org,2027-01-05", header="Name,Institute,E-mail,Mail,Start")


def test_a_column_that_means_nothing_is_noted() -> None:
    reading = read("Ann,UK,a@b.org,2027-01-05,44", header="Name,Institute,Mail,Start,Shoe size")
    assert reading.notes[0].sentence == "These columns are not read: Shoe size."


def test_a_chosen_column_is_read_in_the_place_of_a_field() -> None:
    table = read_table(b"Wer,Institute,Mail,Start\nAnn,UK,a@b.org,2027-01-05\n")
    reading = read_people(table, order=DateOrder.DAY_FIRST, chosen={"full_name": "Wer"})
    assert reading.values[0].full_name == "Ann"


def test_a_row_that_does_not_fit_the_header_is_named_with_the_others() -> None:
    reading = read(",Smith, John,UK,j@example.org,,1,2027-01-05,,,,x", ",Ann,UK,a@b.org,,1,2027-01-05")
    assert len(reading.rows) == 1
    assert reading.bad_rows == {2}


def test_the_templates_example_is_left_out() -> None:
    example = ",".join(f'"{column.example}"' for column in COLUMNS)
    reading = read(example, ",Ann,UK,a@b.org,,1,2027-01-05")
    assert [person.full_name for person in reading.values] == ["Ann"]
    assert reading.notes[0].sentence == "The template's example row was left out."
    assert reading.notes[0].rows == (2,)


def test_a_workbooks_dates_and_numbers_need_no_order(
    workbook: Callable[[Mapping[str, Iterable[Iterable[object]]]], bytes],
) -> None:
    header = ["Name", "Institute", "E-mail", "FTE", "Start", "End"]
    row = ["Ann", "UK-AISI", "a@b.org", 0.8, date(2026, 3, 4), "5 Jan 2029"]
    reading = read_people(read_table(workbook({"People": [header, row]})), order=DateOrder.MONTH_FIRST)
    person = reading.values[0]
    assert (person.fte, person.start, person.end) == (Decimal("0.8"), date(2026, 3, 4), date(2029, 1, 5))
    assert not reading.notes


def test_ten_thousand_people_are_read() -> None:
    reading = read(*(f"D{number},P {number},UK,p{number}@b.org,,1,2027-01-05" for number in range(10_000)))
    assert len(reading.rows) == 10_000
    assert reading.rows[-1].number == 10_001
