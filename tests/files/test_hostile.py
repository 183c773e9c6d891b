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

TABLES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "blanks only": lambda: b" \n\t\n ,, \n",
    "a mark of byte order and nothing else": lambda: b"\xef\xbb\xbf",
    "too many bytes": lambda: b"a,b\n" * (3 * MEGABYTE),
    "a million rows": lambda: b"Full name\n" + b"a\n" * 1_000_000,
    "a million old Macintosh rows": lambda: b"a\r" * 1_000_000,
    "twenty thousand and two rows": lambda: b"a,b\n" * 20_002,
    "a thousand columns": lambda: b",".join(b"c%d" % number for number in range(1000)) + b"\n1\n",
    "a cell of 131,073 characters": lambda: b"Full name\n" + b"a" * 131_073,
    "a cell of 40,000 characters": lambda: b"Full name\n" + b"a" * 40_000,
    "a heading of 40,000 characters": lambda: b"a" * 40_000 + b",b\n1,2\n",
    "a quotation mark never closed": lambda: b'Full name,E-mail\n"Ann,a@example.org\n' + b"b,b@example.org\n" * 100,
    "a zero byte in text": lambda: b"Full name,E-mail\nA\0nn,a@example.org\n" + b"x" * 300,
    "a zero byte far into text": lambda: b"Full name\n" + b"x\n" * 300 + b"\0",
    "half a UTF-16 character": lambda: "Full name".encode("utf-16") + b"\xd8",
    "neither UTF-8 nor Windows-1252": lambda: b"Full name\n\x81\x8d\x8f\n",
    "an old Excel file": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "a PDF": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "a PNG": lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "a JPEG": lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a web page that says it is a workbook": lambda: b"<html><table><tr><td>Full name</td></tr></table>",
    "a gzip": lambda: b"\x1f\x8b\x08\x00" + b"\0" * 32,
    "a 7z": lambda: b"7z\xbc\xaf\x27\x1c",
    "a program": lambda: b"\x7fELF\x02\x01\x01" + b"\0" * 64,
    "an empty zip": lambda: zipped({}),
    "a zip that is no workbook": lambda: zipped({"notes.txt": b"hello"}),
    "an OpenDocument sheet": lambda: zipped({"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>"}),
    "a zip cut off": lambda: zipped(honest_workbook())[:-40],
    "a zip cut off at its start": lambda: b"PK\x03\x04" + zipped(honest_workbook())[100:],
    "a workbook part in disorder": lambda: zipped(honest_workbook()).replace(b"\x50\x4b\x03\x04", b"PK\x03\x05", 1),
    "a zip bomb": lambda: workbook_with("xl/media/bomb.xml", b"<a>" + b" " * 60 * MEGABYTE),
    "a thousand entries": lambda: zipped({f"xl/part{number}.xml": b"<a/>" for number in range(1000)}),
    "a path that leads out": lambda: workbook_with("../../etc/cron.d/job", b"x"),
    "an absolute path": lambda: workbook_with("/etc/cron.d/job", b"x"),
    "a Windows path": lambda: workbook_with("C:\\Windows\\job", b"x"),
    "lzma inside": lambda: zipped(honest_workbook(), ZIP_LZMA),
    "bzip2 inside": lambda: zipped(honest_workbook(), ZIP_BZIP2),
    "XML entities": lambda: workbook_with(SHEET, ENTITIES),
    "XML entities of the machine's files": lambda: workbook_with(SHEET, OUTSIDE_ENTITY),
    "XML entities in the relations": lambda: workbook_with("xl/_rels/workbook.xml.rels", ENTITIES),
    "XML entities in UTF-16": lambda: workbook_with(SHEET, ENTITIES.decode().encode("utf-16")),
    "XML entities in EBCDIC": lambda: workbook_with(SHEET, ENTITIES.decode().encode("cp037")),
    "XML entities in a part of another name": lambda: workbook_with("xl/worksheets/sheet1.dat", ENTITIES),
    "XML that names another encoding": lambda: workbook_with(SHEET, b'<?xml version="1.0" encoding="cp037"?><a/>'),
    "a sheet of a million rows": lambda: sheet(b"<row/>" * 1_000_000),
    "a sheet of half a million cells": lambda: sheet(b"<row>" + b'<c t="n"><v>1</v></c>' * 500_000 + b"</row>"),
}


@pytest.mark.usefixtures("no_reader")
@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_refused_before_it_is_parsed(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(TABLES[name]())
    assert_is_a_sentence(refused.value)


PARSED: dict[str, Callable[[], bytes]] = {
    "a row far beyond the last": lambda: sheet(b'<row r="2000000000"><c t="n"><v>1</v></c></row>'),
    "a value in column 201": lambda: sheet(b'<row r="1"><c r="A1"><v>1</v></c><c r="GS1"><v>1</v></c></row>'),
    "broken XML": lambda: sheet(b"<row><c></row>"),
    "XML entities that only the parser sees": lambda: zipped(
        {
            name.replace("sheet1.xml", "sheet1.dat"): part.replace(b"sheet1.xml", b"sheet1.dat")
            for name, part in (honest_workbook() | {SHEET: ENTITIES.decode().encode("utf-16")}).items()
        }
    ),
    "a shared string that is not there": lambda: sheet(b'<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
    "XML nested two hundred thousand deep": lambda: sheet(b"<row>" * 19_000 + b"<a>" * 200_000),
    "a workbook without its sheet": lambda: zipped(
        {name: part for name, part in honest_workbook().items() if name != SHEET}
    ),
    "a cell of 131,073 characters": lambda: sheet(
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + b"a" * 131_073 + b"</t></is></c></row>"
    ),
    "a long string used everywhere": lambda: zipped(
        honest_workbook()
        | {
            "xl/sharedStrings.xml": b"<sst " + NAMESPACE + b"><si><t>" + b"a" * 32_000 + b"</t></si></sst>",
            SHEET: b"<worksheet "
            + NAMESPACE
            + b"><sheetData>"
            + b'<row><c t="s"><v>0</v></c></row>' * 2000
            + b"</sheetData></worksheet>",
        }
    ),
}


@pytest.mark.parametrize("name", PARSED)
def test_what_only_parsing_shows_is_refused_by_the_process_that_parses(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(PARSED[name]())
    assert_is_a_sentence(refused.value)


def test_a_parser_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.files.workbooks.MAX_WALL_SECONDS", 0.001)
    with pytest.raises(FileRefused, match="took too long"):
        read_table(zipped(honest_workbook()))


def test_one_cell_far_down_is_no_million_rows() -> None:
    rows = b'<row r="1"><c r="A1" t="n"><v>1</v></c></row><row r="1048576"><c r="A1048576" t="n"><v>2</v></c></row>'
    assert read_sheet(sheet(rows), None)["rows"] == [(1, ["1"]), (1_048_576, ["2"])]


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "an empty zip": lambda: zipped({}),
    "no publication": lambda: b"Full name,E-mail\n",
    "a zip bomb": lambda: zipped({"D01.jsonl": b" " * 60 * MEGABYTE}),
    "a nested zip": lambda: zipped({"D01.jsonl": zipped({"D01.jsonl": b"{}"})}),
    "a nested zip in disguise": lambda: zipped({"folder/D01.txt": zipped({"D01.jsonl": b"{}"})}),
    "two hundred and one files": lambda: zipped({f"D{number}.jsonl": b"{}" for number in range(201)}),
    "a path that leads out": lambda: zipped({"../D01.jsonl": b"{}"}),
    "a path that leads out for Windows": lambda: zipped({"..\\D01.jsonl": b"{}"}),
    "a link": link,
    "a password": encrypted,
    "a lie about a size": lying_about_its_size,
    "a lie about a size that adds up": lambda: lying_about_its_size(zlib.crc32(b" " * 10)),
    "a hundred entries over the same bytes": overlapping,
    "LaTeX without end": lambda: b"@article{a, title={" + b"\\frac{" * 30_000 + b"}" * 30_000 + b"}}",
    "a million marks": lambda: b"@article{a," + b"x={1}," * 300_000 + b"}",
    "a million lines": lambda: b'{"title": "a"}\n' + b"\n" * 1_000_000,
    "a PDF": lambda: b"%PDF-1.7\n",
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_hostile_file_of_publications_is_refused(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_publications(ARCHIVES[name]())
    assert_is_a_sentence(refused.value)


def assert_is_a_sentence(refused: FileRefused) -> None:
    said = str(refused)
    assert said[0].isupper()
    assert said.endswith(".")
    assert len(said) < 400
