"""What the second tier thinks of the unlabelled tweets, kept by a digest of their ids: tier one learns from it."""

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from classifiers.model import ModelError, write_arrays

TAUGHT: Final = Path(__file__).parent / "labels" / "taught.npz"

_STEPS: Final = 255

Taught = tuple[float, float, float, float]
"""Shares of a negative, a neutral and a positive attitude, and the probability of a complaint."""

NO_ANSWERS: Final[Mapping[int, Taught]] = {}


def answer_key(tweet: str, brand: str) -> int:
    """64 bits of a digest: the file says nothing of which tweets it knows to who has not got them."""
    return int.from_bytes(hashlib.blake2b(f"{tweet} {brand}".encode(), digest_size=8).digest(), "little")


def taught_answers(path: Path = TAUGHT) -> dict[int, Taught]:
    """Key → answers, in steps of 1/255. Raises ModelError for a damaged file, OSError for none."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            keys, rows = kept["keys"].tolist(), (kept["answers"] / _STEPS).tolist()
        return {key: (row[0], row[1], row[2], row[3]) for key, row in zip(keys, rows, strict=True)}
    except (ValueError, KeyError, IndexError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ModelError(f"{path}: damaged or not answers ({error}); run `listener teach`") from error


def save_answers(taught: Mapping[int, Sequence[float]], path: Path = TAUGHT) -> str:
    """Write them in the order of their keys; the same answers give the same bytes. Returns their SHA-256."""
    keys = np.array(sorted(taught), dtype=np.uint64)
    answers = np.rint(np.array([taught[key] for key in keys.tolist()]).reshape(-1, 4) * _STEPS).astype(np.uint8)
    return write_arrays({"keys": keys, "answers": answers}, path)
