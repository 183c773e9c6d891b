"""Clearances from files: levels by whatever name, and records that contradict themselves."""

from __future__ import annotations

from datetime import date

import pytest

from exchange.domain.clearance_schemes import LEVELS
from exchange.domain.clearances import ClearanceStatus
from exchange.domain.dates import DateOrder
from exchange.files.clearances import ClearanceRow, clearance_level, read_clearances
from exchange.files.reading import Reading
from exchange.files.tables import read_table

HEADER = "Person,Scheme,Level,Status,Granted on,Review due on,Expires on,Caveats,Sponsor"


def read(*rows: str) -> Reading[ClearanceRow]:
    return read_clearances(read_table("\n".join([HEADER, *rows]).encode()), order=DateOrder.DAY_FIRST)


def test_a_full_row_is_a_record() -> None:
    (record,) = read("Ann@Example.org,UK,sc,Active,14 Mar 2024,14 Mar 2034,,UK EYES; NO-JP,UK-AISI").values
    assert record == ClearanceRow(
        person="ann@example.org",
        level="UKSV:SC",
        status=ClearanceStatus.ACTIVE,
        granted_on=date(2024, 3, 14),
        review_due_on=date(2034, 3, 14),
        caveats=("UK EYES", "NO-JP"),
        sponsor="UK-AISI",
    )


def test_a_record_without_expiry_under_continuous_vetting_is_whole() -> None:
    (record,) = read("D02,US,TS,,2020-02-29,,,,").values
    assert (record.person, record.level, record.status) == ("D02", "US:TS", ClearanceStatus.ACTIVE)
    assert record.review_due_on is None
    assert record.expires_on is None


@pytest.mark.parametrize(
    ("text", "scheme", "key"),
    [
        ("UKSV:SC", "", "UKSV:SC"),
        ("uksv: sc", "", "UKSV:SC"),
        ("SC", "", "UKSV:SC"),
        ("Developed vetting", "", "UKSV:DV"),
        ("edv", "United Kingdom", "UKSV:eDV"),
        ("Secret", "US", "US:SECRET"),
        ("Secret", "Canada", "CA:SECRET"),
        ("Top secret", "usa", "US:TS"),
        ("Q", "US", "US-DOE:Q"),
        ("NV1", "Australian Government Security Vetting Agency", "AGSVA:NV1"),
    ],
)
def test_a_level_is_found_by_key_code_or_name(text: str, scheme: str, key: str) -> None:
    assert clearance_level(text, scheme) == key


def test_every_level_is_found_by_its_key_and_within_its_scheme() -> None:
    for level in LEVELS:
        assert clearance_level(level.key.lower()) == level.key
        assert clearance_level(level.code, level.scheme.code) == level.key


@pytest.mark.parametrize(
    ("text", "scheme", "sentence"),
    [
        ("SECRET", "", "is a level of several schemes. Write one of: US:SECRET, CA:SECRET"),
        ("SC", "US", "is no clearance level. Known: US:PUBLIC-TRUST"),
        ("UKSV:SC", "US", "is no clearance level. Known: US:PUBLIC-TRUST"),
        ("Cosmic", "", "Write it like UKSV:SC or US:SECRET."),
        ("SC", "Atlantis", "“Atlantis” is no clearance scheme. Known: UKSV, US"),
    ],
)
def test_a_level_that_is_not_clear_is_refused(text: str, scheme: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"\.$") as refused:
        clearance_level(text, scheme)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (",UK,SC,,2024-03-14,,,,", "Person", "is empty"),
        ("a@b.org,UK,,,2024-03-14,,,,", "Level", "is empty"),
        ("a@b.org,UK,SC,secret,2024-03-14,,,,", "Status", "is not one of: applied, active, suspended"),
        ("a@b.org,UK,SC,,,,,,", "Granted on", "is empty"),
        ("a@b.org,UK,SC,,2024-03-14,2024-03-13,,,", "Review due on", "is before Granted on, 14 March 2024."),
        ("a@b.org,UK,SC,,2024-03-14,,2023-03-14,,", "Expires on", "is before Granted on, 14 March 2024."),
    ],
)
def test_a_bad_cell_keeps_its_record_out(row: str, column: str, sentence: str) -> None:
    reading = read(row)
    assert not reading.rows
    assert reading.problems[0].column == column
    assert sentence in reading.problems[0].sentence


@pytest.mark.parametrize(
    ("word", "status"),
    [("REVOKED", "withdrawn"), ("expired", "lapsed"), ("Applied for", "applied"), ("current", "active")],
)
def test_usual_words_for_a_status_are_understood(word: str, status: str) -> None:
    assert read(f"a@b.org,UK,SC,{word},2024-03-14,,,,").values[0].status == status


def test_the_same_record_twice_is_refused_and_a_history_is_not() -> None:
    reading = read(
        "a@b.org,UK,SC,active,2014-03-14,,,,",
        "A@b.org,GB,UKSV:SC,withdrawn,14 Mar 2014,,,,",
        "a@b.org,UK,SC,withdrawn,2020-01-01,,,,",
        "a@b.org,UK,SC,active,2024-03-14,,,,",
        "a@b.org,US,SECRET,active,2024-03-14,,,,",
    )
    assert [row.number for row in reading.rows] == [2, 4, 5, 6]
    assert reading.problems[0].sentence == "“a@b.org, UKSV:SC” stands already in row 2. Keep one of the two."
