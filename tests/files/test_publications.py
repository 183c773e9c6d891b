"""Publications from BibTeX, JSON lines and archives of them."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.files.limits import FileRefused
from exchange.files.publications import PublicationRow, read_publications

BIBTEX = r"""
% what the reference manager says of itself
@string{acl = "Proceedings of ACL"}
@article{one,
  title    = {{GPT} for \"Uber-m{\"u}ller \& 50% of {\O}re},
  author   = {M{\"u}ller, Hans and {\'E}va B.},
  year     = 2021,
  month    = jan,
  abstract = "We study {\it large}
              models: 100% of them.",
  journal  = {J. Tests}
}
@inproceedings{two, title = {Second}, booktitle = acl, date = {2020-05-01}}
@misc{three, title = {Third}, year = {in press}}
"""


def read(text: str) -> tuple[PublicationRow, ...]:
    return read_publications(text.encode()).values


def lines(*records: object) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


def packed(entries: dict[str, bytes]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_bibtex_becomes_plain_text() -> None:
    reading = read_publications(BIBTEX.encode())
    assert reading.values == (
        PublicationRow("GPT for Über-müller & 50% of Øre", "We study large models: 100% of them.", 2021, "J. Tests"),
        PublicationRow("Second", "", 2020, "Proceedings of ACL"),
        PublicationRow("Third", "", None),
    )
    assert [row.number for row in reading.rows] == [4, 13, 14]
    assert [note.sentence for note in reading.notes] == [
        "Without a year that can be read: 1.",
        "Without an abstract, so that the title speaks alone: 2 of 3.",
    ]


def test_broken_entries_are_named_and_the_others_kept() -> None:
    reading = read_publications(
        b"@article{a, title={Kept}}\n@article{b title={No comma}}\n@article{a, title={Same key}}\n"
        b"@article{c, year=2020}\n@article{d, title={Deep \\textbf{" + b"{" * 3000 + b"}" * 3000 + b"}}}\n"
    )
    assert [row.title for row in reading.values] == ["Kept"]
    assert [(problem.row, problem.sentence.split(".")[0]) for problem in reading.problems] == [
        (2, "The entry cannot be read"),
        (3, "The key “a” stands twice in the file"),
        (4, "The publication has no title"),
        (5, "The LaTeX in this entry cannot be read"),
    ]


def test_openreview_records_are_read_in_both_of_its_forms() -> None:
    first = {"id": "1", "content": {"title": "One", "abstract": "Text.", "year": 2021}}
    second = {
        "id": "2",
        "content": {"title": {"value": "Two"}, "abstract": {"value": "More."}, "venue": {"value": "ACL"}},
    }
    dated = {"id": "3", "pdate": 1_577_836_800_000, "content": {"title": {"value": "Three"}}}
    flat = {"title": "Four", "abstract": "", "year": "2019"}
    assert read_publications(lines(first, second, dated, flat)).values == (
        PublicationRow("One", "Text.", 2021),
        PublicationRow("Two", "More.", None, "ACL"),
        PublicationRow("Three", "", 2020),
        PublicationRow("Four", "", 2019),
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (b"{", "The line is not JSON."),
        (b'{"title": "a"} {"title": "b"}', "The line is not JSON."),
        (b"[" * 100_000, "The line is not JSON."),
        (b"[1, 2]", "no record"),
        (b'"title"', "no record"),
        (b"1" * 5000, "The line is not JSON."),
        (b'{"content": 1}', "“content” is no record"),
        (b"{}", "has no title"),
        (b'{"title": ["a"]}', "has no title"),
        (b'{"title": {"value": null}}', "has no title"),
        (b'{"title": "' + b"a" * 1001 + b'"}', "1,000 is the most"),
        (b'{"title": "a", "abstract": "' + b"a" * 20_001 + b'"}', "20,000 is the most"),
    ],
)
def test_a_broken_line_is_named_and_the_others_kept(line: bytes, sentence: str) -> None:
    reading = read_publications(b'{"title": "Kept"}\n\n' + line + b'\n{"title": "Too"}\n')
    assert [row.title for row in reading.values] == ["Kept", "Too"]
    (problem,) = reading.problems
    assert problem.row == 3
    assert sentence in problem.sentence


@pytest.mark.parametrize("year", [None, "", "soon", 20201, {"value": []}, True, 1e300, -1, "12021"])
def test_a_year_that_is_none_is_no_reason_to_lose_the_publication(year: object) -> None:
    reading = read_publications(lines({"title": "One", "abstract": "x", "year": year}))
    assert reading.values[0].year is None
    assert "Without a year" in reading.notes[0].sentence


@pytest.mark.parametrize("milliseconds", [10**30, -(10**30), 10**18])
def test_a_moment_outside_the_calendar_is_no_year(milliseconds: int) -> None:
    assert read_publications(lines({"title": "One", "cdate": milliseconds})).values[0].year is None


def test_what_other_programs_spoiled_is_cleaned() -> None:
    (row,) = read_publications(b'{"title": "Sunny\\u0098 Day\\ud835", "abstract": "a\\u0000b"}\n').values
    assert (row.title, row.abstract) == ("Sunny Day", "ab")


def test_an_archive_gives_each_file_to_the_person_it_is_named_after() -> None:
    reading = read_publications(
        packed(
            {
                "archive/": b"",
                "archive/D01.jsonl": lines({"title": "One", "abstract": "x", "year": 2020}),
                "archive/ann@example.org.BIB": b"@misc{a, title={Two}, abstract={x}, year=2020}",
                "archive/README.txt": b"hello",
                "archive/D02.jsonl": b"",
                "archive/D03.jsonl": b"nothing of use",
                "archive/D04.jsonl": b"{broken",
                "archive/.DS_Store": b"\0",
                "__MACOSX/archive/._D01.jsonl": b"\0",
            }
        )
    )
    assert [(row.value.owner, row.source, row.number) for row in reading.rows] == [
        ("D01", "archive/D01.jsonl", 1),
        ("ann@example.org", "archive/ann@example.org.BIB", 1),
    ]
    assert [(problem.source, problem.row) for problem in reading.problems] == [
        ("archive/D03.jsonl", 1),
        ("archive/D04.jsonl", 1),
    ]
    assert [note.sentence for note in reading.notes] == ["These files of the archive are not read: archive/README.txt."]


def test_a_title_repeated_by_the_same_person_is_left_out_with_a_note() -> None:
    one, again = (
        {"title": "A Study: of X", "abstract": "x", "year": 2020},
        {"title": "a study of x", "abstract": "y", "year": 2021},
    )
    reading = read_publications(packed({"D01.jsonl": lines(one, again), "D02.jsonl": lines(one)}))
    assert [(row.owner, row.year) for row in reading.values] == [("D01", 2020), ("D02", 2020)]
    assert reading.notes[0].sentence == ("Left out, as their titles repeat one of the same person: 1 (“a study of x”).")
    assert len({row.key for row in reading.values}) == 1


@pytest.mark.parametrize("title", ["数据", "…?!", "Étude"])
def test_every_title_has_a_key(title: str) -> None:
    assert read(json.dumps({"title": title}))[0].key


@settings(deadline=None)
@given(st.binary(max_size=300) | st.text(alphabet='@{}=,"\\a\n%$ []:e1', max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        reading = read_publications(data)
    except FileRefused as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - both outcomes are right; the sentence is what is tested
    else:
        assert reading.rows or reading.problems


@settings(deadline=None)
@given(st.text(alphabet='@{}=,"\\a\n%$ #', max_size=200))
def test_any_entry_is_read_or_named(inside: str) -> None:
    try:
        reading = read_publications(b"@article{a, title = {" + inside.encode() + b"}}\n")
    except FileRefused as refused:
        assert str(refused).endswith(".")  # noqa: PT017 - both outcomes are right; the sentence is what is tested
    else:
        assert reading.rows or reading.problems
