"""The characters' n-grams of many forms at once, found in the vocabulary without cutting a single string.

Every n-gram of the vocabulary is one number, its letters in twelve bits each, and a hash of it tells its slot:
less memory than a dictionary of strings takes, and less than half of the time that a sorted array does.
`classifiers.features.char_features` says what is found here.
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
NONE: Final = -1
_ROOM: Final = 2
"""Slots of the table for each n-gram, at least: most then stand where their hash says."""
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
"""2**64 by the golden ratio (Knuth, volume 3, chapter 6.4): numbers that are near each other come to lie apart."""


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
        self._table = Table(keys)

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
                found = self._table.find(keys[whole])
                hits = np.flatnonzero(found != NONE)
                owners.append(owner[whole[hits]])
                grams.append(found[hits])
        if not owners:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        return np.concatenate(owners), np.concatenate(grams)

    def _numbered(self, text: str) -> Ints:
        """Each character's own number, from 1 on."""
        codes = _codes(text)
        places = np.minimum(np.searchsorted(self._letters, codes), len(self._letters) - 1)
        return np.where(self._letters[places] == codes, self._numbers[places], _FOREIGN)


class Table:
    """Different numbers, one at least, each found again as its place among them."""

    def __init__(self, keys: Ints) -> None:
        bits = max(1, (_ROOM * len(keys) - 1).bit_length())
        self._shift = np.uint64(64 - bits)
        self._mask = (1 << bits) - 1
        self._keys = keys
        self._places = np.full(1 << bits, NONE, np.int32)
        slots, left = self._slots(keys), np.arange(len(keys))
        while left.size:  # who finds his slot taken tries the next one
            free = left[self._places[slots[left]] == NONE]
            self._places[slots[free]] = free  # of several the last one has it
            left = left[self._places[slots[left]] != left]
            slots[left] = (slots[left] + 1) & self._mask

    def find(self, keys: Ints) -> Ints:
        """The place of each, NONE for those that are not there."""
        slots = self._slots(keys)
        found = self._places[slots].astype(np.int64)
        left = np.flatnonzero((found != NONE) & (self._keys[found] != keys))
        while left.size:
            slots[left] = (slots[left] + 1) & self._mask
            found[left] = self._places[slots[left]]
            left = left[(found[left] != NONE) & (self._keys[found[left]] != keys[left])]
        return found

    def _slots(self, keys: Ints) -> Ints:
        return ((keys.astype(np.uint64) * _SPREAD) >> self._shift).astype(np.int64)


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
