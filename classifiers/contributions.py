"""What one token adds to a text's scores, computed once and kept.

`char_wb` n-grams never cross a space and a lemma is the lemma of its form, so a token adds the same wherever it
stands; the judge never cuts n-grams of a word that it has seen.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.features import NEGATIONS, char_features
from classifiers.model import HEADS, Block, Floats, Model
from classifiers.morphology import Morphology
from classifiers.text import form_of

Ints = npt.NDArray[np.int64]

K: Final = len(HEADS)
WORDS: Final = slice(0, K)
WORD_MASS: Final = K
CHARS: Final = slice(K + 1, 2 * K + 1)
CHAR_MASS: Final = 2 * K + 1
"""Columns of a row of contributions."""
WORD_PART: Final = slice(0, K + 1)
CHAR_PART: Final = slice(K + 1, 2 * K + 2)
"""What words and what characters fill of it: the vocabulary's own rows are half as wide."""

NOTHING: Final = -1
CACHED_TOKENS: Final = 32_000
"""When so many are known (8 MB) all are forgotten before the next batch; the common ones are soon back.

The table doubles as it fills: with 100 000 the daemon grew by 14 and by 27 MB long after its start.
"""


class Contributions:
    """Rows of shares by piece, with the numbers that pairs of words are looked up by.

    `forms[row]` and `lemmas[row]` are the token; `lemma_ids[row]` and `tone_ids[row]` are the vocabulary's numbers
    of its lemma and of its tone, -1 if it has none; `negates[row]` is true for «не» and the like.
    """

    def __init__(self, model: Model) -> None:
        self.word_numbers = {name: number for number, name in enumerate(model.words.names)}
        self._char_numbers = {name: number for number, name in enumerate(model.chars.names)}
        self.word_rows = _rows(model.words)
        self._char_rows = _rows(model.chars)
        self._tones = model.tones
        self.morphology = Morphology()
        self.forget()

    def forget(self) -> None:
        self._rows: dict[str | None, int] = {None: NOTHING}
        self.forms: list[str] = []
        self.lemmas: list[str] = []
        self.table: Floats = np.zeros((1024, 2 * K + 2))
        self.lemma_ids: Ints = np.full(1024, NOTHING, np.int64)
        self.tone_ids: Ints = np.full(1024, NOTHING, np.int64)
        self.negates: npt.NDArray[np.bool_] = np.zeros(1024, np.bool_)

    def rows(self, pieces: Sequence[str | None]) -> list[int]:
        """The row of each piece, -1 for what is not judged (white space, a brand's second word)."""
        known = self._rows
        try:
            return [known[piece] for piece in pieces]
        except KeyError:
            return [known[piece] if piece in known else self._learn(piece) for piece in pieces]

    def _learn(self, piece: str | None) -> int:
        form = self.morphology.russian(form_of(piece)) if piece else ""
        if not form:
            self._rows[piece] = NOTHING
            return NOTHING
        row = self._rows[piece] = len(self.lemmas)
        if row == len(self.table):
            self._grow()
        lemma = self.morphology.lemma(form)
        self.forms.append(form)
        self.lemmas.append(lemma)
        self.lemma_ids[row] = lemma_id = self.word_numbers.get(lemma, NOTHING)
        self.tone_ids[row] = tone_id = self.word_numbers.get(self._tones.get(lemma, ""), NOTHING)
        self.negates[row] = lemma in NEGATIONS
        known = [one for one in (lemma_id, tone_id) if one >= 0]
        self.table[row, WORD_PART] = self.word_rows[known].sum(axis=0)
        # Each look into so large a dictionary waits for memory: one for a gram, not two.
        grams = [number for number in map(self._char_numbers.get, char_features(form)) if number is not None]
        self.table[row, CHAR_PART] = self._char_rows[grams].sum(axis=0)
        return row

    def _grow(self) -> None:
        self.table = np.concatenate((self.table, np.zeros_like(self.table)))
        self.lemma_ids = np.concatenate((self.lemma_ids, np.full_like(self.lemma_ids, NOTHING)))
        self.tone_ids = np.concatenate((self.tone_ids, np.full_like(self.tone_ids, NOTHING)))
        self.negates = np.concatenate((self.negates, np.zeros_like(self.negates)))


def _rows(block: Block) -> Floats:
    """The weights of each feature, and its mass behind them."""
    return np.column_stack((block.weights, block.idf**2))
