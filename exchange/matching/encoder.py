"""Texts to vectors by meaning: the forward pass of all-MiniLM-L6-v2 in NumPy, single precision, without torch.

BERT encoder (Devlin et al., arXiv 1810.04805) of 6 layers, 12 heads and width 384, mean of the last layer over the
tokens, scaled to unit length (Reimers & Gurevych, arXiv 1908.10084). One text at a time, so that nothing is padded.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import erf
from tokenizers import Tokenizer

from exchange.matching.model_files import MODEL_ID, TOKENIZER, WEIGHTS, ModelError, require_model

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    Floats = npt.NDArray[np.float32]

LAYERS = 6
HEADS = 12
WIDTH = 384
LONGEST = 256  # tokens of a text that are read; the model was trained on no more
SMALLEST_VARIANCE = 1e-12
FEW_TOKENS = 16  # of a search; below, a product in parts is the faster one
SMALL_PRODUCT = 1_000_000  # multiplications up to which OpenBLAS takes a matrix as it lies, without copying it first


@dataclass(frozen=True, slots=True)
class Linear:
    """x ↦ x · weight + bias, ``weight`` float32 [in, out]."""

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        out = _product(x, self.weight)
        out += self.bias
        return out


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation over the last axis (Ba et al., arXiv 1607.06450)."""

    scale: Floats
    shift: Floats

    def __call__(self, x: Floats) -> Floats:
        x = x - x.mean(axis=-1, keepdims=True)
        deviation = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(SMALLEST_VARIANCE))
        out: Floats = x / deviation * self.scale + self.shift
        return out


@dataclass(frozen=True, slots=True)
class Layer:
    """One block: tokens attend to each other, then each passes two dense layers; both with a residual and a norm."""

    attend: Linear  # query, key and value side by side: [WIDTH, 3 · WIDTH]
    gather: Linear
    after_attention: Norm
    widen: Linear
    narrow: Linear
    after_dense: Norm

    def __call__(self, x: Floats) -> Floats:
        x = self.after_attention(x + self.gather(self._attention(x)))
        inner = self.widen(x)
        inner *= np.float32(0.5) * (1 + erf(inner * np.float32(2**-0.5)))  # GELU (arXiv 1606.08415)
        return self.after_dense(x + self.narrow(inner))

    def _attention(self, x: Floats) -> Floats:
        tokens = len(x)
        query, key, value = self.attend(x).reshape(tokens, 3, HEADS, WIDTH // HEADS).transpose(1, 2, 0, 3)
        weights: Floats = query @ key.transpose(0, 2, 1)
        weights *= np.float32((WIDTH // HEADS) ** -0.5)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        heads: Floats = weights @ value
        return np.ascontiguousarray(heads.transpose(1, 0, 2)).reshape(tokens, WIDTH)


@dataclass(frozen=True)
class Encoder:
    """The model, ready to read English texts. ``model_id`` is what its vectors are filed under."""

    tokenizer: Tokenizer
    words: Floats  # [vocabulary, WIDTH]
    places: Floats  # [places, WIDTH], with the embedding of the first and only segment added
    first_norm: Norm
    layers: tuple[Layer, ...]
    model_id: str = MODEL_ID

    @classmethod
    def load(cls, folder: Path) -> Encoder:
        """Read the model from a folder filled by ``install_model``. Raises ``ModelError`` with a sentence."""
        require_model(folder)
        tensors = read_tensors(folder / WEIGHTS)
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(LONGEST)
        start = "embeddings."
        try:
            return cls(
                tokenizer,
                tensors[start + "word_embeddings.weight"],
                tensors[start + "position_embeddings.weight"] + tensors[start + "token_type_embeddings.weight"][0],
                _norm(tensors, start + "LayerNorm"),
                tuple(_layer(tensors, f"encoder.layer.{number}.") for number in range(LAYERS)),
            )
        except KeyError as missing:
            raise ModelError(f"The model in {folder} lacks the tensor {missing}. Install the model again.") from missing

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors float32 [len(texts), 384]. An empty text has a vector too, though one without meaning."""
        vectors = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._encode_one(self.tokenizer.encode(text).ids)
        return vectors

    def _encode_one(self, tokens: list[int]) -> Floats:
        x = self.first_norm(self.words[tokens] + self.places[: len(tokens)])
        for layer in self.layers:
            x = layer(x)
        mean: Floats = x.mean(axis=0)
        return mean / np.float32(np.linalg.norm(mean))


def _product(x: Floats, weight: Floats) -> Floats:
    """X · weight. For a few tokens in parts that are small enough for OpenBLAS's fast path: half the time of one."""
    columns = weight.shape[1]
    step = SMALL_PRODUCT // x.size
    if len(x) > FEW_TOKENS or step >= columns:
        return x @ weight
    out = np.empty((len(x), columns), np.float32)
    for start in range(0, columns, step):
        np.matmul(x, weight[:, start : start + step], out=out[:, start : start + step])
    return out


def read_tensors(path: Path) -> dict[str, Floats]:
    """The single-precision tensors of a file in the safetensors format: a length, a JSON header, then the bytes.

    Raises ``ModelError`` for a file that is not of this form.
    """
    raw = np.fromfile(path, np.uint8)
    try:
        length = int(raw[:8].view("<u8")[0])
        header = json.loads(raw[8 : 8 + length].tobytes())
        body = raw[8 + length :]
        return {
            name: body[slice(*entry["data_offsets"])].view("<f4").reshape(entry["shape"])
            for name, entry in header.items()
            if name != "__metadata__" and entry["dtype"] == "F32"
        }
    except (ValueError, IndexError, KeyError, TypeError) as cause:
        raise ModelError(f"The file {path} does not hold model weights. Install the model again.") from cause


def _layer(tensors: Mapping[str, Floats], name: str) -> Layer:
    parts = [_linear(tensors, f"{name}attention.self.{part}") for part in ("query", "key", "value")]
    return Layer(
        attend=Linear(np.hstack([part.weight for part in parts]), np.concatenate([part.bias for part in parts])),
        gather=_linear(tensors, name + "attention.output.dense"),
        after_attention=_norm(tensors, name + "attention.output.LayerNorm"),
        widen=_linear(tensors, name + "intermediate.dense"),
        narrow=_linear(tensors, name + "output.dense"),
        after_dense=_norm(tensors, name + "output.LayerNorm"),
    )


def _linear(tensors: Mapping[str, Floats], name: str) -> Linear:
    return Linear(np.ascontiguousarray(tensors[name + ".weight"].T), tensors[name + ".bias"])


def _norm(tensors: Mapping[str, Floats], name: str) -> Norm:
    return Norm(tensors[name + ".weight"], tensors[name + ".bias"])
