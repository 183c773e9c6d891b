"""What is refused before anything is parsed: sizes, and files that are not what they are taken for."""

from __future__ import annotations

MAX_BYTES = 10 * 1024 * 1024  # as uploaded
MAX_INFLATED = 50 * 1024 * 1024  # all entries of a zip together, as unpacked
MAX_ENTRIES = 200  # files in a zip
MAX_ROWS = 20_000  # filled rows of a table
MAX_LINES = 200_000  # lines of a text file; a cell may hold several
MAX_COLUMNS = 200
MAX_CELLS = 200_000
MAX_CELL_CHARS = 32_767  # what a spreadsheet holds in one cell
MAX_HEADING_CHARS = 200

ZIP_SIGNATURE = b"PK\x03\x04"
_EMPTY_ZIP_SIGNATURE = b"PK\x05\x06"
_FOREIGN_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file or another old Office file. Save it as .xlsx or as CSV"),
    (b"%PDF", "a PDF. Export the table as .xlsx or CSV from the program that made it"),
    (b"\x89PNG", "a picture. Bring the table as .xlsx or CSV"),
    (b"\xff\xd8\xff", "a picture. Bring the table as .xlsx or CSV"),
    (b"GIF8", "a picture. Bring the table as .xlsx or CSV"),
    (b"{\\rtf", "a text document. Save the table as .xlsx or CSV"),
    (b"\x1f\x8b", "a gzip archive. Unpack it first"),
    (b"BZh", "a bzip2 archive. Unpack it first"),
    (b"\xfd7zXZ", "an xz archive. Unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive. Unpack it first"),
    (b"Rar!", "a RAR archive. Unpack it first"),
    (b"\x7fELF", "a program, not a table"),
    (b"SQLite format 3", "a database. Export the table as CSV"),
)


class FileRefused(Exception):  # noqa: N818 - it names what happened to the person's file, as the sentence does
    """The file is not read at all. The message is a sentence for the person who brought it."""


def check_size(data: bytes) -> None:
    """Refuse a file that is empty or larger than ``MAX_BYTES``."""
    if not data:
        raise FileRefused("The file is empty. Choose the file again.")
    if len(data) > MAX_BYTES:
        raise FileRefused(
            f"The file has {len(data) / 1024 / 1024:.0f} MB; {MAX_BYTES // 1024 // 1024} MB is the most that is read. "
            "Split it into several files."
        )


def check_kind(data: bytes) -> None:
    """Refuse a file whose first bytes say that it is neither text nor a zip."""
    for signature, said in _FOREIGN_SIGNATURES:
        if data.startswith(signature):
            raise FileRefused(f"The file is {said}.")


def is_zip(data: bytes) -> bool:
    """Whether the first bytes are a zip's; XLSX files are zips."""
    return data.startswith((ZIP_SIGNATURE, _EMPTY_ZIP_SIGNATURE))


def check_cell(text: str, where: str) -> None:
    """Refuse a file with a cell longer than ``MAX_CELL_CHARS``; ``where`` names it in the sentence."""
    if len(text) > MAX_CELL_CHARS:
        raise FileRefused(
            f"{where} has {len(text):,} characters; {MAX_CELL_CHARS:,} is the most that is read. "
            "Shorten it, or check that every quotation mark is closed."
        )
