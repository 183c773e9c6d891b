"""An affinity index as one ``.npz`` file: arrays and a JSON header, no pickles."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from exchange.domain.skills import Vocabulary, vocabulary
from exchange.matching.affinity import AffinityIndex, Calibration, Segment
from exchange.matching.lexical import LexicalIndex, Rarity
from exchange.matching.skill_fit import SkillTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt

FORM = 2  # of the file; a file of another form is refused


class IndexFileError(Exception):
    """The index file cannot be used; the message says why and what to do."""


def save_index(index: AffinityIndex, path: Path, model_id: str | None = None) -> None:
    """Write the index, joined into one segment, in one step. ``model_id`` names the model of its vectors."""
    whole = index.joined()
    header = {
        "form": FORM,
        "calibration": asdict(whole.calibration),
        "unseen": whole.rarity.unseen,
        "skills": whole.skills.codes,
        "vocabulary": whole.vocabulary.version,
        "model": model_id,
    }
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            written = np.frombuffer(json.dumps(header).encode(), np.uint8)
            np.savez(file, allow_pickle=False, header=written, **_arrays(whole))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def load_index(path: Path, model_id: str | None = None, skills: Vocabulary | None = None) -> AffinityIndex:
    """Read an index. Raises ``IndexFileError`` when it is damaged, of another form, or its vectors of another model.

    ``model_id`` None takes an index whatever its model.
    """
    known = skills or vocabulary()
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            header = json.loads(arrays["header"].tobytes())
            if header["form"] != FORM or header["vocabulary"] != known.version:
                raise IndexFileError(f"The index {path} was made by another version of Exchange. Build it again.")
            if model_id is not None and header["model"] not in (None, model_id):
                raise IndexFileError(f"The index {path} was made with another language model. Build it again.")
            return _index(header, arrays, known)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as cause:
        raise IndexFileError(f"The index {path} cannot be read ({cause}). Delete it and build it again.") from cause


def _arrays(whole: AffinityIndex) -> dict[str, npt.NDArray[Any]]:
    """The arrays of an index of one segment, by their names in the file."""
    (segment,) = whole.segments
    lexical, skills = segment.lexical, whole.skills
    return {
        "people": whole.people,
        "document": whole.document,
        "owner": whole.owner,
        "slot": whole.slot,
        "version": whole.version,
        "text": whole.text,
        "vectors": segment.vectors,
        "embedded": segment.embedded,
        "keys": lexical.keys,
        "idf": lexical.rarity.idf,
        "start": lexical.start,
        "rows": lexical.rows,
        "counts": lexical.counts,
        "inverse_norm": lexical.inverse_norm,
        "skill_person": skills.person,
        "skill": skills.skill,
        "level": skills.level,
        "month": skills.month,
        "vouched": skills.vouched,
    }


def _index(header: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]], known: Vocabulary) -> AffinityIndex:
    rarity = Rarity(arrays["keys"], arrays["idf"], header["unseen"])
    lexical = LexicalIndex(
        rarity.keys, arrays["start"], arrays["rows"], arrays["counts"], arrays["inverse_norm"], rarity
    )
    return AffinityIndex(
        calibration=Calibration(**header["calibration"]),
        segments=(Segment(lexical, arrays["vectors"], arrays["embedded"]),),
        people=arrays["people"],
        document=arrays["document"],
        owner=arrays["owner"],
        slot=arrays["slot"],
        skills=SkillTable(
            codes=tuple(header["skills"]),
            person=arrays["skill_person"],
            skill=arrays["skill"],
            level=arrays["level"],
            month=arrays["month"],
            vouched=arrays["vouched"],
        ),
        vocabulary=known,
        version=arrays["version"],
        text=arrays["text"],
    )
