"""What is written can be opened without harm and read back unchanged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain.dates import DateOrder
from exchange.files.exports import bad_rows_csv, csv_bytes
from exchange.files.formulas import neutralise, restore
from exchange.files.people import read_people
from exchange.files.tables import read_table

TRIGGERS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\n", "'", "''"])
def test_text_that_a_spreadsheet_would_run_is_disarmed(trigger: str, before: str) -> None:
    text = f"{before}{trigger}cmd|' /C calc'!A0"
    assert neutralise(text) == f"'{text}"
    assert restore(neutralise(text)) == text


@pytest.mark.parametrize("text", ["Ann", "'s-Gravenhage", "O'Brien", "a=b", "1", "", "'", "RTL \u0627"])
def test_other_text_is_left_alone(text: str) -> None:
    assert neutralise(text) == text
    assert restore(text) == text


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from([*TRIGGERS, "'", " ", "a", "1", "\n"])) | st.text())
def test_restoring_undoes_neutralising(text: str) -> None:
    written = neutralise(text)
    assert restore(written) == text
    assert not written.lstrip().startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20"))


def test_numbers_and_dates_are_written_plainly() -> None:
    data = csv_bytes(["a", "b", "c", "d", "e"], [[-5, Decimal("-0.5"), date(2027, 1, 5), None, "+44 20 7946 0000"]])
    assert data == (b'\xef\xbb\xbf"a","b","c","d","e"\r\n-5,-0.5,"2027-01-05","","\'+44 20 7946 0000"\r\n')


def test_phone_and_negative_numbers_survive_the_way_back() -> None:
    table = read_table(csv_bytes(["Phone", "Balance", "Note"], [["+44 20 7946 0000", -5, "-5 and falling"]]))
    assert table.rows[0].cells == ("+44 20 7946 0000", "-5", "-5 and falling")


CELLS = st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@settings(deadline=None)
@given(st.lists(CELLS.filter(lambda text: text.strip()), min_size=1, max_size=4), st.data())
def test_what_is_written_is_what_is_read(headings: list[str], data: st.DataObject) -> None:
    header = [" ".join(heading.split()) for heading in headings]
    row = st.lists(CELLS.filter(lambda text: not text or text.strip()), min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row.filter(any), max_size=5))
    table = read_table(csv_bytes(header, rows))
    assert list(table.header) == header
    assert [list(row.cells) for row in table.rows] == rows
    assert not table.problems


def test_the_bad_rows_come_with_what_to_correct_and_can_be_brought_back() -> None:
    header = "Full name,Institute,E-mail,FTE,Start date\n"
    good, bad = "Ann,UK,a@b.org,1,2027-01-05\n", '"=Bo",UK,b@b.org,100,soon\n'
    table = read_table(f"{header}{good}{bad}Smith, Cy,UK,c@b.org,1,2027-01-05\n".encode())
    reading = read_people(table, order=DateOrder.DAY_FIRST)
    data = bad_rows_csv(table, reading)
    back = read_table(data)
    assert back.header == ("What to correct", *table.header)
    assert back.rows[0].cells[1:] == ("=Bo", "UK", "b@b.org", "100", "soon")
    assert str(back.rows[0].cells[0]).startswith("Row 3. Start date: “soon” is not a date.")
    assert "FTE: “100” is more than full time." in str(back.rows[0].cells[0])
    assert back.misfits[0].cells[1:] == ("Smith", " Cy", "UK", "c@b.org", "1", "2027-01-05")
    corrected = data.replace(b'"100"', b'"100%"').replace(b'"soon"', b'"5 Jan 2027"').replace(b'"Smith"," Cy"', b'"Cy"')
    again = read_people(read_table(corrected), order=DateOrder.DAY_FIRST)
    assert [person.full_name for person in again.values] == ["=Bo", "Cy"]
    assert not again.problems
    assert not again.notes
