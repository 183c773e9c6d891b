"""Importing people and publications: row by row what would happen, and that exactly this happens."""

import io
import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.actions import imports
from exchange.actions.imports import Effect, Options, Plan, Taken
from exchange.actions.imports.people import ELSEWHERE
from exchange.actions.imports.publications import NOT_YOURS
from exchange.actions.imports.taking import KEPT
from exchange.actions.writing import Refused
from exchange.domain.actors import SYSTEM
from exchange.domain.dates import DateOrder
from exchange.domain.verdict import Refusal
from exchange.files.limits import FileRefused
from exchange.store.audit import AuditEvent
from exchange.store.imports import ImportFile, ImportKind, find
from exchange.store.people import Employment, Person, RoleGrant, jobs_of
from exchange.store.publications import Publication, publications_of
from exchange.store.search import Asked
from exchange.store.search import find as search
from tests.cast import ACTOR, NOW, PERSON, TODAY, UK, US

HEAD = "Code,Full name,Institute,E-mail,Job title,FTE,Start date\n"
ZOE = "Z1,Zoë Ångström,UK-AISI,zoe@example.org,Research scientist,0.8,2026-01-05\n"
KIM = "K1,Kim,US-CAISI,kim@example.org,Engineer,1.0,2026-02-01\n"
ADA = "A1,Ada Lindqvist,UK-AISI,ada@example.org,Principal researcher,1.0,2024-01-01\n"


def people(*rows: str) -> bytes:
    return (HEAD + "".join(rows)).encode()


def plan(
    session: Session, key: str, content: bytes, kind: ImportKind = ImportKind.PEOPLE, options: Options | None = None
) -> Plan:
    actor = SYSTEM if key == "system" else ACTOR[key]
    return imports.preview(session, actor, kind, content, options or Options(), today=TODAY)


def take(
    session: Session, key: str, content: bytes, kind: ImportKind = ImportKind.PEOPLE, options: Options | None = None
) -> Taken:
    actor = SYSTEM if key == "system" else ACTOR[key]
    return imports.import_file(session, actor, kind, "staff.csv", content, options or Options(), now=NOW)


def sentences(made: Plan) -> list[str]:
    return [f"{one.row} {one.column}: {one.sentence}" for one in made.problems]


def test_a_preview_names_what_is_new_changed_and_the_same_and_writes_nothing(session: Session) -> None:
    take(session, "uk_hr", people(ZOE))
    before = session.scalar(select(func.count()).select_from(Person))
    made = plan(session, "uk_hr", people(ADA, ZOE, "N1,New One,uk aisi,new@example.org,,80%,1 Mar 2027\n"))
    assert [(step.row, step.effect) for step in made.steps] == [
        (2, Effect.CHANGED),
        (3, Effect.SAME),
        (4, Effect.NEW),
    ]
    assert [(one.field, one.before, one.after) for one in made.steps[0].differences] == [
        ("Code", "", "A1"),
        ("Job title", "Researcher", "Principal researcher"),
    ]
    assert session.scalar(select(func.count()).select_from(Person)) == before
    assert not session.dirty


def test_good_rows_go_in_and_a_second_time_nothing_doubles(session: Session) -> None:
    content = people(ZOE, ADA, "B1,Bad,UK-AISI,nobody,,1,2026-01-01\n")
    assert take(session, "uk_hr", content) == Taken(new=1, changed=1, same=0, left_out=1)
    zoe = session.scalars(select(Person).where(Person.email == "zoe@example.org")).one()
    assert (zoe.full_name, zoe.code, zoe.zone) == ("Zoë Ångström", "Z1", "Europe/London")
    (job,) = jobs_of(session, zoe.id)
    assert (job.title, job.fte, job.starts_on) == ("Research scientist", Decimal("0.8"), date(2026, 1, 5))
    assert session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == zoe.id)).all() == ["researcher"]
    assert search(session, Asked(text="angstrom"), own=set()).total == 1
    assert take(session, "uk_hr", content) == Taken(new=0, changed=0, same=2, left_out=1)


def test_one_record_tells_what_every_row_did(session: Session) -> None:
    count = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
    take(session, "system", people(ZOE, KIM, ADA))
    records = session.scalars(select(AuditEvent).order_by(AuditEvent.seq)).all()[count:]
    (record,) = records
    assert (record.verb, record.institutes) == ("import:take", [UK, US])
    assert [row[1:3] for row in record.detail["rows"]] == [[2, "new"], [3, "new"], [4, "changed"]]


def test_a_coordinator_brings_in_the_own_institutes_people_only(session: Session) -> None:
    made = plan(
        session,
        "uk_hr",
        people(
            KIM,
            "T1,Tomas,UK-AISI,tomas@example.org,,1,2026-12-01\n",
            "X1,Xi,FR-INESIA,xi@example.org,,1,2026-01-01\n",
        ),
    )
    assert not made.steps
    assert sentences(made) == [
        "2 Institute: You import people of your own institute only; US-CAISI imports its own.",
        f"3 E-mail: {ELSEWHERE.format(what='address')}",
        "4 Institute: There is no institute “FR-INESIA”. Known: JP-AISI, UK-AISI, US-CAISI.",
    ]
    assert plan(session, "system", people(KIM)).count(Effect.NEW) == 1


def test_rows_that_mean_two_people_or_one_twice_stay_out(session: Session) -> None:
    take(session, "uk_hr", people(ZOE, ADA))
    made = plan(
        session,
        "uk_hr",
        people(
            "z1,Zoë,UK-AISI,zoe.new@example.org,,0.8,2026-01-05\n",
            ",Zoë,UK-AISI,zoe@example.org,,0.8,2026-01-05\n",
        ),
    )
    assert [problem.sentence for problem in made.problems] == ["Row 2 means the same person. Keep one of the two."]
    two = plan(session, "uk_hr", people("Z1,Ada Lindqvist,UK-AISI,ada@example.org,,1,2024-01-01\n"))
    assert "belongs to one person" in two.problems[0].sentence
    renamed = plan(session, "uk_hr", people("z1,Zoë,UK-AISI,zoe.new@example.org,,0.8,2026-01-05\n"))
    assert ("E-mail", "zoe@example.org", "zoe.new@example.org") in [
        (one.field, one.before, one.after) for one in renamed.steps[0].differences
    ]


def test_a_later_start_is_a_new_employment_and_an_earlier_one_a_correction(session: Session) -> None:
    take(session, "uk_hr", people("A1,Ada Lindqvist,UK-AISI,ada@example.org,Lead,1,2026-06-01\n"))
    assert [(job.title, job.starts_on, job.ends_on) for job in jobs_of(session, PERSON["ada"])] == [
        ("Lead", date(2026, 6, 1), None),
        ("Researcher", date(2024, 1, 1), date(2026, 5, 31)),
    ]
    take(session, "uk_hr", people(ZOE))
    zoe = session.scalars(select(Person.id).where(Person.email == "zoe@example.org")).one()
    take(session, "uk_hr", people(ZOE.replace("2026-01-05", "2025-12-01")))
    assert [job.starts_on for job in jobs_of(session, zoe)] == [date(2025, 12, 1)]


def test_blank_cells_empty_nothing(session: Session) -> None:
    take(session, "uk_hr", people(ZOE))
    take(session, "uk_hr", b"Full name,Institute,E-mail,FTE,Start date\nZoe,UK-AISI,zoe@example.org,0.8,2026-01-05\n")
    zoe = session.scalars(select(Person).where(Person.email == "zoe@example.org")).one()
    assert (zoe.full_name, zoe.code, jobs_of(session, zoe.id)[0].title) == ("Zoe", "Z1", "Research scientist")


def test_dates_are_read_in_the_order_that_is_said(session: Session) -> None:
    content = people("Z1,Zoë,UK-AISI,zoe@example.org,,1,03/04/2026\n")
    made = plan(session, "uk_hr", content)
    assert any("could mean two days" in note.sentence for note in made.notes)
    take(session, "uk_hr", content, options=Options(DateOrder.MONTH_FIRST))
    zoe = session.scalars(select(Person.id).where(Person.email == "zoe@example.org")).one()
    assert jobs_of(session, zoe)[0].starts_on == date(2026, 3, 4)


def test_an_upload_waits_until_it_is_taken_and_is_then_forgotten(session: Session) -> None:
    actor = ACTOR["uk_hr"]
    ident = imports.upload(session, actor, ImportKind.PEOPLE, "x.csv", people(ZOE), Options(), now=NOW)
    assert session.scalar(select(Person.id).where(Person.email == "zoe@example.org")) is None
    imports.read_differently(session, actor, ident, Options(DateOrder.MONTH_FIRST), now=NOW)
    assert imports.take_in(session, actor, ident, now=NOW) == Taken(1, 0, 0, 0)
    row = find(session, ident, owner=actor.person_id)
    assert row is not None
    assert (row.content, row.result) == (b"", {"new": 1, "changed": 0, "same": 0, "left_out": 0})
    with pytest.raises(Refused, match="taken in already"):
        imports.take_in(session, actor, ident, now=NOW)


def test_nobody_takes_in_anothers_file(session: Session) -> None:
    ident = imports.upload(session, ACTOR["uk_hr"], ImportKind.PEOPLE, "x.csv", people(ZOE), Options(), now=NOW)
    with pytest.raises(Refused) as refusal:
        imports.take_in(session, ACTOR["uk_hr_2"], ident, now=NOW)
    assert refusal.value.verdict.refusal is Refusal.NOT_FOUND


@pytest.mark.parametrize(("key", "kind"), [("ada", "people"), ("uk_lead", "clearances"), ("uk_security", "people")])
def test_each_kind_has_its_roles(session: Session, key: str, kind: str) -> None:
    with pytest.raises(Refused, match="does not import"):
        imports.upload(session, ACTOR[key], ImportKind(kind), "x.csv", people(ZOE), Options(), now=NOW)
    with pytest.raises(Refused, match="does not import"):
        take(session, key, people(ZOE), ImportKind(kind))


@pytest.mark.parametrize("content", [b"", b"Name\nx\n", b"%PDF-1.7", people("B,Bad,UK-AISI,nobody,,1,never\n")])
def test_a_file_without_a_good_row_changes_nothing(session: Session, content: bytes) -> None:
    before = session.scalar(select(func.count()).select_from(Person))
    with pytest.raises(Refused) as refusal:
        take(session, "uk_hr", content)
    assert refusal.value.verdict.refusal is Refusal.INVALID
    assert session.scalar(select(func.count()).select_from(Person)) == before


def test_a_preview_of_an_unreadable_file_is_refused(session: Session) -> None:
    with pytest.raises(FileRefused, match="no column for: Full name"):
        plan(session, "uk_hr", b"E-mail\nx@example.org\n")


def test_old_uploads_are_thrown_away(session: Session) -> None:
    imports.upload(session, ACTOR["uk_hr"], ImportKind.PEOPLE, "x.csv", people(ZOE), Options(), now=NOW)
    imports.forget_old(session, now=NOW)
    assert session.scalar(select(func.count()).select_from(ImportFile)) == 1
    imports.forget_old(session, now=NOW + KEPT * 2)
    assert session.scalar(select(func.count()).select_from(ImportFile)) == 0


def test_bad_rows_come_back_as_a_file_that_goes_in_when_corrected(session: Session) -> None:
    content = people(ZOE, "B1,=Bad,UK-AISI,nobody,,1,2026-01-01\n")
    bad = imports.bad_rows(plan(session, "uk_hr", content), ImportKind.PEOPLE, content, Options())
    text = bad.decode("utf-8-sig")
    assert "'=Bad" in text
    assert "Zoë" not in text
    corrected = text.replace("nobody", "b@example.org").encode()
    assert plan(session, "uk_hr", corrected).steps[0].label == "=Bad"


# Publications


def lines(*records: dict[str, object]) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for name, content in files.items():
            packed.writestr(f"{name}.jsonl", content)
    return stream.getvalue()


PAPER = {"title": "Agents at sea", "abstract": "Boats.", "year": 2024}
PUBLICATIONS = ImportKind.PUBLICATIONS


def test_an_archive_brings_everybody_their_own(session: Session) -> None:
    take(session, "uk_hr", people(ZOE, ADA))
    packed = archive(Z1=lines(PAPER, {**PAPER, "title": "More boats"}), a1=lines(PAPER), nobody=lines(PAPER))
    made = plan(session, "uk_hr", packed, PUBLICATIONS)
    assert (made.count(Effect.NEW), made.bad) == (3, 1)
    assert "nobody.jsonl" in made.problems[0].source
    assert take(session, "uk_hr", packed, PUBLICATIONS) == Taken(3, 0, 0, 1)
    assert take(session, "uk_hr", packed, PUBLICATIONS) == Taken(0, 0, 3, 1)
    assert [one.title for one in publications_of(session, PERSON["ada"])] == ["Agents at sea"]
    assert search(session, Asked(text="boats"), own=set()).total == 2


def test_a_researcher_brings_the_own_publications_and_nobody_elses(session: Session) -> None:
    options = Options(owner="ADA@example.org")
    assert take(session, "ada", lines(PAPER), PUBLICATIONS, options).new == 1
    changed = plan(session, "ada", lines({"title": "Agents AT sea!", "year": 2025}), PUBLICATIONS, options)
    assert [one.field for one in changed.steps[0].differences] == ["Title", "Year"]
    for owner in ("tomas@example.org", "uk.lead@example.org", "who@example.org"):
        made = plan(session, "ada", lines(PAPER), PUBLICATIONS, Options(owner=owner))
        assert (made.steps, made.problems[0].sentence) == (
            (),
            NOT_YOURS,
        )


def test_a_file_that_does_not_say_whose_it_is_asks(session: Session) -> None:
    assert "does not say whose" in plan(session, "uk_hr", lines(PAPER), PUBLICATIONS).problems[0].sentence


def test_a_title_comes_once_a_person_also_under_two_names(session: Session) -> None:
    take(session, "uk_hr", people(ADA))
    packed = archive(**{"A1": lines(PAPER), "ada@example.org": lines(PAPER)})
    made = plan(session, "uk_hr", packed, PUBLICATIONS)
    assert (made.count(Effect.NEW), made.bad) == (1, 1)
    assert take(session, "uk_hr", packed, PUBLICATIONS).new == 1
    assert session.scalar(select(func.count()).select_from(Publication)) == 1


def test_another_institutes_authors_are_unknown(session: Session) -> None:
    made = plan(session, "uk_hr", archive(**{"tomas@example.org": lines(PAPER)}), PUBLICATIONS)
    assert (len(made.steps), made.bad) == (0, 1)
    assert plan(session, "system", archive(**{"tomas@example.org": lines(PAPER)}), PUBLICATIONS).count(Effect.NEW) == 1


def test_employments_that_do_not_fit_stay_out(session: Session) -> None:
    session.add(Employment(person_id=PERSON["ada"], institute_id=US, fte=Decimal("0.2"), starts_on=date(2020, 1, 1)))
    session.commit()
    made = plan(session, "system", people(ADA))
    assert "1.2 of full time" in made.problems[0].sentence
