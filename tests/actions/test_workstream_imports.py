"""Workstreams from a file with all that their teams need: new, the same again, changed, kept out with a sentence."""

from __future__ import annotations

from sqlalchemy.orm import Session

from exchange.actions import imports
from exchange.actions.imports import Effect, Options, Plan
from exchange.store import workstreams
from exchange.store.imports import ImportKind
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
