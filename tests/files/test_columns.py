"""Headings are matched to fields as people write them, and the person's own choice overrules."""

from __future__ import annotations

import pytest

from exchange.files import people
from exchange.files.columns import match_columns

COLUMNS = people.COLUMNS
REQUIRED = ["Full name", "Institute", "E-mail", "Start date"]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Full name", "full_name"),
        ("FULL_NAME", "full_name"),
        ("  full   NAME: ", "full_name"),
        ("Name", "full_name"),
        ("e-mail", "email"),
        ("Email address", "email"),
        ("E\u2011Mail", "email"),
        ("F.T.E.", "fte"),
        ("Organization", "institute"),
        ("Start-date", "start"),
        ("Timezone", "zone"),
    ],
)
def test_case_blanks_punctuation_and_usual_names_do_not_matter(heading: str, field: str) -> None:
    assert match_columns([heading], COLUMNS).positions == {field: 0}


def test_strange_and_missing_headings_are_named() -> None:
    match = match_columns(["Shoe size", "Full name", "E-mail"], COLUMNS)
    assert match.unmatched == ("Shoe size",)
    assert match.missing == ("Institute", "Start date")


def test_two_headings_of_the_same_meaning_are_a_clash_with_both_named() -> None:
    match = match_columns([*REQUIRED, "Mail"], COLUMNS)
    assert match.clashes == ("Columns 3 (“E-mail”) and 5 (“Mail”) mean the same. Keep one of them.",)


def test_the_same_heading_twice_is_a_clash() -> None:
    match = match_columns(["Full name", "Full name"], COLUMNS)
    assert match.clashes == ("Columns 1 (“Full name”) and 2 (“Full name”) mean the same. Keep one of them.",)


def test_a_chosen_heading_overrules_what_the_headings_say() -> None:
    match = match_columns(["Name", "Spitzname", "Mail", "Dienstbeginn"], COLUMNS, {"start": "Dienstbeginn"})
    assert match.positions == {"full_name": 0, "email": 2, "start": 3}
    swapped = match_columns(["Name", "Mail"], COLUMNS, {"full_name": "Mail", "email": "Name"})
    assert swapped.positions == {"email": 0, "full_name": 1}


def test_a_choice_of_nothing_leaves_the_column_out() -> None:
    match = match_columns(["Name", "Mail", "FTE"], COLUMNS, {"fte": ""})
    assert "fte" not in match.positions
    assert match.unmatched == ("FTE",)


def test_a_choice_settles_a_clash() -> None:
    match = match_columns([*REQUIRED, "Mail"], COLUMNS, {"email": "Mail"})
    assert match.positions["email"] == 4
    assert not match.clashes
    assert match.unmatched == ("E-mail",)


def test_the_remarks_of_a_download_of_bad_rows_are_passed_over() -> None:
    assert match_columns(["What to correct", "Name"], COLUMNS).unmatched == ()
