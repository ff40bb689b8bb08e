"""The characters' n-grams of many forms at once, found in the vocabulary without cutting a single string.

Every n-gram of the vocabulary is one number, its letters in twelve bits each, and all are one sorted array: that
takes less memory than a dictionary of strings. `classifiers.features.char_features` says what is found here.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from classifiers.features import CHAR_NGRAMS

Ints = npt.NDArray[np.int64]

_BITS: Final = 12
_FOREIGN: Final = (1 << _BITS) - 1
"""A letter that the vocabulary has nowhere."""


class Grams:
    """The vocabulary `names`, strings of 2 to 5 characters; a gram's number is its place among them.

    Raises ValueError where they have more different characters than fit.
    """

    def __init__(self, names: Sequence[str]) -> None:
        letters = np.unique(_codes("".join(names)))
        if len(letters) >= _FOREIGN:
            raise ValueError(f"n-grams of {len(letters)} different characters: {_FOREIGN - 1} are possible")
        self._letters = letters
        self._numbers = np.arange(1, len(letters) + 1, dtype=np.int64)
        lengths = np.fromiter(map(len, names), np.int64, len(names))
        keys = np.zeros(len(names), np.int64)
        codes, starts = self._numbered("".join(names)), np.cumsum(lengths) - lengths
        for place in range(CHAR_NGRAMS[1]):
            inside = np.flatnonzero(lengths > place)
            keys[inside] = (keys[inside] << _BITS) | codes[starts[inside] + place]
        self._order = np.argsort(keys)
        self._keys = keys[self._order]

    def found(self, forms: Sequence[str]) -> tuple[Ints, Ints]:
        """The place of a form among `forms` and the number of a gram of it, for each one that is known.

        A form's grams come by size and then by place, as `char_features` cuts them.
        """
        text = "".join(f" {form} " for form in forms)
        lengths = np.fromiter(map(len, forms), np.int64, len(forms)) + 2
        owner = np.repeat(np.arange(len(forms)), lengths)
        codes = self._numbered(text)
        keys = codes
        owners, grams = [], []
        for size in range(2, CHAR_NGRAMS[1] + 1):
            keys = (keys[:-1] << _BITS) | codes[size - 1 :]
            whole = np.flatnonzero(owner[: len(keys)] == owner[size - 1 :])
            if size >= CHAR_NGRAMS[0] and len(whole):
                places = np.minimum(np.searchsorted(self._keys, keys[whole]), len(self._keys) - 1)
                hits = np.flatnonzero(self._keys[places] == keys[whole])
                owners.append(owner[whole[hits]])
                grams.append(self._order[places[hits]])
        if not owners:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(owners), np.concatenate(grams)

    def _numbered(self, text: str) -> Ints:
        """Each character's own number, from 1 on."""
        codes = _codes(text)
        places = np.minimum(np.searchsorted(self._letters, codes), len(self._letters) - 1)
        return np.where(self._letters[places] == codes, self._numbers[places], _FOREIGN)


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
