"""Files that mean harm, or are not what they are taken for: each is refused with a sentence, most before parsing."""

from __future__ import annotations

import stat
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZipFile, ZipInfo

import pytest
from openpyxl import Workbook

from exchange.files.limits import FileRefused
from exchange.files.publications import read_publications
from exchange.files.tables import read_table
from exchange.files.workbook_reader import read_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

MEGABYTE = 1024 * 1024
SHEET = "xl/worksheets/sheet1.xml"
SHARED_CELL = b'<row><c t="s"><v>0</v></c></row>'
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def zipped(entries: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def honest_workbook() -> dict[str, bytes]:
    """The parts of a small workbook as a spreadsheet program writes it."""
    book = Workbook()
    book.worksheets[0].append(["Full name", "E-mail"])
    stream = BytesIO()
    book.save(stream)
    with ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook_with(part: str, content: bytes) -> bytes:
    return zipped(honest_workbook() | {part: content})


def sharing(text: bytes, uses: int) -> bytes:
    """A workbook whose one shared string stands in so many cells."""
    parts = honest_workbook()
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    override += b'spreadsheetml.sharedStrings+xml" /></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", override)
    parts["xl/sharedStrings.xml"] = b"<sst " + NAMESPACE + b"><si><t>" + text + b"</t></si></sst>"
    parts[SHEET] = b"<worksheet " + NAMESPACE + b"><sheetData>" + SHARED_CELL * uses + b"</sheetData></worksheet>"
    return zipped(parts)


def entities_for_the_parser() -> bytes:
    """XML entities in an encoding and under a part's name that the checks before parsing do not look at."""
    parts = honest_workbook() | {SHEET: ENTITIES.decode().encode("utf-16")}
    return zipped(
        {
            name.replace("sheet1.xml", "sheet1.dat"): part.replace(b"sheet1.xml", b"sheet1.dat")
            for name, part in parts.items()
        }
    )


def swollen(part: str, piece: bytes, before: bytes) -> bytes:
    """A workbook with a part that holds the piece half a million times."""
    return workbook_with(part, honest_workbook()[part].replace(before, piece * 500_000 + before))


def sheet(rows: bytes) -> bytes:
    return workbook_with(SHEET, b"<worksheet " + NAMESPACE + b"><sheetData>" + rows + b"</sheetData></worksheet>")


def link() -> bytes:
    entry = ZipInfo("D01.jsonl")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    return stream.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped({"D01.jsonl": b"{}"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    return bytes(data)


def lying_about_its_size(checksum: int | None = None) -> bytes:
    """A list of contents that says 10 bytes for an entry of 60 MB, with the checksum of what it hides or another."""
    data = bytearray(zipped({"D01.jsonl": b" " * 60 * MEGABYTE}))
    position = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, position + 24, 10)
    if checksum is not None:
        struct.pack_into("<L", data, position + 16, checksum)
    return bytes(data)


def overlapping() -> bytes:
    """A hundred entries that all point at the same compressed megabyte, and so unpack to a hundred."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = b"a" * MEGABYTE
    body = squeezed.compress(plain) + squeezed.flush()
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(plain), len(body), MEGABYTE, 1, 0) + b"a"
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, zlib.crc32(plain), len(body), MEGABYTE, 1, 0, 0, 0, 0, 0, 0
    )
    listing = (entry + b"a") * 100
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 100, 100, len(listing), len(local + body), 0)
    return local + body + listing + end


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet '
    + NAMESPACE
    + b"><sheetData><row><c t='inlineStr'><is><t>&b;</t></is></c></row></sheetData></worksheet>"
)
OUTSIDE_ENTITY = ENTITIES.replace(b'"aaaaaaaaaa"', b'SYSTEM "file:///etc/passwd"')

TABLES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "file is empty"),
    "blanks only": (lambda: b" \n\t\n ,, \n", "no filled row"),
    "a mark of byte order and nothing else": (lambda: b"\xef\xbb\xbf", "no filled row"),
    "too many bytes": (lambda: b"a,b\n" * (3 * MEGABYTE), "12 MB; 10 MB is the most"),
    "a million rows": (lambda: b"Full name\n" + b"a\n" * 1_000_000, "1,000,001 lines"),
    "a million old Macintosh rows": (lambda: b"a\r" * 1_000_000, "1,000,000 lines"),
    "twenty thousand and two rows": (lambda: b"a,b\n" * 20_002, "more than 20,000 rows"),
    "a thousand columns": (lambda: b",".join(b"c%d" % number for number in range(1000)) + b"\n1\n", "1,000 columns"),
    "a table of half a million cells": (lambda: (b"a," * 99 + b"a\n") * 5_001, "more than 200,000 cells"),
    "a cell of 131,073 characters": (lambda: b"Full name\n" + b"a" * 131_073, "more than 32,767 characters"),
    "a cell of 40,000 characters": (lambda: b"Full name\n" + b"a" * 40_000, "40,000 characters"),
    "a heading of 40,000 characters": (lambda: b"a" * 40_000 + b",b\n1,2\n", "heading has more than 200"),
    "a quotation mark never closed": (
        lambda: b'Full name,E-mail\n"Ann,a@example.org\n' + b"b,b@example.org\n" * 100,
        "quotation marks do not pair up",
    ),
    "a zero byte in text": (lambda: b"Full name,E-mail\nA\0nn,a@example.org\n" + b"x" * 300, "not text"),
    "a zero byte far into text": (lambda: b"Full name\n" + b"x\n" * 300 + b"\0", "not text"),
    "half a UTF-16 character": (lambda: "Full name".encode("utf-16") + b"\xd8", "not text"),
    "neither UTF-8 nor Windows-1252": (lambda: b"Full name\n\x81\x8d\x8f\n", "not text"),
    "an old Excel file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "old Excel file"),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF"),
    "a PNG": (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "a picture"),
    "a JPEG": (lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", "a picture"),
    "a web page that says it is a workbook": (lambda: b"<html><table><tr><td>Full name</td></tr></table>", "web page"),
    "a gzip": (lambda: b"\x1f\x8b\x08\x00" + b"\0" * 32, "gzip"),
    "a 7z": (lambda: b"7z\xbc\xaf\x27\x1c", "7z"),
    "a program": (lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 64, "a program"),
    "an empty zip": (lambda: zipped({}), "not a workbook"),
    "a zip that is no workbook": (lambda: zipped({"notes.txt": b"hello"}), "not a workbook"),
    "an OpenDocument sheet": (
        lambda: zipped({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}),
        "OpenDocument",
    ),
    "a zip cut off": (lambda: zipped(honest_workbook())[:-40], "damaged"),
    "a zip cut off at its start": (lambda: b"PK\x03\x04" + zipped(honest_workbook())[100:], "damaged"),
    "a workbook part in disorder": (
        lambda: zipped(honest_workbook()).replace(b"\x50\x4b\x03\x04", b"PK\x03\x05", 1),
        "not text",
    ),
    "a zip bomb": (
        lambda: workbook_with("xl/media/bomb.xml", b"<a>" + b" " * 60 * MEGABYTE),
        "60 MB; 50 MB is the most",
    ),
    "a thousand entries": (
        lambda: zipped({f"xl/part{number}.xml": b"<a/>" for number in range(1000)}),
        "more than 200 files",
    ),
    "a path that leads out": (lambda: workbook_with("../../etc/cron.d/job", b"x"), "leads out"),
    "an absolute path": (lambda: workbook_with("/etc/cron.d/job", b"x"), "leads out"),
    "a Windows path": (lambda: workbook_with("C:\\Windows\\job", b"x"), "leads out"),
    "lzma inside": (lambda: zipped(honest_workbook(), ZIP_LZMA), "unusual compression"),
    "bzip2 inside": (lambda: zipped(honest_workbook(), ZIP_BZIP2), "unusual compression"),
    "XML entities": (lambda: workbook_with(SHEET, ENTITIES), "XML entities"),
    "XML entities of the machine's files": (lambda: workbook_with(SHEET, OUTSIDE_ENTITY), "XML entities"),
    "XML entities in the relations": (lambda: workbook_with("xl/_rels/workbook.xml.rels", ENTITIES), "XML entities"),
    "XML entities in UTF-16": (lambda: workbook_with(SHEET, ENTITIES.decode().encode("utf-16")), "cannot be read"),
    "XML entities in EBCDIC": (lambda: workbook_with(SHEET, ENTITIES.decode().encode("cp037")), "cannot be read"),
    "XML entities in a part of another name": (
        lambda: workbook_with("xl/worksheets/sheet1.dat", ENTITIES),
        "XML entities",
    ),
    "XML that names another encoding": (
        lambda: workbook_with(SHEET, b'<?xml version="1.0" encoding="cp037"?><a/>'),
        "cannot be read",
    ),
    "half a million styles": (lambda: swollen("xl/styles.xml", b'<xf numFmtId="0"/>', b"</cellXfs>"), "more styles"),
    "half a million names": (
        lambda: swollen("xl/workbook.xml", b'<definedName name="a">A1</definedName>', b"</sheets>"),
        "more styles and names than values",
    ),
    "half a million relations": (
        lambda: swollen("xl/_rels/workbook.xml.rels", b'<Relationship Id="x"/>', b"</Relationships>"),
        "more styles and names than values",
    ),
    "XML nested half a million deep": (lambda: sheet(b"<a>" * 500_000), "more styles and names than values"),
    "eight million empty tags": (lambda: sheet(b"<a/>" * 8_000_000), "too large"),
    "a sheet of a million rows": (lambda: sheet(b"<row/>" * 1_000_000), "more than 20,000 rows"),
    "a sheet of half a million cells": (
        lambda: sheet(b"<row>" + b'<c t="n"><v>1</v></c>' * 500_000 + b"</row>"),
        "more than 200,000 cells",
    ),
}


@pytest.mark.usefixtures("no_reader")
@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_refused_before_it_is_parsed(name: str) -> None:
    make, sentence = TABLES[name]
    assert_refuses(read_table, make(), sentence)


PARSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "a row far beyond the last": (
        lambda: sheet(b'<row r="2000000000"><c t="n"><v>1</v></c></row>'),
        "a row beyond 1,048,576",
    ),
    "a value in column 201": (
        lambda: sheet(b'<row r="1"><c r="A1"><v>1</v></c><c r="GS1"><v>1</v></c></row>'),
        "beyond column 200",
    ),
    "broken XML": (lambda: sheet(b"<row><c></row>"), "cannot be read"),
    "XML entities that only the parser sees": (entities_for_the_parser, "cannot be read"),
    "a shared string that is not there": (lambda: sheet(SHARED_CELL), "cannot be read"),
    "XML nested fifteen thousand deep": (lambda: sheet(b"<a>" * 15_000), "cannot be read"),
    "a workbook without its sheet": (
        lambda: zipped({name: part for name, part in honest_workbook().items() if name != SHEET}),
        "no sheet with anything in it",
    ),
    "a cell of 131,073 characters": (
        lambda: sheet(b'<row><c t="inlineStr"><is><t>' + b"a" * 131_073 + b"</t></is></c></row>"),
        "131,073 characters",
    ),
    "a long string used everywhere": (lambda: sharing(b"a" * 32_000, 2000), "The sheet is too large"),
}


@pytest.mark.parametrize("name", PARSED)
def test_what_only_parsing_shows_is_refused_by_the_process_that_parses(name: str) -> None:
    make, sentence = PARSED[name]
    assert_refuses(read_table, make(), sentence)


def test_a_parser_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.files.workbooks.MAX_WALL_SECONDS", 0.001)
    with pytest.raises(FileRefused, match="took too long"):
        read_table(zipped(honest_workbook()))


def test_one_cell_far_down_is_no_million_rows() -> None:
    rows = b'<row r="1"><c r="A1" t="n"><v>1</v></c></row><row r="1048576"><c r="A1048576" t="n"><v>2</v></c></row>'
    assert read_sheet(sheet(rows), None)["rows"] == [(1, ["1"]), (1_048_576, ["2"])]


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "file is empty"),
    "an empty zip": (lambda: zipped({}), "holds no publication"),
    "no publication": (lambda: b"Full name,E-mail\n", "holds no publication"),
    "a zip bomb": (lambda: zipped({"D01.jsonl": b" " * 60 * MEGABYTE}), "60 MB; 50 MB is the most"),
    "a nested zip": (lambda: zipped({"D01.jsonl": zipped({"D01.jsonl": b"{}"})}), "another archive"),
    "a nested zip in disguise": (lambda: zipped({"folder/D01.txt": zipped({"D01.jsonl": b"{}"})}), "another archive"),
    "two hundred and one files": (
        lambda: zipped({f"D{number}.jsonl": b"{}" for number in range(201)}),
        "more than 200 files",
    ),
    "a path that leads out": (lambda: zipped({"../D01.jsonl": b"{}"}), "leads out"),
    "a path that leads out for Windows": (lambda: zipped({"..\\D01.jsonl": b"{}"}), "leads out"),
    "a link": (link, "holds a link"),
    "a password": (encrypted, "password"),
    "a lie about a size": (lying_about_its_size, "damaged"),
    "a lie about a size that adds up": (lambda: lying_about_its_size(zlib.crc32(b" " * 10)), "holds no publication"),
    "a hundred entries over the same bytes": (overlapping, "100 MB; 50 MB is the most"),
    "LaTeX without end": (lambda: b"@article{a, title={" + b"\\frac{" * 30_000 + b"}" * 30_000 + b"}}", "more LaTeX"),
    "a million marks": (lambda: b"@article{a," + b"x={1}," * 300_000 + b"}", "too large"),
    "a million lines": (lambda: b'{"title": "a"}\n' + b"\n" * 1_000_000, "1,000,001 lines"),
    "a PDF": (lambda: b"%PDF-1.7\n", "a PDF"),
    "twenty thousand and one publications": (lambda: b'{"title": "a"}\n' * 20_001, "more than 20,000 publications"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_file_of_publications_is_refused(name: str) -> None:
    make, sentence = ARCHIVES[name]
    assert_refuses(read_publications, make(), sentence)


def assert_refuses(read: Callable[[bytes], object], data: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read(data)
    said = str(refused.value)
    assert sentence in said
    assert said[0].isupper()
    assert said.endswith(".")
    assert len(said) < 400
