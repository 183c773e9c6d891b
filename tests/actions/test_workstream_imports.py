"""Workstreams from a file with all that their teams need: new, the same again, changed, kept out with a sentence."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import imports
from exchange.actions.imports import Effect, Options, Plan
from exchange.store import workstreams
from exchange.store.imports import ImportKind
from exchange.store.workstreams import Strand, Workstream, WorkstreamKind
from tests.cast import ACTOR, NOW, TODAY, UK, US

HEAD = (
    "Workstream code,Title,Lead institute,Partner institutes,Role,Heads,"
    "Languages,Citizenships,Shared hours,From each,Most from one\n"
)
ROW = 'AGENTS,Agents,UK-AISI,US-CAISI,Reviewer,4,"ja, ta","GB, US",3,"UK-AISI, US-CAISI",2\n'


def planned(session: Session, row: str) -> Plan:
    file = (HEAD + row).encode()
    return imports.preview(session, ACTOR["uk_lead"], ImportKind.WORKSTREAMS, file, Options(), today=TODAY)


def take(session: Session, row: str) -> None:
    file = (HEAD + row).encode()
    imports.import_file(session, ACTOR["uk_lead"], ImportKind.WORKSTREAMS, "work.csv", file, Options(), now=NOW)


def test_what_a_team_needs_between_its_people_goes_in(session: Session) -> None:
    take(session, ROW)
    (row,) = workstreams.listed(session)
    (need,) = workstreams.requirements(session, row.id)
    assert (need.languages, need.citizenships, need.overlap_hours) == (("ja", "ta"), ("GB", "US"), 3)
    assert (need.from_each, need.most_from_one) == ((UK, US), 2)
    assert [step.effect for step in planned(session, ROW).steps] == [Effect.SAME]


def test_a_blank_cell_empties_nothing_and_a_change_is_named(session: Session) -> None:
    take(session, ROW)
    blank = "AGENTS,Agents,UK-AISI,US-CAISI,Reviewer,4,,,,,\n"
    assert [step.effect for step in planned(session, blank).steps] == [Effect.SAME]
    (step,) = planned(session, ROW.replace(",3,", ",5,")).steps
    assert step.effect is Effect.CHANGED
    assert "3 shared hours" in repr(step)
    assert "5 shared hours" in repr(step)


def test_somebody_of_an_institute_that_does_not_take_part_is_kept_out(session: Session) -> None:
    made = planned(session, ROW.replace('"UK-AISI, US-CAISI"', "JP-AISI"))
    assert made.steps == ()
    assert "does not take part" in made.problems[0].sentence


STRANDS = "Workstream code,Title,Lead institute,Partner institutes,Strand,Strand lead,Strand languages,Role,Heads\n"
EXERCISE = """JTE-X,Joint exercise,UK-AISI,"US-CAISI, JP-AISI",Cyber,US-CAISI,,Evaluator,2
JTE-X,,,,cyber,,,Engineer,1
JTE-X,,,,Languages,,"ja, ta",Linguist,3
JTE-X,,,,languages,,,Translator,1
JTE-X,,,,,,,Coordinator,1
"""


def plan_strands(session: Session, rows: str) -> Plan:
    file = (STRANDS + rows).encode()
    return imports.preview(session, ACTOR["uk_lead"], ImportKind.WORKSTREAMS, file, Options(), today=TODAY)


def test_the_strands_of_an_exercise_go_in_with_what_they_need(session: Session) -> None:
    file = (STRANDS + EXERCISE).encode()
    imports.import_file(session, ACTOR["uk_lead"], ImportKind.WORKSTREAMS, "work.csv", file, Options(), now=NOW)
    (row,) = workstreams.listed(session)
    found = {need.role: need.strand for need in workstreams.requirements(session, row.id)}
    titles = {"Evaluator": "Cyber", "Engineer": "Cyber", "Linguist": "Languages", "Translator": "Languages"}
    assert found == {**titles, "Coordinator": ""}
    strands = session.scalars(select(Strand).order_by(Strand.title)).all()
    assert [(strand.title, strand.lead_institute_id) for strand in strands] == [("Cyber", US), ("Languages", UK)]
    assert [strand.languages for strand in strands] == [[], ["ja", "ta"]]
    assert session.get_one(Workstream, row.id).kind is WorkstreamKind.EXERCISE

    assert [step.effect for step in plan_strands(session, EXERCISE).steps] == [Effect.SAME]
    (moved,) = plan_strands(session, EXERCISE.replace("Languages", "Agents")).steps
    assert "Strand Agents" in repr(moved)
    assert "in the strand Languages" in repr(moved)
    (led,) = plan_strands(session, EXERCISE.replace("Cyber,US-CAISI", "Cyber,JP-AISI")).steps
    assert [one.field for one in led.differences] == ["Strand Cyber"]
    (spoken,) = plan_strands(session, EXERCISE.replace("ja, ta", "ja, fr")).steps
    (one,) = spoken.differences
    assert (one.field, one.before, one.after) == ("Languages of the strand Languages", "ja, ta", "ja, fr")
    assert [step.effect for step in plan_strands(session, EXERCISE.replace("ja, ta", "")).steps] == [Effect.SAME]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("JTE-X,Joint,UK-AISI,,Cyber,JP-AISI,,Evaluator,2\n", "leads a strand but does not take part"),
        ("JTE-X,Joint,UK-AISI,US-CAISI,,US-CAISI,,Evaluator,2\n", "names no strand"),
        ("JTE-X,Joint,UK-AISI,US-CAISI,,,ja,Evaluator,2\n", "in which languages a strand tests but names no strand"),
        ("JTE-X,Joint,UK-AISI,,Cyber,,,,\n", "names no role"),
        (
            EXERCISE.replace(",cyber,,", ",cyber,JP-AISI,"),
            "Strand lead: an earlier row of the same strand says “US-CAISI”.",
        ),
        (
            EXERCISE.replace(",languages,,", ",languages,,fr"),
            "Strand languages: an earlier row of the same strand says “ja, ta”.",
        ),
    ],
)
def test_a_strand_that_makes_no_sense_is_kept_out(session: Session, rows: str, sentence: str) -> None:
    made = plan_strands(session, rows)
    assert made.steps == ()
    assert any(sentence in problem.sentence for problem in made.problems)


def test_standing_work_has_no_strands(session: Session) -> None:
    take(session, ROW)
    made = plan_strands(session, "AGENTS,Agents,UK-AISI,US-CAISI,Cyber,,,Reviewer,4\n")
    assert made.steps == ()
    assert "standing work" in made.problems[0].sentence
