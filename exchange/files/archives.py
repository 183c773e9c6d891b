"""Zip files, opened only after their list of contents has been found harmless."""

from __future__ import annotations

import stat
import zlib
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from exchange.files.limits import MAX_ENTRIES, MAX_INFLATED, ZIP_SIGNATURE, FileRefused

_ENTRY_SIGNATURE = b"PK\x01\x02"  # one for each line of the list of contents
_ENCRYPTED = 0x1
_DAMAGED = "The archive is damaged. Pack it again and try once more."


def open_archive(data: bytes) -> ZipFile:
    """The zip in ``data``, its list of contents checked; the entries' bytes are not yet read.

    Raises:
        FileRefused: more than ``MAX_ENTRIES`` entries or ``MAX_INFLATED`` bytes unpacked, names that lead out of the
            archive, links, passwords, unusual compression, or damage.
    """
    # Counted in the raw bytes, since opening the archive already costs time and memory for each entry.
    if data.count(_ENTRY_SIGNATURE) > MAX_ENTRIES:
        raise FileRefused(f"The archive holds more than {MAX_ENTRIES} files. Split it into several archives.")
    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as damaged:
        raise FileRefused(_DAMAGED) from damaged
    entries = archive.infolist()
    inflated = sum(entry.file_size for entry in entries)
    if inflated > MAX_INFLATED:
        raise FileRefused(
            f"The archive unpacks to {inflated / 1024 / 1024:,.0f} MB; "
            f"{MAX_INFLATED // 1024 // 1024} MB is the most that is read."
        )
    for entry in entries:
        _check_entry(entry)
    return archive


def read_entry(archive: ZipFile, entry: ZipInfo) -> bytes:
    """The unpacked bytes of one entry, never more than its list of contents says.

    Raises:
        FileRefused: the entry is damaged.
    """
    try:
        with archive.open(entry) as stream:
            return stream.read(entry.file_size)  # read() alone would unpack everything before it cuts
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError) as damaged:
        raise FileRefused(_DAMAGED) from damaged


def refuse_nested(name: str, data: bytes) -> None:
    """Refuse an entry that is itself a zip."""
    if data.startswith(ZIP_SIGNATURE):
        raise FileRefused(f"The archive holds another archive, “{name}”. Unpack that one first.")


def _check_entry(entry: ZipInfo) -> None:
    name = entry.filename
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        raise FileRefused(f"The archive holds a file with a path that leads out of it, “{name[:100]}”. Pack it again.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise FileRefused(f"The archive holds a link, “{name[:100]}”. Pack the file itself.")
    if entry.flag_bits & _ENCRYPTED:
        raise FileRefused("The archive is protected with a password. Pack it without one.")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise FileRefused("The archive uses an unusual compression. Pack it as an ordinary zip.")
