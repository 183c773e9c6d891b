"""Openings from a file: new, the same again, changed, kept out with a sentence."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import imports
from exchange.actions.imports import Effect, Options, Plan
from exchange.store.audit import AuditEvent
from exchange.store.imports import ImportKind
from exchange.store.openings import Opening, skills_of
from tests.cast import ACTOR, LONDON, NOW, TODAY, UK

HEAD = (
    "Opening code,Title,Host institute,Site,Workstream code,Seats,Opens,Closes,Minimum weeks,Maximum weeks,"
    "Preferred weeks,Skills,Clearance asked\n"
)
ROW = "LON-1,Evaluator,UK-AISI,London,,2,2027-01-04,2027-12-31,12,52,26,sandboxing:3,UKSV:SC\n"


def planned(session: Session, row: str, key: str = "uk_hr") -> Plan:
    file = (HEAD + row).encode()
    return imports.preview(session, ACTOR[key], ImportKind.OPENINGS, file, Options(), today=TODAY)


def take(session: Session, row: str) -> None:
    file = (HEAD + row).encode()
    imports.import_file(session, ACTOR["uk_hr"], ImportKind.OPENINGS, "seats.csv", file, Options(), now=NOW)


def test_an_opening_comes_once_and_changes_by_its_code(session: Session) -> None:
    take(session, ROW)
    row = session.scalars(select(Opening)).one()
    assert (row.host_institute_id, row.site_id, row.seats, row.clearance_asked) == (UK, LONDON, 2, "UKSV:SC")
    assert skills_of(session, row.id) == [("sandboxing", 3)]
    assert [step.effect for step in planned(session, ROW).steps] == [Effect.SAME]
    blank = ROW.replace("London", "").replace("sandboxing:3", "").replace("UKSV:SC", "")
    assert [step.effect for step in planned(session, blank).steps] == [Effect.SAME], "a blank cell empties nothing"
    take(session, ROW.replace("LON-1", "lon-1").replace(",2,2027", ",3,2027").replace("sandboxing:3", "sandboxing:4"))
    session.expire_all()
    assert session.scalars(select(Opening.seats)).all() == [3]
    assert skills_of(session, row.id) == [("sandboxing", 4)]
    detail = session.scalars(select(AuditEvent.detail).where(AuditEvent.verb == "import:take")).all()
    assert [one["rows"][0][2] for one in detail] == ["new", "changed"]


def test_what_cannot_go_in_says_why(session: Session) -> None:
    take(session, ROW)
    for row, sentence in (
        (ROW.replace("UK-AISI", "US-CAISI"), "your own institute only"),
        (ROW.replace("UK-AISI", "XX-1"), "XX-1"),
        (ROW.replace("London", "Atlantis"), "has no site"),
        (ROW.replace("London,,", "London,NOWHERE,"), "no workstream"),
        (ROW.replace("sandboxing", "juggling"), "juggling"),
        (ROW.replace("12,52", "52,12"), "weeks"),
    ):
        made = planned(session, row)
        assert made.steps == (), row
        assert sentence in made.problems[0].sentence
    elsewhere = ROW.replace("UK-AISI,London", "US-CAISI,")
    assert "Another institute offers" in planned(session, elsewhere, "us_hr").problems[0].sentence
