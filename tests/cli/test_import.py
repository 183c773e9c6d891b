"""``exchange import``: every bad row is named, nothing goes in by halves unless asked to, and the exit code tells."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from exchange.files.templates import template_csv
from exchange.store.audit import AuditEvent
from exchange.store.people import Employment, Person
from exchange.store.publications import Publication
from tests.cast import PASSWORD

Run = Callable[..., Result]
HEAD = "Code,Full name,Institute,E-mail,Job title,FTE,Start date\n"
CENTER = ("--name", "Center", "--country", "US", "--city", "Washington", "--zone", "America/New_York")
# Names as they are: one word, many words, particles, apostrophes, several scripts, right to left, combining marks.
NAMES = (
    *(
        "Ada Lindqvist",
        "佐藤 美咲",
        "Suharto",
        "Ólafur Jón Þórsson",
        "María José Núñez-O\u2019Brien",
        "王小明",
        "ירדן לוי",
    ),
    *("Nguyễn Thị Minh Khai", "Björk", "محمد بن عبد الله", "Anne-Marie van der Berg", "Zoe\u0308 A\u030angstro\u0308m"),
    *("Олена Шевченко", "Γιώργος Παπαδόπουλος", "김 서연", "X Æ A-12", "D'Angelo Mc Donald", "İbrahim Çelik"),
    *("अनन्या शर्मा", "Nu", "Jean le Rond d\u2019Alembert", "Mwangi wa Thiong'o", "Sigurðardóttir, Jóhanna", "Ng"),
    *("Šárka Dvořáková", "Владимир", "สมชาย ใจดี", "Ananda K. R. P. Wijesinghe-Arachchige Don", "Null"),
)


@pytest.fixture
def two(ready: Run) -> Run:
    assert ready("institute", "create", "US-CAISI", *CENTER).exit_code == 0
    return ready


def people_csv() -> str:
    rows = []
    for n, name in enumerate(NAMES, 1):
        institute = "UK-AISI" if n % 2 else "US-CAISI"
        rows.append(f'P{n:02},"{name}",{institute},p{n:02}@example.org,Research scientist,1.0,2024-{1 + n % 12:02}-01')
    return HEAD + "\n".join(rows) + "\n"


def archive(each: int = 3) -> bytes:
    """An archive in the form that OpenReview exports: a file for each person, a publication on each line."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as files:
        for n in range(1, len(NAMES) + 1):
            lines = [
                json.dumps(
                    {
                        "id": f"{n}-{paper}",
                        "content": {"title": f"On evaluation {n}.{paper}", "abstract": "We measure é.", "year": 2020},
                    }
                )
                for paper in range(each)
            ]
            files.writestr(f"P{n:02}.jsonl", "\n".join(lines) + "\n")
    return packed.getvalue()


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def count(stored: Session, model: type[Person | Publication | Employment]) -> int:
    return int(stored.execute(select(func.count()).select_from(model)).scalar_one())


def test_twenty_nine_people_and_their_publications_go_in_and_again_change_nothing(
    two: Run, stored: Session, tmp_path: Path
) -> None:
    staff, papers = written(tmp_path, "people.csv", people_csv()), written(tmp_path, "archives.zip", archive())
    first = two("import", "people", staff)
    assert (first.exit_code, "Done: 29 new, 0 changed, 0 the same, 0 left out." in first.output) == (0, True)
    assert sorted(stored.scalars(select(Person.full_name))) == sorted(NAMES)  # to the letter
    assert "Done: 87 new" in two("import", "publications", papers).output
    assert two("import", "people", staff).output.count("29 the same") == 1
    assert "Done: 0 new, 0 changed, 87 the same" in two("import", "publications", papers).output
    stored.rollback()
    assert (count(stored, Person), count(stored, Employment), count(stored, Publication)) == (29, 29, 87)
    assert two("audit", "verify").exit_code == 0


BAD = "B1,Bad Row,UK-AISI,nobody,,1,2026-01-01\nB2,Other Row,XX-AISI,x@example.org,,1,2026-01-01\n"
GOOD = "Z1,Zoë Ångström,UK-AISI,zoe@example.org,Scientist,0.8,03/04/2026\n"


def test_every_bad_row_is_named_and_nothing_goes_in_by_halves(two: Run, stored: Session, tmp_path: Path) -> None:
    staff = written(tmp_path, "staff.csv", HEAD + BAD + GOOD)
    answer = two("import", "people", staff)
    assert answer.exit_code == 1
    assert "Row 2: E-mail “nobody”: “nobody” is not an e-mail address" in answer.output
    assert "Row 3: Institute “XX-AISI”: There is no institute “XX-AISI”" in answer.output
    assert "1 new, 0 changed, 0 same, 2 to correct" in answer.output
    assert "Nothing was taken in." in answer.output
    assert count(stored, Person) == 0


def test_the_good_rows_go_in_when_asked_to(two: Run, stored: Session, tmp_path: Path) -> None:
    answer = two("import", "people", written(tmp_path, "staff.csv", HEAD + BAD + GOOD), "--good-rows")
    assert answer.exit_code == 1  # something stayed out, and a script should know
    assert "Done: 1 new, 0 changed, 0 the same, 2 left out." in answer.output
    assert stored.scalars(select(Person.full_name)).all() == ["Zoë Ångström"]


@pytest.mark.parametrize(("rows", "code"), [(GOOD, 0), (BAD + GOOD, 1)])
def test_a_check_writes_nothing(two: Run, stored: Session, tmp_path: Path, rows: str, code: int) -> None:
    before = stored.scalar(select(func.count()).select_from(AuditEvent))
    stored.rollback()
    answer = two("import", "people", written(tmp_path, "staff.csv", HEAD + rows), "--check", "--good-rows")
    assert answer.exit_code == code
    assert "1 new" in answer.output
    assert count(stored, Person) == 0
    assert stored.scalar(select(func.count()).select_from(AuditEvent)) == before


@pytest.mark.parametrize(("order", "day"), [("--day-first", "2026-04-03"), ("--month-first", "2026-03-04")])
def test_the_order_of_dates_is_the_one_that_is_said(
    two: Run, stored: Session, tmp_path: Path, order: str, day: str
) -> None:
    assert two("import", "people", written(tmp_path, "staff.csv", HEAD + GOOD), order).exit_code == 0
    assert [str(start) for start in stored.scalars(select(Employment.starts_on))] == [day]


def test_a_workbook_with_the_wanted_sheet_named(two: Run, stored: Session, tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Notes", 0)["A1"] = "Nothing here"
    sheet = book.create_sheet("Staff")
    for row in (HEAD + GOOD).splitlines():
        sheet.append(row.split(","))
    book.save(tmp_path / "staff.xlsx")
    assert two("import", "people", str(tmp_path / "staff.xlsx")).exit_code == 1
    assert two("import", "people", str(tmp_path / "staff.xlsx"), "--sheet", "Staff").exit_code == 0
    assert count(stored, Person) == 1


def test_whoever_imports_as_somebody_may_what_they_may(two: Run, tmp_path: Path) -> None:
    two("account", "create", "hr@example.org", "--name", "Hannah", "--institute", "UK-AISI", "--password", PASSWORD)
    staff = written(tmp_path, "people.csv", people_csv())
    refused = two("import", "people", staff, "--as", "hr@example.org", "--good-rows")
    assert refused.exit_code == 1
    two("account", "grant", "hr@example.org", "hr_coordinator", "--institute", "UK-AISI")
    answer = two("import", "people", staff, "--as", "hr@example.org", "--good-rows")
    assert "Done: 15 new, 0 changed, 0 the same, 14 left out." in answer.output
    assert "You import people of your own institute only; US-CAISI imports its own." in answer.output
    assert "Nobody has the address who@example.org" in two("import", "people", staff, "--as", "who@example.org").output


def test_one_authors_file_needs_to_be_told_whose_it_is(two: Run, stored: Session, tmp_path: Path) -> None:
    two("import", "people", written(tmp_path, "staff.csv", HEAD + GOOD))
    bib = written(tmp_path, "mine.bib", "@article{a, title={On {LLM} evaluation}, year={2024}, abstract={We test.}}")
    asks = two("import", "publications", bib)
    assert (asks.exit_code, "does not say whose publications these are" in asks.output) == (1, True)
    assert two("import", "publications", bib, "--owner", "Z1").exit_code == 0
    assert stored.scalars(select(Publication.title)).all() == ["On LLM evaluation"]


@pytest.mark.parametrize("kind", ["people", "clearances", "workstreams", "openings"])
def test_a_template_with_nothing_but_its_example_holds_no_row(two: Run, tmp_path: Path, kind: str) -> None:
    answer = two("import", kind, written(tmp_path, "template.csv", template_csv(kind)))
    assert answer.exit_code == 1
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "The file is empty"), (b"%PDF-1.7", "a PDF"), ("a,b\n1,2\n", "column"), (archive(1), "zip archive")],
)
def test_a_file_that_is_none_gets_a_sentence(two: Run, tmp_path: Path, content: str | bytes, words: str) -> None:
    answer = two("import", "people", written(tmp_path, "file.csv", content))
    assert (answer.exit_code, words in answer.output) == (1, True)


def test_a_command_written_wrongly_is_not_a_refusal(two: Run, tmp_path: Path) -> None:
    assert two("import", "holidays", written(tmp_path, "a.csv", "x")).exit_code == 2
    assert two("import", "people", str(tmp_path / "missing.csv")).exit_code == 2
