"""CSV and XLSX of every make become the same table."""

from __future__ import annotations

from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from exchange.files.limits import FileRefused
from exchange.files.tables import Table, TableRow, read_table
from exchange.files.workbook_reader import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    MakeWorkbook = Callable[[Mapping[str, Iterable[Iterable[object]]]], bytes]

PLAIN = "Full name,E-mail\nZoë Ångström,z@example.org\n"
AS_TABLE = Table(("Full name", "E-mail"), (TableRow(2, ("Zoë Ångström", "z@example.org")),))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_is_read_without_a_word(encoding: str) -> None:
    assert read_table(PLAIN.encode(encoding)) == AS_TABLE


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_an_old_encoding_is_read_with_a_note(encoding: str) -> None:
    table = read_table(PLAIN.encode(encoding))
    assert table.rows == AS_TABLE.rows
    assert "Western European" in table.notes[0].sentence


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_found(delimiter: str, newline: str) -> None:
    data = PLAIN.replace(",", delimiter).replace("\n", newline).encode()
    assert read_table(data) == AS_TABLE


def test_the_delimiter_is_the_one_that_splits_evenly() -> None:
    table = read_table(b"Code;FTE;Skills, wanted\nD01;0,5;a, b\nD02;1,0;\n")
    assert table.header == ("Code", "FTE", "Skills, wanted")
    assert table.rows[0].cells == ("D01", "0,5", "a, b")
    table = read_table(b"Code,FTE,Skills; wanted\nD01,1,inspect:3; red-teaming:2\nD02,1,\n")
    assert table.rows[0].cells == ("D01", "1", "inspect:3; red-teaming:2")


def test_one_column_needs_no_delimiter() -> None:
    assert read_table(b"Full name\nAnn\n").rows == (TableRow(2, ("Ann",)),)


def test_blank_rows_and_columns_go_and_row_numbers_stay() -> None:
    table = read_table(b"\n,,,\n,Full name,,E-mail,,\n,,,,,\n,Ann,,a@example.org,,\n , ,\t, ,,\n,Bo,,b@example.org\n")
    assert table.header == ("Full name", "E-mail")
    assert [row.number for row in table.rows] == [5, 7]
    assert table.rows[1].cells == ("Bo", "b@example.org")
    assert not table.problems
    assert not table.notes


def test_a_column_without_a_heading_is_left_out_with_a_note() -> None:
    table = read_table(b"Full name,,E-mail\nAnn,stray,a@example.org\nBo,,b@example.org\n,lost,\n")
    assert len(table.rows) == 2
    assert table.rows[0].cells == ("Ann", "a@example.org")
    assert table.notes[0].sentence == "Column 2 has no heading and was not read."
    assert table.notes[0].rows == (2, 4)


def test_a_row_longer_than_the_header_is_a_problem_not_a_shifted_row() -> None:
    table = read_table(b"Full name,E-mail,FTE\nSmith, John,j@example.org,1\nAnn,a@example.org,1\n")
    assert [row.number for row in table.rows] == [3]
    assert table.problems[0].row == 2
    assert "The row has 4 cells, but the header names 3 columns" in table.problems[0].sentence


def test_a_cell_keeps_its_lines_quotes_and_blanks() -> None:
    table = read_table(b'Full name,Notes\n"Ann ""A"" Lee"," two\nlines "\nBo,x\n')
    assert table.rows[0].cells == ('Ann "A" Lee', " two\nlines ")
    assert table.rows[1].number == 3  # rows are counted as a spreadsheet counts them, not lines


def test_a_stray_quotation_mark_is_refused_with_its_line() -> None:
    with pytest.raises(FileRefused, match="Near line 3 the quotation marks do not pair up"):
        read_table(b'Full name,E-mail\nAnn,a@example.org\n"Bo"x,b@example.org\n')


def test_an_apostrophe_that_disarmed_a_formula_is_taken_off() -> None:
    table = read_table(b"Full name,Phone,Town\n'=Ann,'+44 20 7946 0000,'s-Gravenhage\n")
    assert table.rows[0].cells == ("=Ann", "+44 20 7946 0000", "'s-Gravenhage")


def test_a_workbook_gives_text_dates_and_numbers_as_they_are_shown(workbook: MakeWorkbook) -> None:
    cells = [" Ann ", 1, 1.0, 0.1 + 0.2, 0.8, True, date(2027, 1, 5), datetime(2027, 1, 5, 9, 30), time(9, 30), None]  # noqa: DTZ001
    table = read_table(workbook({"People": [[f"c{number}" for number in range(len(cells))], cells]}))
    day = date(2027, 1, 5)
    assert table.rows[0].cells == (" Ann ", "1", "1", "0.3", "0.8", "TRUE", day, day, "09:30:00", "")
    assert table.sheet == "People"


def test_a_workbook_is_read_like_the_csv_of_the_same_rows(workbook: MakeWorkbook) -> None:
    rows = [
        [],
        ["", "Full name", None, "E-mail"],
        [],
        [None, "Zoë", None, "z@example.org"],
        [None, " "],
        [None, "=1+1"],
    ]
    table = read_table(workbook({"Sheet": rows}))
    assert table.header == ("Full name", "E-mail")
    # The last row holds a formula that no program has computed yet, so there is no value in it.
    assert table.rows == (TableRow(4, ("Zoë", "z@example.org")),)


def test_cells_beside_a_sheets_table_are_noted_not_read(workbook: MakeWorkbook) -> None:
    table = read_table(workbook({"Sheet": [["Full name"], ["Ann", "", "ask her"]]}))
    assert table.rows == (TableRow(2, ("Ann",)),)
    assert table.notes[0].sentence == "Column 3 has no heading and was not read."


def test_the_first_sheet_with_content_is_read_unless_another_is_named(workbook: MakeWorkbook) -> None:
    data = workbook({"Empty": [], "People": [["Full name"], ["Ann"]], "Old people": [["Full name"], ["Bo"]]})
    table = read_table(data)
    assert (table.sheet, table.sheets) == ("People", ("Empty", "People", "Old people"))
    assert table.notes[0].sentence == "The sheet “People” was read, not “Empty”, “Old people”."
    assert read_table(data, sheet="Old people").rows[0].cells == ("Bo",)
    with pytest.raises(FileRefused, match=r"no sheet “New people”\. It has: Empty, People, Old people"):
        read_table(data, sheet="New people")
    with pytest.raises(FileRefused, match="no filled row"):
        read_table(data, sheet="Empty")


def test_a_hidden_sheet_is_not_read() -> None:
    book = Workbook()
    book.worksheets[0].sheet_state = "hidden"
    book.worksheets[0].append(["Old names"])
    book.create_sheet("People").append(["Full name"])
    stream = BytesIO()
    book.save(stream)
    table = read_table(stream.getvalue())
    assert (table.sheet, table.sheets, table.header) == ("People", ("People",), ("Full name",))


def test_a_workbook_with_nothing_in_it_is_refused(workbook: MakeWorkbook) -> None:
    with pytest.raises(FileRefused, match="no sheet with anything in it"):
        read_table(workbook({"Sheet": []}))


def test_the_reading_process_gives_numbers_and_dates_as_json(workbook: MakeWorkbook) -> None:
    answer = read_sheet(workbook({"Sheet": [["Start"], [date(2027, 1, 5)], [46027]]}), None)
    assert answer == {
        "name": "Sheet",
        "names": ["Sheet"],
        "rows": [(1, ["Start"]), (2, [{"date": "2027-01-05"}]), (3, ["46027"])],
    }


@settings(deadline=None)
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_table_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except FileRefused as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - both outcomes are right; the sentence is what is tested
    else:
        assert all(table.header)
        assert all(len(row.cells) == len(table.header) for row in table.rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(position=st.integers(0, 4000), junk=st.binary(min_size=1, max_size=8))
def test_any_damage_to_a_workbook_is_a_table_or_refused(
    workbook: MakeWorkbook, monkeypatch: pytest.MonkeyPatch, position: int, junk: bytes
) -> None:
    # What a damaged workbook does to its parser ends with the parser's process; here only the checks before it count.
    monkeypatch.setattr("exchange.files.workbooks._read_in_a_process", lambda *_: {"refused": "Not read here."})
    honest = workbook({"Sheet": [["Full name"], ["Ann"]]})
    position %= len(honest)
    with pytest.raises(FileRefused):
        read_table(honest[:position] + junk + honest[position + len(junk) :])
