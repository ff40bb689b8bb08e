"""The tone-classifier lexicons as tone classes of lemmas; for training only."""

import csv
import lzma
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from classifiers.features import TONES

COUNTED: Final[Mapping[str, tuple[float, float]]] = {"rubtsova": (3.0, 1.5), "mtd_rus": (2.5, 1.2)}
"""Lexicons counted on tweets: tones from which a term is strong and weak, by each lexicon's own measure."""


def lexicon(path: Path) -> Iterator[tuple[str, float]]:
    """Term and tone of a tone-classifier lexicon (some terms carry a stray comma)."""
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield row["term"].strip(", ").lower().replace("ё", "е"), float(row["tone"])


def read_polarity(lexicons: Path, counted: Mapping[str, tuple[float, float]]) -> dict[str, str]:
    """Lemma → tone class; what people listed by hand overrules what was counted from tweets."""
    tones: dict[str, str] = {}
    for name, (strong, weak) in counted.items():
        for term, tone in lexicon(lexicons / f"{name}_lexicon.csv.xz"):
            size = 2 if abs(tone) >= strong else 1 if abs(tone) >= weak else 0
            if size:
                tones.setdefault(term, TONES[("+" if tone > 0 else "-") * size])
    for term, tone in lexicon(lexicons / "experts_lexicon.csv.xz"):
        tones[term] = TONES["++" if tone > 0 else "--"]
    return tones
