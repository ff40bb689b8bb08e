"""What one token adds to a text's scores, computed once and kept.

`char_wb` n-grams never cross a space and a lemma is the lemma of its form, so a token adds the same wherever it
stands; the judge never cuts n-grams of a word that it has seen.
"""

from collections.abc import Iterable, Sequence
from itertools import filterfalse
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.features import NEGATIONS
from classifiers.grams import Grams, Ints
from classifiers.model import HEADS, Block, Floats, Model
from classifiers.morphology import Morphology
from classifiers.text import LINK, NUMBER, USER, form_of

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

With 100 000 the daemon grew by 14 and by 27 MB long after its start.
"""
_MORE: Final = 8_192
"""Rows by which the table grows at most: on top of all that is known a last batch wants a few."""

_AT_ONCE: Final = 1_024
"""Forms that are learned together: their grams' rows take some 2 MB meanwhile."""
_FOR_MANY: Final = frozenset((LINK, NUMBER, USER))
"""Forms of which there are as many spellings as texts."""


class Contributions:
    """Rows of shares by piece, with the numbers that pairs of words are looked up by.

    A form has one row, however it is spelled. `forms[row]` and `lemmas[row]` are the token; `lemma_ids[row]` and
    `tone_ids[row]` are the vocabulary's numbers of its lemma and of its tone, -1 if it has none; `negates[row]` is
    true for «не» and the like.
    """

    def __init__(self, model: Model) -> None:
        # Without pairs, which are looked up by their words' numbers: as strings they are 20 MB.
        self.word_numbers = {name: number for number, name in enumerate(model.words.names) if " " not in name}
        self._grams = Grams(model.chars.names)
        self.word_rows = _rows(model.words)
        self._char_rows = _rows(model.chars)
        self._tones = model.tones
        self.morphology = Morphology()
        self.table: Floats = np.zeros((1024, 2 * K + 2))
        self.lemma_ids: Ints = np.full(1024, NOTHING, np.int64)
        self.tone_ids: Ints = np.full(1024, NOTHING, np.int64)
        self.negates: npt.NDArray[np.bool_] = np.zeros(1024, np.bool_)
        self.forget()

    @property
    def full(self) -> bool:
        """Whether so much is remembered that it is time to `forget`; spellings are small beside rows."""
        return len(self.forms) > CACHED_TOKENS or len(self._rows) > 2 * CACHED_TOKENS

    def forget(self) -> None:
        """The table stays, to be written over: what it takes once it takes from then on."""
        self._rows: dict[str | None, int] = {None: NOTHING}
        self._of_form: dict[str, int] = {"": NOTHING}
        self.forms: list[str] = []
        self.lemmas: list[str] = []

    def rows(self, texts: Sequence[Sequence[str | None]]) -> list[list[int]]:
        """The row of each piece of each text, -1 for what is not judged (white space, a brand's second word).

        Words that nobody has written before are learned together: one by one they took half of the judge's time.
        """
        known = self._rows
        found: list[list[int]] = []
        later: list[int] = []
        unknown: dict[str | None, None] = {}
        for pieces in texts:
            try:
                found.append(list(map(known.__getitem__, pieces)))
            except KeyError:
                later.append(len(found))
                found.append([])
                unknown.update(dict.fromkeys(filterfalse(known.__contains__, pieces)))
        if later:
            for_now = self._learn(unknown)
            for at in later:
                found[at] = list(map(known.__getitem__, texts[at]))
            for piece in for_now:
                del known[piece]
        return found

    def _learn(self, pieces: Iterable[str | None]) -> list[str | None]:
        """Give each piece the row of its form. Returns those that are not worth remembering: every link is new."""
        forms = {piece: self._form_of(piece) if piece else "" for piece in pieces}
        new = [form for form in dict.fromkeys(forms.values()) if form not in self._of_form]
        for start in range(0, len(new), _AT_ONCE):
            self._add(new[start : start + _AT_ONCE])
        self._rows.update((piece, self._of_form[form]) for piece, form in forms.items())
        return [piece for piece, form in forms.items() if form in _FOR_MANY]

    def _form_of(self, piece: str) -> str:
        """Of most pieces the very same letters: then the same string, for both are kept."""
        form = self.morphology.russian(form_of(piece))
        return piece if form == piece else form

    def _add(self, forms: Sequence[str]) -> None:
        """Append rows for these forms, which have none."""
        first, end = len(self.forms), len(self.forms) + len(forms)
        while end > len(self.table):
            self._grow()
        lemmas = [self.morphology.lemma(form) for form in forms]
        words = self.word_numbers
        lemma_ids = np.array([words.get(lemma, NOTHING) for lemma in lemmas])
        tone_ids = np.array([words.get(self._tones.get(lemma, ""), NOTHING) for lemma in lemmas])
        self.lemma_ids[first:end] = lemma_ids
        self.tone_ids[first:end] = tone_ids
        self.negates[first:end] = [lemma in NEGATIONS for lemma in lemmas]
        said = np.zeros((len(forms), K + 1))
        for numbers in (lemma_ids, tone_ids):
            known = np.flatnonzero(numbers != NOTHING)
            said[known] += self.word_rows[numbers[known]]
        self.table[first:end, WORD_PART] = said
        owners, grams = self._grams.found(forms)
        self.table[first:end, CHAR_PART] = _added_up(self._char_rows[grams], owners, len(forms))
        self.forms += forms
        self.lemmas += lemmas
        self._of_form.update(zip(forms, range(first, end), strict=True))

    def _grow(self) -> None:
        more = min(len(self.table), _MORE)
        nobody = np.full(more, NOTHING, np.int64)
        self.table = np.concatenate((self.table, np.zeros((more, 2 * K + 2))))
        self.lemma_ids = np.concatenate((self.lemma_ids, nobody))
        self.tone_ids = np.concatenate((self.tone_ids, nobody))
        self.negates = np.concatenate((self.negates, np.zeros(more, np.bool_)))


def _added_up(rows: Floats, owners: Ints, count: int) -> Floats:
    """The sum of each owner's rows, in their order."""
    sums = [np.bincount(owners, column, count) for column in rows.T]
    return np.column_stack(sums)


def _rows(block: Block) -> Floats:
    """The weights of each feature, and its mass behind them."""
    return np.column_stack((block.weights, block.idf**2))
