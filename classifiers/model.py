"""The trained model: vocabulary, weights and tones, kept in one file that loads without running code."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from classifiers.listed import too_large, unlisted

Floats = npt.NDArray[np.float64]

FORMAT: Final = 1
COMMITTED: Final = Path(__file__).parent / "models" / "judge.npz"

HEADS: Final = (
    "brand.negative", "brand.neutral", "brand.positive",
    "text.negative", "text.neutral", "text.positive",
    "complaint",
)  # fmt: skip
"""Columns of the weights: attitude to the masked brand, mood of a text without one, log-odds of a complaint."""
BRAND_HEADS: Final = slice(0, 3)
TEXT_HEADS: Final = slice(3, 6)
COMPLAINT: Final = 6

_MAX_UNPACKED: Final = 256_000_000
_DAMAGED: Final = (
    ValueError,
    RecursionError, KeyError, TypeError, EOFError, MemoryError, OverflowError, zlib.error, zipfile.BadZipFile,
)  # fmt: skip
"""What numpy and zipfile raise for files that are damaged or were turned, huge shapes among them."""

_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


class ModelError(Exception):
    """A model file that cannot be used; the message says why and how to get a good one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One family of features: `weights` is (features, heads) and already holds each feature's `idf` once."""

    names: tuple[str, ...]
    idf: Floats
    weights: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A score is `intercept + words / √word mass + chars / √char mass`; a mass is the sum of squared idf.

    It is TF-IDF with L2 normalisation, but for a feature that repeats: its squares are added one by one, so that
    the mass, too, is a sum over tokens and can be cached with them.
    """

    version: str
    words: Block
    chars: Block
    intercept: Floats
    tones: Mapping[str, str]
    about: Mapping[str, Any]


def save(model: Model, path: Path) -> str:
    """Write the model; the same model gives the same bytes. Returns their SHA-256."""
    header = {"format": FORMAT, "heads": HEADS, "about": model.about, "tones": dict(model.tones)}
    members: dict[str, npt.NDArray[Any]] = {
        "header": _bytes(json.dumps(header, ensure_ascii=False, sort_keys=True)),
        "intercept": model.intercept,
        **_members("words", model.words),
        **_members("chars", model.chars),
    }
    return write_arrays(members, path)


def write_arrays(members: Mapping[str, npt.NDArray[Any]], path: Path) -> str:
    """An `.npz` whose bytes depend on the arrays alone (numpy's own carries the time). Returns their SHA-256."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compresslevel=9) as archive:
        for name, array in members.items():
            place = zipfile.ZipInfo(f"{name}.npy", _EPOCH)
            place.compress_type = zipfile.ZIP_DEFLATED  # the archive's own setting does not reach such a member
            with archive.open(place, "w") as member:
                buffer = io.BytesIO()
                np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
                member.write(buffer.getvalue())
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_bytes(content.getvalue())
    unfinished.replace(path)  # a daemon that loads the model meanwhile sees the old one or the new one, whole
    return hashlib.sha256(content.getvalue()).hexdigest()


def load(path: Path | None = None) -> Model:
    """Read a model, the committed one by default. Raises ModelError for a missing, foreign or damaged file."""
    path = path or COMMITTED
    try:
        content = _read(path)
        sha256 = hashlib.sha256(content).hexdigest()
        if reason := unlisted(path, COMMITTED, sha256):
            raise ModelError(f"{reason}; поставьте Отклик заново или обучите: listener train")
        with np.load(io.BytesIO(content), allow_pickle=False, max_header_size=10_000) as archive:
            header = json.loads(archive["header"].tobytes())
            if header["format"] != FORMAT or tuple(header["heads"]) != HEADS:
                raise ModelError(f"{path}: модель другого формата; обучите её заново: listener train")
            return Model(
                version=f"judge-{sha256[:12]}",
                words=_block("words", archive),
                chars=_block("chars", archive),
                intercept=archive["intercept"],
                tones=header["tones"],
                about=header["about"],
            )
    except OSError as error:
        raise ModelError(f"{path}: не читается ({error.strerror}); обучите модель: listener train") from error
    except _DAMAGED as error:
        raise ModelError(f"{path}: повреждён или это не модель ({error}); обучите её: listener train") from error


def _read(path: Path) -> bytes:
    """The file's bytes, unless it, or what it holds, is larger than any model. Raises OSError, ModelError."""
    if reason := too_large(path):
        raise ModelError(reason)
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > _MAX_UNPACKED:
        raise ModelError(f"{path}: внутри {unpacked / 1e6:.0f} МБ, а в модели столько не бывает: это не модель")
    return content


def _members(name: str, block: Block) -> dict[str, npt.NDArray[Any]]:
    """Weights as whole numbers of -127…127 and one scale a head: an eighth of the size, figures equal to 0.1."""
    plain = block.weights / block.idf[:, None]
    scale = np.maximum(np.abs(plain).max(axis=0), 1e-12) / 127
    return {
        f"{name}.names": _bytes("\n".join(block.names)),
        f"{name}.idf": block.idf.astype(np.float32),
        f"{name}.scale": scale,
        f"{name}.weights": np.rint(plain / scale).astype(np.int8),
    }


def _block(name: str, archive: Any) -> Block:
    names = tuple(archive[f"{name}.names"].tobytes().decode("utf-8").split("\n"))
    idf = archive[f"{name}.idf"].astype(np.float64)
    plain = archive[f"{name}.weights"] * archive[f"{name}.scale"]
    if not plain.shape == (len(names), len(HEADS)) == (len(idf), len(HEADS)):
        raise ModelError(f"{name}: имён {len(names)}, веса {plain.shape}; обучите модель: listener train")
    return Block(names=names, idf=idf, weights=plain * idf[:, None])


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
