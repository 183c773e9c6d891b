"""Workstreams whose requirements stand on rows of their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from exchange.domain.dates import DateOrder
from exchange.domain.skills import Level
from exchange.files.cells import SkillAsked
from exchange.files.tables import read_table
from exchange.files.workstreams import RequirementRow, WorkstreamRow, read_workstreams

if TYPE_CHECKING:
    from exchange.files.reading import Reading

HEADER = (
    "Workstream code;Title;Lead institute;Partner institutes;Area;Description;Starts;Ends;Clearance asked;"
    "Role;Heads;Skills;Share of time;From;To;Site"
)


def read(*rows: str) -> Reading[WorkstreamRow]:
    return read_workstreams(read_table("\n".join([HEADER, *rows]).encode()), order=DateOrder.DAY_FIRST)


def test_rows_of_one_code_are_one_workstream_with_its_requirements() -> None:
    reading = read(
        "W1;Cyber misuse;UK-AISI;US-CAISI, JP-AISI;Cyber;All about it;2027-01-11;2027-12-17;UKSV:SC;"
        'Evaluator;2;"task-design:3 must; red-teaming:working";50%;2027-02-01;2027-05-28;London',
        "W2;Safeguards;US-CAISI;;;;;;;;;;;;;",
        "w1;;;;;;;;;Analyst;;;;;;",
        "W1;Cyber misuse;UK-AISI;;;;;;;Engineer;1;;1;;;",
    )
    first, second = reading.values
    assert first == WorkstreamRow(
        code="W1",
        title="Cyber misuse",
        lead_institute="UK-AISI",
        partner_institutes=("US-CAISI", "JP-AISI"),
        area="Cyber",
        description="All about it",
        starts=date(2027, 1, 11),
        ends=date(2027, 12, 17),
        clearance_asked="UKSV:SC",
        requirements=(
            RequirementRow(
                role="Evaluator",
                heads=2,
                skills=(
                    SkillAsked("task-design", Level.PRACTITIONER, must=True),
                    SkillAsked("red-teaming", Level.WORKING),
                ),
                share=Decimal("0.5"),
                starts=date(2027, 2, 1),
                ends=date(2027, 5, 28),
                site="London",
            ),
            RequirementRow("Analyst"),
            RequirementRow("Engineer"),
        ),
    )
    assert second == WorkstreamRow("W2", "Safeguards", "US-CAISI")
    assert [row.number for row in reading.rows] == [2, 3]
    assert not reading.problems
    assert (first.key, second.key) == ("w1", "w2")


def test_the_title_may_stand_on_any_row() -> None:
    (workstream,) = read("W1;;;;;;;;;Analyst;;;;;;", "W1;Cyber misuse;UK-AISI;;;;;;;;;;;;;").values
    assert (workstream.title, len(workstream.requirements)) == ("Cyber misuse", 1)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (";Cyber;UK-AISI;;;;;;;;;;;;;", "Workstream code", "is empty"),
        ("W1;;UK-AISI;;;;;;;;;;;;;", "Title", "No row of the workstream gives its title. Fill it in on the first."),
        ("W1;Cyber;;;;;;;;;;;;;;", "Lead institute", "No row of the workstream gives its lead institute."),
        ("W1;Cyber;UK-AISI;;;;2027-02-01;2027-01-01;;;;;;;;", "Ends", "is before Starts, 1 February 2027."),
        ("W1;Cyber;UK-AISI;;;;;;Cosmic;;;;;;;", "Clearance asked", "is no clearance level"),
        ("W1;Cyber;UK-AISI;;;;;;;Analyst;0;;;;;", "Heads", "0 is outside 1 to 100."),
        ("W1;Cyber;UK-AISI;;;;;;;Analyst;;red-teaming:5;;;;", "Skills", "is not a level of skill"),
        ("W1;Cyber;UK-AISI;;;;;;;Analyst;;red-teeming:3;;;;", "Skills", "The nearest is red-teaming."),
        ("W1;Cyber;UK-AISI;;;;;;;Analyst;;;100;;;", "Share of time", "or 100%."),
        ("W1;Cyber;UK-AISI;;;;;;;Analyst;;;;2027-02-01;2027-01-01;", "To", "is before From, 1 February 2027."),
        ("W1;Cyber;UK-AISI;;;;;;;;3;;;;;", "Role", "names no role"),
    ],
)
def test_a_bad_cell_keeps_its_workstream_out(row: str, column: str, sentence: str) -> None:
    reading = read(row, "W2;Good;UK-AISI;;;;;;;;;;;;;")
    assert [workstream.code for workstream in reading.values] == ["W2"]
    (problem,) = reading.problems
    assert (problem.row, problem.column) == (2, column)
    assert sentence in problem.sentence


def test_a_workstream_waits_as_a_whole_for_its_bad_row() -> None:
    reading = read("W1;Cyber;UK-AISI;;;;;;;Analyst;;;;;;", "W1;;;;;;;;;Engineer;none;;;;;", "W1;;;;;;;;;Tester;;;;;;")
    assert not reading.rows
    assert [(problem.row, problem.column) for problem in reading.problems] == [(2, ""), (3, "Heads"), (4, "")]
    assert "waits for row 3 of the same workstream" in reading.problems[0].sentence


def test_a_missing_title_is_not_asked_for_while_its_row_is_bad() -> None:
    reading = read("W1;Cyber;UK-AISI;;;;soon;;;Analyst;;;;;;", "W1;;;;;;;;;Tester;;;;;;")
    assert [(problem.row, problem.column) for problem in reading.problems] == [(2, "Starts"), (3, "")]


def test_rows_that_contradict_each_other_keep_the_workstream_out() -> None:
    reading = read("W1;Cyber;UK-AISI;;;;;;;Analyst;;;;;;", "W1;Cybre;UK-AISI;;;;;;;Tester;;;;;;")
    assert not reading.rows
    assert [(problem.row, problem.column) for problem in reading.problems] == [(2, ""), (3, "Title")]
    assert "an earlier row of the same workstream says “Cyber" in reading.problems[1].sentence


def test_an_end_before_the_start_of_another_row_keeps_the_workstream_out() -> None:
    reading = read("W1;Cyber;UK-AISI;;;;2027-02-01;;;Analyst;;;;;;", "W1;;;;;;;2027-01-01;;Tester;;;;;;")
    assert [(problem.row, problem.column) for problem in reading.problems] == [(2, "Ends"), (3, "")]
    assert reading.problems[0].sentence == "The workstream ends on 1 January 2027, before it starts on 1 February 2027."


def test_the_same_role_twice_keeps_the_workstream_out() -> None:
    reading = read(
        "W1;Cyber;UK-AISI;;;;;;;Analyst;;;;;;", "W1;;;;;;;;;analyst;2;;;;;", "W2;B;UK-AISI;;;;;;;Analyst;;;;;;"
    )
    assert [workstream.code for workstream in reading.values] == ["W2"]
    assert [(problem.row, problem.column) for problem in reading.problems] == [(2, ""), (3, "Role")]


def test_what_a_team_needs_between_its_people_is_read() -> None:
    header = "Workstream code;Title;Lead institute;Role;Languages;Citizenships;Shared hours;From each;Most from one"
    row = "W1;Cyber;UK-AISI;Reviewer;ja, ta;gb, us;3;UK-AISI, US-CAISI;2"
    reading = read_workstreams(read_table(f"{header}\n{row}".encode()), order=DateOrder.DAY_FIRST)
    (requirement,) = reading.values[0].requirements
    assert (requirement.languages, requirement.citizenships) == (("ja", "ta"), ("GB", "US"))
    assert (requirement.overlap_hours, requirement.from_each, requirement.most_from_one) == (
        3,
        ("UK-AISI", "US-CAISI"),
        2,
    )


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [("Citizenships", "Britain", "two letters"), ("Shared hours", "9", "8"), ("Most from one", "0", "1")],
)
def test_what_makes_no_sense_of_a_team_is_refused(heading: str, cell: str, words: str) -> None:
    file = f"Workstream code;Title;Lead institute;Role;{heading}\nW1;Cyber;UK-AISI;Reviewer;{cell}"
    reading = read_workstreams(read_table(file.encode()), order=DateOrder.DAY_FIRST)
    assert reading.values == ()
    assert words in reading.problems[0].sentence
