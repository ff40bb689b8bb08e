"""What the encoder reads, in training and after: a text with its brand masked, as pieces of the cut vocabulary."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sentencepiece import SentencePieceProcessor

from classifiers.plain import plain, straightened
from classifiers.text import BRAND, OTHER_BRAND, is_mention, pieces
from classifiers.unsaid import spoken
from domain.span import Span

OTHER: Final = "\ue005"
"""Where another brand of the same trade stands."""

MAX_TOKENS: Final = 160
"""Of a longer text the beginning is read (some 110 Russian words)."""

BEGIN, PAD, END, UNKNOWN, BRAND_ID, OTHER_ID = range(6)
SPECIAL: Final = ("<s>", "<pad>", "</s>", "<unk>", BRAND, OTHER)
"""The first rows of the vocabulary; the brand takes the row of `<mask>`, another brand that of `<unk>`."""

_PLACES: Final = re.compile(f"([{BRAND}{OTHER}])")
_PLACE_IDS: Final = {BRAND: BRAND_ID, OTHER: OTHER_ID}
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half an emoji, as JSON may carry it: SentencePiece takes no such string."""
_DRAWN_OUT: Final = re.compile(r"([^\W\d_])\1{2,}")
"""«Ужаааасно»: no piece of the vocabulary has it."""
_SHOUTED: Final = 5
_USER: Final = "@"

TOKENS: Final = "sentencepiece"
"""The entry of the encoder's file that holds SentencePiece's model, in base64."""

Ids = npt.NDArray[np.int64]


def wording(text: str, brand: Sequence[Span] = ()) -> str:
    """The text without what its author did not write; people and the brand replaced, drawn-out letters undone."""
    reading = plain(text)
    return "".join(_shown(piece) for piece in spoken(pieces(reading.text), reading.read_all(brand)) if piece)


def _shown(piece: str) -> str:
    if piece == BRAND:
        return f" {BRAND} "
    if piece == OTHER_BRAND:
        return f" {OTHER} "
    if is_mention(piece):
        return _USER
    return straightened(piece if _is_initials(piece) else _DRAWN_OUT.sub(r"\1", piece))


def _is_initials(piece: str) -> bool:
    """«ООО» is a firm, «СССР» was a country, and not a long «О» or «С»."""
    return piece.isupper() and len(piece) < _SHOUTED


def encode(tokens: SentencePieceProcessor, texts: Iterable[str]) -> list[Ids]:
    """Ids of each wording, begin and end included, cut at MAX_TOKENS."""
    return [np.array([BEGIN, *_ids(tokens, text)[: MAX_TOKENS - 2], END], dtype=np.int64) for text in texts]


def _ids(tokens: SentencePieceProcessor, text: str) -> list[int]:
    ids: list[int] = []
    for part in _PLACES.split(text):
        if part in _PLACE_IDS:
            ids.append(_PLACE_IDS[part])
        elif plain := " ".join(unicodedata.normalize("NFKC", part).split()):
            ids += tokens.encode(_HALF.sub("\ufffd", plain))
    return ids


def padded(rows: Sequence[Ids]) -> Ids:
    """One matrix of (texts, longest), filled up with PAD."""
    filled = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for at, row in enumerate(rows):
        filled[at, : len(row)] = row
    return filled
