"""An index that is written and read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from exchange.domain.skills import Level, SkillClaim, SkillRequirement
from exchange.matching.affinity import AffinityIndex, build_index
from exchange.matching.index_files import IndexFileError, load_index, save_index
from exchange.matching.profiles import Document, Need, PersonProfile
from exchange.matching.ranking import rank

NEED = Need("fuzzing of kernels", (SkillRequirement("fraud", Level.WORKING),))
VECTOR = np.array([0.6, 0.8], np.float32)


@pytest.fixture
def index() -> AffinityIndex:
    people = [
        PersonProfile(7, (Document(70, "Fuzzing kernels"), Document(71, "Circuits in models"))),
        PersonProfile(8, (Document(80, "Debate between models"),), (SkillClaim("fraud", Level.EXPERT),)),
    ]
    return build_index(people, {70: np.array([1, 0], np.float32), 80: np.array([0, 1], np.float32)})


def test_a_saved_index_ranks_as_before(index: AffinityIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "people.npz", "model-a")
    again = load_index(tmp_path / "people.npz", "model-a")
    assert again.calibration == index.calibration
    assert rank(again, NEED, need_vector=VECTOR) == rank(index, NEED, need_vector=VECTOR)
    assert [file.name for file in tmp_path.iterdir()] == ["people.npz"]


def test_an_index_of_another_model_is_refused(index: AffinityIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "people.npz", "model-a")
    with pytest.raises(IndexFileError, match="another language model"):
        load_index(tmp_path / "people.npz", "model-b")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"not an index at all"])
def test_a_damaged_index_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "people.npz").write_bytes(content)
    with pytest.raises(IndexFileError, match="cannot be read"):
        load_index(tmp_path / "people.npz")


def test_a_missing_index_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="Delete it and build it again"):
        load_index(tmp_path / "none.npz")
