"""An affinity index as one ``.npz`` file: arrays and a JSON header, no pickles."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from exchange.domain.skills import Vocabulary, vocabulary
from exchange.matching.affinity import AffinityIndex, Calibration, Segment
from exchange.matching.lexical import LexicalIndex, Rarity
from exchange.matching.skill_fit import SkillTable

if TYPE_CHECKING:
    from pathlib import Path

FORM = 2  # of the file; a file of another form is refused


class IndexFileError(Exception):
    """The index file cannot be used; the message says why and what to do."""


def save_index(index: AffinityIndex, path: Path, model_id: str | None = None) -> None:
    """Write the index, joined into one segment, in one step. ``model_id`` names the model of its vectors."""
    whole = index.joined()
    segment, lexical, skills = whole.segments[0], whole.segments[0].lexical, whole.skills
    header = {
        "form": FORM,
        "calibration": asdict(whole.calibration),
        "unseen": lexical.rarity.unseen,
        "skills": skills.codes,
        "vocabulary": whole.vocabulary.version,
        "model": model_id,
    }
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            np.savez(
                file,
                header=np.frombuffer(json.dumps(header).encode(), np.uint8),
                people=whole.people,
                document=whole.document,
                owner=whole.owner,
                slot=whole.slot,
                version=whole.version,
                text=whole.text,
                vectors=segment.vectors,
                embedded=segment.embedded,
                keys=lexical.keys,
                idf=lexical.rarity.idf,
                start=lexical.start,
                rows=lexical.rows,
                counts=lexical.counts,
                inverse_norm=lexical.inverse_norm,
                skill_person=skills.person,
                skill=skills.skill,
                level=skills.level,
                month=skills.month,
                vouched=skills.vouched,
            )
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
            rarity = Rarity(arrays["keys"], arrays["idf"], header["unseen"])
            lexical = LexicalIndex(
                rarity.keys, arrays["start"], arrays["rows"], arrays["counts"], arrays["inverse_norm"], rarity
            )
            table = SkillTable(
                tuple(header["skills"]),
                arrays["skill_person"],
                arrays["skill"],
                arrays["level"],
                arrays["month"],
                arrays["vouched"],
            )
            return AffinityIndex(
                Calibration(**header["calibration"]),
                (Segment(lexical, arrays["vectors"], arrays["embedded"]),),
                arrays["people"],
                arrays["document"],
                arrays["owner"],
                arrays["slot"],
                table,
                known,
                arrays["version"],
                arrays["text"],
            )
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as cause:
        raise IndexFileError(f"The index {path} cannot be read ({cause}). Delete it and build it again.") from cause
