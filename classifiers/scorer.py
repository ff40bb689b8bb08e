"""Scores texts by the model without scikit-learn, equal to it: kept token contributions, and pairs of words.

Pairs are the only features that depend on a text; those of a whole batch are looked up at once in one table.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np

from classifiers.contributions import (
    CHAR_MASS,
    CHARS,
    WORD_MASS,
    WORD_PART,
    WORDS,
    Contributions,
    K,
)
from classifiers.features import BRAND_REACH, NEGATION_REACH, NOT, PAIR_SIGNS
from classifiers.grams import NONE, Ints, Table
from classifiers.model import Floats, Model
from classifiers.text import BRAND

# A pair is one number: the sign between the two words, then their numbers in the vocabulary.
_BITS: Final = 24
_NOWHERE: Final = -2
_NEGATED: Final = np.arange(1, NEGATION_REACH + 1)
_NEAR: Final = np.array([step for step in range(-BRAND_REACH, BRAND_REACH + 1) if step])
_SMALLEST: Final = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """`logits` is (texts, heads). `contributions[offsets[i]:offsets[i + 1]]` is what each token of text `i` adds
    to the log-odds of the one head that was asked for; they sum to its logit less the intercept.
    """

    logits: Floats
    offsets: Ints
    contributions: Floats


class Scorer:
    """Not for several threads at once: the caches are plain."""

    def __init__(self, model: Model) -> None:
        self.contributions = Contributions(model)
        self._intercept = model.intercept
        self._brand = self.contributions.word_numbers.get(BRAND, -2)
        self._not = self.contributions.word_numbers.get(NOT, -1)
        keys, self._features = _pair_index(model.words.names, self.contributions.word_numbers)
        self._known_pairs = Table(keys)

    def begin(self) -> None:
        """Call before the `rows` of a batch: makes room when too many tokens are remembered."""
        if self.contributions.full:
            self.contributions.forget()

    def score(self, texts: Sequence[Sequence[int]], head: int) -> Scores:
        """Score texts given as their tokens' rows in `contributions` (no -1 among them), of this batch."""
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        flat = np.fromiter(chain.from_iterable(texts), np.int64, int(offsets[-1]))
        owner = np.repeat(np.arange(len(texts)), lengths)
        added = self.contributions.table[flat]
        for places, features in self._pairs(flat, owner):
            np.add.at(added[:, WORD_PART], places, self.contributions.word_rows[features])
        sums = np.zeros((len(texts), 2 * K + 2))
        filled = np.flatnonzero(lengths)
        if filled.size:
            sums[filled] = np.add.reduceat(added, offsets[filled], axis=0)
        words = 1 / np.sqrt(np.maximum(sums[:, WORD_MASS], _SMALLEST))
        chars = 1 / np.sqrt(np.maximum(sums[:, CHAR_MASS], _SMALLEST))
        return Scores(
            logits=self._intercept + sums[:, WORDS] * words[:, None] + sums[:, CHARS] * chars[:, None],
            offsets=offsets,
            contributions=added[:, head] * words[owner] + added[:, CHARS.start + head] * chars[owner],
        )

    def _pairs(self, flat: Ints, owner: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Places and features of the known pairs; a pair belongs to its second word."""
        lemmas, tones = self.contributions.lemma_ids[flat], self.contributions.tone_ids[flat]
        every = np.arange(len(flat))
        yield self._known(" ", (every, every + 1), (lemmas, lemmas), owner)
        negations = np.flatnonzero(self.contributions.negates[flat])
        if negations.size:
            yield self._known(" ", _around(negations, _NEGATED), (np.full_like(lemmas, self._not), tones), owner)
            yield self._known(" * ", _around(negations, _NEGATED[1:]), (lemmas, lemmas), owner)
        brands = np.flatnonzero(lemmas == self._brand)
        if brands.size:
            yield self._known(" ~ ", _around(brands, _NEAR), (lemmas, lemmas), owner)

    def _known(
        self, sign: str, places: tuple[Ints, Ints], ids: tuple[Ints, Ints], owner: Ints
    ) -> tuple[Ints, Ints]:
        """Of the pairs of tokens at `places` those of one text whose `ids` the vocabulary has as a pair."""
        first, second = places
        inside = np.flatnonzero((second >= 0) & (second < len(owner)))
        first, second = first[inside], second[inside]
        left, right = ids[0][first], ids[1][second]
        fits = np.flatnonzero((owner[first] == owner[second]) & (left >= 0) & (right >= 0))
        found = self._known_pairs.find(_key(sign, left[fits], right[fits]))
        hits = np.flatnonzero(found != NONE)
        return second[fits[hits]], self._features[found[hits]]


def _around(places: Ints, steps: Ints) -> tuple[Ints, Ints]:
    """Each place with each step from it."""
    return np.repeat(places, len(steps)), (places[:, None] + steps).ravel()


def _pair_index(names: Sequence[str], numbers: Mapping[str, int]) -> tuple[Ints, Ints]:
    """Keys of the vocabulary's pairs, and the feature that each is; `numbers` are those of single words."""
    lefts, rights, signs, features = [_NOWHERE], [0], [0], [-1]  # never empty: a table has one key at least
    by_sign = {sign: place for place, sign in enumerate(PAIR_SIGNS)}
    for feature, name in enumerate(names):
        left, blank, right = name.partition(" ")
        if not blank:
            continue
        sign, parted, last = right.partition(" ")
        ends = numbers.get(left, -1), numbers.get(last if parted else right, -1)
        if min(ends) >= 0:
            lefts.append(ends[0])
            rights.append(ends[1])
            signs.append(by_sign[f" {sign} "] if parted else 0)
            features.append(feature)
    keys = _keys(np.array(signs), np.array(lefts), np.array(rights))
    keys[0] = _NOWHERE
    order = np.argsort(keys)
    return keys[order], np.array(features)[order]


def _key(sign: str, first: Ints, second: Ints) -> Ints:
    return _keys(PAIR_SIGNS.index(sign), first, second)


def _keys(sign: Any, first: Ints, second: Ints) -> Ints:
    """`sign` is a place in PAIR_SIGNS, or one for each pair."""
    keys: Ints = ((sign << 2 * _BITS) | (first << _BITS)) | second
    return keys
