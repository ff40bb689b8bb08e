"""Scores texts by the model without scikit-learn, equal to it: tokens' kept shares, and pairs of words looked up.

Pairs are the only features that depend on a text; those of a whole batch are found at once in one sorted array.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np

from classifiers.features import BRAND_REACH, NEGATION_REACH, PAIR_SIGNS
from classifiers.model import Floats, Model
from classifiers.shares import CACHED_TOKENS, CHAR_MASS, CHARS, WORD_MASS, WORDS, Ints, K, Shares
from classifiers.text import BRAND

# A pair is one number: the sign between the two words, then their numbers in the vocabulary.
_BITS: Final = 24
_SMALLEST: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """`logits` is (texts, heads). `shares[offsets[i]:offsets[i + 1]]` is what each token of text `i` adds to the
    log-odds of the one head that was asked for; they sum to its logit less the intercept.
    """

    logits: Floats
    offsets: Ints
    shares: Floats


class Scorer:
    """Not for several threads at once: the caches are plain."""

    def __init__(self, model: Model) -> None:
        self.shares = Shares(model)
        self._intercept = model.intercept
        self._brand = self.shares.word_numbers.get(BRAND, -2)
        self._keys, self._features = _pair_index(self.shares.word_numbers)

    def begin(self) -> None:
        """Call before the `rows` of a batch: makes room when too many tokens are remembered."""
        if len(self.shares.lemmas) > CACHED_TOKENS:
            self.shares.forget()

    def score(self, texts: Sequence[Sequence[int]], head: int) -> Scores:
        """Score texts given as their tokens' rows in `shares` (no -1 among them), of this batch."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        flat = np.fromiter(chain.from_iterable(texts), np.int64, int(offsets[-1]))
        owner = np.repeat(np.arange(len(texts)), lengths)
        added = self.shares.table[flat]
        for places, features in self._pairs(flat, owner):
            np.add.at(added, places, self.shares.word_rows[features])
        sums = np.zeros((len(texts), 2 * K + 2))
        filled = np.flatnonzero(lengths)
        if filled.size:
            sums[filled] = np.add.reduceat(added, offsets[filled], axis=0)
        words = 1 / np.sqrt(np.maximum(sums[:, WORD_MASS], _SMALLEST))
        chars = 1 / np.sqrt(np.maximum(sums[:, CHAR_MASS], _SMALLEST))
        return Scores(
            logits=self._intercept + sums[:, WORDS] * words[:, None] + sums[:, CHARS] * chars[:, None],
            offsets=offsets,
            shares=added[:, head] * words[owner] + added[:, K + head] * chars[owner],
        )

    def _pairs(self, flat: Ints, owner: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Places and features of the known pairs; a pair belongs to its second word."""
        lemmas, tones = self.shares.lemma_ids[flat], self.shares.tone_ids[flat]
        every = np.arange(len(flat))
        yield self._known(" ", every, every + 1, lemmas, lemmas, owner)
        negations = np.flatnonzero(self.shares.negates[flat])
        for step in range(1, NEGATION_REACH + 1):
            yield self._known(" ", negations, negations + step, lemmas, tones, owner)
            if step > 1:
                yield self._known(" * ", negations, negations + step, lemmas, lemmas, owner)
        brands = np.flatnonzero(lemmas == self._brand)
        for step in chain(range(-BRAND_REACH, 0), range(1, BRAND_REACH + 1)):
            yield self._known(" ~ ", brands, brands + step, lemmas, lemmas, owner)

    def _known(
        self, sign: str, first: Ints, second: Ints, left: Ints, right: Ints, owner: Ints
    ) -> tuple[Ints, Ints]:
        inside = (second >= 0) & (second < len(owner))
        first, second = first[inside], second[inside]
        fits = (owner[first] == owner[second]) & (left[first] >= 0) & (right[second] >= 0)
        first, second = first[fits], second[fits]
        keys = _key(sign, left[first], right[second])
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        hits = self._keys[places] == keys
        return second[hits], self._features[places[hits]]


def _pair_index(numbers: dict[str, int]) -> tuple[Ints, Ints]:
    """Sorted keys of the vocabulary's pairs, and the feature that each is."""
    found = [(-1, -1)]  # never empty, so that a search always has something to compare with
    for name, number in numbers.items():
        parts = name.split(" ")
        sign = f" {parts[1]} " if len(parts) == 3 else " "
        ends = numbers.get(parts[0], -1), numbers.get(parts[-1], -1)
        if len(parts) > 1 and min(ends) >= 0:
            found.append((int(_key(sign, np.int64(ends[0]), np.int64(ends[1]))), number))
    keys, features = np.array(sorted(found), np.int64).T
    return keys, features


def _key(sign: str, first: Any, second: Any) -> Any:
    return ((PAIR_SIGNS.index(sign) << 2 * _BITS) | (first << _BITS)) | second
