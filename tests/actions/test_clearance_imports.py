"""Clearances from a file: appended, the same again, changed, kept out with a sentence, and what lapses by it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from exchange.actions import imports
from exchange.actions.imports import Effect, Options, Plan
from exchange.store.audit import AuditEvent
from exchange.store.clearances import Clearance, ClearanceStatus
from exchange.store.imports import ImportKind
from tests.cast import ACTOR, NOW, PERSON, TODAY

HEAD = "Person,Level,Status,Granted on,Review due on,Caveats,Sponsor\n"
ADA = "ada@example.org,UKSV:SC,active,2025-01-06,2031-01-05,NO-TRAVEL,UK-AISI\n"
LATER = "ada@example.org,UKSV:SC,withdrawn,2026-11-20,,,\n"


def planned(session: Session, *rows: str, key: str = "uk_security") -> Plan:
    file = (HEAD + "".join(rows)).encode()
    return imports.preview(session, ACTOR[key], ImportKind.CLEARANCES, file, Options(), today=TODAY)


def take(session: Session, *rows: str) -> None:
    file = (HEAD + "".join(rows)).encode()
    imports.import_file(session, ACTOR["uk_security"], ImportKind.CLEARANCES, "held.csv", file, Options(), now=NOW)


def test_records_are_appended_and_the_same_again_is_none(session: Session) -> None:
    take(session, ADA)
    assert [step.effect for step in planned(session, ADA).steps] == [Effect.SAME]
    blank = "ada@example.org,UKSV:SC,active,2025-01-06,,,\n"
    assert [step.effect for step in planned(session, blank).steps] == [Effect.SAME], "a blank cell empties nothing"
    take(session, LATER)
    first, second = session.scalars(select(Clearance).order_by(Clearance.id))
    assert (first.status, first.review_due_on.isoformat() if first.review_due_on else "") == (
        ClearanceStatus.ACTIVE,
        "2031-01-05",
    )
    assert (second.supersedes_id, second.status, second.caveats) == (
        first.id,
        ClearanceStatus.WITHDRAWN,
        ["NO-TRAVEL"],
    )
    assert second.confirmed_by_id == PERSON["uk_security"]
    summaries = session.scalars(select(AuditEvent.summary).where(AuditEvent.verb == "import:take")).all()
    assert len(summaries) == 2
    assert not [text for text in summaries if "SC" in text]


def test_what_cannot_go_in_says_why(session: Session) -> None:
    take(session, LATER)
    for row, sentence in (
        (ADA, "A later record of this clearance"),
        (ADA.replace("active", "applied"), "does not keep applications"),
        (ADA.replace("ada", "tomas"), "Nobody of your institute"),
        (ADA.replace("UKSV:SC", "UKSV:XX"), "is no clearance level"),
        (ADA.replace("2025-01-06", "2032-01-06"), "before"),
    ):
        made = planned(session, row)
        assert made.steps == (), row
        assert sentence in made.problems[0].sentence
    twice = planned(session, ADA.replace("SC", "DV"), LATER.replace("SC", "DV"))
    assert (len(twice.steps), twice.bad) == (1, 1)
    assert "Nobody of your institute" in planned(session, ADA, key="us_security").problems[0].sentence
